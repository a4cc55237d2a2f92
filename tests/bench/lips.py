"""Lip-sync on what a viewer receives, for every driver of the mouth. ``python -m tests.bench.lips --sentences 100``."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from render.contract import Emotion, Line, Speech, Voice
from render.mouth_weights import Track
from render.viseme import mouth_track
from render.voicing import MouthTrack
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.face_reading import FaceReader
from tests.perception.fast_show import Said, fast_show, packs, voice_of
from tests.perception.lips import BAR, LipFigures, key_openings, loudness_track, measure_lips
from tests.perception.sentences import CHINESE, ENGLISH
from tests.perception.stand_in_voices import ReplayedVoice

EMOTIONS = (Emotion.NEUTRAL, Emotion.WARM, Emotion.EXCITED, Emotion.AMUSED, Emotion.SERIOUS, Emotion.SORRY)


def by_ear(speech: Speech, energy: float = 0.5) -> Track:
    """The mouth as it is for a voice that tells no phonemes: from the audio alone."""
    return mouth_track(replace(speech, phonemes=()), energy)


DRIVERS: dict[str, MouthTrack] = {"phonemes": mouth_track, "audio": by_ear, "loudness (baseline)": loudness_track}


async def measure(
    driver: MouthTrack, lines: Sequence[Line], voice: Voice, pack: str
) -> tuple[LipFigures, float, list[Said]]:
    """Say the Lines and read the lips off the decoded pictures."""
    reader = FaceReader()
    async with fast_show(reader, voice, pack=packs()[pack], driver=driver) as show:
        await show.idle(3)
        await show.say(lines)
        await show.idle(2)
    gap_px = show.pack.mouth.gap_px
    assert gap_px is not None
    references = [mouth_track(item.speech, item.line.energy) for item in show.said]
    rows, sound = reader.rows(), show.stream.pcm()
    figures = measure_lips(show.said, rows, sound, key_openings(show.pack), references)
    by_mesh = measure_lips(show.said, rows, sound, gap_px, references).correlation_at_lag
    return figures, by_mesh, show.said


async def measure_all(
    names: Sequence[str], lines: Sequence[Line], backend: str, pack: str
) -> dict[str, tuple[LipFigures, float]]:
    """Every driver on the same audio, voiced once; the baseline on a third of it."""
    found: dict[str, tuple[LipFigures, float]] = {}
    async with voice_of(backend) as voice:
        said: list[Said] = []
        for name in names:
            some = lines[: max(8, len(lines) // 3)] if "baseline" in name and said else lines
            speaker: Voice = ReplayedVoice([item.speech for item in said]) if said else voice
            figures, by_mesh, heard = await measure(DRIVERS[name], some, speaker, pack)
            found[name] = figures, by_mesh
            said = said or heard
    return found


def row(driver: str, figures: LipFigures, by_mesh: float) -> list[str]:
    missed = Counter(c.symbol for c in figures.closures if not c.closed)
    return [
        driver,
        f"{figures.sentences} ({figures.seconds:.0f} s)",
        f"{figures.closed:.1%} of {len(figures.closures)}",
        " ".join(f"{symbol} {count}" for symbol, count in missed.most_common()) or "–",
        f"{figures.vowels_closed:.1%}",
        f"{figures.correlation:.3f}",
        f"{figures.lag_ms:+.0f} ms ({figures.correlation_at_lag:.3f})",
        f"{figures.by_sentence:.3f}",
        f"{by_mesh:.3f}",
        f"{figures.reference:.3f}",
    ]


HEADER = (
    "driver",
    "sentences",
    "/p b m/ closed within ±40 ms",
    "missed",
    "vowels closed (chance)",
    "seen against commanded, at 0",
    "best lag",
    "median by sentence",
    "the same, keys by the mesh",
    "seen against the phonemes' own track",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lips", description=__doc__)
    parser.add_argument("--sentences", type=int, default=104)
    parser.add_argument("--drivers", nargs="+", default=list(DRIVERS), choices=list(DRIVERS))
    parser.add_argument("--voice", default="piper", help="back end of the voice (default: %(default)s)")
    parser.add_argument("--language", default="en", choices=["en", "zh"])
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    parser.add_argument("--list", action="store_true", help="print every p, b, m that was not closed")
    options = parser.parse_args()
    texts = (ENGLISH if options.language == "en" else CHINESE)[: options.sentences]
    lines = [
        Line(f"lips-{n}", text, language=options.language, emotion=EMOTIONS[n % len(EMOTIONS)])
        for n, text in enumerate(texts)
    ]
    found = asyncio.run(measure_all(options.drivers, lines, options.voice, options.pack))
    shortfalls = [
        f"{name}: {text}"
        for name, (figures, _) in found.items()
        if "baseline" not in name
        for text in figures.shortfalls()
    ]
    if options.list:
        for name, (figures, _) in found.items():
            for closure in figures.closures:
                if not closure.closed:
                    print(f"{name}: /{closure.symbol}/ at {closure.at_s:.2f} s, gap {closure.gap:.3f}: {closure.text}")
    print(
        f"{conditions()}\nvoice {options.voice}, {options.language}, avatar pack {options.pack}; decoded from H.264 and Opus"
    )
    print(f"bar: closed ≥ {BAR.closed:.0%}; correlation ≥ {BAR.correlation} at 0 ± {BAR.lag_ms:.0f} ms\n")
    print(markdown(HEADER, [row(name, *figures) for name, figures in found.items()]))
    return verdict(shortfalls)


if __name__ == "__main__":
    raise SystemExit(main())
