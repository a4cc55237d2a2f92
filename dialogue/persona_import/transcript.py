"""Transcripts as people have them: plain text, SubRip and WebVTT subtitles, brought to sentences. Pure but for reading the file."""

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dialogue.clauses import sentences_of
from dialogue.language import language_of, tidy

TRANSCRIPTS: Final = frozenset({".txt", ".md", ".srt", ".vtt"})
MOST_BYTES: Final = 8 * 1024 * 1024
_CUE: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})")
_TAG: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_NOISE: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|[♪♫]")
_SPEAKER: Final = re.compile(
    r"^(?:>>\s*)?\**(?P<name>[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2}|[\u4e00-\u9fff]{2,4})\s*\**\s*[:：]\**\s*(?=\S)"
)
_SHARE_OF_A_SPEAKER: Final = 0.1
"""Who says less than this of a talk is not told of: a question from the hall, or a heading that looks like a name."""


class TalkUnreadable(Exception):
    """A talk can't be used; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said in one talk."""

    name: str
    sentences: tuple[str, ...]
    language: str
    timed_words: int = 0
    """Words (of Chinese, characters) within cues that have times."""
    timed_seconds: float = 0.0
    speakers: dict[str, int] = field(default_factory=dict)
    """Those whose names stand before what they say, with the words of each; empty if only one was taken."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A line: who says it ("" where no name has stood yet), and in subtitles how long it is shown."""

    speaker: str
    text: str
    seconds: float = 0.0


def read_transcript(path: Path, speaker: str = "") -> Talk:
    """Read a transcript, or what one speaker says in it; raises `TalkUnreadable`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TalkUnreadable(f"{path}: can't be read ({error.strerror or error})") from error
    if len(raw) > MOST_BYTES:
        raise TalkUnreadable(f"{path}: larger than {MOST_BYTES // 2**20} MiB; give the talk alone")
    if b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TalkUnreadable(f"{path}: is not text; save the transcript as .txt, .srt or .vtt")
    return talk_of(_decoded(raw, path), path.name, speaker)


def talk_of(text: str, name: str, speaker: str = "") -> Talk:
    """The sentences of a transcript, whichever form it has, or only those of a speaker whose name stands before them.

    Raises `TalkUnreadable` if it holds none.
    """
    lines = html.unescape(text).splitlines()
    timed = any(_CUE.search(line) for line in lines)
    said = _cues(lines) if timed else _lines(lines)
    shares: Counter[str] = Counter()
    for one in said:
        if one.speaker:
            shares[one.speaker] += counted(one.text, language_of(one.text))
    if speaker:
        known = [who for who in shares if speaker.casefold() in (who.casefold(), *who.casefold().split())]
        if not known:
            names = ", ".join(who for who, _ in shares.most_common(6)) or "nobody's name stands before what they say"
            raise TalkUnreadable(f"{name}: {speaker} says nothing; its speakers: {names}")
        said = [one for one in said if one.speaker in known]
    whole = " ".join(one.text for one in said)
    sentences = tuple(s for s in (tidy(s) for s in sentences_of(whole)) if any(ch.isalpha() for ch in s))
    if not sentences:
        raise TalkUnreadable(f"{name}: holds no words")
    least = _SHARE_OF_A_SPEAKER * shares.total()
    speakers = {} if speaker else {who: count for who, count in shares.most_common() if count > least}
    seconds = sum(one.seconds for one in said)
    words = sum(counted(one.text, language_of(one.text)) for one in said) if timed else 0
    return Talk(name, sentences, language_of(whole), words, seconds, speakers)


def counted(text: str, language: str) -> int:
    """Words; of Chinese, characters."""
    return sum("\u4e00" <= ch <= "\u9fff" for ch in text) if language == "zh" else len(text.split())


def _lines(lines: list[str]) -> list[_Said]:
    """The lines of a plain transcript; who has begun to speak goes on until another name comes."""
    said: list[_Said] = []
    speaker = ""
    for line in lines:
        who, bare = _spoken(line)
        speaker = who or speaker
        if bare:
            said.append(_Said(speaker, bare))
    return said


def _cues(lines: list[str]) -> list[_Said]:
    """The text lines of subtitles, the first of each cue with the seconds that it is shown."""
    said: list[_Said] = []
    speaker, length, inside = "", 0.0, False
    for line in lines:
        cue = _CUE.search(line)
        if cue is not None:
            length, inside = max(0.0, _seconds(cue.groups()[4:]) - _seconds(cue.groups()[:4])), True
            continue
        who, bare = _spoken(line)
        if not line.strip():
            inside = False
        elif inside and bare:
            speaker = who or speaker
            if said and said[-1].text == bare:
                continue  # rolling captions say each line twice
            said.append(_Said(speaker, bare, length))
            length = 0.0
    return said


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, part = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(whole or 0) + float(f"0.{part}")


def _spoken(line: str) -> tuple[str, str]:
    """Who is named before a line ("" for nobody), and the line without what nobody said: tags, sounds in brackets, the name."""
    bare = _NOISE.sub(" ", _TAG.sub("", line)).strip().lstrip("-–—# ")
    found = _SPEAKER.match(bare)
    if found is None:
        return "", bare.strip()
    return found["name"], bare[found.end() :].strip()


def _decoded(raw: bytes, path: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TalkUnreadable(f"{path}: is neither UTF-8 nor GB18030; save it as UTF-8 text")
