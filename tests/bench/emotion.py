"""Emotions by ear and by eye, on what a viewer receives. ``python -m tests.bench.emotion --lines 12``."""

import argparse
import asyncio

from render.contract import Emotion, Line
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.emotion import LEAST_D, PARTS, EmotionFigures, compare, samples
from tests.perception.face_reading import FaceReader
from tests.perception.fast_show import fast_show, packs, voice_of
from tests.perception.sentences import CHINESE, ENGLISH

ENERGY = {Emotion.NEUTRAL: 0.5, Emotion.EXCITED: 0.8, Emotion.SORRY: 0.3}
"""As the demo room's host says them."""
_PER_BLOCK = 4


async def measure(count: int, emotions: list[Emotion], pack: str, voice_name: str, language: str) -> EmotionFigures:
    """The same sentences in every emotion, in blocks of four, with a moment of rest between."""
    reader = FaceReader()
    texts = [text for text in (ENGLISH if language == "en" else CHINESE) if len(text) > (34 if language == "en" else 9)]
    if len(texts) < count:
        raise SystemExit(f"there are {len(texts)} sentences in {language}")
    async with voice_of(voice_name) as voice, fast_show(reader, voice, pack=packs()[pack]) as show:
        for block in range(0, count, _PER_BLOCK):
            for turn in range(len(emotions)):
                emotion = emotions[(turn + block // _PER_BLOCK) % len(emotions)]
                await show.idle(3)
                await show.say(
                    [
                        Line(
                            f"{emotion}-{n}", text, language=language, emotion=emotion, energy=ENERGY.get(emotion, 0.5)
                        )
                        for n, text in enumerate(texts[block : min(count, block + _PER_BLOCK)], block)
                    ]
                )
    return compare(samples(show.said, reader.rows(), show.stream.pcm()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.emotion", description=__doc__)
    parser.add_argument("--lines", type=int, default=12, help="sentences said in every emotion (default: %(default)s)")
    parser.add_argument("--emotions", nargs="+", default=[str(e) for e in ENERGY], choices=[str(e) for e in Emotion])
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    parser.add_argument("--voice", default="piper")
    parser.add_argument("--language", default="en", choices=["en", "zh"])
    options = parser.parse_args()
    emotions = [Emotion(value) for value in options.emotions]
    figures = asyncio.run(measure(options.lines, emotions, options.pack, options.voice, options.language))
    print(f"{conditions()}\n{figures.lines} Lines of each emotion, avatar pack {options.pack}, voice {options.voice}\n")
    print(
        markdown(
            ("measure", "pair", "means", "spread within", "Cohen's d"),
            [
                [
                    d.measure,
                    f"{d.first} / {d.second}",
                    f"{d.means[0]:.3f} / {d.means[1]:.3f}",
                    f"{d.spread:.3f}",
                    f"{d.d:+.2f}",
                ]
                for d in figures.differences
            ],
        )
    )
    print(f"\nbar: every pair differs by more than the spread within (|d| ≥ {LEAST_D}) in {', '.join(PARTS)}")
    return verdict(figures.shortfalls())


if __name__ == "__main__":
    raise SystemExit(main())
