"""Do the avatar's lips follow a person who speaks live, by their sound alone? ``python -m tests.bench.live_lips``."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from render.contract import Emotion, Speech
from render.viseme import mouth_track
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.face_reading import FaceReader
from tests.perception.fast_show import fast_show, packs, voice_of
from tests.perception.lips import Bar, LipFigures, key_openings, measure_lips
from tests.perception.live_speech import speak_live
from tests.perception.sentences import CHINESE, ENGLISH
from tests.perception.stand_in_voices import ToneVoice

_BAR = Bar(closed=0.9, correlation=0.85, lag_ms=20)
"""Of the closures 90 %: what the network that listens was seen to reach on finished speech (docs/lip-sync.md)."""
_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Way:
    """How the voice gets here."""

    what: str
    level_db: float = 0.0
    jitter_s: float = 0.008


WAYS = (
    Way("as the voice is"),
    Way("a quiet microphone", level_db=-20),
    Way("packets up to 60 ms late", jitter_s=0.06),
)


async def speeches(texts: Sequence[str], backend: str, language: str) -> list[Speech]:
    async with voice_of(backend) as voice:
        return [
            await voice.speak(text, language=language, emotion=Emotion.NEUTRAL, energy=0.5) for text in texts
        ]  # one after the other: they share a process


async def measure(way: Way, spoken: Sequence[Speech], pack: str) -> LipFigures:
    """Let a person say it all, and read the lips off the decoded pictures."""
    reader = FaceReader()
    async with fast_show(reader, ToneVoice(), pack=packs()[pack]) as show:
        said = []
        for first in range(0, len(spoken), _AT_ONCE):
            some = spoken[first : first + _AT_ONCE]
            said += await speak_live(show, some, level_db=way.level_db, jitter_s=way.jitter_s)
    references = [mouth_track(item.speech, 0.5) for item in said]
    return measure_lips(said, reader.rows(), show.stream.pcm(), key_openings(show.pack), references)


def row(way: Way, figures: LipFigures) -> list[str]:
    return [
        way.what,
        f"{figures.sentences} ({figures.seconds:.0f} s)",
        f"{figures.closed:.1%} of {len(figures.closures)}",
        f"{figures.vowels_closed:.1%}",
        f"{figures.correlation_at_lag:.3f} at {figures.lag_ms:+.0f} ms",
        f"{figures.reference:.3f}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live_lips", description=__doc__)
    parser.add_argument("--sentences", type=int, default=24)
    parser.add_argument("--voice", default="piper")
    parser.add_argument("--language", default="en", choices=["en", "zh"])
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    options = parser.parse_args()
    texts = (ENGLISH if options.language == "en" else CHINESE)[: options.sentences]
    spoken = asyncio.run(speeches(texts, options.voice, options.language))
    found = [(way, asyncio.run(measure(way, spoken, options.pack))) for way in WAYS]
    print(conditions())
    header = (
        "way",
        "sentences",
        "p, b, m closed within ±40 ms",
        "vowels closed (chance)",
        "opening seen against heard",
        "against the phonemes",
    )
    print(markdown(header, [row(way, figures) for way, figures in found]))
    return verdict([f"{way.what}: {text}" for way, figures in found for text in figures.shortfalls(_BAR)])


if __name__ == "__main__":
    raise SystemExit(main())
