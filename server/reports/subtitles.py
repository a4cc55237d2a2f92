"""Captions of a show as files: SRT, and WebVTT (W3C, 4 April 2019), at the times at which the words were really heard."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.reports.transcript import Heard

ROW_WIDTH: Final = 42
"""Columns of a row, the usual bound for subtitles; a Chinese character takes two."""
ROWS: Final = 2
LEAST_SECONDS: Final = 0.7
"""A caption stays at least so long, unless the next one begins before."""
_CLOSE: Final = "，。！？、；：）】》」』”’…,.!?;:)]}%"
"""What no row begins with."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption."""

    start: float
    end: float
    text: str


def cues_of(lines: Sequence[Heard]) -> list[Cue]:
    """The captions of what was heard: each Line one, a long one several, each from its first word's moment on."""
    cues = [cue for heard in lines for cue in _cues(heard)]
    cues.sort(key=lambda cue: cue.start)
    fitted: list[Cue] = []
    for index, cue in enumerate(cues):
        following = cues[index + 1].start if index + 1 < len(cues) else float("inf")
        end = min(max(cue.end, cue.start + LEAST_SECONDS), following)
        if end > cue.start:
            fitted.append(Cue(cue.start, end, cue.text))
    return fitted


def as_srt(cues: Iterable[Cue]) -> Iterator[str]:
    """SubRip: numbered, with a comma before the milliseconds."""
    for number, cue in enumerate(cues, 1):
        yield f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_rows(cue.text)}\n\n"


def as_vtt(cues: Iterable[Cue]) -> Iterator[str]:
    """WebVTT; what would be markup is escaped (§3.5)."""
    yield "WEBVTT\n\n"
    for cue in cues:
        text = _rows(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{text}\n\n"


def _cues(heard: Heard) -> Iterator[Cue]:
    text = heard.shown or heard.text
    if heard.interrupted and heard.words:
        text = text[: heard.words[-1].last]
    if not text.strip():
        return
    begins = [(heard.start, 0)]  # the moment and the character at which each caption begins
    for word in heard.words:
        so_far = text[begins[-1][1] : word.last]
        if word.first > begins[-1][1] and not _fits(so_far):
            begins.append((word.at, word.first))
    for index, (at, first) in enumerate(begins):
        end, last = begins[index + 1] if index + 1 < len(begins) else (heard.end, len(text))
        said = " ".join(text[first:last].split())
        if said:
            yield Cue(at, end, said)


def _fits(text: str) -> bool:
    return len(_wrapped(" ".join(text.split()))) <= ROWS


def _rows(text: str) -> str:
    return "\n".join(_wrapped(text)).replace("-->", "→")


def _wrapped(text: str) -> list[str]:
    """Break into rows at spaces, or between Chinese characters; the rows come out about as long as each other."""
    pieces = _pieces(text)
    count = max(1, -(-_width(text) // ROW_WIDTH))
    for rows in (count, count + 1):
        target = min(ROW_WIDTH, -(-_width(text) // rows) + 6)
        made = _filled(pieces, target)
        if len(made) <= rows:
            return made
    return _filled(pieces, ROW_WIDTH)


def _filled(pieces: Sequence[str], width: int) -> list[str]:
    rows: list[str] = []
    row = ""
    for piece in pieces:
        if row and _width((row + piece).rstrip()) > width:
            rows.append(row.rstrip())
            row = ""
        row += piece
    return [*rows, row.rstrip()] if row.strip() else rows


def _pieces(text: str) -> list[str]:
    """What is never broken: a word with the space after it, or one wide character with the marks that close it."""
    pieces: list[str] = []
    open_word = False
    for ch in text:
        wide = _is_wide(ch)
        if pieces and (ch in _CLOSE or ch == " " or (open_word and not wide)):
            pieces[-1] += ch
        else:
            pieces.append(ch)
        open_word = not wide and ch != " "
    return pieces


def _is_wide(ch: str) -> bool:
    return unicodedata.east_asian_width(ch) in "WF"


def _width(text: str) -> int:
    return sum(2 if _is_wide(ch) else 1 for ch in text)


def _clock(seconds: float, mark: str) -> str:
    milliseconds = max(0, round(seconds * 1000))
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    whole, rest = divmod(rest, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{mark}{rest:03d}"
