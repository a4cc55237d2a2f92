"""The picture of a Slice: face and stage on one frame, as I420."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, AvatarPack
from render.contract import Emotion, ProductCard
from render.face import Face
from render.holding import HoldingCard
from render.life import Life
from render.pose import Pose
from render.stage import StageGraphics
from rtc.contract import Picture

_RING = 4
"""Pictures that may be in use at once: the one being drawn, the one at the encoder, and those repeated."""

_CLOSING_S = 0.05
"""Time constant with which a mouth that was interrupted closes."""
_UNVEIL_S = 0.5


@dataclass(frozen=True, slots=True)
class Speaking:
    """How what is heard now is said."""

    emotion: Emotion
    energy: float
    accent: float
    """Stress of this Slice, 0 to 1."""


@dataclass(frozen=True, slots=True)
class CaptionState:
    """The caption on screen and the word being heard, as a character span of its text."""

    line: str
    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """Everything that a picture depends on, apart from card and quote."""

    now: float
    mouth: NDArray[np.float32] | None
    """Weights (13,), None while nobody speaks."""
    speaking: Speaking | None
    look: str
    caption: CaptionState | None


class Compositor:
    """Draws one picture per request; the buffers are its own and are used again after `_RING` pictures."""

    def __init__(self, pack: AvatarPack, seed: int) -> None:
        cv2.setNumThreads(1)  # the models need the other core
        width, height = pack.size
        self._face = Face(pack)
        self._life = Life(seed)
        self._stage = StageGraphics(pack.size)
        self._holding = HoldingCard(pack.plate)
        self._held_until: float | None = None
        self._frame = np.empty((height, width, 3), np.uint8)
        self._veil = np.empty_like(self._frame)
        self._ring = [np.empty((height * 3 // 2, width), np.uint8) for _ in range(_RING)]
        self._drawn = 0
        self._rest = np.zeros(len(MOUTH_KEYS), np.float32)
        self._rest[MOUTH_KEYS.index("rest")] = 1.0
        self._mouth = self._rest.copy()
        self._then = 0.0

    def draw(self, request: FrameRequest) -> Picture:
        """Shape (height * 3 // 2, width) uint8; valid until three more have been drawn."""
        speaking = request.speaking
        moment = self._life.at(
            request.now,
            speaking=(speaking.emotion, speaking.energy, speaking.accent) if speaking else None,
            look=request.look,
        )
        pose = Pose(
            mouth=self._mouth_at(request.mouth, request.now),
            blink=moment.blink,
            gaze_x=moment.gaze_x,
            gaze_y=moment.gaze_y,
            brow=moment.brow,
            smile=moment.smile,
            yaw=moment.yaw,
            pitch=moment.pitch,
            roll=moment.roll,
            breath=moment.breath,
        )
        self._face.draw(pose, self._frame)
        caption = request.caption
        self._stage.draw(
            self._frame, request.now, (caption.text, caption.first, caption.last) if caption is not None else None
        )
        if self._held_until is not None:
            self._unveil(request.now - self._held_until)
        return self._finished()

    def holding_card(self, now: float, text: str) -> Picture:
        """The picture before the show begins or after it has ended; the next `draw` fades over from it."""
        self._holding.draw(self._frame, now, text)
        self._stage.label(self._frame)
        np.copyto(self._veil, self._frame)
        self._held_until = now
        return self._finished()

    def prepare(self, card: ProductCard) -> None:
        """Set a card; slow, for another thread than the one that draws."""
        self._stage.prepare(card)

    def show_product(self, card: ProductCard | None, now: float) -> None:
        self._stage.show_product(card, now)

    def quote(self, viewer: str, text: str, now: float) -> None:
        self._stage.quote(viewer, text, now)

    def unquote(self, now: float) -> None:
        self._stage.unquote(now)

    def _mouth_at(self, said: NDArray[np.float32] | None, now: float) -> NDArray[np.float32]:
        """What is said, or on the way to rest: a Line that was cut off leaves the mouth open."""
        passed, self._then = max(0.0, now - self._then), now
        if said is None:
            self._mouth = self._rest + (self._mouth - self._rest) * np.float32(math.exp(-passed / _CLOSING_S))
        else:
            self._mouth = said
        return self._mouth

    def _unveil(self, since: float) -> None:
        shown = since / _UNVEIL_S
        if shown >= 1.0:
            self._held_until = None
            return
        cv2.addWeighted(self._frame, shown, self._veil, 1.0 - shown, 0, dst=self._frame)
        self._stage.label(self._frame)

    def _finished(self) -> Picture:
        picture = self._ring[self._drawn % _RING]
        self._drawn += 1
        cv2.cvtColor(self._frame, cv2.COLOR_BGR2YUV_I420, dst=picture)
        return picture
