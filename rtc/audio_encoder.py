"""From samples to Opus packets, made once for all who listen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
from av import AudioFrame
from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet

from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, Pcm

PACKET_SAMPLES = 960
"""Twenty milliseconds: what browsers expect, and two make a Slice."""
DECODER_DELAY_S = 312 / SAMPLE_RATE
"""Opus looks 6.5 ms ahead, so that each sample comes out that much after its packet's timestamp (RFC 7845 §4.2)."""
_BASE = Fraction(1, SAMPLE_RATE)


class AudioEncoder:
    """One Opus encoder. Not thread-safe: one thread at a time.

    The stream is coded in mono. ``opus/48000/2`` in the session description is the codec's fixed name; whether a packet
    is mono or stereo says its own first byte, and a receiver takes either (RFC 7587 §7, RFC 6716 §3.1). A host's voice
    has one channel, so all the bits go to it. Loss concealment data (in-band FEC) rides along for 5 % lost.
    """

    def __init__(self, bitrate_kbps: int = 40) -> None:
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = SAMPLE_RATE
        context.format = "s16"
        context.layout = "mono"
        context.time_base = _BASE
        context.bit_rate = bitrate_kbps * 1000
        context.options = {"application": "voip", "frame_duration": "20", "fec": "1", "packet_loss": "5", "vbr": "on"}
        context.open()
        self._context = context
        self._count = 0

    def encode(self, pcm: Pcm, index: int) -> tuple[Packet[Any], Packet[Any]]:
        """Code the 1,920 samples of Slice `index` into two packets of 20 ms, stamped on the 48 kHz clock.

        Raises `ValueError` for any other number of samples.
        """
        if pcm.shape != (SLICE_SAMPLES,):
            raise ValueError(f"a Slice has {SLICE_SAMPLES} samples, shape ({SLICE_SAMPLES},); this is {pcm.shape}")
        start = index * SLICE_SAMPLES
        return (
            self._packet(pcm[:PACKET_SAMPLES], start),
            self._packet(pcm[PACKET_SAMPLES:], start + PACKET_SAMPLES),
        )

    def _packet(self, pcm: Pcm, pts: int) -> Packet[Any]:
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = _BASE
        frame.pts = self._count * PACKET_SAMPLES
        self._count += 1
        (packet,) = self._context.encode(frame)
        packet.time_base = _BASE
        packet.pts = packet.dts = pts
        return packet
