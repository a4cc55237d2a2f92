"""How alike the taught model's answers sound, and how soon their first clause is ready, over a run of like questions.

    python -m tests.bench.variety                 112 questions about 12 products of the demo room, in ten wordings
    python -m tests.bench.variety --soon 0.7      with another `SOON_S`

The frame of an answer is its pairs of neighbouring words without values and names; how near two are is the share of pairs that both
have (Jaccard 1901). Each answer is held against the 40 before it. Nothing has to pass.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Iterator

from dialogue import taught_answers
from dialogue.models import Models
from dialogue.phrasebook import Phrasebook
from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent, load_room_content
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings
from dialogue.taught_answers import Asked, TaughtAnswers, Watch, frame_of
from tests.bench.conditions import conditions, markdown
from tests.dialogue.conftest import DEMO

VIEWERS = ("Lin", "Anna", "Tom", "Ruth", "Omar", "Mia", "Ben")
WORDINGS = (
    "how much is the {name}?",
    "price of {name}",
    "where does the {name} come from",
    "is the {name} in stock?",
    "how do I store the {name}",
    "what does the {name} cost",
    "how big is it, the {name}",
    "{name} price pls",
    "how long does the {name} keep",
    "what is in the {name}",
)
PRODUCTS, ROUNDS, LATELY = 12, 2, 40
PATIENCE_S = 2.0


def questions(room: RoomContent) -> Iterator[str]:
    for again in range(ROUNDS):
        for place, product in enumerate(room.catalogue.products[:PRODUCTS]):
            for number, wording in enumerate(WORDINGS):
                if (place + number + again) % 2 == 0:
                    yield wording.format(name=product.called)


async def measured(room: RoomContent) -> tuple[list[float], list[float], int]:
    """Seconds to each first clause, how near each answer is to the nearest of late, and how many questions were asked."""
    models = await Models.start(
        LlamaCppSettings(adapter="demo"), EmbeddingSettings(), HearingSettings(), lambda _: None
    )
    try:
        answers = TaughtAnswers.of(room, models.llm, Phrasebook(3), time.monotonic, 3)
        retriever = Retriever(room, models.embedder)
        await asyncio.gather(answers.warm_up(), retriever.prepare())
        watch = Watch(lambda: PATIENCE_S, lambda: None, lambda *_: None, lambda *_: None)
        seconds: list[float] = []
        near: list[float] = []
        frames: list[frozenset[tuple[str, str]]] = []
        count = 0
        for text in questions(room):
            found = await retriever.find(text, on_show=None)
            if not found.facts or any(fact.prose for fact in found.facts):
                continue
            asked = Asked(VIEWERS[count % len(VIEWERS)], text, found.facts, found.products)
            count += 1
            pieces: list[str] = []
            begun = time.monotonic()
            async for piece in answers.answer(asked, watch):
                if not pieces:
                    seconds.append(time.monotonic() - begun)
                pieces.append(piece.text)
            if pieces:
                frame = frame_of(" ".join(pieces), asked)
                near.append(max((len(frame & f) / len(frame | f) for f in frames[-LATELY:]), default=0.0))
                frames.append(frame)
        return seconds, near, count
    finally:
        await models.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.variety", description=__doc__.split("\n")[0])
    parser.add_argument("--soon", type=float, default=taught_answers.SOON_S, metavar="S", help="another SOON_S")
    options = parser.parse_args()
    taught_answers.SOON_S = options.soon  # type: ignore[misc]  # a constant for everybody else
    seconds, near, count = asyncio.run(measured(load_room_content(DEMO)))
    rows = [
        ["questions, answered by the model", f"{count}, {len(seconds)}"],
        ["half of the frame as in one of the 40 before", f"{sum(n >= 0.5 for n in near) / len(near):.0%}"],
        ["the whole frame", f"{sum(n > 0.999 for n in near) / len(near):.0%}"],
        ["the nearest, in the mean", f"{statistics.mean(near):.2f}"],
        ["first clause, p50", f"{statistics.median(seconds):.2f} s"],
        ["first clause, p95", f"{sorted(seconds)[int(0.95 * len(seconds))]:.2f} s"],
    ]
    print(f"{conditions()}\n\n{markdown(['what', f'with {options.soon} s for a newer answer'], rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
