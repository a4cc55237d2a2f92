"""The show of the switching bench in real time, in a process of its own, watched over WebRTC."""

import asyncio
import bisect
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from aiohttp import web

from render.avatar_pack import load_avatar_pack
from render.compositor import Compositor
from render.contract import Line, LineEnded, LineStarted, ProductCard, ShowEvent, Speech
from render.mouth_weights import Track
from render.show import Show
from render.viseme import mouth_track
from rtc.broadcaster import Broadcaster
from rtc.contract import SLICE_SAMPLES
from rtc.settings import RtcSettings, VideoSettings
from tests.endtoend.received import transcribe
from tests.perception.card_price import whole
from tests.perception.fast_show import Said, packs, voice_of
from tests.perception.switching import LAYOUTS, CardWatcher, SwitchFigures, lines, measure_switches, pack_luma, products
from tests.viewer import SeenPicture, Viewer

_KEEP_EVERY = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """What Whisper understood of a Line."""

    said: str
    heard: str
    price: str

    @property
    def right(self) -> bool:
        return whole(self.price) in re.findall(r"\d+", self.heard.replace(",", ""))


async def measure_live(
    switches: int, pack: str, transcribed: int
) -> tuple[SwitchFigures, list[Heard], list[Said], CardWatcher]:
    """Start the show, watch it to its end, then read what came."""
    with tempfile.TemporaryDirectory(prefix="talkback-products-") as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.switching_live", str(switches), pack, folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        watcher = CardWatcher(_KEEP_EVERY)

        def look(picture: SeenPicture) -> None:
            index = round(picture.seconds / 0.04)
            watcher.indices.append(index)
            if len(watcher.indices) % _KEEP_EVERY == 0:
                watcher.keep(index, pack_luma(picture.luma()))

        try:
            address = json.loads(await process.stdout.readline())["whep"]
            async with Viewer(address, codec="h264", on_picture=look) as viewer:
                await viewer.until_playing(pictures=50, sounds=100, seconds=20)
                began = time.monotonic()
                process.stdin.write(b"begin\n")
                told = [json.loads(line) async for line in process.stdout]
                arrivals = sorted(t for t in viewer.rtp["video"].arrivals.values() if t > began)
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        said = _said(told, products(switches, Path(folder)), Path(folder), viewer)
    watcher.indices.sort()
    figures = measure_switches(said, watcher, viewer.pcm(), told[-1]["repeated"])
    gap = max(b - a for a, b in zip(arrivals, arrivals[1:], strict=False))
    figures = replace(figures, picture_gap_ms=gap * 1000)
    heard = []
    for item in said[:: max(1, len(said) // max(1, transcribed))][:transcribed]:
        assert item.line.product is not None
        pcm = viewer.pcm()[item.first * SLICE_SAMPLES : (item.last + 2) * SLICE_SAMPLES]
        heard.append(
            Heard(
                item.line.text,
                await asyncio.to_thread(transcribe, pcm, "Now ¥358.20. Now ¥706.50."),
                item.line.product.price,
            )
        )
    return figures, heard, said, watcher


def _said(told: list[dict[str, object]], cards: Sequence[ProductCard], folder: Path, viewer: Viewer) -> list[Said]:
    """The Lines on the viewer's own clock: by the packet that came when a Line began."""
    log = viewer.rtp["audio"]
    assert log.first_timestamp is not None
    came = sorted((at, (stamp - log.first_timestamp) & 0xFFFFFFFF) for stamp, at in log.arrivals.items())
    by_id = {line.id: line for line in lines(cards, LAYOUTS)}
    found = []
    for entry in told:
        if "line" not in entry:
            continue
        line: Line = by_id[str(entry["line"])]
        speech = Speech(np.load(folder / f"{line.id}.npy"))
        _, pts = came[min(bisect.bisect(came, (float(str(entry["due"])), 0)), len(came) - 1)]
        first = round(pts / SLICE_SAMPLES)
        found.append(
            Said(line, speech, np.zeros((0, 13), np.float32), first, first - (-len(speech.pcm) // SLICE_SAMPLES))
        )
    return found


# ---- the show's own process ----------------------------------------------------------------------------------


@asynccontextmanager
async def _whep(broadcaster: Broadcaster) -> AsyncIterator[str]:
    async def post(request: web.Request) -> web.Response:
        admission = await broadcaster.answer(await request.text())
        headers = {"Location": f"/whep/{admission.viewer_id}"}
        return web.Response(status=201, text=admission.answer_sdp, headers=headers, content_type="application/sdp")

    async def delete(request: web.Request) -> web.Response:
        return web.Response(status=200 if await broadcaster.hang_up(request.match_info["id"]) else 404)

    app = web.Application()
    app.add_routes([web.post("/whep", post), web.delete("/whep/{id}", delete)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/whep"
    finally:
        await runner.cleanup()


async def run_show(switches: int, pack: str, folder: Path) -> None:
    """Say the Lines in real time once told to, and tell when each began."""
    loop = asyncio.get_running_loop()
    cards = products(switches, folder)
    broadcaster = Broadcaster(loop, VideoSettings(), RtcSettings(), lambda event: None)
    compositor = Compositor(load_avatar_pack(packs()[pack]), 1)
    made: list[Speech] = []
    ended = asyncio.Event()
    last = f"switch-{switches - 1}"

    def track(speech: Speech, energy: float) -> Track:
        made.append(speech)
        return mouth_track(speech, energy)

    def on_event(event: ShowEvent) -> None:
        if isinstance(event, LineStarted):
            due = show._schedule.due(round(event.at / 0.04))
            print(json.dumps({"line": event.line.id, "due": due}), flush=True)
        elif isinstance(event, LineEnded) and event.line.id == last:
            ended.set()

    show = Show(compositor, track, broadcaster, on_event, loop=loop)
    async with voice_of() as voice, _whep(broadcaster) as address:
        show.give_voice(voice)
        show.start()
        print(json.dumps({"whep": address}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for number, line in enumerate(lines(cards, LAYOUTS)):
            assert await show.say(line)
            np.save(folder / f"{line.id}.npy", made[number].pcm)
        await ended.wait()
        await asyncio.sleep(0.5)
        await show.close()
        print(json.dumps({"repeated": show.stats.repeated, "slices": show.stats.slices}), flush=True)
    await broadcaster.close()


if __name__ == "__main__":
    asyncio.run(run_show(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
