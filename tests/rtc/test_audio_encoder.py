"""Two Opus packets a Slice, mono, on the 48 kHz clock."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from rtc.audio_encoder import AudioEncoder
from rtc.contract import SLICE_SAMPLES

STEREO_BIT = 0x04
"""Of the first byte of a packet (RFC 6716 §3.1)."""


def tone(index: int, hz: float = 440.0) -> NDArray[np.int16]:
    n = np.arange(index * SLICE_SAMPLES, (index + 1) * SLICE_SAMPLES)
    return np.round(8000 * np.sin(2 * np.pi * hz * n / 48_000)).astype(np.int16)


def test_a_slice_becomes_two_mono_packets_of_twenty_milliseconds() -> None:
    encoder = AudioEncoder()
    for index in (0, 1, 500):
        first, second = encoder.encode(tone(index), index)
        assert (first.pts, second.pts) == (index * 1920, index * 1920 + 960)
        for packet in (first, second):
            assert (packet.time_base.numerator, packet.time_base.denominator) == (1, 48_000)
            assert not bytes(packet)[0] & STEREO_BIT


def test_what_is_decoded_is_what_was_said() -> None:
    encoder = AudioEncoder(48)
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.format, decoder.layout = 48_000, "s16", "mono"
    heard = [
        np.asarray(frame.to_ndarray(), np.float64)[0]
        for index in range(50)
        for packet in encoder.encode(tone(index), index)
        for frame in decoder.decode(av.Packet(bytes(packet)))
    ]
    pcm = np.concatenate(heard)
    assert len(pcm) == 50 * SLICE_SAMPLES
    spectrum = np.abs(np.fft.rfft(pcm[48_000:]))
    assert int(np.argmax(spectrum)) == 440 * len(pcm[48_000:]) // 48_000
    assert 0.8 < np.abs(pcm[48_000:]).max() / 8000 < 1.2


def test_any_other_number_of_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="1920"):
        AudioEncoder().encode(np.zeros(960, np.int16), 0)
