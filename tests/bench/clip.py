"""A minute of the host, as a film with sound: ``python -m tests.bench.clip docs/media/host.mp4``.

The real show in its own time: a welcome, a product with its card, a comment read back and answered, an apology, a laugh.
"""

import argparse
import asyncio
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from dialogue.room_content import RoomContent, load_room_content
from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from render.contract import CallOut, Emotion, Layout, Line, LineKind, ProductCard, ShowEvent
from render.show import Show
from render.viseme import mouth_track
from rtc.contract import FRAME_RATE, SAMPLE_RATE, SLICE_SAMPLES, Slice
from tests.perception.fast_show import ROOMS, packs, voice_of

_MOST_BYTES = 6_000_000


class FilmSink:
    """A `SliceSink` that writes H.264 and AAC into an MP4."""

    def __init__(self, path: Path, size: tuple[int, int], kbps: int) -> None:
        self._file = av.open(str(path), "w", options={"movflags": "+faststart"})
        video: Any = self._file.add_stream("libx264", rate=FRAME_RATE)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        context = video.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 6, 6, 6
        context.options = {"preset": "slow", "crf": "22", "maxrate": f"{kbps}k", "bufsize": f"{2 * kbps}k"}
        audio: Any = self._file.add_stream("aac", rate=SAMPLE_RATE)
        audio.layout = "mono"
        audio.bit_rate = 96_000
        self._video, self._audio = video, audio
        self._pieces = 0

    def push(self, piece: Slice, due: float) -> None:
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(piece.picture), format="yuv420p")
        picture.pts, picture.time_base = self._pieces, Fraction(1, FRAME_RATE)
        self._file.mux(self._video.encode(picture))
        sound = av.AudioFrame.from_ndarray(piece.pcm.reshape(1, -1), format="s16", layout="mono")
        sound.sample_rate = SAMPLE_RATE
        sound.pts, sound.time_base = self._pieces * SLICE_SAMPLES, Fraction(1, SAMPLE_RATE)
        self._file.mux(self._audio.encode(sound))
        self._pieces += 1

    def close(self) -> float:
        """Finish the file; its length in seconds."""
        self._file.mux(self._video.encode())
        self._file.mux(self._audio.encode())
        self._file.close()
        return self._pieces / FRAME_RATE


def card(content: RoomContent, sku: str) -> ProductCard:
    """The product's card, with its picture where the room has one."""
    product = content.catalogue[sku]
    return product.card(content.picture(product))


def script(content: RoomContent) -> list[Line]:
    """What is said."""
    ribeye, pan = card(content, "RB-10"), card(content, "PN-26")
    thaw = "Ten steaks of one hundred and fifty grams, each frozen on its own, so you thaw as many as you need."
    lines = [
        Line(
            "welcome", "Hello, and welcome! I'm the founder's digital double, an AI,", emotion=Emotion.WARM, energy=0.6
        ),
        Line("ask", "and you can ask me anything, at any time.", emotion=Emotion.WARM, energy=0.6),
        Line("show", "Let me begin with this one: our ribeye.", emotion=Emotion.EXCITED, energy=0.8, product=ribeye),
        Line(
            "thaw",
            thaw,
            emotion=Emotion.NEUTRAL,
            product=ribeye,
            layout=Layout.SIDE,
            callouts=(CallOut("10 × 150 g", 0), CallOut("Frozen one by one", thaw.index("each"))),
        ),
        Line(
            "price",
            f"The box is {ribeye.price} today, instead of {ribeye.list_price}!",
            emotion=Emotion.EXCITED,
            energy=0.9,
            product=ribeye,
        ),
        Line(
            "read",
            "Lin asks: did you try it yourself?",
            kind=LineKind.READBACK,
            reply="lin",
            comments=("c1",),
            quote=("Lin", "Did you try it yourself?"),
            layout=Layout.INSET,
        ),
        Line(
            "laugh",
            "Ha, I would love to! But I have no mouth to eat with, only one to talk.",
            kind=LineKind.ANSWER,
            emotion=Emotion.AMUSED,
            energy=0.7,
            reply="lin",
        ),
        Line(
            "people",
            "What I can tell you is what stands on the label: beef, and nothing else.",
            kind=LineKind.ANSWER,
            emotion=Emotion.SERIOUS,
            reply="lin",
        ),
        Line(
            "sorry",
            "And I owe an apology. Mia, your question waited far too long.",
            emotion=Emotion.SORRY,
            energy=0.3,
            layout=Layout.HOST,
        ),
        Line("sorry-2", "That should not happen. I'm sorry.", emotion=Emotion.SORRY, energy=0.3, layout=Layout.HOST),
        Line(
            "pan",
            "Now for something that lasts: the cast-iron pan. It weighs a bit, but it forgives nearly everything.",
            emotion=Emotion.WARM,
            product=pan,
        ),
        Line("pan-price", f"It is {pan.price}. Shall I show you how to season it?", emotion=Emotion.WARM, product=pan),
    ]
    return lines


async def film(path: Path, room: str, backend: str, kbps: int) -> float:
    """Write the film; its length in seconds."""
    content = load_room_content(ROOMS / "demo")
    pack = load_avatar_pack(packs()[room])
    sink = FilmSink(path, pack.size, kbps)
    events: list[ShowEvent] = []
    show = Show(Compositor(pack, 3), mouth_track, sink, events.append, loop=asyncio.get_running_loop())
    async with voice_of(backend) as voice:
        show.give_voice(voice)
        lines = script(content)
        telling = asyncio.create_task(_tell(show, lines))
        for _ in range(round(1.2 * FRAME_RATE)):
            show.tick(show.now)
        while not telling.done() or show.waiting_seconds > 0:
            if telling.done() or show.waiting_seconds > 4.0:
                show.tick(show.now)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0.002)
        await telling
        for _ in range(round(2.0 * FRAME_RATE)):
            show.tick(show.now)
    return sink.close()


async def _tell(show: Show, lines: list[Line]) -> None:
    for line in lines:
        await show.say(line)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.clip", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    parser.add_argument("--voice", default="piper")
    parser.add_argument("--kbps", type=int, default=640, help="ceiling of the picture's rate (default: %(default)s)")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    seconds = asyncio.run(film(options.out, options.pack, options.voice, options.kbps))
    size = options.out.stat().st_size
    print(f"{options.out}: {seconds:.0f} s, {size / 1e6:.2f} MB")
    return int(size > _MOST_BYTES)


if __name__ == "__main__":
    raise SystemExit(main())
