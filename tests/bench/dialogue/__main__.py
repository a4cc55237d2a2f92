"""The host's mind against its bars: ``make bench-dialogue`` (about half an hour), or ``python -m tests.bench.dialogue --quick``."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dialogue.evaluation.labelled import labelled_comments
from dialogue.evaluation.train_intents import embedded, measured
from dialogue.intents import IntentClassifier
from dialogue.models import Models
from dialogue.room_content import RoomContent, load_room_content
from dialogue.settings import EmbeddingSettings, HearingSettings, LlamaCppSettings
from tests.bench.conditions import conditions, markdown, verdict
from tests.bench.dialogue import first_clause, honesty
from tests.bench.dialogue.flood import flooded
from tests.bench.dialogue.values import Values, checked
from tests.dialogue.conftest import DEMO

PARTS = ("flood", "clause", "values", "intents", "orders", "honesty")
_FLAT_MB = 30.0
"""By so much memory may grow between the second and the last minute of a flood."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside its bar; a row without a bar only tells."""

    what: str
    figure: str
    bar: str = ""
    good: bool = True


def main() -> int:
    """Measure, print one table, say PASS or FAIL."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dialogue", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute of flood, fewer questions: a look, not a result")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given several times")
    options = parser.parse_args()
    room = load_room_content(DEMO)
    rows: list[Row] = []
    for part in options.only or PARTS:
        print(f"measuring: {part}", file=sys.stderr, flush=True)
        rows += _rows(part, room, quick=options.quick)
    print(conditions() + "\n")
    table = [(row.what, row.figure, row.bar, "" if not row.bar else "PASS" if row.good else "FAIL") for row in rows]
    print(markdown(("what", "measured", "bar", ""), table))
    return verdict([f"{row.what}: {row.figure}, wanted {row.bar}" for row in rows if not row.good])


def _rows(part: str, room: RoomContent, *, quick: bool) -> list[Row]:
    match part:
        case "flood":
            return _flood(room, 90.0 if quick else 600.0)
        case "clause":
            return _clause(room, questions=8 if quick else 30, flood_s=15.0 if quick else 60.0)
        case "values":
            return _values(asyncio.run(_asked(room, 2000, worded=20 if quick else 300)))
        case "intents":
            return _intents()
        case "orders":
            count, bad = honesty.obeyed(room)
            return [Row(f"orders obeyed, of {count}", f"{len(bad)} {bad[:3] or ''}", "0", not bad)]
        case _:
            count, bad = honesty.evasive(room)
            return [
                Row(
                    f"“are you real” answered otherwise than truthfully, of {count}",
                    f"{len(bad)} {bad[:3] or ''}",
                    "0",
                    not bad,
                )
            ]


def _flood(room: RoomContent, seconds: float) -> list[Row]:
    flood = flooded(room, seconds)
    p50, p99 = np.percentile(flood.intake_ms, [50, 99])
    cpu = np.percentile(flood.intake_cpu_ms, 99)
    settled = flood.rss_mb[min(2, len(flood.rss_mb) - 1)]
    grown = flood.rss_mb[-1] - settled
    asked = flood.question_s
    rows = [
        Row(
            f"intake of a comment, {seconds / 60:.1f} min of show at {flood.shape['comments a second']:.0f} a second",
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {max(flood.intake_ms):.0f} ms; CPU time p99 {cpu:.1f} ms",
            "p99 ≤ 10 ms",
            bool(p99 <= 10),
        ),
        Row(
            "memory, second minute to last",
            f"{settled:.0f} MB to {flood.rss_mb[-1]:.0f} MB",
            f"+ ≤ {_FLAT_MB:.0f} MB",
            grown <= _FLAT_MB,
        ),
        Row("comments without a fate", str(flood.without_fate), "0", flood.without_fate == 0),
        Row("comments with two fates", str(flood.with_two), "0", flood.with_two == 0),
        Row("fates", ", ".join(f"{fate} {count}" for fate, count in flood.fates.most_common())),
        Row(
            "answered aloud each by itself", ", ".join(f"{kind} {count}" for kind, count in flood.chosen.most_common())
        ),
        Row("turned away at the door", ", ".join(f"{code} {count}" for code, count in flood.refused.most_common())),
        Row("most who got one answer together", str(flood.largest_cluster)),
        Row("read by the model, left to the rules", f"{flood.read}, {flood.left}"),
        Row("alarms of trouble, tickets", f"{flood.alarms}, {flood.tickets}"),
        Row(
            "from a question to its answer, aloud or in writing",
            f"p50 {np.percentile(asked, 50):.1f} s, p95 {np.percentile(asked, 95):.1f} s, max {max(asked):.0f} s of {len(asked)}"
            if asked
            else "nothing measured",
        ),
    ]
    return rows + [Row(f"  the crowd: {what}", f"{figure:.1f}") for what, figure in flood.shape.items()]


def _clause(room: RoomContent, *, questions: int, flood_s: float) -> list[Row]:
    quiet, crowded = asyncio.run(first_clause.measured(room, questions=questions, flood_s=flood_s))
    rows = []
    for what, figures, bar in (
        ("host idle", quiet, "p50 ≤ 350 ms, p95 ≤ 700 ms"),
        ("in a flood of 50 a second", crowded, ""),
    ):
        seconds = figures.first_clause
        good = bool(seconds) and np.percentile(seconds, 50) <= 0.35 and np.percentile(seconds, 95) <= 0.7
        rows.append(Row(f"first clause after the choice, {what}", _spread(seconds), bar, bool(good) or not bar))
        rows.append(Row(f"  of which finding the facts, {what}", _spread(figures.retrieval)))
    return rows


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "nothing measured"
    p50, p95 = 1000 * np.percentile(seconds, [50, 95])
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, of {len(seconds)}"


async def _asked(room: RoomContent, count: int, *, worded: int) -> Values:
    models = await Models.start(
        LlamaCppSettings(adapter="demo"), EmbeddingSettings(), HearingSettings(), lambda _: None
    )
    try:
        return await checked(room, count, llm=models.llm, worded=worded)
    finally:
        await models.close()


def _values(values: Values) -> list[Row]:
    right = 100 * (1 - len(values.wrong) / values.asked)
    rows = [
        Row(f"values equal to the catalogue, {values.asked} questions", f"{right:.2f} %", "100 %", not values.wrong),
        Row("  of these worded by the model, in whole or in part", str(values.by_model)),
    ]
    return rows + [Row("  wrong", " · ".join(wrong)) for wrong in values.wrong[:5]]


def _intents() -> list[Row]:
    held = [comment for comment in labelled_comments() if comment.held_back]
    vectors, classifier = embedded(held), IntentClassifier.load()
    rows = []
    for language, bar in (("en", 0.85), ("zh", 0.80)):
        macro = float(np.mean(measured(classifier, vectors, held, language)))
        count = sum(comment.language == language for comment in held)
        rows.append(
            Row(
                f"intent macro-F1, {language}, {count} held-back comments", f"{macro:.3f}", f"≥ {bar:.2f}", macro >= bar
            )
        )
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
