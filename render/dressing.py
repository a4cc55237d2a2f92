"""What a Line shows, made ready before the Line begins: cards, pictures, call-outs, the quoted comment, captions."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from render.callout_board import MOST_CALLOUTS, chip
from render.caption_board import CaptionSetter, SetCaption
from render.contract import Board, CallOut, Layout, Line, ProductCard
from render.layouts import Template
from render.product_card import CardPatch, product_card, typographic_picture
from render.product_media import Clip, Fitting, Frame, ProductMedia, fitted, fitting
from render.promotion_board import PromotionBoard
from render.quote import quote_patch
from render.typography import Patch

CAPTION_SIZE = 37
"""Units of the grid."""
_MOST_CAPTION_WIDTH = 900
_PRODUCTS_KEPT = 6
"""Products whose cards and pictures (some 6 MB each) are kept for another Line; what a waiting Line needs is its own."""


@dataclass(frozen=True, slots=True)
class ProductSet:
    """A product in every layout."""

    card: ProductCard
    cards: Mapping[Layout, CardPatch]
    pictures: Mapping[Layout, Frame]
    """For the layouts that show it outside its card."""
    clip_fittings: Mapping[Layout, Fitting]
    """How its clip stands in the picture, or in the hole of the card; empty without a clip."""
    has_media: bool


@dataclass(frozen=True, slots=True)
class Dressing:
    """A Line with all that it shows."""

    line: Line
    product: ProductSet | None
    quotes: Mapping[tuple[int, int], Patch]
    """By width and height of their place."""
    callouts: Mapping[int, tuple[tuple[CallOut, Patch], ...]]
    """By the width of their place."""
    captions: Mapping[int, SetCaption]
    """By width."""
    faults: tuple[str, ...]
    """What could not be read, told here for the first time."""


@dataclass(frozen=True, slots=True)
class SetBoard:
    """A promotion board in every size."""

    board: Board
    boards: Mapping[tuple[int, int], PromotionBoard]


class Wardrobe:
    """Makes dressings; slow (tens of ms, more with a clip), for worker threads."""

    def __init__(self, template: Template, media: ProductMedia) -> None:
        self._template = template
        self._media = media
        self._lock = threading.Lock()
        self._products: OrderedDict[ProductCard, ProductSet] = OrderedDict()
        widths = {self.caption_width(layout) for layout in template.arrangements}
        self._setters = {width: CaptionSetter(width, self.px(CAPTION_SIZE)) for width in widths}

    def px(self, units: float) -> int:
        """Units of the grid in pixels."""
        return max(1, round(units * self._template.unit))

    def caption_width(self, layout: Layout) -> int:
        return min(self._template.arrangements[layout].captions.width, self.px(_MOST_CAPTION_WIDTH))

    def dress(self, line: Line) -> Dressing:
        """Set everything that the Line shows."""
        arrangements = self._template.arrangements.values()
        faults: list[str] = []
        product = self.product(line.product, faults) if line.product is not None else None
        places = {(a.quote.width, a.quote.height) for a in arrangements} if line.quote is not None else set()
        shown = [] if line.quote is None else [*line.quote]
        text = line.caption or line.text
        return Dressing(
            line,
            product,
            {place: quote_patch(shown[0], shown[1], *place, self._template.unit) for place in places},
            {
                width: tuple((c, chip(c.text, width, self._template.unit)) for c in line.callouts[:_MOST_OF_A_LINE])
                for width in {a.chips.width for a in arrangements}
            },
            {width: setter.set(text) for width, setter in self._setters.items()},
            tuple(faults),
        )

    def board(self, board: Board) -> SetBoard:
        sizes = {(a.board.width, a.board.height) for a in self._template.arrangements.values()}
        return SetBoard(board, {size: PromotionBoard(board, *size, self._template.unit) for size in sizes})

    def product(self, card: ProductCard, faults: list[str]) -> ProductSet:
        """The product in every layout, made anew or kept from before."""
        with self._lock:
            if (kept := self._products.get(card)) is not None and (not card.clip or self._media.clip(card.clip)):
                self._products.move_to_end(card)
                return kept
        made = self._make(card, faults)
        with self._lock:
            self._products[card] = made
            while len(self._products) > _PRODUCTS_KEPT:
                self._products.popitem(last=False)
        return made

    def clip(self, product: ProductSet) -> Clip | None:
        """Its clip, as long as memory has room for it."""
        return self._media.clip(product.card.clip) if product.card.clip else None

    def _make(self, card: ProductCard, faults: list[str]) -> ProductSet:
        unit = self._template.unit
        still = self._media.picture(card, faults)
        clip = self._media.clip(card.clip) if card.clip else None
        cards, pictures, fittings = {}, {}, {}
        for layout, arrangement in self._template.arrangements.items():
            size = (arrangement.card.width, arrangement.card.height)
            made = cards[layout] = product_card(card, arrangement.card_style, size, unit, still)
            if made.hole is not None and clip is not None:
                hole = (made.hole.width, made.hole.height)
                fittings[layout] = fitting(clip.size, hole, made.hole.moved(-made.hole.x, -made.hole.y))
            place = arrangement.picture
            if place is None:
                continue
            box, free = (place.box.width, place.box.height), place.free.moved(-place.box.x, -place.box.y)
            if still is None:
                pictures[layout] = typographic_picture(card, box, free, unit)
            else:
                pictures[layout], _ = fitted(still, box, free)
                if clip is not None:
                    fittings[layout] = fitting(clip.size, box, free)
        return ProductSet(card, cards, pictures, fittings, still is not None)


_MOST_OF_A_LINE = 2 * MOST_CALLOUTS
"""Call-outs of one Line that are made at all; more can't be read."""
