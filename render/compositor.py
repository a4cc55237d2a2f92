"""The picture of a Slice: face and stage on one frame, as I420."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, AvatarPack
from render.contract import Board, Emotion, HoldingCard, Line, LiveMode
from render.dressing import Dressing, SetBoard
from render.face import Face
from render.holding import HoldingPicture, SetHolding
from render.layouts import template_for
from render.life import Life
from render.person_view import PersonView
from render.pose import Pose
from render.stage import StageGraphics
from rtc.contract import LivePicture, Picture

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
    """Everything that a picture depends on, apart from what the stage holds."""

    now: float
    mouth: NDArray[np.float32] | None
    """Weights (13,), None while nobody speaks."""
    speaking: Speaking | None
    look: str
    caption: CaptionState | None
    clause_s: float | None = None
    """Length of the Line being heard or about to be, in seconds, where it is known."""
    word: tuple[int, int] | None = None
    """Character span of the word being heard, in the Line's text; call-outs come with it."""
    live: LiveMode = LiveMode.NONE
    """Whose voice and picture these are: what the label says."""
    person: LivePicture | None = None
    """The person's picture, which takes the host's place; with the mode CAMERA only."""
    holding: SetHolding | None = None
    """The card that covers everything but the label."""


class Compositor:
    """Draws one picture per request; the buffers are its own and are used again after `_RING` pictures."""

    def __init__(self, pack: AvatarPack, seed: int, size: tuple[int, int] | None = None) -> None:
        """`size` of the frame, (width, height): the pack's own, or the pack's lying down; raises `FrameSizeError`."""
        cv2.setNumThreads(1)  # the models need the other core
        template = template_for(pack, size)
        width, height = template.size
        self._face = Face(pack)
        self._life = Life(seed, limits=pack.max_degrees)
        self._stage = StageGraphics(template, pack)
        self._holding = HoldingPicture(self._stage.still(pack.plate))
        self._person = PersonView(template.size)
        self._held_until: float | None = None
        self._host = np.empty((pack.size[1], pack.size[0], 3), np.uint8)
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
        if request.holding is not None:
            return self._hold(request.holding, request)
        live = request.live
        caption = request.caption
        words = (caption.text, caption.first, caption.last) if caption is not None else None
        if request.person is not None:
            self._person.draw(request.person, self._frame)
            self._stage.draw_over(self._frame, request.now, words, request.word, live)
            self._then, self._mouth = request.now, self._rest
        else:
            host = self._frame if self._stage.is_host(request.now) else self._host
            self._face.draw(self._pose(request), host)
            self._stage.draw(host, self._frame, request.now, words, request.word, live)
        if self._held_until is not None:
            self._unveil(request.now - self._held_until, live)
        return self._finished()

    def prepare_holding(self, card: HoldingCard) -> SetHolding:
        """Set the words of a holding card; slow, for another thread than the one that draws."""
        return self._holding.set(card)

    def prepare(self, line: Line) -> Dressing:
        """Make ready all that a Line shows; slow, for another thread than the one that draws."""
        return self._stage.prepare(line)

    def prepare_board(self, board: Board) -> SetBoard:
        """Set a promotion board; slow, for another thread than the one that draws."""
        return self._stage.prepare_board(board)

    def begin(self, dressing: Dressing, now: float) -> None:
        """A Line begins to be heard: its layout, product, call-outs and quote come on."""
        shown, coming = self._stage.product, dressing.product
        if coming is not None and (shown is None or shown.card != coming.card):
            self._life.glance("product")
        self._stage.begin(dressing, now)
        self._life.put_product(*self._stage.product_from_eyes)

    def end(self, line: Line, now: float) -> None:
        """A Line is over, or was cut off."""
        self._stage.end(line, now)

    def show_board(self, board: SetBoard | None, now: float) -> None:
        """Put a board on the stage, or take it away."""
        self._stage.show_board(board, now)

    def _hold(self, held: SetHolding, request: FrameRequest) -> Picture:
        """The card over everything; the next picture without it fades over."""
        self._holding.draw(self._frame, request.now, held)
        self._stage.label(self._frame, request.live)
        np.copyto(self._veil, self._frame)
        self._held_until = request.now
        return self._finished()

    def _pose(self, request: FrameRequest) -> Pose:
        speaking = request.speaking
        moment = self._life.at(
            request.now,
            speaking=(speaking.emotion, speaking.energy, speaking.accent) if speaking else None,
            look=request.look,
            clause_s=request.clause_s,
        )
        return moment.pose(self._mouth_at(request.mouth, request.now))

    def _mouth_at(self, said: NDArray[np.float32] | None, now: float) -> NDArray[np.float32]:
        """What is said, or on the way to rest: a Line that was cut off leaves the mouth open."""
        passed, self._then = max(0.0, now - self._then), now
        if said is None:
            self._mouth = self._rest + (self._mouth - self._rest) * np.float32(math.exp(-passed / _CLOSING_S))
        else:
            self._mouth = said
        return self._mouth

    def _unveil(self, since: float, live: LiveMode) -> None:
        shown = since / _UNVEIL_S
        if shown >= 1.0:
            self._held_until = None
            return
        cv2.addWeighted(self._frame, shown, self._veil, 1.0 - shown, 0, dst=self._frame)
        self._stage.label(self._frame, live)

    def _finished(self) -> Picture:
        picture = self._ring[self._drawn % _RING]
        self._drawn += 1
        cv2.cvtColor(self._frame, cv2.COLOR_BGR2YUV_I420, dst=picture)
        return picture
