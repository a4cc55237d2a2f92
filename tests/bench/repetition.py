"""How much of a product's presentation comes back in the same words: 8-grams that two passes share.

``python -m tests.bench.repetition [--hours N]`` prints a table for the demo room (English) and the tea house (Mandarin), with a
quiet chat and a lively one, and what a long show does: how soon a sentence comes back, and how much is remembered.
"""

import argparse
import random
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jieba

from dialogue.language import has_han, words
from dialogue.room_content import load_room_content
from tests.dialogue.simulated_show import Asked, SimulatedShow

GRAM = 8
BAR = 0.2
"""Two passes over a product may share so much."""
ROOMS = Path(__file__).parents[2] / "rooms"


def grams(text: str, size: int = GRAM) -> frozenset[tuple[str, ...]]:
    """The runs of so many words; Chinese is cut into words by jieba."""
    said = [w for w in jieba.cut(text) if w.strip() and w[0].isalnum()] if has_han(text) else words(text)
    return frozenset(tuple(said[i : i + size]) for i in range(len(said) - size + 1))


def overlap(before: str, after: str) -> float:
    """Share of the 8-grams of the second text that the first has too."""
    first, second = grams(before), grams(after)
    return len(first & second) / len(second) if second else 0.0


@dataclass(frozen=True, slots=True)
class Pass:
    """All that was said in one segment of a product."""

    sku: str
    round: int
    segment: str
    text: str


def passes(show: SimulatedShow) -> list[Pass]:
    """The passes over products, in order, without the last, which the end of the show may have cut."""
    products = {s.id: s.product for s in show.content.rundown.segments}
    told: dict[tuple[int, str], list[str]] = {}
    for _, line in show.heard:
        if (place := show.place(line)) is not None:
            told.setdefault(place, []).append(line.text)
    found = [
        Pass(products[s] or "", r, s, "".join(texts) if show.language == "zh" else " ".join(texts))
        for (r, s), texts in told.items()
        if products[s]
    ]
    return found[:-1]


def between_rounds(show: SimulatedShow) -> list[tuple[str, float]]:
    """For each product segment and each two rounds that follow each other, the overlap."""
    by_segment: dict[str, list[Pass]] = defaultdict(list)
    for one in passes(show):
        by_segment[one.segment].append(one)
    return [(s, overlap(a.text, b.text)) for s, all_ in by_segment.items() for a, b in pairwise(all_)]


def within_round(show: SimulatedShow) -> list[tuple[str, float]]:
    """For each return of a product, the overlap with its first segment of the same round."""
    first: dict[tuple[int, str], Pass] = {}
    found = []
    for one in passes(show):
        before = first.setdefault((one.round, one.sku), one)
        if before is not one:
            found.append((one.segment, overlap(before.text, one.text)))
    return found


def played(room: str, language: str, hours: float, per_minute: float, seed: int = 1) -> SimulatedShow:
    """A show of so many hours with so many questions a minute."""
    rng = random.Random(seed)
    show = SimulatedShow(load_room_content(ROOMS / room), language=language, seed=seed)
    show.play(hours * 3600, _questions(rng, per_minute, hours * 3600))
    return show


def _questions(rng: random.Random, per_minute: float, until: float) -> Iterator[Asked]:
    at, number = 0.0, 0
    while per_minute and (at := at + rng.expovariate(per_minute / 60)) < until:
        number += 1
        yield Asked(at, f"question {number}", rng.uniform(3, 15))


def soonest_return(show: SimulatedShow, least_words: int = 6) -> tuple[float, str]:
    """The shortest time after which a whole sentence of some length was begun again in the same words, and that sentence."""
    sentences: dict[int, list[str]] = {}
    at: dict[int, float] = {}
    for moment, line in show.heard:
        if line.reply is not None and line.reply.startswith("s"):
            number = int(line.reply[1:])
            at.setdefault(number, moment)
            texts = sentences.setdefault(number, [])
            if line.text not in texts:
                texts.append(line.text)
    last: dict[str, float] = {}
    soonest, which = float("inf"), ""
    for number, texts in sentences.items():
        text = "".join(texts) if show.language == "zh" else " ".join(texts)
        if len(words(text)) < least_words:
            continue
        if text in last and at[number] - last[text] < soonest:
            soonest, which = at[number] - last[text], text
        last[text] = at[number]
    return soonest, which


def table(rooms: Sequence[tuple[str, str]], hours: float) -> None:
    """Print the figures."""
    print(f"8-grams shared by two passes over a product, {hours:g} simulated hours, seed 1")
    print(
        f"{'room':10}{'chat/min':>9}{'passes':>8}{'mean':>8}{'>20 %':>8}{'worst':>8}  {'worst of':16}{'again':>8}{'soonest':>10}"
    )
    for room, language in rooms:
        for per_minute in (0.0, 4.0, 30.0):
            show = played(room, language, hours, per_minute)
            rounds, again = between_rounds(show), within_round(show)
            worst = max(rounds, key=lambda pair: pair[1], default=("-", 0.0))
            mean = sum(share for _, share in rounds) / max(1, len(rounds))
            over = sum(share > BAR for _, share in rounds) / max(1, len(rounds))
            back = max((share for _, share in again), default=0.0)
            soonest, _ = soonest_return(show)
            figures = f"{mean:8.1%}{over:8.1%}{worst[1]:8.1%}  {worst[0]:16}{back:8.1%}{soonest / 60:8.0f} m"
            print(f"{room:10}{per_minute:9.0f}{len(passes(show)):8}{figures}", flush=True)


def day(room: str, language: str, hours: float) -> None:
    """Print what memory a long show takes, hour by hour."""
    show = SimulatedShow(load_room_content(ROOMS / room), language=language, seed=1)
    tracemalloc.start()
    due, sizes = 3600.0, []

    def each(now: float) -> None:
        nonlocal due
        if now >= due:
            due += 3600.0
            show.forget()
            sizes.append(tracemalloc.get_traced_memory()[0] / 2**20)

    show.play(hours * 3600, _questions(random.Random(1), 4.0, hours * 3600), each)
    tracemalloc.stop()
    print(f"{room}: traced memory in MiB after each hour: {' '.join(f'{size:.1f}' for size in sizes)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--day", action="store_true", help="24 hours: memory")
    options = parser.parse_args()
    rooms = (("demo", "en"), ("teahouse", "zh"))
    table(rooms, options.hours)
    if options.day:
        for room, language in rooms:
            day(room, language, 24)


if __name__ == "__main__":
    main()
