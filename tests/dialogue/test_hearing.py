"""What a viewer says into a browser's microphone is written down."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from dialogue.contract import Hearing, ModelError
from dialogue.hearing import FasterWhisper, WorkshopHearing, told_vocabulary
from dialogue.recording import LARGEST_BYTES
from dialogue.settings import HearingSettings
from render.workshop import Workshop
from tests.dialogue.browser_recording import hum, record, speech

pytestmark = [pytest.mark.models, pytest.mark.asyncio(loop_scope="module")]

QUESTION = "How much is the coffee, and is it roasted fresh?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hearing() -> AsyncIterator[Hearing]:
    model = WorkshopHearing(await Workshop.start("hearing", FasterWhisper, HearingSettings()))
    yield model
    await model.close()


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


async def code(hearing: Hearing, audio: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        await hearing.transcribe(audio)
    return caught.value.code


@pytest.mark.parametrize("container", ["webm", "ogg", "mp4", "wav"])
async def test_speech_is_understood(hearing: Hearing, container: str) -> None:
    said = speech(QUESTION)
    heard = await hearing.transcribe(record(said, container))
    assert words(QUESTION) - words(heard.text) == set()
    assert heard.language == "en"
    assert heard.seconds == pytest.approx(len(said) / 48_000, abs=0.1)


async def test_the_rooms_own_words_are_understood(hearing: Hearing) -> None:
    assert isinstance(hearing, WorkshopHearing)
    taught = WorkshopHearing(hearing._shop, vocabulary=["ribeye", "wagyu", "oolong tea"], owns_shop=False)
    for question, word in (("How much is the ribeye?", "ribeye"), ("Is the wagyu frozen?", "wagyu")):
        assert word in words((await taught.transcribe(record(speech(question), "webm"))).text)
    assert (
        await code(taught, record(np.random.default_rng(2).normal(0, 0.05, 144_000).astype(np.float32), "webm"))
        == "silent"
    )


async def test_a_vocabulary_is_kept_short() -> None:
    told = told_vocabulary(["ribeye", "ribeye", " oolong\n tea ", "", *(f"product number {n}" for n in range(100))])
    assert told.startswith("We talk about ribeye, oolong tea, product number 0, ")
    assert len(told) < 520
    assert told_vocabulary([]) == told_vocabulary([" "]) == ""


async def test_speech_in_noise_is_understood(hearing: Hearing) -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, len(speech(QUESTION))).astype(np.float32)
    heard = await hearing.transcribe(record(speech(QUESTION) + noise, "webm"))
    assert {"how", "much", "coffee"} <= words(heard.text)


async def test_recordings_sent_at_once_are_not_mixed_up(hearing: Hearing) -> None:
    said = ["Do you ship to Canada?", "Is the honey organic?", "What time do you open?"]
    heard = await asyncio.gather(*(hearing.transcribe(record(speech(one), "webm")) for one in said))
    assert [words(one.text) & {"canada", "honey", "open"} for one in heard] == [{"canada"}, {"honey"}, {"open"}]


async def test_no_words_are_made_up_from_a_hum_or_from_noise(hearing: Hearing) -> None:
    assert await code(hearing, record(hum(3.0), "webm")) == "silent"
    noise = np.random.default_rng(2).normal(0, 0.05, 3 * 48_000).astype(np.float32)
    assert await code(hearing, record(noise, "webm")) == "silent"


async def test_trouble_is_told_by_its_code(hearing: Hearing) -> None:
    assert await code(hearing, b"no recording") == "not-audio"
    assert await code(hearing, record(hum(21), "webm")) == "too-long"
    assert await code(hearing, bytes(LARGEST_BYTES + 1)) == "too-long"
    assert await code(hearing, record(np.zeros(48_000, np.float32), "webm")) == "silent"


async def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.bin") as caught:
        FasterWhisper(HearingSettings(model=str(tmp_path)))
    assert caught.value.code == "model-missing"


async def test_a_broken_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"nothing")
    with pytest.raises(ModelError) as caught:
        FasterWhisper(HearingSettings(model=str(tmp_path)))
    assert caught.value.code == "model-unreadable"
