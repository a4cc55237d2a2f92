"""What browsers record is decoded; what they do not is refused with a reason."""

import contextlib
import io
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.contract import ModelError
from dialogue.recording import LARGEST_BYTES, decode
from tests.dialogue.browser_recording import hum, record

CONTAINERS = ["webm", "ogg", "mp4", "wav"]


def refusal(audio: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        decode(audio)
    return caught.value.code


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_recording_is_decoded_to_16_khz_mono(container: str) -> None:
    recording = decode(record(hum(2.0), container))
    assert recording.samples.dtype == np.float32
    assert recording.seconds == pytest.approx(2.0, abs=0.08)
    middle = recording.samples[8_000:24_000]
    assert float(np.sqrt(np.mean(middle**2))) == pytest.approx(0.2 / np.sqrt(2), rel=0.1)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert int(spectrum.argmax()) == 220  # one second: one bin is 1 Hz


@pytest.mark.parametrize("container", ["webm", "ogg", "mp4"])
def test_a_recording_that_was_cut_off_is_decoded_as_far_as_it_goes(container: str) -> None:
    whole = record(hum(4.0), container)
    assert 0.5 < decode(whole[: len(whole) * 6 // 10]).seconds < 4.0


def test_stereo_at_another_rate_is_mixed_down() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44_100)
        tone = (8000 * np.sin(2 * np.pi * 220 * np.arange(44_100) / 44_100)).astype("<i2")
        out.writeframes(np.repeat(tone, 2).tobytes())
    assert decode(file.getvalue()).seconds == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    "audio",
    [
        b"",
        b"hello, this is no recording",
        b"\x1a\x45\xdf\xa3" + b"\x00" * 500,
        b"OggS" + b"\x01" * 500,
        b"\x00\x00\x00\x18ftypmp42" + b"\x07" * 500,
        b"RIFF\xff\xff\xff\xffWAVE" + b"\x00" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    ],
)
def test_what_is_no_recording_is_refused(audio: bytes) -> None:
    assert refusal(audio) == "not-audio"


@pytest.mark.parametrize(
    "playlist",
    [
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"v=0\r\nm=audio 5004 RTP/AVP 0\r\n",
    ],
)
def test_a_playlist_opens_nothing(playlist: bytes) -> None:
    assert refusal(playlist) == "not-audio"


def test_a_recording_without_sound_is_refused() -> None:
    assert refusal(record(hum(1.0), "wav")[:44]) == "not-audio"


def test_too_long_a_recording_is_refused() -> None:
    assert refusal(record(hum(21), "webm")) == "too-long"
    assert decode(record(hum(19.5), "webm")).seconds == pytest.approx(19.5, abs=0.1)


def test_too_large_a_recording_is_refused_unread() -> None:
    assert refusal(b"OggS" + bytes(LARGEST_BYTES)) == "too-long"


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_muted_microphone_is_noticed(container: str) -> None:
    assert refusal(record(hum(2.0, level=0.0001), container)) == "silent"


def test_a_slip_of_the_button_is_noticed() -> None:
    assert refusal(record(hum(0.1), "wav")) == "silent"


@pytest.mark.parametrize("container", CONTAINERS)
@settings(max_examples=40, deadline=None)
@given(damage=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=30))
def test_damage_is_survived(container: str, damage: list[tuple[float, int]]) -> None:
    audio = bytearray(_TONE[container])
    for where, value in damage:
        audio[int(where * len(audio))] = value
    with contextlib.suppress(ModelError):  # any other exception is a fault
        samples = decode(bytes(audio)).samples
        assert np.isfinite(samples).all()
        assert float(np.abs(samples).max()) <= 1.0


_TONE = {container: record(hum(1.0), container) for container in CONTAINERS}
