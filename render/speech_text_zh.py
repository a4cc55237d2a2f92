"""What a written Chinese text sounds like: money, sizes, dates, codes in characters, each tied to what was written.

`spoken_zh` reads a text once from left to right, as `render.speech_text` does for English, and gives the same tokens. Latin words
within it stay English words. A spoken word of characters holds no space; the few that hold a ``，`` are said with a pause there.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from render.speech_text import SpokenText, SpokenToken, say_as_english
from render.spoken_rules_zh import RULES

Cut = Callable[[str], Sequence[str]]
"""Cuts a run of Chinese characters into words; their lengths add up to the run's."""

_LATIN: Final = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff"
_STOPS: Final = {"，": ",", "、": ",", "。": ".", "！": "!", "？": "?", "；": ";", "：": ":", "…": "."}
_FOLDED: Final = str.maketrans(
    {
        "–": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "～": "~",
        "〜": "~",
        "￥": "¥",
        "⁄": "/",
        "²": "2",
        "³": "3",
        "’": "'",
        "‘": "'",
    }
)


def spoken_zh(text: str, cut: Cut | None = None) -> SpokenText:
    """Turn a written Chinese text into what is said, tied to the characters it stands for.

    `cut` separates words; without it every character is a token of its own. What can't be said (emoji, lone signs) belongs
    to the token before it, at the beginning of the text to the one after. A text without any Chinese is read as English.
    """
    if not re.search(f"[{_HAN}]", text) and re.search(rf"(?<![\d{_LATIN}])[{_LATIN}]{{4}}", text):
        return say_as_english(text)
    folded, origin = _fold(text)
    tokens: list[SpokenToken] = []
    opened: int | None = None
    for atom in _scan(folded, cut):
        first, last = origin[atom.first], origin[atom.last - 1] + 1
        before = tokens[-1] if tokens else None
        if before is None and not atom.words:
            opened = first if opened is None else opened
        elif before is not None and (not atom.words or before.last > first):
            joined = (*before.words, *atom.words)
            tokens[-1] = SpokenToken(before.first, max(last, before.last), joined, _stronger(before.pause, atom.pause))
        else:
            tokens.append(replace(atom, first=first if opened is None else opened, last=last))
            opened = None
    if opened is not None and not tokens:
        tokens.append(SpokenToken(opened, len(text), ()))
    return SpokenText(tuple(tokens))


def written_out(spoken: SpokenText) -> str:
    """The whole of what is said as one text: characters without spaces between them, Chinese punctuation."""
    stops = {",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "：", "": ""}
    said = ""
    for token in spoken.tokens:
        for word in token.words:
            latin = said[-1:].isascii() and said[-1:].isalnum()
            said += (" " if latin and word[:1].isascii() else "") + word
        said += stops[token.pause]
    return said


def _stronger(one: str, other: str) -> str:
    order = ("", ",", ":", ";", ".", "!", "?")
    return max(one, other, key=order.index)


def _fold(text: str) -> tuple[str, list[int]]:
    """NFKC character by character, so that every result knows the offset it came from."""
    characters: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        folded = unicodedata.normalize("NFKC", character.translate(_FOLDED)).translate(_FOLDED)
        pieces = character if character in _STOPS else folded
        if len(pieces) > 1 and pieces[0].isdigit() and characters and characters[-1].isdigit():
            pieces = f"又{pieces}"
        for piece in pieces:
            characters.append(piece)
            origin.append(offset)
    return "".join(characters), origin


def _scan(text: str, cut: Cut | None) -> list[SpokenToken]:
    atoms: list[SpokenToken] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            if text[at] == "\n" and atoms and not atoms[-1].pause:
                atoms[-1] = replace(atoms[-1], pause=",")
            at += 1
            continue
        for pattern, say in RULES:
            found = pattern.match(text, at)
            said = say(found) if found is not None else None
            if found is not None and said:
                atoms.append(SpokenToken(at, found.end(), tuple(said.split())))
                at = found.end()
                break
        else:
            at = _read_on(text, at, atoms, cut)
    return atoms


_HAN_RUN: Final = re.compile(f"[{_HAN}〇]+")
_LATIN_RUN: Final = re.compile(rf"[{_LATIN}][{_LATIN}'.&-]*(?:[ ]+[{_LATIN}][{_LATIN}'-]*)*")


def _read_on(text: str, at: int, atoms: list[SpokenToken], cut: Cut | None) -> int:
    """Take what is no number: a run of characters, of Latin words, of punctuation, or one sign; returns where to go on."""
    run = _HAN_RUN.match(text, at)
    if run is not None:
        words = cut(run.group()) if cut is not None else run.group()
        for word in words:
            atoms.append(SpokenToken(at, at + len(word), (word.replace("〇", "零"),)))
            at += len(word)
        return at
    run = _LATIN_RUN.match(text, at)
    if run is not None:
        for token in say_as_english(run.group()).tokens:
            pause = token.pause if token.pause != "." or at + token.last == run.end() else ""
            atoms.append(SpokenToken(at + token.first, at + token.last, token.words, pause if pause != "." else ""))
        return run.end()
    run = re.compile(r"[,.!?;:，、。！？；：…]+").match(text, at)
    if run is not None:
        kinds = [_STOPS.get(mark, mark) for mark in run.group()]
        inner = run.group() == "." and text[run.end() : run.end() + 1].isalnum()
        atoms.append(SpokenToken(at, run.end(), (), "" if inner else next((k for k in kinds if k in "?!"), kinds[-1])))
        return run.end()
    pause = "," if text[at] in "()—|·/" and atoms else ""
    atoms.append(SpokenToken(at, at + 1, (), pause))
    return at + 1
