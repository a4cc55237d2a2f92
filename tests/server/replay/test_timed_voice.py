import pytest

from render.contract import Emotion
from rtc.contract import SAMPLE_RATE
from server.replay.timed_voice import TimedVoice, speech_seconds
from server.replay.virtual_loop import run_virtual


def test_longer_texts_take_longer_and_numbers_count_as_they_are_said() -> None:
    assert speech_seconds("Yes.", "en") < speech_seconds("Yes, and it keeps for a week.", "en")
    assert speech_seconds("It is 199 yuan.", "en") == pytest.approx(
        speech_seconds("It is one hundred ninety-nine yuan.", "en"), abs=0.15
    )
    assert speech_seconds("大家好，欢迎光临。", "zh") > speech_seconds("好。", "zh") > 0.2


def test_excited_is_faster_than_sorry() -> None:
    text = "The ribeye comes in a foam box with dry ice."
    assert speech_seconds(text, "en", Emotion.EXCITED) < speech_seconds(text, "en", Emotion.SORRY)


def test_words_cover_text_and_audio_in_order() -> None:
    text = "The ribeye is 199 yuan, Lin."
    speech = run_virtual(TimedVoice().speak(text, language="en", emotion=Emotion.WARM, energy=0.5))
    assert len(speech.pcm) == pytest.approx(speech_seconds(text, "en", Emotion.WARM) * SAMPLE_RATE, abs=2)
    assert not speech.pcm.any()
    assert (speech.words[0].first, speech.words[-1].last) == (0, len(text))
    assert (speech.words[0].start, speech.words[-1].end) == (0, len(speech.pcm))
    assert all(a.end <= b.start for a, b in zip(speech.words, speech.words[1:], strict=False))
