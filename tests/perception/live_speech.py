"""A person who speaks into a show in the show's own time, through the codec and the buffers of the way in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from aiortc.rtp import RtpPacket

from render.contract import Emotion, Line, LiveMode, Speech
from render.live_input import LiveInput
from render.mouth_listener import heard_mouth_track
from rtc.audio_encoder import AudioEncoder
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, SLICE_SECONDS, Pcm
from rtc.live_source import LiveSource
from rtc.publisher import SoundTap
from tests.perception.fast_show import FastShow, Said

_PAUSE_S = 0.8
_ENERGY = 0.6


class LiveSpeaker:
    """Speaks `pcm` from the show's second `begun` on; packets come some ms after their last sample, none is lost."""

    def __init__(
        self, pcm: Pcm, begun: float, *, level_db: float = 0.0, jitter_s: float = 0.008, seed: int = 1
    ) -> None:
        self.source = LiveSource()
        self._tap = SoundTap(self.source)
        slices = -(-pcm.size // SLICE_SAMPLES)
        whole = np.zeros(slices * SLICE_SAMPLES, np.int16)
        whole[: pcm.size] = (pcm * 10 ** (level_db / 20)).astype(np.int16)
        encoder = AudioEncoder(32)
        late = np.random.default_rng(seed).uniform(0.001, jitter_s, 2 * slices)
        coded = [packet for n in range(slices) for packet in encoder.encode(whole[n * 1920 : (n + 1) * 1920], n)]
        self._left = [(begun + (n + 1) / 50 + late[n], n, bytes(packet)) for n, packet in enumerate(coded)]

    def until(self, now: float) -> None:
        """Let everything come that has come by `now` on the show's clock."""
        while self._left and self._left[0][0] <= now:
            _, number, payload = self._left.pop(0)
            packet = RtpPacket(payload_type=96, sequence_number=number % 2**16, timestamp=number * 960, payload=payload)
            packet._data = payload  # type: ignore[attr-defined]
            self._tap.add(packet)
            self.source.heard_at = now


@dataclass(frozen=True, slots=True)
class _Sentence:
    speech: Speech
    start: int
    """Its first sample in what the person says."""


async def speak_live(
    show: FastShow,
    speeches: Sequence[Speech],
    *,
    rest_s: float = 1.2,
    level_db: float = 0.0,
    jitter_s: float = 0.008,
) -> list[Said]:
    """Let a person say sentences through the show; gives them as heard, each with the mouth that a listener makes of it."""
    pieces, sentences, at = [np.zeros(SAMPLE_RATE // 2, np.int16)], [], SAMPLE_RATE // 2
    for speech in speeches:
        sentences.append(_Sentence(speech, at))
        pieces += [speech.pcm, np.zeros(round(_PAUSE_S * SAMPLE_RATE), np.int16)]
        at += speech.pcm.size + pieces[-1].size
    await show.idle(rest_s)
    begun = show.show.now
    speaker = LiveSpeaker(np.concatenate(pieces), begun, level_db=level_db, jitter_s=jitter_s)
    live = LiveInput(speaker.source)
    show.show.take_live(live)
    show.show.go_live(LiveMode.VOICE)
    while show.show.now < begun + at / SAMPLE_RATE + 0.3:
        speaker.until(show.show.now)
        await show.idle(SLICE_SECONDS)
    show.show.go_live(LiveMode.NONE)
    await show.idle(rest_s)
    said = []
    for number, sentence in enumerate(sentences):
        heard_at = begun + sentence.start / SAMPLE_RATE + 0.115
        first = round(heard_at / SLICE_SECONDS)
        mouth = heard_mouth_track(sentence.speech.pcm, _ENERGY)
        line = Line(f"live-{number}", "", emotion=Emotion.NEUTRAL)
        last = first + -(-sentence.speech.pcm.size // SLICE_SAMPLES)
        said.append(Said(line, sentence.speech, mouth, first, last))
    return said
