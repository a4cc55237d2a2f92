"""Where everything stands: the templates for upright and lying frames, one arrangement for each layout. Pure geometry."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from render.avatar_pack import AvatarPack
from render.contract import Layout


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in px."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def towards(self, other: "Rect", share: float) -> "Rect":
        """The rectangle `share` (0..1) of the way to another."""
        x, y, width, height = (
            round(a + (b - a) * share)
            for a, b in zip(
                (self.x, self.y, self.width, self.height),
                (other.x, other.y, other.width, other.height),
                strict=True,
            )
        )
        return Rect(x, y, width, height)

    def moved(self, dx: float, dy: float) -> "Rect":
        return Rect(self.x + round(dx), self.y + round(dy), self.width, self.height)


class CardStyle(Enum):
    """How a product card is laid out."""

    PICTURE_LEFT = "picture-left"
    PICTURE_TOP = "picture-top"
    STRIP = "strip"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """Where the product's picture stands by itself, outside its card."""

    box: Rect
    free: Rect
    """The part of the frame in which nothing lies over it: a picture that is shown whole stands here."""
    beneath: bool
    """Under the host, or over it."""
    away: tuple[int, int]
    """From where it slides in, in px."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One layout in one template; all in px of the frame, except `crop`."""

    crop: Rect
    """The part of the host's picture that is shown, in px of the pack."""
    host: Rect
    picture: PicturePlace | None
    card: Rect
    card_style: CardStyle
    chips: Rect
    """Call-outs fill it row by row, from its lower edge upwards."""
    quote: Rect
    board: Rect
    captions: Rect
    """The captions' panel stands in the middle of its lower edge."""

    @property
    def product(self) -> Rect:
        """Where the product stands: its picture, or its card."""
        return self.picture.free if self.picture is not None else self.card

    def product_from(self, eye: tuple[float, float]) -> tuple[float, float]:
        """Px to the right and down from a point of the host, given in px of the pack, to the middle of the product."""
        x = self.host.x + (eye[0] - self.crop.x) * self.host.width / self.crop.width
        y = self.host.y + (eye[1] - self.crop.y) * self.host.height / self.crop.height
        return self.product.x + self.product.width / 2 - x, self.product.y + self.product.height / 2 - y

    @property
    def scaled(self) -> bool:
        return (self.crop.width, self.crop.height) != (self.host.width, self.host.height)


@dataclass(frozen=True, slots=True)
class Template:
    """All arrangements of a frame."""

    size: tuple[int, int]
    """Width and height in px, both even."""
    unit: float
    """Px for one unit of the grid, of which the short side has 720."""
    arrangements: Mapping[Layout, Arrangement]
    """For every layout but ``AUTO``."""
    label: tuple[int, int]
    """Corner of the AI label."""
    newcomer: Layout
    """How a product is shown that has just come, where nobody says how."""

    @property
    def lying(self) -> bool:
        return self.size[0] > self.size[1]


class FrameSizeError(ValueError):
    """The frame asked for does not go with the avatar pack; the message says what would."""


MARGIN = 28
"""Units that stay free at the frame's edges (4 % of the short side)."""
_OPEN_MOUTH = 0.30
"""How far below the chin at rest an open, lowered one can come, in distances of the eyes (measured on the demo packs)."""


def template_for(pack: AvatarPack, size: tuple[int, int] | None = None) -> Template:
    """The template of a frame of `size` (width, height): the pack's own where None, or the pack's lying down.

    Raises `FrameSizeError` for any other.
    """
    upright = pack.size
    lying = (upright[1], upright[0])
    size = size or upright
    if size not in (upright, lying):
        raise FrameSizeError(
            f"a frame of {size[0]} x {size[1]} px does not go with this avatar; it can be "
            f"{upright[0]} x {upright[1]} (portrait) or {lying[0]} x {lying[1]} (landscape)"
        )
    places = _Places(pack)
    return places.lying() if size == lying and size != upright else places.upright()


class _Places:
    """Arithmetic in units of a frame whose short side has 720; what comes out is in px."""

    def __init__(self, pack: AvatarPack) -> None:
        self.unit = pack.size[0] / 720
        self._long = round(pack.size[1] / self.unit)
        marks = pack.landmarks
        left, right = marks["left_eye"], marks["right_eye"]
        self._apart = float(right[0] - left[0]) / self.unit
        self._middle = float(left[0] + right[0]) / 2 / self.unit
        self._eyes = float(left[1] + right[1]) / 2 / self.unit
        self._face_end = float(marks["chin"][1]) / self.unit + _OPEN_MOUTH * self._apart

    def px(self, x: float, y: float, width: float, height: float) -> Rect:
        return Rect(*(round(value * self.unit) for value in (x, y, width, height)))

    def head(self) -> Rect:
        """Head and collar, four wide and five high, for the small window."""
        width = min(480.0, 720.0)
        x = min(max(0.0, self._middle - width / 2), 720 - width)
        y = min(max(0.0, self._eyes - 0.5 * width), self._long - 1.25 * width)
        return self.px(x, y, width, 1.25 * width)

    def upright(self) -> Template:
        px, high = self.px, self._long
        whole = px(0, 0, 720, high)
        below = high - 1280  # frames of other proportions keep their lower part together
        captions = px(MARGIN, high - 56 - 132, 664, 132)
        top, board = px(MARGIN, 100, 664, 134), px(MARGIN, 100, 664, 104)
        inset_card = px(MARGIN, 856 + below, 664, 224)
        host = Arrangement(
            whole,
            whole,
            None,
            px(332, 896 + below, 360, 184),
            CardStyle.TEXT,
            px(MARGIN, 730 + below, 664, 156),
            top,
            board,
            captions,
        )
        inset = Arrangement(
            whole,
            whole,
            None,
            inset_card,
            CardStyle.PICTURE_LEFT,
            px(MARGIN, 736 + below, 664, 108),
            top,
            board,
            captions,
        )
        # The product's half begins below the face, which is moved up as far as the label allows.
        up = min(max(0.0, self._face_end - 668), 72.0)
        begin = max(min(self._face_end - up, 740.0), 600.0) + 8
        rest = high - begin - 286
        shifted = px(0, up, 720, high - up)
        side = Arrangement(
            shifted,
            px(0, 0, 720, high - up),
            PicturePlace(
                px(0, begin, 720, rest),
                px(0, begin, 720, rest),
                beneath=False,
                away=(0, round((high - begin) * self.unit)),
            ),
            px(0, begin + rest, 720, high - begin - rest),
            CardStyle.STRIP,
            px(MARGIN, begin + rest - 124, 664, 108),
            px(MARGIN, begin + 16, 664, 134),
            board,
            px(MARGIN, high - 24 - 132, 664, 132),
        )
        full = Arrangement(
            self.head(),
            px(720 - MARGIN - 240, high - 228 - 300, 240, 300),
            PicturePlace(whole, px(0, 104, 720, high - 104 - 540), beneath=True, away=(0, 0)),
            px(MARGIN, high - 228 - 224, 404, 224),
            CardStyle.TEXT,
            px(MARGIN, high - 228 - 224 - 174, 404, 162),
            px(MARGIN, 216, 664, 134),
            board,
            px(MARGIN, high - 28 - 132, 664, 132),
        )
        return Template(
            (whole.width, whole.height),
            self.unit,
            {Layout.HOST: host, Layout.INSET: inset, Layout.SIDE: side, Layout.FULL: full},
            (round(MARGIN * self.unit), round(MARGIN * self.unit)),
            Layout.SIDE,
        )

    def lying(self) -> Template:
        px, wide = self.px, self._long
        whole = px(0, 0, wide, 720)
        top = min(max(0.0, self._face_end - 606), self._long - 720.0)
        crop = px(0, top, 720, 720)
        middle = (wide - 720) / 2
        column = middle + self._middle - 1.5 * self._apart - 16 - MARGIN  # what is free beside the face
        captions = px(MARGIN, 568, wide - 2 * MARGIN, 132)
        quote, board = px(MARGIN, 262, column, 134), px(MARGIN, 100, column, 150)
        chips = px(MARGIN, 402, column, 160)
        centred = px(middle, 0, 720, 720)
        host = Arrangement(
            crop,
            centred,
            None,
            px(wide - MARGIN - 340, 372, 340, 184),
            CardStyle.TEXT,
            chips,
            quote,
            board,
            captions,
        )
        inset = Arrangement(
            crop,
            centred,
            None,
            px(wide - MARGIN - 368, MARGIN, 368, 528),
            CardStyle.PICTURE_TOP,
            chips,
            quote,
            board,
            captions,
        )
        half = wide - 600
        left = self._middle - 300
        side = Arrangement(
            px(max(0.0, left), top, 600, 720),
            px(0, 0, 600, 720),
            PicturePlace(
                px(600, 0, half, 572),
                px(600, 0, half, 572),
                beneath=False,
                away=(round(half * self.unit), 0),
            ),
            px(600, 572, half, 148),
            CardStyle.STRIP,
            px(624, 400, half - 48, 156),
            px(624, 148, half - 48, 134),
            px(624, 28, half - 48, 104),
            px(20, 568, 560, 132),
        )
        full = Arrangement(
            self.head(),
            px(wide - MARGIN - 240, 252, 240, 300),
            PicturePlace(whole, px(0, 96, wide, 456), beneath=True, away=(0, round(720 * self.unit))),
            px(MARGIN, 352, 404, 200),
            CardStyle.TEXT,
            px(MARGIN, 178, 404, 162),
            px(wide - MARGIN - 600, 144, 600, 96),
            px(wide - MARGIN - 600, 28, 600, 104),
            captions,
        )
        return Template(
            (whole.width, whole.height),
            self.unit,
            {Layout.HOST: host, Layout.INSET: inset, Layout.SIDE: side, Layout.FULL: full},
            (round(MARGIN * self.unit), round(MARGIN * self.unit)),
            Layout.SIDE,
        )
