"""Transcripts as people have them: plain text, SubRip and WebVTT subtitles, brought to sentences. Pure but for reading the file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialogue.clauses import sentences_of
from dialogue.language import language_of, tidy

TRANSCRIPTS: Final = frozenset({".txt", ".md", ".srt", ".vtt"})
MOST_BYTES: Final = 8 * 1024 * 1024
_CUE: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})")
_TAG: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_NOISE: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|[♪♫]")
_SPEAKER: Final = re.compile(r"^(?:>>\s*)?(?:[A-Z][\w.'-]*(?: [A-Z][\w.'-]*)?|[\u4e00-\u9fff]{2,4})\s*[:：]\s+(?=\S)")


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


def read_transcript(path: Path) -> Talk:
    """Read a transcript; raises `TalkUnreadable`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TalkUnreadable(f"{path}: can't be read ({error.strerror or error})") from error
    if len(raw) > MOST_BYTES:
        raise TalkUnreadable(f"{path}: larger than {MOST_BYTES // 2**20} MiB; give the talk alone")
    if b"\x00" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TalkUnreadable(f"{path}: is not text; save the transcript as .txt, .srt or .vtt")
    return talk_of(_decoded(raw, path), path.name)


def talk_of(text: str, name: str) -> Talk:
    """The sentences of a transcript, whichever form it has; raises `TalkUnreadable` if it holds none."""
    lines = text.splitlines()
    words, seconds = 0, 0.0
    if any(_CUE.search(line) for line in lines):
        lines, words, seconds = _cues(lines)
    told = [_spoken(line) for line in lines]
    whole = " ".join(line for line in told if line)
    sentences = tuple(s for s in (tidy(s) for s in sentences_of(whole)) if any(ch.isalpha() for ch in s))
    if not sentences:
        raise TalkUnreadable(f"{name}: holds no words")
    return Talk(name, sentences, language_of(whole), words, seconds)


def counted(text: str, language: str) -> int:
    """Words; of Chinese, characters."""
    return sum("\u4e00" <= ch <= "\u9fff" for ch in text) if language == "zh" else len(text.split())


def _cues(lines: list[str]) -> tuple[list[str], int, float]:
    """The text lines of subtitles, and how much is said in how long while somebody speaks."""
    kept: list[str] = []
    words, seconds, length = 0, 0.0, 0.0
    inside = False
    for line in lines:
        cue = _CUE.search(line)
        if cue is not None:
            length, inside = max(0.0, _seconds(cue.groups()[4:]) - _seconds(cue.groups()[:4])), True
            continue
        bare = _spoken(line)
        if not line.strip():
            inside = False
        elif inside and bare:
            if kept and kept[-1] == bare:
                continue  # rolling captions say each line twice
            kept.append(bare)
            words += counted(bare, language_of(bare))
            seconds += length
            length = 0.0
    return kept, words, seconds


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, part = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(whole or 0) + float(f"0.{part}")


def _spoken(line: str) -> str:
    """A line without what nobody said: tags, sounds in brackets, the speaker's name."""
    return _SPEAKER.sub("", _NOISE.sub(" ", _TAG.sub("", line)).strip().lstrip("-–—# ")).strip()


def _decoded(raw: bytes, path: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TalkUnreadable(f"{path}: is neither UTF-8 nor GB18030; save it as UTF-8 text")
