import asyncio
import itertools
from collections.abc import AsyncIterator

import numpy as np
import psutil
import pytest
import pytest_asyncio

from render.contract import Emotion, Speech, Voice, VoiceError
from render.loudness import loudness, true_peak
from render.viseme import SHAPES, mouth_track
from render.voices import open_voice
from render.voices.pitch_track import track_pitch
from rtc.contract import SAMPLE_RATE, Pcm
from tests.render.kokoro_setup import SETTINGS, needs_kokoro
from tests.render.test_voices import assert_keeps_the_contract, say

pytestmark = [pytest.mark.models, needs_kokoro, pytest.mark.asyncio(loop_scope="module")]

MIXED = "买10盒 ribeye 送一把刀，今晚¥199.00！"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kokoro() -> AsyncIterator[Voice]:
    voice = await open_voice(SETTINGS)
    yield voice
    await voice.close()


def floats(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return pcm.astype(np.float32) / np.float32(32768)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (MIXED, "zh"),
        ("The ribeye is ¥199.00, and 买一送一 means buy one, get one.", "en"),
        ("😀好的👍", "zh"),
        ("Yes!", "en"),
    ],
)
async def test_it_keeps_the_contract_in_both_languages(kokoro: Voice, text: str, language: str) -> None:
    speech = await say(kokoro, text, language)
    assert_keeps_the_contract(speech, text)
    letters = {
        letter for span in speech.phonemes for letter in span.symbol if letter.isalpha() and letter not in "ˈˌːʰ"
    }
    assert letters
    assert letters <= SHAPES.keys()
    assert mouth_track(speech).shape[0] > 0
    assert loudness(floats(speech.pcm)) == pytest.approx(-16, abs=2.5)  # of so short a clause
    assert true_peak(floats(speech.pcm)) <= 10 ** (-0.9 / 20)


async def test_words_follow_one_another_through_both_scripts(kokoro: Voice) -> None:
    speech = await say(kokoro, MIXED, "zh")
    marked = [MIXED[word.first : word.last] for word in speech.words]
    assert marked == ["买", "10", "盒", "ribeye", "送", "一把", "刀，", "今晚", "¥199.00！"]
    assert all(word.end - word.start > 0.04 * SAMPLE_RATE for word in speech.words)
    price = speech.words[-1]
    assert 0.7 * SAMPLE_RATE < price.end - price.start < 2.5 * SAMPLE_RATE


async def test_lips_close_where_the_sound_does(kokoro: Voice) -> None:
    """The energy minimum of p, b and m lies within the phoneme's time, give or take 40 ms."""
    late: list[float] = []
    for text, language in (
        ("爸爸买了八百块的苹果和葡萄。", "zh"),
        ("宝贝们，每盒十片，片片饱满。", "zh"),
        ("Please pick up the big blue box before midnight.", "en"),
        ("My partner bought a pair of pyjamas for a hundred bucks.", "en"),
    ):
        late += closures(await say(kokoro, text, language))
    assert len(late) > 25
    assert abs(float(np.median(late))) < 0.02
    assert np.mean(np.abs(late) <= 0.04) >= 0.88


def closures(speech: Speech) -> list[float]:
    """For each p, b and m inside speech: seconds from its middle to the energy minimum near it, between 500 and 4000 Hz.

    A hum of m and a voiced b keep their energy below; a minimum further off has to be deeper by 1 dB for each 10 ms.
    """
    signal = floats(speech.pcm)
    spectrum = np.fft.rfft(signal)
    hertz = np.fft.rfftfreq(signal.size, 1 / SAMPLE_RATE)
    spectrum[(hertz < 500) | (hertz > 4000)] = 0
    window = np.hanning(SAMPLE_RATE * 14 // 1000)
    power = np.convolve(np.fft.irfft(spectrum, signal.size) ** 2, window / window.sum(), "same")
    level = 10 * np.log10(power + 1e-9)
    found: list[float] = []
    for before, span in itertools.pairwise(speech.phonemes):
        if span.symbol[:1] not in ("p", "b", "m") or not before.symbol:
            continue
        middle = (span.start + span.end) // 2
        reach = SAMPLE_RATE // 10
        first, last = max(0, middle - reach), min(level.size, middle + reach)
        near = np.abs(np.arange(first, last) - middle) / SAMPLE_RATE
        found.append((first + int(np.argmin(level[first:last] + 100 * near)) - middle) / SAMPLE_RATE)
    return found


async def test_emotion_is_heard_in_rate_and_melody(kokoro: Voice) -> None:
    text = "The ribeye is back, and people love it."
    spoken = {
        emotion: await say(kokoro, text, "en", emotion) for emotion in (Emotion.NEUTRAL, Emotion.EXCITED, Emotion.SORRY)
    }
    length = {emotion: speech.pcm.size for emotion, speech in spoken.items()}
    spread = {emotion: melody_range(speech) for emotion, speech in spoken.items()}
    assert length[Emotion.EXCITED] < length[Emotion.NEUTRAL] < length[Emotion.SORRY]
    assert spread[Emotion.EXCITED] > 1.2 * spread[Emotion.NEUTRAL]
    assert spread[Emotion.SORRY] < 0.8 * spread[Emotion.NEUTRAL]


def melody_range(speech: Speech) -> float:
    """Semitones that the middle two thirds of the pitch cover: the tracker's slips of an octave lie outside."""
    low, high = np.percentile(track_pitch(floats(speech.pcm), SAMPLE_RATE).semitones(), [17, 83])
    return float(high - low)


async def test_what_cannot_be_said_is_an_error(kokoro: Voice) -> None:
    with pytest.raises(VoiceError, match="nothing"):
        await say(kokoro, "👍 …", "zh")
    with pytest.raises(VoiceError, match="English and Chinese"):
        await say(kokoro, "Guten Tag", "de")
    with pytest.raises(VoiceError, match="at most"):
        await say(kokoro, "好" * 601, "zh")


async def test_cancelling_stops_the_work(kokoro: Voice) -> None:
    """The text takes half a minute of computing; cancelled at its beginning, it takes a run's worth at most."""
    before = computed()
    long = asyncio.create_task(say(kokoro, "今天我们来看这款牛排，它非常好吃。" * 25, "zh"))
    while computed() - before < 0.3:  # until the model runs
        await asyncio.sleep(0.02)
        assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    await say(kokoro, "马上。", "zh")
    assert computed() - before < 10


def computed() -> float:
    """CPU seconds of the voice's process."""
    return float(sum(child.cpu_times().user for child in psutil.Process().children(recursive=True)))


async def test_a_voice_that_is_not_there_is_named() -> None:
    with pytest.raises(VoiceError, match="zf_nobody"):
        await open_voice(SETTINGS.model_copy(update={"voice": "zf_nobody"}))
