"""What a viewer costs the room: packets passed through, beside one encoder for each peer.

The sender is this process, the viewers live in another, so that only the sender is counted. Run it with
``python -m tests.bench.fanout``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame
from av.frame import Frame

from rtc.audio_encoder import PACKET_SAMPLES
from rtc.broadcaster import Broadcaster
from rtc.contract import FRAME_RATE, SAMPLE_RATE, SLICE_SAMPLES, Picture, Slice
from rtc.settings import RtcSettings, VideoSettings
from tests.rtc.synthetic_show import Playout

_ROOT = Path(__file__).resolve().parents[2]
_SETTLE_S = 2.0
_LOOP_PICTURES = 50


@dataclass(frozen=True, slots=True)
class FanoutRow:
    """The sender's cost with so many viewers."""

    mode: str
    """``packets`` (encode once) or ``encoders`` (one in each peer)."""
    viewers: int
    cores: float
    """CPU seconds of the sending process for each second, picture-making not counted."""
    per_viewer: float | None
    """Cores for each viewer beyond the mode's first row; None there."""
    pictures_per_s: float
    """Pictures that a viewer received, average over all viewers; under 25 the sender could not keep up."""
    ms_per_picture: float
    """CPU time of the sender for each picture that reached a viewer (its sound included)."""
    mbit_per_s: float
    """Received by all viewers together."""


class TalkingHead:
    """Two seconds of portrait show, made beforehand: a gradient, a swaying head, a mouth that moves."""

    def __init__(self, video: VideoSettings) -> None:
        self.pictures = [self._draw(n, video.width, video.height) for n in range(_LOOP_PICTURES)]
        t = np.arange(SAMPLE_RATE * 2) / SAMPLE_RATE
        voice = sum(np.sin(2 * np.pi * 140 * k * t + k) / k for k in range(1, 12))
        self.pcm = np.round(5000 * voice * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * t))).astype(np.int16)

    def slice(self, index: int) -> Slice:
        n = index % _LOOP_PICTURES
        return Slice(index, self.pictures[n], self.pcm[n * SLICE_SAMPLES : (n + 1) * SLICE_SAMPLES], 0)

    @staticmethod
    def _draw(n: int, width: int, height: int) -> Picture:
        turn = 2 * np.pi * n / _LOOP_PICTURES
        rows = np.linspace(60, 190, height)[:, None, None]
        picture = np.clip(np.full((height, width, 3), [1.0, 0.8, 0.7]) * rows, 0, 255).astype(np.uint8)
        noise = np.random.default_rng(7).integers(-6, 7, picture.shape, dtype=np.int16)
        picture = np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        centre = (int(width * (0.5 + 0.01 * np.sin(turn))), int(height * (0.42 + 0.004 * np.cos(turn))))
        cv2.ellipse(picture, centre, (width // 4, height // 5), 0, 0, 360, (150, 175, 225), -1, cv2.LINE_AA)
        for side in (-1, 1):
            eye = (centre[0] + side * width // 10, centre[1] - height // 25)
            cv2.ellipse(picture, eye, (width // 28, height // 80), 0, 0, 360, (40, 30, 30), -1, cv2.LINE_AA)
        mouth = (centre[0], centre[1] + height // 10)
        opened = int(height / 90 * (1 + np.sin(6 * turn)))
        cv2.ellipse(picture, mouth, (width // 12, opened + 2), 0, 0, 360, (60, 50, 160), -1, cv2.LINE_AA)
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)


# ---- the two senders ---------------------------------------------------------------------------------------

Answer = Callable[[str], Awaitable[str]]


@asynccontextmanager
async def _passing_packets(head: TalkingHead, video: VideoSettings) -> AsyncIterator[Answer]:
    broadcaster = Broadcaster(asyncio.get_running_loop(), video, RtcSettings(), lambda event: None)

    async def answer(offer: str) -> str:
        return (await broadcaster.answer(offer)).answer_sdp

    try:
        with Playout(broadcaster, head.slice):
            yield answer
    finally:
        await broadcaster.close()


class _FrameTrack(MediaStreamTrack):
    """Hands frames to aiortc, whose sender then encodes them for its one peer."""

    def __init__(self, kind: str, head: TalkingHead, start: float) -> None:
        super().__init__()
        self.kind = kind
        self._head = head
        self._start = start
        self._period_s = PACKET_SAMPLES / SAMPLE_RATE if kind == "audio" else 1 / FRAME_RATE
        self._n = int((time.monotonic() - start) / self._period_s) + 1

    async def recv(self) -> Frame:
        if self.readyState != "live":
            raise MediaStreamError
        due = self._start + self._n * self._period_s
        late = time.monotonic() - due
        if late > 0.5:  # what one sender can't keep up with is left out, else it never comes back
            self._n += int(late / self._period_s)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        frame = self._sound(self._n) if self.kind == "audio" else self._picture(self._n)
        self._n += 1
        return frame

    def _picture(self, n: int) -> VideoFrame:
        frame = VideoFrame.from_numpy_buffer(self._head.pictures[n % _LOOP_PICTURES], format="yuv420p")
        frame.pts, frame.time_base = n, Fraction(1, FRAME_RATE)
        return frame

    def _sound(self, n: int) -> AudioFrame:
        at = n * PACKET_SAMPLES % len(self._head.pcm)
        frame = AudioFrame.from_ndarray(self._head.pcm[None, at : at + PACKET_SAMPLES], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, n * PACKET_SAMPLES, Fraction(1, SAMPLE_RATE)
        return frame


@asynccontextmanager
async def _encoding_for_each(head: TalkingHead, video: VideoSettings) -> AsyncIterator[Answer]:
    connections: list[RTCPeerConnection] = []
    start = time.monotonic()

    async def answer(offer: str) -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connections.append(connection)
        for kind in ("audio", "video"):
            transceiver = connection.addTransceiver(_FrameTrack(kind, head, start), direction="sendonly")
            if kind == "video":
                codecs = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([c for c in codecs if c.mimeType in ("video/H264", "video/rtx")])
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription()
        return connection.localDescription.sdp

    try:
        yield answer
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))


# ---- the viewers, in a process of their own ----------------------------------------------------------------


class _Audience:
    """A process full of viewers that decode nothing; spoken to in lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> _Audience:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.fanout",
            "--audience",
            cwd=_ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        return cls(process)

    async def join(self, answer: Answer) -> None:
        offer = (await self._ask({"do": "join"}))["offer"]
        await self._ask({"do": "answer", "sdp": await answer(str(offer))})

    async def counts(self) -> tuple[int, int]:
        """(video pictures, bytes) received by all viewers so far."""
        told = await self._ask({"do": "count"})
        return int(told["pictures"]), int(told["bytes"])

    async def stop(self) -> None:
        with contextlib.suppress(ConnectionError, BrokenPipeError):
            await self._ask({"do": "stop"})
        await self._process.wait()

    async def _ask(self, question: dict[str, str]) -> dict[str, str | int]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise ConnectionError("the viewers' process has ended")
        told: dict[str, str | int] = json.loads(line)
        return told


async def _be_the_audience() -> None:
    """The other end of `_Audience`: reads questions on standard input, answers on standard output."""
    from tests.viewer import Viewer

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    viewers: list[Viewer] = []
    joining: tuple[Viewer, asyncio.Future[str], asyncio.Task[None]] | None = None
    while line := await reader.readline():
        question = json.loads(line)
        told: dict[str, str | int] = {}
        if question["do"] == "join":
            offered: asyncio.Future[str] = loop.create_future()
            answered: asyncio.Future[str] = loop.create_future()

            async def admit(
                sdp: str, offered: asyncio.Future[str] = offered, answered: asyncio.Future[str] = answered
            ) -> str:
                offered.set_result(sdp)
                return await answered

            viewer = Viewer(admit, codec="h264", decode=False)
            joining = (viewer, answered, asyncio.create_task(viewer.connect()))
            told = {"offer": await offered}
        elif question["do"] == "answer":
            assert joining
            viewer, answered, connecting = joining
            answered.set_result(question["sdp"])
            await connecting
            await viewer.until_connected()
            viewers.append(viewer)
        elif question["do"] == "count":
            told = {
                "pictures": sum(len(viewer.rtp["video"].arrivals) for viewer in viewers),
                "bytes": sum(log.bytes for viewer in viewers for log in viewer.rtp.values()),
            }
        print(json.dumps(told), flush=True)
        if question["do"] == "stop":
            break
    await asyncio.gather(*(viewer.close() for viewer in viewers))


# ---- measuring ---------------------------------------------------------------------------------------------


async def measure(viewers: Sequence[int], seconds: float = 10.0, video: VideoSettings | None = None) -> list[FanoutRow]:
    """Measure the sender with each number of viewers, first with packets passed through, then with an encoder for each peer.

    Every figure is taken over `seconds` after a pause of two seconds. Numbers of viewers must rise and begin at 1 or more.
    """
    video = video or VideoSettings()
    head = TalkingHead(video)
    rows: list[FanoutRow] = []
    for mode, sender in (("packets", _passing_packets), ("encoders", _encoding_for_each)):
        audience = await _Audience.start()
        try:
            async with sender(head, video) as answer:
                rows += await _measure_mode(mode, answer, audience, viewers, seconds)
        finally:
            await audience.stop()
    return rows


async def _measure_mode(
    mode: str, answer: Answer, audience: _Audience, viewers: Sequence[int], seconds: float
) -> list[FanoutRow]:
    rows: list[FanoutRow] = []
    present = 0
    for wanted in viewers:
        while present < wanted:
            await audience.join(answer)
            present += 1
        await asyncio.sleep(_SETTLE_S)
        pictures, received = await audience.counts()
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        cpu, took = time.process_time() - cpu, time.monotonic() - began
        pictures_then, received_then = await audience.counts()
        cores = cpu / took
        seen = (pictures_then - pictures) / took
        rows.append(
            FanoutRow(
                mode,
                wanted,
                cores,
                (cores - rows[0].cores) / (wanted - rows[0].viewers) if rows else None,
                seen / wanted,
                cores / seen * 1000 if seen else float("nan"),
                (received_then - received) * 8 / took / 1e6,
            )
        )
    return rows


def table(rows: Sequence[FanoutRow]) -> str:
    """The rows as text."""
    lines = [
        "| sender | viewers | cores | each further viewer | pictures/s at a viewer | CPU ms per picture seen | Mbit/s in all |",
        "|---|---|---|---|---|---|---|",
    ]
    names = {"packets": "packets passed through", "encoders": "one encoder per peer"}
    for row in rows:
        further = "" if row.per_viewer is None else f"{row.per_viewer:.4f}"
        lines.append(
            f"| {names[row.mode]} | {row.viewers} | {row.cores:.3f} | {further} | {row.pictures_per_s:.1f} | "
            f"{row.ms_per_picture:.2f} | {row.mbit_per_s:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or be the process in which the viewers live."""
    parser = argparse.ArgumentParser(description="What each further viewer costs the sender.")
    parser.add_argument("--viewers", default="1,5,10,20", help="numbers of viewers, rising (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="time of each measurement (default: %(default)s)")
    parser.add_argument("--audience", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--quality", type=int, default=25, help="x264's CRF; 10 reaches the ceiling (default: %(default)s)"
    )
    choice = parser.parse_args()
    if choice.audience:
        asyncio.run(_be_the_audience())
        return
    video = VideoSettings(quality=choice.quality)
    rows = asyncio.run(measure([int(n) for n in choice.viewers.split(",")], choice.seconds, video))
    print(table(rows))
    print(
        f"\n720x1280 at 25 pictures/s, H.264 and Opus, {choice.seconds:g} s each, {os.cpu_count()} cores "
        f"({platform.processor() or platform.machine()}), {threading.active_count()} thread(s) left; "
        f"load average before the end {os.getloadavg()[0]:.1f}. Viewers in a process of their own, decoding nothing."
    )


if __name__ == "__main__":
    main()
