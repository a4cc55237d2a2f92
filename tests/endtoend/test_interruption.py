"""A newer epoch silences the old Line at the viewer, and the log holds what was heard."""

import asyncio
import time

import aiohttp
import pytest

from tests.endtoend.on_air import on_air
from tests.endtoend.received import AUDIBLE_RMS, between, transcribe, words
from tests.viewer import Viewer

pytestmark = pytest.mark.endtoend

PATIENCE_S = 0.2


async def test_an_interruption_is_heard_within_200_ms_and_nothing_old_comes_later() -> None:
    async with (
        on_air() as room,
        room.events(host=True) as events,
        Viewer(room.whep, codec="h264", decode=True) as viewer,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {room.token}"}) as host,
    ):
        await viewer.until_playing(seconds=20)
        comment = await room.comment("Lin", "How much is the ribeye?")
        started = await events.until(
            lambda e: e["type"] == "line.started" and comment in e["comments"] and e["kind"] == "answer", 60
        )
        await asyncio.sleep(0.9)
        pressed = time.monotonic()
        async with host.post(f"{room.url}/interrupt") as response:
            assert response.status == 200
            epoch = (await response.json())["epoch"]
        ended = await events.until(lambda e: e["type"] == "line.ended" and e["line"] == started["line"], 5)
        await asyncio.sleep(1.0)
        assert epoch == 1
        assert ended["interrupted"]
        text = started["text"]
        assert text.startswith(ended["heard"])
        assert len(ended["heard"]) < len(text)

        def came(pts: int) -> float:
            return viewer.arrival("audio", pts) or 0.0

        audible = [
            came(sound.pts)
            for sound in viewer.sounds
            if float((sound.pcm.astype(float) ** 2).mean() ** 0.5) > AUDIBLE_RMS
        ]
        following = await events.until(lambda e: e["type"] == "line.started" and e["at"] > ended["at"], 30)
        old = [at for at in audible if at < following["arrived"] - 0.25]
        assert max(old) - pressed <= PATIENCE_S

        sound = between(viewer.sounds, started["arrived"] - 0.1, pressed + 0.6)
        said = words(await asyncio.to_thread(transcribe, sound))
        unheard = set(words(text[len(ended["heard"]) :])) - set(words(ended["heard"]))
        assert len(unheard & set(said)) <= 1  # the word that was cut may be guessed from its beginning
        fates = [e for e in events.of("comment.decided") if e["comment"] == comment]
        assert len(fates) == 1
        assert not [e for e in events.of("line.started") if comment in e["comments"] and e["at"] > ended["at"]], (
            "nothing of the old epoch is spoken later"
        )
