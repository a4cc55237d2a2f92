"""A question asked by microphone, as a browser records it, is understood and answered aloud."""

import aiohttp
import pytest

from tests.dialogue.browser_recording import record, speech
from tests.endtoend.on_air import on_air

pytestmark = pytest.mark.endtoend


async def test_a_recording_is_understood_and_answered() -> None:
    async with on_air() as room, room.events() as events, aiohttp.ClientSession() as http:
        recording = record(speech("How much is the ribeye?"), "webm")
        where = f"{room.url}/speech?viewer=Lin"
        async with http.post(where, data=recording, headers={"Content-Type": "audio/webm;codecs=opus"}) as response:
            taken = await response.json()
            assert response.status == 202, taken
        assert "ribeye" in taken["text"].lower().replace("-", "").replace("rib eye", "ribeye")
        received = await events.until(lambda e: e["type"] == "comment.received" and e["comment"] == taken["id"])
        assert received["spoken"]
        assert (await events.fate_of(taken["id"]))["fate"] == "spoken"
        heard = " ".join(e["heard"] for e in events.of("line.ended") if taken["id"] in e["comments"])
        assert "199" in heard

        async with http.post(where, data=b"not a sound" * 50, headers={"Content-Type": "audio/webm"}) as response:
            assert response.content_type == "application/problem+json"
            assert response.status in (400, 415, 422)
            assert "Traceback" not in await response.text()
