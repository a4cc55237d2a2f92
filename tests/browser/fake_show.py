"""A show without a host: a drawn figure that moves and a tone that swells, for pages to play."""

import asyncio
import fractions
import math
import time

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 360, 640
FRAMES_PER_SECOND = 15
SAMPLE_RATE = 48_000
SAMPLES = 960
"""Samples of one audio packet: 20 ms."""


def draw_stage() -> Image.Image:
    """Draw what stays: the backdrop, the figure, and the label that every frame of a show carries."""
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    backdrop = np.array([58, 66, 84]) * (1 - down) + np.array([20, 23, 30]) * down
    image = Image.fromarray(np.broadcast_to(backdrop, (HEIGHT, WIDTH, 3)).astype(np.uint8).copy())
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 380, 340, 900), fill=(38, 42, 50))
    draw.polygon([(140, 380), (220, 380), (180, 520)], fill=(222, 226, 232))
    draw.ellipse((105, 120, 255, 345), fill=(206, 160, 132))
    draw.pieslice((98, 96, 262, 300), 180, 360, fill=(62, 46, 36))
    draw.rounded_rectangle((12, 12, 200, 40), 6, fill=(0, 0, 0))
    draw.text((22, 19), "AI digital human - test picture", fill=(255, 255, 255))
    return image


class FakePicture(MediaStreamTrack):
    """The figure's eyes and mouth move with the clock; clearing `flowing` holds it back as a broken server would."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._stage = draw_stage()
        self._started = time.monotonic()
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        await self.flowing.wait()
        if self.readyState != "live":
            raise MediaStreamError
        self._count += 1
        due = self._started + self._count / FRAMES_PER_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(self._draw(self._count), format="rgb24")
        frame.pts = self._count * 90_000 // FRAMES_PER_SECOND
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame

    def _draw(self, count: int) -> NDArray[np.uint8]:
        image = self._stage.copy()
        draw = ImageDraw.Draw(image)
        open_px = 4 + 10 * abs(math.sin(count * 0.7))
        draw.ellipse((155, 290 - open_px, 205, 290 + open_px), fill=(110, 44, 44))
        lids = 1 if count % 50 < 3 else 7
        for x in (145, 215):
            draw.ellipse((x - 10, 215 - lids, x + 10, 215 + lids), fill=(245, 245, 245))
            draw.ellipse((x - 5, 215 - min(5, lids), x + 5, 215 + min(5, lids)), fill=(52, 82, 110))
        return np.asarray(image)


class FakeVoice(MediaStreamTrack):
    """A tone of 220 Hz that swells and fades."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._started = time.monotonic()
        self._sent = 0

    async def recv(self) -> av.AudioFrame:
        await self.flowing.wait()
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(max(0.0, self._started + self._sent / SAMPLE_RATE - time.monotonic()))
        at = (self._sent + np.arange(SAMPLES)) / SAMPLE_RATE
        loud = 0.35 * (0.6 + 0.4 * np.sin(2 * np.pi * 1.5 * at))
        pcm = (loud * np.sin(2 * np.pi * 220 * at) * 32_767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm[None, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._sent
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        self._sent += SAMPLES
        return frame
