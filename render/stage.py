"""The stage: host, product, price card, call-outs, promotion board, quoted comment, captions and the AI label in one frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import AvatarPack
from render.callout_board import CallOutBoard
from render.caption_board import CaptionBoard
from render.contract import Board, Layout, Line, LiveMode
from render.dressing import CAPTION_SIZE, Dressing, ProductSet, SetBoard, Wardrobe
from render.host_window import HostWindow
from render.label import make_labels
from render.layouts import Arrangement, Rect, Template
from render.motion import ease
from render.product_media import ClipScreen, ProductMedia

MOVE_S = 0.36
"""How long anything on the stage takes from one place to another."""
_LINGER_S = 1.2
"""A quoted comment stays a moment after it has been read, so that late readers see what is answered."""
_SLIDE = 28
_BELOW_LABEL = 12
_MOST_LAYERS = 3

Frame = NDArray[np.uint8]


@dataclass(slots=True)
class _Coming:
    """Something on its way in or out, as a function of the show clock."""

    since: float
    leaving: float | None = None

    def progress(self, now: float) -> float:
        """0 away to 1 in its place."""
        shown = ease((now - self.since) / MOVE_S)
        return shown if self.leaving is None else shown * (1.0 - ease((now - self.leaving) / MOVE_S))

    def leave(self, now: float) -> None:
        if self.leaving is None:
            self.leaving = now

    def gone(self, now: float) -> bool:
        return self.leaving is not None and now >= self.leaving + MOVE_S


@dataclass(slots=True)
class _ProductLayer:
    """A product in one layout: its card, and its picture where that stands by itself."""

    product: ProductSet
    layout: Layout
    arrangement: Arrangement
    coming: _Coming
    screen: ClipScreen | None
    covered: bool = False
    """Another one comes in over it, in the same places: it stays until it is covered."""
    over: bool = False
    """It comes in over another in the same places: it only fades, nothing slides."""


class StageGraphics:
    """Composes the frame around the host. What it shows is made ready by `prepare`; drawing only lays it."""

    def __init__(self, template: Template, pack: AvatarPack) -> None:
        self._template = template
        self._wardrobe = Wardrobe(template, ProductMedia())
        home = template.arrangements[Layout.HOST]
        self._window = HostWindow(pack.plate, template.size, home, template.unit, MOVE_S)
        left, right = pack.landmarks["left_eye"], pack.landmarks["right_eye"]
        self._eyes = float(left[0] + right[0]) / 2, float(left[1] + right[1]) / 2
        self._layout = Layout.HOST
        self._layout_since, self._layout_before = -MOVE_S, Layout.HOST
        self._labels = make_labels(self._wardrobe.px)
        self._layers: list[_ProductLayer] = []
        self._quote: tuple[Dressing, _Coming] | None = None
        self._quoted_until: float | None = None
        self._board: tuple[SetBoard, _Coming] | None = None
        self._old_board: tuple[SetBoard, _Coming] | None = None
        self._chips = CallOutBoard(template.unit)
        widths = {self._wardrobe.caption_width(layout) for layout in template.arrangements}
        self._captions = {width: CaptionBoard(width, self._wardrobe.px(CAPTION_SIZE)) for width in widths}
        self._line = ""

    @property
    def layout(self) -> Layout:
        """The layout that stands, or is on its way."""
        return self._layout

    @property
    def product(self) -> ProductSet | None:
        """What is on the stage."""
        return self._layers[-1].product if self._layers else None

    @property
    def product_from_eyes(self) -> tuple[float, float]:
        """Where the product stands from the host's eyes, to the right and down, in units (the short side has 720)."""
        right, down = self._arrangement.product_from(self._eyes)
        return right / self._template.unit, down / self._template.unit

    # ---- what changes --------------------------------------------------------------------------------------

    def prepare(self, line: Line) -> Dressing:
        """Make ready what a Line shows; slow, for another thread than the one that draws."""
        return self._wardrobe.dress(line)

    def prepare_board(self, board: Board) -> SetBoard:
        """Set a promotion board; slow, for another thread than the one that draws."""
        return self._wardrobe.board(board)

    def begin(self, dressing: Dressing, now: float) -> None:
        """A Line begins to be heard."""
        line, here = dressing.line, self.product
        product = dressing.product or here
        changed = dressing.product is not None and (here is None or dressing.product.card != here.card)
        layout = self._choose(line.layout, product, changed)
        if changed or layout is not self._layout:
            self._chips.clear(now)
            self._arrange(product, layout, now)
        self._line = line.id
        self._chips.begin(dressing.callouts[self._arrangement.chips.width])
        for width, captions in self._captions.items():
            captions.take(dressing.captions[width])
        if line.quote is not None:
            self._quote, self._quoted_until = (dressing, _Coming(now)), None

    def end(self, line: Line, now: float) -> None:
        """A Line is over, or was cut off."""
        if line.id == self._line:
            self._chips.forget()
        if line.quote is not None and self._quote is not None and self._quoted_until is None:
            self._quoted_until = now + _LINGER_S

    def show_board(self, board: SetBoard | None, now: float) -> None:
        """Put a board on the stage in place of the one before, or take it away."""
        if self._board is not None:
            self._board[1].leave(now)
            self._old_board = self._board
        self._board = (board, _Coming(now)) if board is not None else None

    def _choose(self, wanted: Layout, product: ProductSet | None, changed: bool) -> Layout:
        if product is None:
            return Layout.HOST
        if wanted is not Layout.AUTO:
            return wanted
        if not changed:
            return self._layout if self._layers else Layout.INSET
        return self._template.newcomer if product.has_media else Layout.INSET

    def _arrange(self, product: ProductSet | None, layout: Layout, now: float) -> None:
        same_places = layout is self._layout
        if not same_places:
            self._layout_before, self._layout_since, self._layout = self._layout, now, layout
            self._window.go(self._arrangement, now)
        for layer in self._layers:
            if layer.coming.leaving is None:
                layer.covered = same_places
                layer.coming.leave(now)
        if product is None:
            return
        clip, how = self._wardrobe.clip(product), product.clip_fittings.get(layout)
        screen = None
        if clip is not None and how is not None:
            hole = product.cards[layout].hole
            still = product.pictures.get(layout)
            if still is None and hole is not None:
                still = product.cards[layout].patch.colour[hole.y : hole.bottom, hole.x : hole.right]
            screen = ClipScreen(clip, still, how) if still is not None else None
        over = same_places and bool(self._layers)
        self._layers.append(_ProductLayer(product, layout, self._arrangement, _Coming(now), screen, over=over))
        del self._layers[:-_MOST_LAYERS]

    @property
    def _arrangement(self) -> Arrangement:
        return self._template.arrangements[self._layout]

    def is_host(self, now: float) -> bool:
        """Whether the frame is the host's picture with things laid over it."""
        return self._window.is_frame(now)

    # ---- every frame ---------------------------------------------------------------------------------------

    def draw(
        self,
        host: Frame,
        frame: Frame,
        now: float,
        caption: tuple[str, int, int] | None,
        word: tuple[int, int] | None = None,
        live: LiveMode = LiveMode.NONE,
    ) -> None:
        """Fill `frame`: `host` in its place (it may be `frame` itself where `is_host`), and everything that belongs to it.

        `caption` is (text, first, last character of the word being heard), `word` the span of that word in the Line's text.
        """
        self._layers = [layer for layer in self._layers if not layer.coming.gone(now)]
        if not self._window.covers(now):
            np.copyto(frame, self._window.backdrop)
            self._lay_pictures(frame, now, beneath=True)
        if host is not frame:
            self._window.lay(host, frame, now)
        self._lay_pictures(frame, now, beneath=False)
        self._lay_rest(frame, now, caption, word, live)

    def draw_over(
        self,
        frame: Frame,
        now: float,
        caption: tuple[str, int, int] | None,
        word: tuple[int, int] | None,
        live: LiveMode,
    ) -> None:
        """Lay over `frame`, which a person's picture fills, what belongs to the show: the product as a card only."""
        layout = Layout.INSET if self.product is not None else Layout.HOST
        if self._layout is not layout:
            self._arrange(self.product, layout, now)
        self._layers = [layer for layer in self._layers if layer.layout is layout and not layer.coming.gone(now)]
        self._lay_rest(frame, now, caption, word, live)

    def _lay_rest(
        self,
        frame: Frame,
        now: float,
        caption: tuple[str, int, int] | None,
        word: tuple[int, int] | None,
        live: LiveMode,
    ) -> None:
        """Cards, call-outs, board, quote, captions and label: what stands before host or person."""
        for layer in self._layers:
            self._lay_card(layer, frame, now)
        arrangement = self._arrangement
        if word is not None and word[1] > word[0]:
            self._chips.heard(word[0], arrangement.chips, now)
        self._lay_boards(frame, now, live)
        self._lay_quote(frame, now, live)
        self._chips.draw(frame, now)
        if caption is not None:
            place = self._captions_place(now)
            board = self._captions[self._wardrobe.caption_width(self._layout)]
            board.draw(frame, *caption, middle=place.x + place.width // 2, bottom=place.bottom)
        self.label(frame, live)

    def label(self, frame: Frame, live: LiveMode = LiveMode.NONE) -> None:
        """Lay the label, which every frame carries and which says the truth."""
        self._labels[live].lay(frame, *self._template.label)

    def still(self, plate: Frame) -> Frame:
        """The host alone at rest, without label: what the show looks like before it begins."""
        frame = self._window.backdrop.copy()
        self._window.lay(plate, frame, 0.0)
        return frame

    def _captions_place(self, now: float) -> Rect:
        share = ease((now - self._layout_since) / MOVE_S)
        before = self._template.arrangements[self._layout_before].captions
        return before.towards(self._arrangement.captions, share)

    def _lay_pictures(self, frame: Frame, now: float, *, beneath: bool) -> None:
        for layer in self._layers:
            place = layer.arrangement.picture
            if place is None or place.beneath is not beneath:
                continue
            picture = layer.product.pictures[layer.layout]
            if layer.screen is not None:
                picture = layer.screen.at(now - layer.coming.since)
            progress = 1.0 if layer.covered else layer.coming.progress(now)
            if layer.over and layer.coming.leaving is None:
                _dissolve(frame, picture, place.box.x, place.box.y, progress)
            else:
                away = 1.0 - progress
                box = place.box.moved(place.away[0] * away, place.away[1] * away)
                _copy(frame, picture, box.x, box.y)

    def _lay_card(self, layer: _ProductLayer, frame: Frame, now: float) -> None:
        made = layer.product.cards[layer.layout]
        progress = 1.0 if layer.covered else layer.coming.progress(now)
        if progress <= 0.0:
            return
        place, picture = layer.arrangement.card, layer.arrangement.picture
        fades = layer.over and layer.coming.leaving is None
        if not fades and picture is not None and not picture.beneath:  # it slides with the picture that it belongs to
            place = place.moved(picture.away[0] * (1.0 - progress), picture.away[1] * (1.0 - progress))
            made.patch.lay(frame, place.x, place.y)
            return
        if not fades and not layer.covered:
            # Two cards seen through each other can't be read: the one that leaves is gone before the other is half there.
            progress = max(0.0, 1.6 * progress - 0.6)
            place = place.moved(0, self._wardrobe.px(_SLIDE) * (1.0 - progress))
        if progress <= 0.0:
            return
        (made.patch if progress >= 1.0 else made.patch.faded(progress)).lay(frame, place.x, place.y)
        if layer.screen is not None and made.hole is not None and picture is None:
            shown = layer.screen.at(now - layer.coming.since)
            _dissolve(frame, shown, place.x + made.hole.x, place.y + made.hole.y, progress)

    def _clear_of_label(self, place: Rect, live: LiveMode) -> Rect:
        """A place near the label, moved down as far as a label of two rows needs."""
        (x, y), patch = self._template.label, self._labels[live]
        lower = y + patch.height + self._wardrobe.px(_BELOW_LABEL)
        beside = place.x >= x + patch.width
        return place if beside or place.y >= lower else place.moved(0, lower - place.y)

    def _lay_boards(self, frame: Frame, now: float, live: LiveMode) -> None:
        if self._old_board is not None and self._old_board[1].gone(now):
            self._old_board = None
        for shown in (self._old_board, self._board):
            if shown is not None:
                board, coming = shown
                place = self._clear_of_label(self._arrangement.board, live)
                progress = coming.progress(now)
                slide = round(self._wardrobe.px(_SLIDE) * (1 - progress))
                board.boards[place.width, place.height].lay(
                    frame, place.x, place.y - slide, now, coming.since, progress
                )

    def _lay_quote(self, frame: Frame, now: float, live: LiveMode) -> None:
        if self._quote is None:
            return
        dressing, coming = self._quote
        place = self._arrangement.quote
        if self._board is not None and (place.x, place.y) == (self._arrangement.board.x, self._arrangement.board.y):
            # The board has its place: the comment stands where the call-outs do, until the first of them comes.
            chips = self._arrangement.chips
            place = Rect(chips.x, chips.bottom - place.height, place.width, place.height)
            if self._chips.visible:
                coming.leave(now)
        if self._quoted_until is not None and now >= self._quoted_until:
            coming.leave(self._quoted_until)
        if coming.gone(now):
            self._quote = None
            return
        place = self._clear_of_label(place, live)
        progress = coming.progress(now)
        patch = dressing.quotes[(place.width, place.height)]
        if progress < 1.0:
            patch = patch.faded(progress)
        patch.lay(frame, place.x, place.y - round(self._wardrobe.px(_SLIDE // 2) * (1 - progress)))


def _copy(frame: Frame, picture: Frame, x: int, y: int) -> None:
    """Copy a picture into the frame with its corner at (x, y); what sticks out is cut off."""
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(frame.shape[1], x + picture.shape[1]), min(frame.shape[0], y + picture.shape[0])
    if x0 < x1 and y0 < y1:
        np.copyto(frame[y0:y1, x0:x1], picture[y0 - y : y1 - y, x0 - x : x1 - x])


def _dissolve(frame: Frame, picture: Frame, x: int, y: int, share: float) -> None:
    """The same, seen through by 1 - `share`."""
    if share >= 1.0:
        _copy(frame, picture, x, y)
        return
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(frame.shape[1], x + picture.shape[1]), min(frame.shape[0], y + picture.shape[0])
    if share > 0.0 and x0 < x1 and y0 < y1:
        region = frame[y0:y1, x0:x1]
        cv2.addWeighted(picture[y0 - y : y1 - y, x0 - x : x1 - x], share, region, 1.0 - share, 0, dst=region)
