"""The picture of a Slice: face and stage on one frame, as I420."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, AvatarPack
from render.contract import Emotion, ProductCard
from render.face import Face, Pose
from render.life import Life
from render.stage import StageGraphics
from rtc.contract import Picture

_RING = 4
"""Pictures that may be in use at once: the one being drawn, the one at the encoder, and those repeated."""


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
        self._frame = np.empty((height, width, 3), np.uint8)
        self._ring = [np.empty((height * 3 // 2, width), np.uint8) for _ in range(_RING)]
        self._drawn = 0
        self._mouth = np.zeros(len(MOUTH_KEYS), np.float32)
        self._mouth[MOUTH_KEYS.index("rest")] = 1.0

    def draw(self, request: FrameRequest) -> Picture:
        """Shape (height * 3 // 2, width) uint8; valid until three more have been drawn."""
        speaking = request.speaking
        moment = self._life.at(
            request.now,
            speaking=(speaking.emotion, speaking.energy, speaking.accent) if speaking else None,
            look=request.look,
        )
        pose = Pose(
            mouth=_with_smile(self._mouth if request.mouth is None else request.mouth, moment.smile),
            blink=moment.blink,
            gaze_x=moment.gaze_x,
            gaze_y=moment.gaze_y,
            brow=moment.brow,
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
        picture = self._ring[self._drawn % _RING]
        self._drawn += 1
        cv2.cvtColor(self._frame, cv2.COLOR_BGR2YUV_I420, dst=picture)
        return picture

    def prepare(self, card: ProductCard) -> None:
        self._stage.prepare(card)

    def show_product(self, card: ProductCard | None, now: float) -> None:
        self._stage.show_product(card, now)

    def quote(self, viewer: str, text: str, now: float) -> None:
        self._stage.quote(viewer, text, now)

    def unquote(self, now: float) -> None:
        self._stage.unquote(now)


def _with_smile(mouth: NDArray[np.float32], smile: float) -> NDArray[np.float32]:
    """Mix the smile in where the mouth rests; lips that are busy with a sound keep its shape."""
    out = mouth.copy()
    share = smile * float(mouth[MOUTH_KEYS.index("rest")])
    out[MOUTH_KEYS.index("rest")] -= share
    out[MOUTH_KEYS.index("smile")] += share
    return out
