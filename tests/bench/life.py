"""Ten minutes of a host who idles and talks, beside what people do. ``python -m tests.bench.life --minutes 10``."""

import argparse
import asyncio

import numpy as np

from render.contract import Emotion, Line
from tests.bench.conditions import conditions, markdown, verdict
from tests.perception.face_reading import FaceReader, FaceRows
from tests.perception.fast_show import fast_show, packs, voice_of
from tests.perception.life import (
    RANGES,
    KeptPictures,
    LifeFigures,
    SmallPictures,
    coding_noise,
    measure_life,
    most_alike,
)
from tests.perception.received_stream import Received
from tests.perception.sentences import ENGLISH

_BREAK_S = 20.0
_EMOTIONS = (Emotion.NEUTRAL, Emotion.WARM, Emotion.EXCITED, Emotion.AMUSED, Emotion.NEUTRAL, Emotion.SERIOUS)


async def measure(minutes: float, pack: str, seed: int) -> tuple[LifeFigures, FaceRows]:
    """Half the time idle, in stretches; half of it talking."""
    reader, small, some = FaceReader(), SmallPictures(), KeptPictures(100, 175)

    def watch(received: Received) -> None:
        reader(received)
        small(received)
        some(received)

    idle: list[tuple[int, int]] = []
    async with voice_of() as voice, fast_show(watch, voice, pack=packs()[pack], seed=seed) as show:
        said = 0
        while show.show.now < minutes * 60:
            first = round(show.show.now / 0.04)
            await show.idle(_BREAK_S)
            idle.append((first + 50, round(show.show.now / 0.04)))
            until = show.show.now + _BREAK_S
            while show.show.now < until:
                texts = [ENGLISH[(said + n) % len(ENGLISH)] for n in range(4)]
                emotion = _EMOTIONS[said // 4 % len(_EMOTIONS)]
                await show.say([Line(f"life-{said + n}", text, emotion=emotion) for n, text in enumerate(texts)])
                said += 4
    rows = reader.rows()
    talking = np.zeros(len(rows.index), bool)
    for item in show.said:
        talking |= (rows.index >= item.first) & (rows.index < item.last + 8)
    pictures = small.array()
    stretches = [(first, pictures[first:last]) for first, last in idle]
    return measure_life(rows, talking, most_alike(stretches, coding_noise(some.pictures))), rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.life", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="file for the readings, as .npz")
    options = parser.parse_args()
    figures, rows = asyncio.run(measure(options.minutes, options.pack, options.seed))
    if options.save:
        np.savez(options.save, index=rows.index, values=rows.values)
    print(
        f"{conditions()}\navatar pack {options.pack}, seed {options.seed}, {figures.seconds / 60:.1f} minutes of show, decoded\n"
    )
    table = [
        [name, f"{value:.2f} {RANGES[name].unit}", f"{RANGES[name].low:g} – {RANGES[name].high:g}", RANGES[name].source]
        for name, value in figures.values.items()
    ]
    print(markdown(("what", "seen", "people", "source"), table))
    same = figures.same
    if same is not None:
        print(
            f"\nMost alike two idle seconds: at {same.pair_s[0]:.1f} s and {same.pair_s[1]:.1f} s, "
            f"{same.distance:.3f} grey levels apart (the same second coded twice: {same.noise:.3f})"
        )
    return verdict(figures.shortfalls())


if __name__ == "__main__":
    raise SystemExit(main())
