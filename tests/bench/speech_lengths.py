"""How well replay's estimate of a Line's length fits the real voice, and the coefficients that fit best.

``python -m tests.bench.speech_lengths --lines 160`` (a minute and a half). Half of the lines fit, the other half judge.
"""

import argparse
import asyncio
import random

import numpy as np

from dialogue.clauses import lines_of
from dialogue.room_content import load_room_content
from render.contract import Emotion
from rtc.contract import SAMPLE_RATE
from server.replay.timed_voice import features, speech_seconds, tempo_of
from tests.bench.conditions import conditions
from tests.perception.fast_show import ROOMS, voice_of


def texts(room: str, language: str) -> list[str]:
    content = load_room_content(ROOMS / room)
    tellings = [t for _, fact in content.sections for t in (fact.tellings if language == "en" else fact.tellings_zh)]
    tellings += [
        t for _, fact in content.persona.asked for t in (fact.tellings if language == "en" else fact.tellings_zh)
    ]
    named = [(p.called, f"{p.price:.2f} yuan", p.details.get("storage", "")) for p in content.catalogue.products]
    if language == "en":
        tellings += [f"Lin asks: how much is the {name}?" for name, _, _ in named]
        tellings += [f"The {name} is {price}." for name, price, _ in named]
        tellings += [f"{kept}." for _, _, kept in named if kept]
    return [line for told in tellings for line in lines_of(told, most_words=14)]


async def measure(backend: str, language: str, count: int, room: str) -> None:
    chosen = random.Random(4)
    lines = list(dict.fromkeys(texts(room, language)))
    chosen.shuffle(lines)
    emotions = [chosen.choice(list(Emotion)) for _ in lines[:count]]
    rows, seconds, guessed = [], [], []
    async with voice_of(backend) as voice:
        for text, emotion in zip(lines, emotions, strict=False):
            speech = await voice.speak(text, language=language, emotion=emotion, energy=0.5)
            rows.append(np.array(features(text, language)) / tempo_of(emotion, 0.5))
            seconds.append(len(speech.pcm) / SAMPLE_RATE)
            guessed.append(speech_seconds(text, language, emotion, 0.5))
    table, wanted = np.array(rows), np.array(seconds)
    half = len(rows) // 2
    fitted, *_ = np.linalg.lstsq(table[:half], wanted[:half], rcond=None)
    whole, *_ = np.linalg.lstsq(table, wanted, rcond=None)
    print(conditions())
    print(f"voice {backend}, {language}: {len(rows)} lines, {wanted.sum():.0f} s of speech")
    print(f"coefficients from all: {np.round(whole, 4).tolist()}")
    for name, guess, truth in (
        ("other half, fitted now", table[half:] @ fitted, wanted[half:]),
        ("all, as committed", np.array(guessed), wanted),
    ):
        off = np.abs(guess - truth)
        print(
            f"{name}: total {guess.sum() / truth.sum() - 1:+.1%}, a line off by {np.median(off):.2f} s (median), "
            f"{np.percentile(off, 95):.2f} s (p95), correlation {np.corrcoef(guess, truth)[0, 1]:.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speech_lengths", description=__doc__)
    parser.add_argument("--lines", type=int, default=160)
    parser.add_argument("--voice", default="piper")
    parser.add_argument("--language", default="en", choices=["en", "zh"])
    parser.add_argument("--room", default="demo")
    options = parser.parse_args()
    asyncio.run(measure(options.voice, options.language, options.lines, options.room))


if __name__ == "__main__":
    main()
