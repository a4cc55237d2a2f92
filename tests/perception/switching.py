"""Does the stage keep up when the product changes with every sentence? Pictures, sound and the price on the card."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from render.contract import Layout, Line, ProductCard
from rtc.contract import SAMPLE_RATE, Pcm
from tests.perception.card_price import PriceReader, PriceSeen
from tests.perception.fast_show import Said
from tests.perception.lips import place_in
from tests.perception.received_stream import Received
from tests.perception.typeset import Luma

MOST_GAP_MS: Final = 120.0
LAYOUTS: Final = (Layout.AUTO, Layout.INSET, Layout.SIDE, Layout.FULL, Layout.HOST)
_SETTLED: Final = 15
"""Slices after which a card has come in: transitions last half a second at most."""
_NAMES: Final = (
    "kettle",
    "cutting board",
    "ribeye steak",
    "linen apron with crossed straps",
    "lamp",
    "free-range eggs",
)
_NAMES_ZH: Final = ("电水壶", "砧板", "眼肉牛排", "亚麻围裙", "台灯", "散养鸡蛋")
_FINDS: Final = ("Blue", "Small", "Old", "Heavy", "Quiet", "Bright", "Round", "Plain", "Warm", "Fine")
_BLOCK: Final = SAMPLE_RATE // 50


def products(count: int, folder: Path, seed: int = 4) -> list[ProductCard]:
    """Products of all kinds in random order: with a picture, a clip, neither, or one that is missing.

    Prices have three digits before the point, all different there. Pictures and clips are written to `folder`.
    """
    random = np.random.default_rng(seed)
    prices = random.permutation(np.arange(103, 1000))[:count]
    pictures = [_picture(folder / f"picture-{n}.jpg", random) for n in range(8)]
    clips = [_clip(folder / f"clip-{n}.mp4", random) for n in range(3)]
    cards = []
    for number, price in enumerate(prices):
        kind = number % 5
        cards.append(
            ProductCard(
                sku=f"S-{number:03}",
                name=f"{_FINDS[number // 6 % len(_FINDS)]} {_NAMES[number % len(_NAMES)]}",
                name_zh=_NAMES_ZH[number % len(_NAMES_ZH)],
                price=f"¥{price}.{random.integers(0, 10)}0",
                list_price=f"¥{price + 1000}.00" if number % 3 == 0 else "",
                unit="box of 10 × 150 g" if number % 2 else "one piece",
                picture=str(folder / "not-there.jpg") if kind == 3 else pictures[number % 8] if kind != 4 else "",
                clip=clips[number % 3] if kind == 2 else "",
            )
        )
    return [cards[i] for i in random.permutation(count)]


def lines(cards: Sequence[ProductCard], layouts: Sequence[Layout] = (Layout.AUTO,)) -> list[Line]:
    """One short Line a product, whose text says the price; the caption does not, so that it is only on the card."""
    return [
        Line(
            f"switch-{number}",
            f"Now {card.price}.",
            product=card,
            caption="Have a look at this one.",
            layout=layouts[number % len(layouts)],
        )
        for number, card in enumerate(cards)
    ]


@dataclass(frozen=True, slots=True)
class CardRead:
    """What stood on the card while a Line said a price."""

    line: Line
    seen: PriceSeen | None

    @property
    def right(self) -> bool:
        assert self.line.product is not None
        return self.seen is not None and self.seen.legible and self.seen.text == self.line.product.price


@dataclass(frozen=True, slots=True)
class SwitchFigures:
    """The result of a run."""

    switches: int
    picture_gap_ms: float
    """The longest between two pictures."""
    repeated: int
    dropout_ms: float
    """The longest stretch in which the voice speaks and nothing is received."""
    pause_ms: float
    """The longest silence between two Lines."""
    cards: tuple[CardRead, ...]

    def shortfalls(self) -> list[str]:
        """What misses the bar, in words; empty when all is well."""
        found = []
        if self.picture_gap_ms > MOST_GAP_MS:
            found.append(f"{self.picture_gap_ms:.0f} ms between two pictures (asked: {MOST_GAP_MS:.0f})")
        if self.dropout_ms > 0:
            found.append(f"{self.dropout_ms:.0f} ms of speech are missing")
        wrong = [card for card in self.cards if not card.right]
        if wrong or not self.cards:
            found.append(f"{len(wrong)} of {len(self.cards)} cards do not show the price that is said")
        return found


@dataclass(slots=True)
class CardWatcher:
    """Keeps pictures at even distances, to be read once it is known which Line was heard in them."""

    step: int = 5
    indices: list[int] = field(default_factory=list)
    """Every Slice of which a picture came."""
    _coded: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    def __call__(self, received: Received) -> None:
        self.indices.append(received.index)
        if received.index % self.step == 0:
            self.keep(received.index, pack_luma(received.luma()))

    def keep(self, index: int, coded: NDArray[np.uint8]) -> None:
        """Keep a picture that `pack_luma` made small."""
        self._coded[index] = coded

    def at(self, index: int) -> Luma:
        """The luma of a kept picture."""
        return unpack_luma(self._coded[index])

    def kept(self, first: int, last: int) -> list[int]:
        """Slices from `first` up to, not including, `last` whose pictures were kept."""
        return [index for index in self._coded if first <= index < last]


def pack_luma(luma: Luma) -> NDArray[np.uint8]:
    """As a JPEG of high quality: pictures of a whole run fit into memory."""
    done, data = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    return np.asarray(data, np.uint8)


def unpack_luma(data: NDArray[np.uint8]) -> Luma:
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def measure_switches(said: Sequence[Said], watcher: CardWatcher, sound: Pcm, repeated: int) -> SwitchFigures:
    """Put together what was received; `sound` begins with Slice 0."""
    gaps = np.diff(watcher.indices)
    bounds = []
    dropout = 0.0
    for item in said:
        begins = place_in(sound, item.speech.pcm, item.first)
        bounds.append((begins, begins + len(item.speech.pcm)))
        dropout = max(dropout, dropout_ms(item.speech.pcm, sound[max(0, begins) : begins + len(item.speech.pcm)]))
    pauses = [(after[0] - before[1]) / SAMPLE_RATE * 1000 for before, after in zip(bounds, bounds[1:], strict=False)]
    return SwitchFigures(
        switches=len(said),
        picture_gap_ms=float(gaps.max()) * 40 if len(gaps) else float("inf"),
        repeated=repeated,
        dropout_ms=dropout,
        pause_ms=max(pauses, default=0.0),
        cards=tuple(read_cards(said, watcher)),
    )


def read_cards(said: Sequence[Said], watcher: CardWatcher) -> list[CardRead]:
    """Read the card in a picture of each Line, as late in it as one was kept.

    A card that sets its price in a way not met before (another layout, a longer name) is searched for the price that is said;
    a card that shows another price has it nowhere.
    """
    prices = [item.line.product.price for item in said if item.line.product is not None]
    reader = PriceReader(prices)
    found = []
    for item in said:
        card = item.line.product
        assert card is not None
        kept = watcher.kept(item.first + _SETTLED, item.last) or watcher.kept(item.first + 5, item.last + 8)
        luma = watcher.at(kept[-1])
        read = CardRead(item.line, reader.read(luma))
        if not read.right and reader.learn(luma, card.price):
            read = CardRead(item.line, reader.read(luma))
        found.append(read)
    return found


def dropout_ms(spoken: Pcm, received: Pcm) -> float:
    """The longest stretch in which `spoken` is voiced and `received`, which should be the same, is 18 dB and more below it."""
    blocks = min(len(spoken), len(received)) // _BLOCK
    longest = run = 0
    for block in range(blocks):
        part = slice(block * _BLOCK, (block + 1) * _BLOCK)
        wanted, heard = (float(np.sqrt(np.mean(np.square(p[part].astype(float))))) for p in (spoken, received))
        run = run + 1 if wanted > 300 and heard < wanted / 8 else 0
        longest = max(longest, run)
    return longest * 20.0


def _picture(path: Path, random: np.random.Generator) -> str:
    small = random.integers(40, 230, (6, 6, 3)).astype(np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (640, 640), interpolation=cv2.INTER_CUBIC))
    return str(path)


def _clip(path: Path, random: np.random.Generator) -> str:
    """Two seconds of a bright spot on its way."""
    ground = cv2.resize(random.integers(40, 200, (4, 4, 3)).astype(np.uint8), (320, 320), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as file:
        stream: Any = file.add_stream("libx264", rate=25)
        stream.width = stream.height = 320
        stream.pix_fmt = "yuv420p"
        for frame in range(50):
            picture = ground.copy()
            cv2.circle(picture, (40 + 5 * frame, 160), 30, (255, 255, 255), -1)
            coded = av.VideoFrame.from_ndarray(picture, format="bgr24")
            coded.pts, coded.time_base = frame, Fraction(1, 25)
            file.mux(stream.encode(coded))
        file.mux(stream.encode())
    return str(path)
