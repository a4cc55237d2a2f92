"""Is the right label in every picture, of a person on the air too? ``python -m tests.bench.label --pictures 1000``."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from av import VideoFrame

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor, FrameRequest
from render.contract import Board, CallOut, HoldingCard, Layout, Line, LiveMode
from rtc.contract import SLICE_SAMPLES, LivePicture, Slice
from rtc.settings import VideoSettings
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.fast_show import fast_show, packs
from tests.perception.label import CAMERA, LEAST_HEIGHT, LEAST_SCORE, VOICE, LabelReader, LabelSeen
from tests.perception.received_stream import ReceivedStream
from tests.perception.stand_in_voices import ToneVoice
from tests.perception.switching import lines, products

_HOLDING = 50


def holding(pack: str, lying: bool) -> LabelReader:
    """The holding card, and the way from it into the show."""
    loaded = load_avatar_pack(packs()[pack])
    width, height = loaded.size[::-1] if lying else loaded.size
    compositor = Compositor(loaded, 1, (width, height))
    reader = LabelReader()
    stream = ReceivedStream(reader, VideoSettings(width=width, height=height))
    card = compositor.prepare_holding(HoldingCard("One moment", "马上开始"))
    for index in range(_HOLDING):
        held = card if index < _HOLDING // 2 else None
        picture = compositor.draw(FrameRequest(index * 0.04, None, None, "camera", None, holding=held))
        stream.push(Slice(index, picture, np.zeros(SLICE_SAMPLES, np.int16), 0), 0.0)
    stream.close()
    return reader


def person(pack: str, lying: bool, mode: LiveMode, pictures: int) -> LabelReader:
    """A person on the air, with products in every layout and the board coming and going."""
    loaded = load_avatar_pack(packs()[pack])
    width, height = loaded.size[::-1] if lying else loaded.size
    compositor = Compositor(loaded, 1, (width, height))
    reader = LabelReader(wording=VOICE if mode is LiveMode.VOICE else CAMERA)
    stream = ReceivedStream(reader, VideoSettings(width=width, height=height))
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(prefix="talkback-products-") as folder:
        spoken = lines(products(8, Path(folder)), tuple(Layout))
        for index in range(pictures):
            at = index * 0.04
            if index % 12 == 0:
                compositor.begin(compositor.prepare(spoken[index // 12 % len(spoken)]), at)
            if index % 30 == 0:
                compositor.show_board(compositor.prepare_board(_board(index, at)) if index % 60 == 0 else None, at)
            seen = _camera_picture(rng) if mode is LiveMode.CAMERA else None
            picture = compositor.draw(FrameRequest(at, None, None, "camera", None, live=mode, person=seen))
            stream.push(Slice(index, picture, np.zeros(SLICE_SAMPLES, np.int16), 0), 0.0)
    stream.close()
    return reader


def _camera_picture(rng: np.random.Generator) -> LivePicture:
    """Blots of any colour: the worst ground for a label."""
    blots = rng.integers(0, 255, (27, 48, 3), np.uint8)
    frame = np.asarray(cv2.resize(blots, (1280, 720), interpolation=cv2.INTER_CUBIC), np.uint8)
    return LivePicture(0, VideoFrame.from_ndarray(frame, format="bgr24").reformat(format="yuv420p"))


async def show(pack: str, lying: bool, pictures: int) -> LabelReader:
    """A show in which everything comes and goes: a product a second in every layout, comments, call-outs, the board."""
    reader = LabelReader(step=3)
    needed = pictures * 3 // 23  # a Line with its pause lasts 23 Slices and more
    with tempfile.TemporaryDirectory(prefix="talkback-products-") as folder:
        cards = products(min(needed, 100), Path(folder))
        async with fast_show(reader, ToneVoice(), pack=packs()[pack], lying=lying) as running:
            await running.idle(2)
            number = 0
            while len(reader.seen) < pictures:
                running.show.show_board(_board(number, running.show.now) if number % 3 != 2 else None)
                await running.say(_some(lines(cards, tuple(Layout)), number))
                number += 1
                if number > 2 * needed:
                    break
    return reader


def _some(spoken: Sequence[Line], number: int) -> list[Line]:
    found = []
    for place in range(8):
        line = spoken[(number * 8 + place) % len(spoken)]
        found.append(
            Line(
                f"label-{number}-{place}",
                line.text,
                product=line.product,
                layout=line.layout,
                caption="A long caption that fills two lines of the panel at the bottom. 字幕也有中文。",
                quote=("Lin", "How much is it? 多少钱？") if place % 3 == 0 else None,
                callouts=(CallOut("10 × 150 g", 0), CallOut("手工分切", 4)),
            )
        )
    return found


def _board(number: int, now: float) -> Board:
    return Board(f"board-{number}", "Evening draw · 今晚抽奖", ("First prize: a pan", "评论即可参与"), now + 20)


def row(what: str, seen: Sequence[LabelSeen]) -> list[str]:
    found = sum(s.legible for s in seen)
    least = min((min(s.english, s.chinese) for s in seen), default=0.0)
    height = min((s.height for s in seen), default=0.0)
    return [what, str(len(seen)), str(found), f"{least:.2f}", f"{height:.1%}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.label", description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--packs", nargs="+", choices=sorted(packs()), default=sorted(packs()))
    parser.add_argument("--save", type=Path, help="folder for the least legible pictures")
    options = parser.parse_args()
    rows, bad = [], []
    formats = [(name, lying) for name in options.packs for lying in (False, True)]
    for name, lying in formats:
        form = "16:9" if lying else "9:16"
        for what, reader in (
            ("holding card and start", holding(name, lying)),
            ("person's voice", person(name, lying, LiveMode.VOICE, options.pictures // len(formats) // 2)),
            ("person's picture", person(name, lying, LiveMode.CAMERA, options.pictures // len(formats) // 2)),
            ("show", asyncio.run(show(name, lying, options.pictures // len(formats)))),
        ):
            called = f"{what}, pack {name}, {form}"
            rows.append(row(called, reader.seen))
            missed = reader.missed()
            if missed or not reader.seen:
                bad.append(f"{called}: no legible label in {len(missed)} of {len(reader.seen)} pictures")
            if options.save:
                options.save.mkdir(parents=True, exist_ok=True)
                reader.save_worst(str(options.save / f"{name}-{what.replace(' ', '-')}-{form.replace(':', '-')}.png"))
    print(
        f"{conditions()}\nfound: both languages with a score ≥ {LEAST_SCORE}, height ≥ {LEAST_HEIGHT:.0%} of the short side\n"
    )
    print(markdown(("part", "pictures", "label found", "lowest score", "height of the characters"), rows))
    return verdict(bad)


if __name__ == "__main__":
    raise SystemExit(main())
