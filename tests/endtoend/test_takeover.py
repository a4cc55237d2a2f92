"""A person speaks in the host's place: what a viewer then hears and sees, and how the host comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin

import aiohttp
import numpy as np
import pytest

from rtc.contract import SAMPLE_RATE, Pcm
from tests.endtoend.on_air import OnAir, on_air
from tests.perception.label import CAMERA, HOST, VOICE, LabelReader, Wording
from tests.perception.live_takeover import hum, power_at
from tests.person import Person
from tests.viewer import Viewer

pytestmark = pytest.mark.endtoend

PITCH = 700.0
TONE = hum(PITCH, 120 * SAMPLE_RATE)
BLUE = np.zeros((240, 320, 3), np.uint8) + np.array([200, 60, 20], np.uint8)


def tone(number: int) -> Pcm:
    return TONE[number * 960 : (number + 1) * 960]


def way_in(room: OnAir, http: aiohttp.ClientSession, places: list[str]) -> Callable[[str], Awaitable[str]]:
    async def admit(offer: str) -> str:
        headers = {"Content-Type": "application/sdp"}
        async with http.post(f"{room.url}/control/whip", data=offer, headers=headers) as response:
            assert response.status == 201, await response.text()
            places.append(urljoin(room.url, response.headers["Location"]))
            return await response.text()

    return admit


def hears(viewer: Viewer, packets: int = 10) -> bool:
    """Whether most of the last packets hold the person's tone, and little else."""
    return sum(_is_tone(sound.pcm) for sound in viewer.sounds[-packets:]) > packets // 2


def _is_tone(pcm: Pcm) -> bool:
    amplitude = power_at(pcm, PITCH)
    return amplitude > 0.02 and amplitude**2 / 2 > 0.7 * float(np.mean(np.square(pcm / 32768)))


async def says(viewer: Viewer, wording: Wording) -> bool:
    """Whether the last picture bears this label."""
    luma = np.ascontiguousarray(viewer.pictures[-1].luma())
    return await asyncio.to_thread(LabelReader(wording=wording).says_it, luma)


async def test_a_person_takes_over_by_microphone_then_camera_and_the_host_goes_on_when_they_are_lost() -> None:
    async with (
        on_air() as room,
        room.events(host=True) as events,
        Viewer(room.whep, codec="h264", keep_every=5) as viewer,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {room.token}", "X-Talkback-Host": "Ann"}) as http,
    ):

        async def take_over(mode: str, told: str) -> dict[str, Any]:
            before = len(events.of("live.changed"))
            async with http.post(f"{room.url}/control/takeover", json={"mode": mode}) as response:
                assert response.status == 200, await response.text()
            return await events.until(
                lambda e: e["type"] == "live.changed" and e["mode"] == told and e in events.of("live.changed")[before:],
                15,
            )

        await viewer.until_playing(seconds=20)
        assert await says(viewer, HOST)
        places: list[str] = []
        admit = way_in(room, http, places)
        async with Person(admit, tone):
            await take_over("microphone", "voice")
            await viewer.until(lambda: hears(viewer), 10)
            await asyncio.sleep(0.3)
            assert await says(viewer, VOICE)
            comment = await room.comment("Lin", "How much is the ribeye?")

            # the page changes to the camera by ending one connection and making another
            camera = asyncio.create_task(take_over("camera", "camera"))
            async with http.delete(places[0]) as response:
                assert response.status == 200
        async with Person(admit, tone, lambda n: BLUE) as person:
            await camera
            await asyncio.sleep(0.8)
            assert hears(viewer)
            red, green, blue = viewer.pictures[-1].rgb()[300:500].mean(axis=(0, 1))
            assert blue > red + 80
            assert blue > green + 80
            assert await says(viewer, CAMERA)
            assert [e["mode"] for e in events.of("live.changed")] == ["voice", "camera"]
            assert not [e for e in events.of("comment.decided") if e["comment"] == comment], "it waits"
            assert not [e for e in events.of("line.started") if e["at"] > events.of("live.changed")[0]["at"]]

            await person.vanish()
            await events.until(lambda e: e["type"] == "live.changed" and e["mode"] == "none", 15)
            await events.until(lambda e: e["type"] == "fault" and e["code"] == "live-lost", 5)
        assert (await events.fate_of(comment))["fate"] == "spoken"
        assert not hears(viewer)
        assert await says(viewer, HOST)
        async with http.get(f"{room.url}/control/desk") as response:
            assert (await response.json())["state"]["takeover"]["mode"] == "none"
