"""A short film of a new host: looks about, blinks, and says a sentence, as on air."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from render.avatar_pack import AvatarPack
from render.compositor import CaptionState, Compositor, FrameRequest, Speaking
from render.contract import Emotion, Line, Speech, VoiceError
from render.playlist import Take, make_take
from render.settings import PiperSettings
from render.viseme import mouth_track
from render.voices import open_voice
from rtc.contract import FRAME_RATE, SAMPLE_RATE, SLICE_SAMPLES

SENTENCE: Final = "Hello, and welcome. I have put a few favourites on the table, so ask me whatever you like."
_BEFORE_S, _AFTER_S, _SILENT_S = 1.2, 1.6, 8.0
_ENERGY: Final = 0.6
_SEED: Final = 7
_CRF: Final = "20"
_AUDIO_FRAME: Final = 1024


async def packaged_speech() -> tuple[Speech | None, str]:
    """The sentence in the packaged voice, or None and why there is none."""
    try:
        voice = await open_voice(PiperSettings())
    except (VoiceError, ImportError) as error:
        return None, str(error)
    try:
        return await voice.speak(SENTENCE, language="en", emotion=Emotion.WARM, energy=_ENERGY), ""
    except VoiceError as error:
        return None, str(error)
    finally:
        await voice.close()


def write_preview(
    pack: AvatarPack, speech: Speech | None, file: Path, progress: Callable[[float], None] = lambda _: None
) -> float:
    """Write an .mp4 (H.264, AAC) of the host; returns its length in seconds. Raises OSError, av.FFmpegError."""
    take = _take(speech) if speech is not None else None
    length_s = _BEFORE_S + take.seconds + _AFTER_S if take is not None else _SILENT_S
    frames = round(length_s * FRAME_RATE)
    begins = round(_BEFORE_S * FRAME_RATE)
    compositor = Compositor(pack, _SEED)  # as on air, with the label that says what is seen
    with av.open(str(file), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        picture = film.add_stream("libx264", rate=FRAME_RATE)
        picture.width, picture.height = pack.size
        picture.pix_fmt = "yuv420p"
        picture.options = {"crf": _CRF, "preset": "medium"}
        sound = film.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if take is not None else None
        for index in range(frames):
            drawn = compositor.draw(_request(index, index - begins, take))
            frame = av.VideoFrame.from_ndarray(drawn, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, FRAME_RATE)
            film.mux(picture.encode(frame))
            progress((index + 1) / frames)
        film.mux(picture.encode(None))
        if sound is not None and take is not None:
            pcm = np.zeros(frames * SLICE_SAMPLES, np.int16)
            start = begins * SLICE_SAMPLES
            pcm[start : start + len(take.pcm)] = take.pcm
            for first in range(0, len(pcm), _AUDIO_FRAME):
                part = av.AudioFrame.from_ndarray(pcm[None, first : first + _AUDIO_FRAME], format="s16", layout="mono")
                part.sample_rate, part.pts, part.time_base = SAMPLE_RATE, first, Fraction(1, SAMPLE_RATE)
                film.mux(sound.encode(part))
            film.mux(sound.encode(None))
    return frames / FRAME_RATE


def preview(pack: AvatarPack, file: Path, progress: Callable[[float], None] = lambda _: None) -> tuple[float, str]:
    """Speak and film; returns the length in seconds, and why it is silent, if it is."""
    speech, why = asyncio.run(packaged_speech())
    return write_preview(pack, speech, file, progress), why


def _request(index: int, place: int, take: Take | None) -> FrameRequest:
    """What frame `index` of the film shows; `place` is its place in what is said."""
    mouth = speaking = caption = None
    if take is not None and 0 <= place < take.slices:
        mouth = take.mouth[place]
        speaking = Speaking(Emotion.WARM, _ENERGY, float(take.accent[place]))
        word = next((word for word in reversed(take.words) if word.start <= place * SLICE_SAMPLES), None)
        if word is not None:
            caption = CaptionState("preview", SENTENCE, word.first, word.last)
    return FrameRequest(now=index / FRAME_RATE, mouth=mouth, speaking=speaking, look="camera", caption=caption)


def _take(speech: Speech) -> Take:
    line = Line("preview", SENTENCE, emotion=Emotion.WARM, energy=_ENERGY)
    return make_take(line, speech, mouth_track(speech, _ENERGY))
