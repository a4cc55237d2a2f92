"""What is heard in each Slice: the queue of voiced Lines, cut into ticks of 40 ms. Pure logic: no clock, no thread."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from render.captions import caption_words
from render.contract import (
    CaptionShown,
    Line,
    LineEnded,
    LineKind,
    LineStarted,
    QueueDrained,
    ShowEvent,
    Speech,
    WordSpan,
)
from render.dressing import Dressing
from render.mouth_weights import lead_in
from render.outgoing import fade_out
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, SLICE_SECONDS, Pcm

_PAUSE_SLICES = {
    # breath between Lines, by the kind of the Line that follows; measured on what sounds unhurried, not from a standard
    LineKind.PITCH: 8,
    LineKind.READBACK: 6,
    LineKind.ANSWER: 4,
    LineKind.NOTICE: 6,
}
_SAME_REPLY_PAUSE_SLICES = 3
_URGENT_PAUSE_SLICES = 3
_LEAD_IN_SLICES = 2
"""Lips part this long before a clause that follows a pause is heard."""
_LET_FINISH_SLICES = 15
"""A Line that ends so soon is not broken off for an urgent one."""
_NOD_SLICES = 3
"""A nod peaks some 200 ms after its cause; told this much earlier it meets the stressed word."""


@dataclass(frozen=True, slots=True)
class Take:
    """A Line voiced, padded to whole Slices, with a mouth for each of them."""

    line: Line
    pcm: Pcm
    """Shape (slices * 1920,)."""
    mouth: NDArray[np.float32]
    """Shape (slices, mouth keys): convex weights."""
    accent: NDArray[np.float32]
    """Shape (slices,): stress, 0 to 1."""
    words: tuple[WordSpan, ...]
    captions: tuple[WordSpan, ...]
    """The same words where the caption has them, one for each of `words`."""
    lead: NDArray[np.float32]
    """Shape (2, mouth keys): the mouth on its way from rest, just before the first sound."""
    dressing: Dressing | None = None
    """What the Line shows, ready to be shown; None where that failed."""

    @property
    def slices(self) -> int:
        return len(self.pcm) // SLICE_SAMPLES

    @property
    def seconds(self) -> float:
        return self.slices * SLICE_SECONDS


def make_take(line: Line, speech: Speech, mouth: NDArray[np.float32], dressing: Dressing | None = None) -> Take:
    """Pad a Speech and its mouth track (frames, keys) to whole Slices and find its accents."""
    slices = max(1, -(-len(speech.pcm) // SLICE_SAMPLES))
    pcm = np.zeros(slices * SLICE_SAMPLES, np.int16)
    pcm[: len(speech.pcm)] = speech.pcm
    track = np.zeros((slices, mouth.shape[1]), np.float32)
    track[:, 0] = 1.0
    rows = min(slices, len(mouth))
    track[:rows] = mouth[:rows]
    captions = caption_words(line.text, line.caption or line.text, speech.words)
    return Take(line, pcm, track, _accents(pcm), speech.words, captions, lead_in(track[:1], _LEAD_IN_SLICES), dressing)


def _accents(pcm: Pcm) -> NDArray[np.float32]:
    """Stress of each Slice: its level above the Line's own median, 6 dB counting as full."""
    rms = np.sqrt(np.mean(np.square(pcm.reshape(-1, SLICE_SAMPLES).astype(np.float32)), axis=1)) + 1.0
    level = 20 * np.log10(rms)
    voiced = level[level > level.max() - 25]
    return np.asarray(np.clip((level - np.median(voiced)) / 6.0, 0.0, 1.0), np.float32)


@dataclass(frozen=True, slots=True)
class Beat:
    """What one Slice holds apart from its picture, and what happens at its beginning."""

    pcm: Pcm
    mouth: NDArray[np.float32] | None
    """Weights (mouth keys,), None while nobody speaks."""
    accent: float
    """Stress just ahead, 0 to 1: what the head is to do now."""
    line: Line | None
    word: tuple[int, int] | None
    """Character span of the word being heard, in the Line's text."""
    events: tuple[ShowEvent, ...]
    caption: tuple[int, int] | None = None
    """The same word in the caption."""
    dressing: Dressing | None = None
    """What the Line shows, in the Slice in which it begins."""
    clause_s: float | None = None
    """Length of the Line, or of the one that waits in a pause."""


@dataclass(slots=True)
class _Playing:
    take: Take
    position: int = 0
    """Slices already played."""
    word: int = -1


@dataclass(slots=True)
class Playlist:
    """Takes in their order of speaking; `advance` gives the show 40 ms at a time."""

    _waiting: deque[Take] = field(default_factory=deque)
    _playing: _Playing | None = None
    _last: Line | None = None
    _quiet: int = 0
    """Slices of silence since the last Line ended."""
    _cut: bool = False
    _yielding: bool = False
    """An urgent Line waits: break off after the word being heard."""
    _silence: Pcm = field(default_factory=lambda: np.zeros(SLICE_SAMPLES, np.int16))

    @property
    def waiting_seconds(self) -> float:
        """Speech accepted and not yet played."""
        rest = sum(take.seconds for take in self._waiting)
        if self._playing is not None:
            rest += (self._playing.take.slices - self._playing.position) * SLICE_SECONDS
        return rest

    @property
    def current(self) -> Line | None:
        """The Line being heard."""
        return self._playing.take.line if self._playing else None

    def add(self, take: Take) -> None:
        """Queue a Take: an urgent one ahead of those that are not."""
        if not take.line.urgent:
            self._waiting.append(take)
            return
        at = next((i for i, other in enumerate(self._waiting) if not other.line.urgent), len(self._waiting))
        self._waiting.insert(at, take)
        playing = self._playing
        if playing is not None and not playing.take.line.urgent:
            self._yielding = playing.take.slices - playing.position > _LET_FINISH_SLICES

    @property
    def waiting(self) -> list[Line]:
        """The Lines that have not begun, in their order."""
        return [take.line for take in self._waiting]

    def drop(self, line_id: str) -> Line | None:
        """Take back one Line that has not begun; None if there is none of that id."""
        for place, take in enumerate(self._waiting):
            if take.line.id == line_id:
                del self._waiting[place]
                return take.line
        return None

    def withdraw(self, kind: LineKind) -> list[Line]:
        """Take back the Lines of a kind that have not begun."""
        gone = [take.line for take in self._waiting if take.line.kind is kind]
        self._waiting = deque(take for take in self._waiting if take.line.kind is not kind)
        return gone

    def cut(self) -> list[Line]:
        """Silence the Line being heard with a fade in the next Slice, and drop all that wait; returns those dropped."""
        self.break_off()
        return self.drop_waiting()

    def break_off(self) -> None:
        """Silence the Line being heard with a fade in the next Slice; those that wait stay."""
        self._cut = self._playing is not None

    def breathe(self) -> None:
        """Something else was heard until now: the next Line begins after a pause."""
        self._quiet = 0

    def drop_waiting(self) -> list[Line]:
        """Drop all Lines that have not begun; the one being heard goes on to its end."""
        gone = [take.line for take in self._waiting]
        self._waiting.clear()
        return gone

    def advance(self, index: int) -> Beat:
        """The next Slice, which begins at ``index * 0.04`` s on the show clock."""
        at = index * SLICE_SECONDS
        events: list[ShowEvent] = []
        if self._playing is None and not self._begin(at, events):
            coming = self._waiting[0].seconds if self._waiting else None
            return Beat(self._silence, self._lead_in(), 0.0, None, None, tuple(events), clause_s=coming)
        playing = self._playing
        assert playing is not None
        take, first = playing.take, playing.position * SLICE_SAMPLES
        line = take.line
        word = _word_at(take.words, first, playing.word)
        yields = self._yielding and (word != playing.word or not take.words)
        if self._cut or yields:
            self._cut = self._yielding = False
            pcm = fade_out(take.pcm[first : first + SLICE_SAMPLES])
            # a word counts as heard when it was over before the fade began
            events.append(LineEnded(at, line, _heard(line.text, take.words, first), True, first / SAMPLE_RATE))
            mouth = take.mouth[playing.position]
            self._finish(line)
            return Beat(pcm, mouth, 0.0, line, None, tuple(events))
        if word != playing.word:
            playing.word = word
            span = take.captions[word]
            events.append(CaptionShown(at, line, span.first, span.last))
        beat_word = (take.words[word].first, take.words[word].last) if word >= 0 else None
        caption = (take.captions[word].first, take.captions[word].last) if word >= 0 else None
        dressing = take.dressing if playing.position == 0 else None
        beat = Beat(
            take.pcm[first : first + SLICE_SAMPLES],
            take.mouth[playing.position],
            float(take.accent[min(playing.position + _NOD_SLICES, take.slices - 1)]),
            line,
            beat_word,
            (),
        )
        playing.position += 1
        if playing.position >= take.slices:
            end = (index + 1) * SLICE_SECONDS
            for late in take.captions[playing.word + 1 :]:
                events.append(CaptionShown(at, line, late.first, late.last))
            events.append(LineEnded(end, line, line.text, False, take.seconds))
            self._finish(line)
            if not self._waiting:
                events.append(QueueDrained(end))
        return Beat(beat.pcm, beat.mouth, beat.accent, line, beat_word, tuple(events), caption, dressing, take.seconds)

    def _begin(self, at: float, events: list[ShowEvent]) -> bool:
        while self._waiting and (until := self._waiting[0].line.valid_until) is not None and at >= until:
            events.append(LineEnded(at, self._waiting.popleft().line, "", True))
        if not self._waiting or self._quiet < self._pause_before(self._waiting[0].line):
            self._quiet += 1
            return False
        self._playing = _Playing(self._waiting.popleft())
        events.append(LineStarted(at, self._playing.take.line))
        return True

    def _lead_in(self) -> NDArray[np.float32] | None:
        """The mouth in a Slice of silence: parting if a Line is about to begin."""
        if not self._waiting:
            return None
        rest = self._pause_before(self._waiting[0].line) - self._quiet  # Slices after this one and before the Line
        return self._waiting[0].lead[-rest - 1] if 0 <= rest < _LEAD_IN_SLICES else None

    def _pause_before(self, line: Line) -> int:
        """Slices of silence that part a Line from the one before it."""
        if self._last is None:
            return 0
        if line.urgent:
            return _URGENT_PAUSE_SLICES
        if line.reply is not None and line.reply == self._last.reply:
            return _SAME_REPLY_PAUSE_SLICES
        return _PAUSE_SLICES[line.kind]

    def _finish(self, line: Line) -> None:
        self._playing = None
        self._yielding = False
        self._last = line
        self._quiet = 0


def _word_at(words: Sequence[WordSpan], sample: int, known: int) -> int:
    """Index of the last word that begins before the middle of this Slice; never goes back."""
    middle = sample + SLICE_SAMPLES // 2
    while known + 1 < len(words) and words[known + 1].start <= middle:
        known += 1
    return known


def _heard(text: str, words: Sequence[WordSpan], played: int) -> str:
    """The part of the text whose words were over after `played` samples."""
    last = 0
    for word in words:
        if word.end > played:
            break
        last = word.last
    return text[:last].rstrip()
