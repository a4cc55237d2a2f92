"""The test viewer itself, by WHEP over HTTP: what it records can be relied on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiohttp import web

from rtc.broadcaster import Broadcaster
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings, VideoSettings
from tests.rtc.synthetic_show import Playout, SyntheticShow, read_index
from tests.viewer import Viewer, WatchRefused

SHOW = SyntheticShow(144, 256)


@asynccontextmanager
async def whep_server() -> AsyncIterator[tuple[str, Broadcaster]]:
    broadcaster = Broadcaster(
        asyncio.get_running_loop(), VideoSettings(width=144, height=256), RtcSettings(max_viewers=1), lambda event: None
    )

    async def post(request: web.Request) -> web.Response:
        try:
            admission = await broadcaster.answer(await request.text())
        except RtcError as error:
            return web.Response(status=error.status, text=error.message)
        headers = {"Location": f"/whep/{admission.viewer_id}"}
        return web.Response(status=201, text=admission.answer_sdp, headers=headers, content_type="application/sdp")

    async def delete(request: web.Request) -> web.Response:
        return web.Response(status=200 if await broadcaster.hang_up(request.match_info["id"]) else 404)

    app = web.Application()
    app.add_routes([web.post("/whep", post), web.delete("/whep/{id}", delete)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        with Playout(broadcaster, SHOW.slice):
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/whep", broadcaster
    finally:
        await broadcaster.close()
        await runner.cleanup()


async def test_it_watches_by_whep_records_and_leaves() -> None:
    async with whep_server() as (url, broadcaster):
        async with Viewer(url, keep_every=5) as viewer:
            assert viewer.resource is not None
            assert viewer.resource.startswith(url + "/")
            await viewer.until_playing(pictures=60, sounds=110)
            with pytest.raises(WatchRefused, match="503.*full") as caught:
                await Viewer(url).__aenter__()
            assert caught.value.status == 503
            assert broadcaster.stats().viewers == 1
        assert broadcaster.stats().viewers == 0

    indices = [read_index(picture) for picture in viewer.pictures]
    assert set(np.diff(indices)) == {5}
    assert viewer.pictures[0].rgb().shape == (256, 144, 3)
    assert viewer.pictures[0].i420().shape == (384, 144)
    pcm = viewer.pcm()
    assert len(pcm) >= 110 * 960
    beeps = np.flatnonzero(np.diff((np.abs(pcm.astype(np.int32)) > 3000).astype(np.int8)) > 0)
    assert len(beeps) > 0
    last = viewer.picture_times[-1][0]
    assert viewer.arrival("video", last) is not None
    assert viewer.longest_picture_gap_s() < 1.0


async def test_the_senders_clock_of_both_kinds_agrees() -> None:
    async with whep_server() as (url, _), Viewer(url) as viewer:
        await viewer.until(lambda: all(log.reports for log in viewer.rtp.values()))
        sound, picture = viewer.sender_time("audio", 0), viewer.sender_time("video", 0)
        assert sound is not None
        assert picture is not None
        assert abs(sound - picture) < 0.2


async def test_without_decoding_it_only_counts() -> None:
    async with whep_server() as (url, _), Viewer(url, decode=False) as viewer:
        await viewer.until_playing(pictures=30, sounds=30)
        assert viewer.sounds == []
        assert viewer.picture_times == []
        assert viewer.rtp["video"].bytes > 0
