"""Is the label in the picture, in both languages and large enough? Looked for in the luma of received pictures."""

from dataclasses import dataclass, field
from typing import Final

import cv2

from tests.perception.received_stream import Received
from tests.perception.typeset import Found, Luma, Setting, best_setting, find, ink_height


@dataclass(frozen=True, slots=True)
class Wording:
    """What a label says."""

    english: str
    chinese: str
    row: str
    """The longest row of it, by which its setting is told."""


HOST: Final = Wording("AI digital human", "AI数字人", "AI digital human · AI数字人")
VOICE: Final = Wording("Human voice, AI picture", "真人声音 · AI画面", "Human voice, AI picture")
CAMERA: Final = Wording("Human, live picture", "真人直播", "Human, live picture · 真人直播")
LEAST_SCORE: Final = 0.75
"""The label reaches 0.9 and more through the encoder; the best chance match on a host and a stage without it stays below 0.5."""
LEAST_HEIGHT: Final = 0.05
"""Of the picture's short side (GB 45438-2025: the label's characters)."""
_WEIGHTS: Final = (400, 500, 600, 700, 800)
_HEIGHT_OF: Final = "数字人"


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """The label in one picture."""

    index: int
    english: float
    """Scores 0 to 1."""
    chinese: float
    height: float
    """Of the Chinese characters, over the picture's short side."""
    place: tuple[int, int]

    @property
    def legible(self) -> bool:
        return min(self.english, self.chinese) >= LEAST_SCORE and self.height >= LEAST_HEIGHT


@dataclass(slots=True)
class LabelReader:
    """A watcher that looks for the label in every `step`-th picture, wherever it may have moved."""

    step: int = 1
    wording: Wording = HOST
    seen: list[LabelSeen] = field(default_factory=list)
    setting: Setting | None = None
    worst: tuple[LabelSeen, Luma] | None = None
    """The least legible so far, with its picture."""
    _english: Found | None = None
    _chinese: Found | None = None

    def __call__(self, received: Received) -> None:
        if received.index % self.step == 0:
            self.look(received.index, received.luma())

    def look(self, index: int, luma: Luma) -> LabelSeen:
        """Read one picture."""
        if self.setting is None:
            side = min(luma.shape)
            setting, found = best_setting(luma, self.wording.row, range(side // 26, side // 11), _WEIGHTS)
            if found.score >= LEAST_SCORE:
                self.setting = setting
        else:
            setting = self.setting
        self._english = _again(luma, self.wording.english, setting, self._english)
        self._chinese = _again(luma, self.wording.chinese, setting, self._chinese)
        height = ink_height(_HEIGHT_OF, setting) / min(luma.shape)
        seen = LabelSeen(index, self._english.score, self._chinese.score, height, (self._english.x, self._english.y))
        self.seen.append(seen)
        if self.worst is None or min(seen.english, seen.chinese) < min(self.worst[0].english, self.worst[0].chinese):
            self.worst = (seen, luma.copy())
        return seen

    def says_it(self, luma: Luma) -> bool:
        """Whether one picture bears this wording legibly."""
        return self.look(len(self.seen), luma).legible

    def missed(self) -> list[LabelSeen]:
        """Pictures without a legible label."""
        return [seen for seen in self.seen if not seen.legible]

    def save_worst(self, path: str) -> None:
        """Write the least legible picture, for a person to look at."""
        if self.worst is not None:
            cv2.imwrite(path, self.worst[1])


def _again(luma: Luma, text: str, setting: Setting, last: Found | None) -> Found:
    """Where it was, else anywhere: first at half the resolution, then exactly."""
    if last is not None and last.score >= LEAST_SCORE:
        found = _near(luma, text, setting, last, 6)
        if found.score >= LEAST_SCORE:
            return found
    return _near(luma, text, setting, find(luma, text, setting, 2), 6)


def _near(luma: Luma, text: str, setting: Setting, place: Found, reach: int) -> Found:
    x0, y0 = max(0, place.x - reach), max(0, place.y - reach)
    part = luma[y0 : place.y + place.height + reach + 2, x0 : place.x + place.width + reach + 2]
    found = find(part, text, setting)
    return Found(found.score, found.x + x0, found.y + y0, found.width, found.height)
