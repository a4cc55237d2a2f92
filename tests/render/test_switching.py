"""A hundred products in random order while the host talks, with the real painter, in the show's own time."""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from render.contract import (
    Emotion,
    Layout,
    Line,
    LineEnded,
    ProductCard,
    ProductShown,
    RenderFault,
    ShowEvent,
    Speech,
    WordSpan,
)
from render.layouts import template_for
from render.show import Show
from rtc.contract import SLICE_SAMPLES, Slice
from tests.render.pack_fixture import write_pack

_SLICES = 12
LAYOUTS = (Layout.AUTO, Layout.HOST, Layout.INSET, Layout.SIDE, Layout.FULL)


class Tone:
    name = "tone"
    languages = frozenset({"en"})

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        samples = _SLICES * SLICE_SAMPLES
        return Speech(np.full(samples, 2000, np.int16), words=(WordSpan(0, len(text), 0, samples),))

    async def close(self) -> None: ...


@dataclass
class Tape:
    slices: list[Slice] = field(default_factory=list)
    lumas: list[NDArray[np.uint8]] = field(default_factory=list)

    def push(self, piece: Slice, due: float) -> None:
        self.slices.append(piece)
        self.lumas.append(piece.picture[: piece.picture.shape[0] * 2 // 3].copy())


def _talk(speech: Speech, energy: float) -> NDArray[np.float32]:
    return np.eye(13, dtype=np.float32)[np.arange(len(speech.pcm) // SLICE_SAMPLES) % 13]


def _luma(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    even = np.ascontiguousarray(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
    return np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2YUV_I420)[: even.shape[0]], np.uint8)


async def test_switching_a_hundred_products_while_talking_loses_nothing(tmp_path: Path) -> None:
    pack = load_avatar_pack(write_pack(tmp_path / "pack"))
    picture = tmp_path / "thing.png"
    cv2.imwrite(str(picture), np.random.default_rng(2).integers(0, 255, (60, 80, 3), np.uint8))
    compositor, tape, events = Compositor(pack, 1), Tape(), list[ShowEvent]()
    show = Show(compositor, _talk, tape, events.append, loop=asyncio.get_running_loop(), voice=Tone())
    template = template_for(pack)
    order = random.Random(7)
    products = [
        ProductCard(
            f"P-{n}", f"Thing {n}", f"\u4e1c\u897f{n}", f"\u00a5{n + 100}.00", picture=str(picture) if n % 3 else ""
        )
        for n in range(40)
    ]
    lines, last = [], None
    for number in range(100):
        card = last = order.choice([p for p in products if p is not last])
        text = f"{card.name} is {card.price}, and that is what it costs."
        lines.append(Line(f"l{number}", text, product=card, layout=order.choice(LAYOUTS)))
    shown: dict[str, tuple[ProductCard, Layout, NDArray[np.uint8]]] = {}
    for line in lines:
        assert await show.say(line)
        while show.waiting_seconds > 1.0:
            _tick(show, compositor, tape, shown)
        await asyncio.sleep(0)
    while show.waiting_seconds > 0:
        _tick(show, compositor, tape, shown)
    await asyncio.sleep(0)

    assert [piece.index for piece in tape.slices] == list(range(len(tape.slices)))
    assert not any(piece.repeated for piece in tape.slices)
    assert [e.line.id for e in events if isinstance(e, LineEnded)] == [line.id for line in lines]
    assert not [e for e in events if isinstance(e, RenderFault)]
    assert [e.card for e in events if isinstance(e, ProductShown)] == [line.product for line in lines]
    voiced = [piece.line for piece in tape.slices if piece.pcm.any()]
    assert all(voiced.count(line.id) == _SLICES for line in lines)

    x, y = template.label
    label = tape.lumas[0][y : y + 14, x + 5 : x + 135]
    for luma in tape.lumas:
        assert cv2.matchTemplate(luma[y : y + 14, x + 5 : x + 135], label, cv2.TM_CCOEFF_NORMED).item() > 0.9

    for line in lines:
        card, layout, luma = shown[line.id]
        assert line.product is not None
        assert card.price == line.product.price
        assert card.price in line.text  # what is shown is what is said
        place = template.arrangements[layout].card
        made = compositor.prepare(line).product
        assert made is not None
        wanted = _luma(made.cards[layout].patch.colour)
        free = min(wanted.shape[0], template.arrangements[layout].captions.y - place.y)  # captions lie over the strip
        got = luma[place.y : place.y + free, place.x : place.x + wanted.shape[1]]
        off = np.abs(got[4:-2, 6:-6].astype(int) - wanted[:free][4:-2, 6:-6])
        assert np.median(off) <= 2
        assert off.mean() < 6


def _tick(
    show: Show, compositor: Compositor, tape: Tape, shown: dict[str, tuple[ProductCard, Layout, NDArray[np.uint8]]]
) -> None:
    show.tick(show.now)
    line = tape.slices[-1].line
    stage = compositor._stage
    if line is not None and stage.product is not None:
        shown[line] = (stage.product.card, stage.layout, tape.lumas[-1])
