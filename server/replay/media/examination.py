"""Sound and picture of a whole show, examined: what is measured alike at every depth that has them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.loudness import loudness
from render.mouth_listener import heard_mouth_track
from render.mouth_weights import opening
from render.voices.spoken_form import spoken_form
from rtc.contract import SAMPLE_RATE, Pcm
from server.replay.media.findings import HeardLine, MediaFindings, OffsetFound, VoiceWindow
from server.replay.media.listener import MARGIN_SAMPLES, Listener
from server.replay.media.picture_watch import SeenPictures
from server.replay.media.speaker import RATE, at_16k, can_tell_voices, speaker_embedding, without_long_pauses
from server.replay.recorder import LineRecord

_LEAST_LINE_S: Final = 0.6
_MARGIN_S: Final = MARGIN_SAMPLES / SAMPLE_RATE
_LOUD_ENOUGH_S: Final = 1.0
"""Shorter Lines have too few gating blocks of 400 ms (BS.1770) for a loudness that means something."""
_VOICE_WINDOW_S: Final = 5.0
_MOST_WINDOWS: Final = 60
_STRETCH_S: Final = 6.0
_REACH_MS: Final = 240
_STEP_MS: Final = 10
_CERTAIN: Final = 0.45
"""Correlation below which an offset is not believed: the mouth was elsewhere in the picture, or too small."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a viewer got, on the show clock."""

    pcm: Pcm
    """Sound from second 0 of the show on, 48 kHz."""
    pictures: SeenPictures


def examine(
    lines: Sequence[LineRecord],
    received: Received,
    listener: Listener,
    say: Callable[[str], None] = lambda _: None,
    transcripts: Mapping[str, str] | None = None,
) -> MediaFindings:
    """Measure everything that can be told from what was received and what was meant.

    `transcripts` holds what has been understood already, by the Line's id.
    """
    found = MediaFindings()
    spoken = [
        line for line in lines if line.ended is not None and line.ended - line.started >= _LEAST_LINE_S and line.heard
    ]
    say(f"listening to {len(spoken)} Lines")
    found.lines = _heard(spoken, received.pcm, listener, transcripts or {}, found)
    if can_tell_voices():
        found.voice = voice_windows(spoken, received.pcm)
    else:
        found.unmeasured["voice"] = "the package Resemblyzer is not installed: pip install --no-deps Resemblyzer==0.1.4"
    if received.pictures.times:
        found.pictures = sum(received.pictures.changed)
        found.gaps = received.pictures.gaps()
        say("comparing lips and sound")
        found.offsets = av_offsets(spoken, received)
    return found


# ---- words and loudness -----------------------------------------------------------------------------------


def _heard(
    lines: Sequence[LineRecord],
    pcm: Pcm,
    listener: Listener,
    transcripts: Mapping[str, str],
    found: MediaFindings,
) -> list[HeardLine]:
    heard = []
    for line in lines:
        sound = piece_of(pcm, line)
        level = (
            loudness(sound.astype(np.float32) / np.float32(32768))
            if sound.size >= _LOUD_ENOUGH_S * SAMPLE_RATE
            else None
        )
        said: str | None = None
        if line.language == "en":
            said = (
                transcripts[line.id] if line.id in transcripts else listener.understand(piece_of(pcm, line, _MARGIN_S))
            )
        errors, words = 0, 0
        if said is not None:
            meant = spoken_words(line.heard, line.language)
            errors, words = word_errors(meant, spoken_words(said, line.language)), len(meant)
        finite = level is not None and np.isfinite(level)
        heard.append(HeardLine(line.id, line.started, line.heard, said or "", errors, words, level if finite else None))
    if listener.trouble:
        found.unmeasured["words"] = listener.trouble
    elif lines and not any(line.words for line in heard):
        found.unmeasured["words"] = "the listener that is installed understands English only, and none was said"
    return heard


def piece_of(pcm: Pcm, line: LineRecord, margin_s: float = 0.0) -> Pcm:
    """The sound of a Line."""
    ended = line.ended if line.ended is not None else line.started
    first = max(0, round((line.started - margin_s) * SAMPLE_RATE))
    return pcm[first : round((ended + margin_s) * SAMPLE_RATE)]


def spoken_words(text: str, language: str) -> list[str]:
    """The words of a text as they are said, so that ``199 yuan`` and ``one hundred ninety-nine yuan`` are the same."""
    spoken, _ = spoken_form(text, language)
    joined = " ".join(spoken.words).casefold()
    if language == "zh":
        return [ch for ch in joined if ch.isalnum()]
    return re.findall(r"[a-z0-9']+", joined.replace("’", "'").replace("-", " "))


def word_errors(meant: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, add or leave out to make one of the other (Levenshtein's distance).

    Two words that are written as one ("rib eye", "ribeye") are no error.
    """
    if "".join(meant) == "".join(heard):
        return 0
    row = list(range(len(heard) + 1))
    for i, word in enumerate(meant, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            cost = min(before + (word != other), row[j] + 1, row[j - 1] + 1)
            before, row[j] = row[j], cost
    return row[-1]


# ---- whose voice --------------------------------------------------------------------------------------------


def voice_windows(lines: Sequence[LineRecord], pcm: Pcm) -> list[VoiceWindow]:
    """Stretches of five seconds of speech, each with its likeness to the whole show's voice (the mean without itself)."""
    pieces: list[tuple[float, NDArray[np.float32]]] = []
    gathered: list[Pcm] = []
    begun, held = 0.0, 0.0
    for line in lines:
        if not gathered:
            begun = line.started
        gathered.append(piece_of(pcm, line))
        held += gathered[-1].size / SAMPLE_RATE
        if held >= _VOICE_WINDOW_S:
            speech = without_long_pauses(at_16k(np.concatenate(gathered)))
            if speech.size >= 2 * RATE:
                pieces.append((begun, speech))
            gathered, held = [], 0.0
    if len(pieces) > _MOST_WINDOWS:
        chosen = np.linspace(0, len(pieces) - 1, _MOST_WINDOWS).round().astype(int)
        pieces = [pieces[i] for i in chosen]
    if len(pieces) < 2:
        return []
    vectors = np.array([speaker_embedding(piece) for _, piece in pieces])
    likeness = vectors @ vectors.T
    # the median over the others: a voice that is there for less than half of the show is the one that stands out
    np.fill_diagonal(likeness, np.nan)
    return [VoiceWindow(at, float(np.nanmedian(row))) for (at, _), row in zip(pieces, likeness, strict=True)]


# ---- lips against sound -------------------------------------------------------------------------------------


def av_offsets(lines: Sequence[LineRecord], received: Received) -> list[OffsetFound]:
    """How far the picture lies behind the sound, by stretches of speech.

    The mouth that the sound asks for (the product's own listener) is laid over the mouth that is seen, shifted until both
    agree best. Stretches in which they never do are left out: the host was small or elsewhere in the picture.
    """
    times = np.array(received.pictures.times) + 0.02  # a picture's moment is the middle of its 40 ms
    seen = np.array(received.pictures.openings)
    found = []
    for first, last in _stretches(lines):
        begin, end = round(first * SAMPLE_RATE), round(last * SAMPLE_RATE)
        wanted = opening(heard_mouth_track(received.pcm[begin:end])).astype(np.float64)
        if len(wanted) < 20:
            continue
        places = first + (np.arange(len(wanted)) + 0.5) * 0.04
        lags = np.arange(-_REACH_MS, _REACH_MS + 1, _STEP_MS)
        scores = np.array([_correlation(wanted, np.interp(places + lag / 1000, times, seen)) for lag in lags])
        top = int(np.argmax(scores))
        if scores[top] < _CERTAIN or top in (0, len(lags) - 1):
            continue
        found.append(OffsetFound(first, float(lags[top]) + _bend(scores, top) * _STEP_MS, float(scores[top])))
    return found


def _stretches(lines: Sequence[LineRecord]) -> list[tuple[float, float]]:
    """Lines that follow each other closely, joined to some six seconds."""
    found: list[tuple[float, float]] = []
    for line in lines:
        ended = line.ended if line.ended is not None else line.started
        if found and line.started - found[-1][1] < 0.6 and found[-1][1] - found[-1][0] < _STRETCH_S:
            found[-1] = (found[-1][0], ended)
        else:
            found.append((line.started, ended))
    return found


def _bend(scores: NDArray[np.float64], top: int) -> float:
    """Where between the grid's points the maximum lies, by a parabola."""
    before, here, after = (float(v) for v in scores[top - 1 : top + 2])
    curve = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5)) if curve < 0 else 0.0


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    if a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
