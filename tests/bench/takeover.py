"""STOP and takeover as a viewer has them, over WebRTC in real time. ``python -m tests.bench.takeover --rounds 8``."""

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from render.contract import HoldingCard, Line, LiveMode
from rtc.contract import SAMPLE_RATE
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.label import VOICE, LabelReader
from tests.perception.live_takeover import TakeoverRig, hum, power_at, takeover_rig
from tests.viewer import HeardPacket, Viewer

_HOST_HZ, _PERSON_HZ = 300.0, 700.0
_LOUD = 0.02
_CARD = HoldingCard("One moment, please · 请稍候", "We will be right back · 马上回来")
_FLASH_S = 0.24
_PACKET = SAMPLE_RATE // 50


@dataclass(slots=True)
class Figures:
    """Milliseconds, one value a round."""

    what: str
    most_ms: float | None
    """What the 95th percentile may be; None where nothing is asked."""
    values: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        if not self.values:
            return [self.what, "0", "-", "-", "-", self.bar]
        p50, p95 = np.percentile(self.values, [50, 95])
        return [
            self.what,
            str(len(self.values)),
            f"{p50:.0f}",
            f"{p95:.0f}",
            f"{max(self.values, key=abs):.0f}",
            self.bar,
        ]

    def shortfall(self) -> str | None:
        if self.most_ms is None:
            return None
        if not self.values:
            return f"{self.what}: nothing was measured"
        p95 = float(np.percentile(np.abs(self.values), 95))
        return f"{self.what}: p95 {p95:.0f} ms, asked {self.most_ms:.0f} ms" if p95 > self.most_ms else None

    @property
    def bar(self) -> str:
        """What is asked, for the table."""
        return "-" if self.most_ms is None else f"≤ {self.most_ms:.0f} ms"


class Bench:
    """One rig, one viewer who keeps everything."""

    def __init__(self, rig: TakeoverRig, viewer: Viewer) -> None:
        self.rig, self.viewer = rig, viewer
        self._changes: list[list[tuple[float, NDArray[np.uint8]]]] = []
        self.stop_wire = Figures("STOP → last sound on the wire to the viewer", 200)
        self.stop_sound = Figures("STOP → last sound out of the viewer's decoder", 200)
        self.stop_card = Figures("STOP → holding card at the viewer", 200)
        self.began = Figures("takeover by microphone → the person at the viewer", None)
        self.spoken_sent = Figures("spoken by the person → on the wire to the viewer", 220)
        self.spoken_heard = Figures("spoken by the person → out of the viewer's decoder", None)
        self.label = Figures("label against the person's first sound (same Slice: 0)", 20)
        self.back = Figures("given back → the person's last sound at the viewer", 200)
        self.lost = Figures("person vanishes → the AI host's label and mode", 2000)
        self.step = Figures("camera: picture against sound at the viewer", 45)

    @property
    def figures(self) -> list[Figures]:
        return [
            self.stop_wire,
            self.stop_sound,
            self.stop_card,
            self.began,
            self.spoken_sent,
            self.spoken_heard,
            self.label,
            self.back,
            self.lost,
            self.step,
        ]  # fmt: skip

    async def stops(self, rounds: int) -> None:
        """The host speaks without end; a hold at a random moment."""
        rng = np.random.default_rng(1)
        for number in range(rounds):
            line = Line(f"long-{number}", " ".join(["word"] * 20), epoch=self.rig.show.epoch)
            await self.rig.show.say(line)
            await asyncio.sleep(1.2 + float(rng.uniform(0, 0.4)))
            pressed = time.monotonic()
            self.rig.show.hold(_CARD)
            self.rig.show.interrupt()
            await asyncio.sleep(1.0)
            self.rig.show.hold(None)
            last = [p for p in self.viewer.sounds if p.at < pressed + 0.9 and power_at(p.pcm, _HOST_HZ) > _LOUD][-1]
            # a packet lasts 20 ms, and the last one is the fade
            self.stop_sound.values.append(1000 * max(0.0, last.at + 0.02 - pressed))
            if (wire := self.viewer.arrival("audio", last.pts)) is not None:
                self.stop_wire.values.append(1000 * max(0.0, wire + 0.02 - pressed))
            self.stop_card.values.append(1000 * (self._card_seen(pressed) - pressed))
            await asyncio.sleep(0.8)
            self._forget()

    async def microphone(self, rounds: int) -> None:
        """A person with a steady tone in bursts; taken over, given back, lost."""
        time_line = np.arange(60 * SAMPLE_RATE)
        bursts = np.where(time_line % SAMPLE_RATE < SAMPLE_RATE // 4, hum(_PERSON_HZ, time_line.size), 0).astype(
            np.int16
        )
        for _ in range(rounds):
            async with self.rig.person(_packets(hum(_PERSON_HZ, 20 * SAMPLE_RATE))):
                await asyncio.sleep(0.6)
                asked = time.monotonic()
                self.rig.show.go_live(LiveMode.VOICE)
                await self.rig.until_live(LiveMode.VOICE)
                await asyncio.sleep(1.2)
                heard = [p for p in self.viewer.sounds if power_at(p.pcm, _PERSON_HZ) > _LOUD]
                self.began.values.append(1000 * (heard[0].at - asked))
                self._keep_change(heard[0])
                given = time.monotonic()
                self.rig.show.go_live(LiveMode.NONE)
                await asyncio.sleep(0.8)
                last = [p.at for p in self.viewer.sounds if power_at(p.pcm, _PERSON_HZ) > _LOUD]
                self.back.values.append(1000 * max(0.0, last[-1] + 0.02 - given))
            self._forget()
        async with self.rig.person(_packets(bursts)) as person:
            await asyncio.sleep(0.6)
            self.rig.show.go_live(LiveMode.VOICE)
            await asyncio.sleep(1.5 + 2 * rounds)
            before = 0.0
            for packet in self.viewer.sounds:
                power = power_at(packet.pcm, _PERSON_HZ)
                if power > 2 * _LOUD and before < _LOUD:
                    begun = _onset(packet.pcm)
                    wire = self.viewer.arrival("audio", packet.pts)
                    spoken = packet.at - person.begun - int(packet.at - person.begun)  # bursts begin with each second
                    self.spoken_heard.values.append(1000 * (spoken + begun))
                    if wire is not None:
                        self.spoken_sent.values.append(1000 * ((wire - person.begun) % 1 + begun))
                before = power
            vanished = time.monotonic()
            await person.vanish()
            await self.rig.until_live(LiveMode.NONE)
            self.lost.values.append(1000 * (time.monotonic() - vanished))
        self._forget()

    async def camera(self, rounds: int) -> None:
        """Once a second a flash and a tone begin together.

        The person's reports date a packet by the moment of its sending, 20 ms after its first sample was spoken, and a
        picture by that at which it was taken and coded: a browser's are exact. So a perfect room shows some -20 ms here.
        """
        seconds = 4 + 2 * rounds
        time_line = np.arange((seconds + 5) * SAMPLE_RATE)
        tone = np.where(time_line % SAMPLE_RATE < _FLASH_S * SAMPLE_RATE, hum(_PERSON_HZ, time_line.size), 0)
        dark, light = np.full((480, 640, 3), 30, np.uint8), np.full((480, 640, 3), 220, np.uint8)

        def picture(number: int) -> NDArray[np.uint8]:
            return light if number % 25 < _FLASH_S * 25 else dark

        async with self.rig.person(_packets(tone.astype(np.int16)), picture):
            await asyncio.sleep(1.5)
            self.rig.show.go_live(LiveMode.CAMERA)
            await self.rig.until_live(LiveMode.CAMERA)
            await asyncio.sleep(seconds)
            lights = _rises([(p.pts, float(p.luma(40).mean())) for p in self.viewer.pictures], 120)
            tones = _rises([(p.pts, power_at(p.pcm, _PERSON_HZ)) for p in self.viewer.sounds], 2 * _LOUD)
            seen = [t for pts in lights if (t := self.viewer.sender_time("video", pts)) is not None]
            onsets = {p.pts: _onset(p.pcm) for p in self.viewer.sounds}
            heard = [t + onsets[pts] for pts in tones if (t := self.viewer.sender_time("audio", pts)) is not None]
            for moment in seen[3:]:  # until the sender's reports have come the two are aligned by arrival alone
                nearest = min(heard, key=lambda other: abs(other - moment))
                if abs(nearest - moment) < 0.4:
                    self.step.values.append(1000 * (moment - nearest))
            self.rig.show.go_live(LiveMode.NONE)
            await self.rig.until_live(LiveMode.NONE)
        self._forget()

    def _card_seen(self, pressed: float) -> float:
        before = [p for p in self.viewer.pictures if p.at < pressed][-1].luma(16).astype(int)
        for picture in self.viewer.pictures:
            if picture.at > pressed and float(np.abs(picture.luma(16).astype(int) - before).mean()) > 15:
                return picture.at
        raise TimeoutError("the holding card was not seen")

    def _keep_change(self, first: HeardPacket) -> None:
        """Keep the pictures around the person's first sound; they are read when nobody is waiting."""
        heard = self.viewer.sender_time("audio", first.pts)
        near: list[tuple[float, NDArray[np.uint8]]] = []
        for picture in self.viewer.pictures:
            shown = self.viewer.sender_time("video", picture.pts)
            if heard is not None and shown is not None and abs(shown - heard) < 0.3:
                near.append((1000 * (shown - heard), np.ascontiguousarray(picture.luma())))
        self._changes.append(near)

    def read_labels(self) -> None:
        """When the label changed, against the Slice of the person's first sound, on the viewer's clock."""
        reader = LabelReader(wording=VOICE)
        for near in self._changes:
            told = [late for late, luma in near if reader.says_it(luma)]
            late = told[0] if told else float("inf")
            # The person's sound begins anywhere in its Slice, of which the first 20 ms are faded in.
            self.label.values.append(0.0 if -50 <= late <= 10 else late)

    def _forget(self) -> None:
        self.viewer.sounds.clear()
        self.viewer.pictures.clear()


def _packets(pcm: NDArray[np.int16]) -> Callable[[int], NDArray[np.int16] | None]:
    return lambda number: pcm[number * _PACKET : (number + 1) * _PACKET] if (number + 1) * _PACKET <= pcm.size else None


def _onset(pcm: NDArray[np.int16]) -> float:
    """Seconds from a packet's begin to its first loud sample."""
    return float(np.argmax(np.abs(pcm.astype(int)) > 400)) / SAMPLE_RATE


def _rises(values: Sequence[tuple[int, float]], level: float) -> list[int]:
    return [b[0] for a, b in zip(values, values[1:], strict=False) if a[1] < level <= b[1]]


async def measure(rounds: int) -> Bench:
    async with takeover_rig() as rig, rig.viewer(keep_every=1) as viewer:
        await viewer.until_playing(25, 25)
        await asyncio.sleep(3.0)  # the reports by which sound and picture are aligned
        bench = Bench(rig, viewer)
        await bench.stops(rounds)
        await bench.microphone(max(2, rounds // 2))
        await bench.camera(rounds)
        stats = rig.show.stats
        print(f"{stats.slices} Slices, {stats.repeated} pictures repeated, faults told: {', '.join(rig.faults)}")
        return bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.takeover", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    bench = asyncio.run(measure(parser.parse_args().rounds))
    bench.read_labels()
    print(conditions())
    print(markdown(("what", "times", "p50 ms", "p95 ms", "largest", "bar"), [f.row() for f in bench.figures]))
    return verdict([text for f in bench.figures if (text := f.shortfall()) is not None])


if __name__ == "__main__":
    raise SystemExit(main())
