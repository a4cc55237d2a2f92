"""How well each system words facts, on comments, products and people that nothing was trained on.

    python -m tests.bench.wording                         the packaged model as it is, with the packaged adapter, and the authored words
    python -m tests.bench.wording --adapter FOLDER        another adapter
    python -m tests.bench.wording --side-by-side FILE     40 replies of each, unedited, as Markdown
    python -m tests.bench.wording --quick                 60 cases: a look, not a result

A reply counts when the checks that hold on air let it pass and it tells every fact that was asked for. Best of three: the first
that does of one drawn greedily and two by chance, which are asked to tell the facts in another order. Three draws as on air: the
same, but what tells only some of several facts is followed by draws that are asked for the others alone. distinct-2:
different pairs of words among all pairs (Li et al. 2016, NAACL, p. 110); self-BLEU: mean BLEU-4 of a reply against the others (Zhu
et al. 2018, SIGIR, p. 1097), higher is more of the same.
"""

import argparse
import math
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from dialogue.claims import ClaimChecker
from dialogue.contract import Message
from dialogue.facts import Fact
from dialogue.language import words
from dialogue.llm.adapter import PACKAGED_FOLDER
from dialogue.llm.llama_cpp import LlamaEngine
from dialogue.persona import Persona
from dialogue.phrasebook import Phrasebook
from dialogue.prompt import prompt
from dialogue.settings import LlamaCppSettings
from dialogue.taught_answers import TEMPERATURE
from dialogue.taught_checks import misleads
from dialogue.taught_prompt import asked_alone, stand_in, taught_prompt, untagged, with_name
from dialogue.training.checking import objection, untold
from dialogue.training.generator import Case, cases, split
from dialogue.training.goods import read_goods
from dialogue.training.pairs import read_pairs
from dialogue.wording import Wording
from tests.bench.conditions import conditions, markdown, verdict

CASES, QUICK = 320, 60
SIDE_BY_SIDE = 40
TOKENS = 60
FIRST_BAR, THREE_BAR = 0.95, 0.99
Draw = Callable[[Case, int], str]
Follow = Callable[[Case, int, Sequence[Fact]], str]


@dataclass(slots=True)
class Tally:
    """What one system did."""

    first: list[bool] = field(default_factory=list)
    any_of_three: list[bool] = field(default_factory=list)
    on_air: list[bool] = field(default_factory=list)
    """Good after three draws of which each follows on what is true and only short of some of several facts."""
    replies: list[str] = field(default_factory=list)
    rules: Counter[str] = field(default_factory=Counter)
    first_clause_s: list[float] = field(default_factory=list)
    tokens_per_s: list[float] = field(default_factory=list)
    tone: list[bool] = field(default_factory=list)


def fault(checker: ClaimChecker, case: Case, reply: str) -> str:
    """Why a reply does not count; empty if it does, and ``partly`` if it tells some of several facts."""
    refusal = objection(checker, case, reply)
    if refusal is not None:
        return refusal.rule
    missing = unsaid(case, reply)
    values = sum(fact.field != "unit" and not fact.prose for fact in case.facts)
    return ("partly" if len(missing) < values and not misleads(missing, case.facts) else "missing") if missing else ""


def unsaid(case: Case, reply: str) -> list[Fact]:
    """The facts that a reply must tell and does not."""
    return [fact for fact in case.facts if fact.field in untold(case, reply)]


class Model:
    """The packaged model, with or without an adapter."""

    def __init__(self, adapter: str) -> None:
        self._engine = LlamaEngine(LlamaCppSettings(adapter=adapter))
        self._taught = bool(adapter)
        self.seconds: list[float] = []
        self.speeds: list[float] = []

    def draw(self, case: Case, number: int) -> str:
        """Candidate `number`: the first greedily, the others by chance."""
        began, first, pieces = time.perf_counter(), 0.0, 0
        said = ""
        alias = stand_in(case.sheet, case.comment, case.manner)
        for piece in self._stream(self._messages(case, number, alias), number):
            pieces += bool(piece)
            said += piece
            if not first and any(mark in untagged(said)[1] for mark in ",.:!?"):
                first = time.perf_counter() - began
        if number == 0:
            self.seconds.append(first or time.perf_counter() - began)
            self.speeds.append(pieces / max(1e-6, time.perf_counter() - began))
        return with_name(said, alias, case.viewer) if self._taught else said

    def follow(self, case: Case, number: int, facts: Sequence[Fact]) -> str:
        """A further draw that tells these facts alone."""
        alias = stand_in(case.sheet, case.comment, case.manner)
        sheet, comment = asked_alone(facts, case.backing, case.products)
        messages = taught_prompt(
            case.founder, case.manner, sheet, alias, comment, tell=tuple(facts), others=case.others
        )
        return with_name("".join(self._stream(messages, number)), alias, case.viewer)

    def close(self) -> None:
        self._engine.close()

    def _stream(self, messages: list[Message], number: int) -> Iterator[str]:
        return self._engine.stream(messages, TOKENS, TEMPERATURE if number else 0.0, number, ("\n",))

    def _messages(self, case: Case, number: int, alias: str) -> list[Message]:
        if self._taught:
            return case.messages(number, alias)
        persona = Persona(case.founder, case.founder, "", (case.manner,), (), (), ())
        return prompt(persona, case.sheet, case.viewer, case.comment)


def authored(case: Case, number: int) -> str:
    """What the host says without a model."""
    wording = Wording(Phrasebook(number), frozenset())
    told = wording.answer(list(case.facts) or list(case.backing)[:1], case.products)
    return " ".join(text for text, _ in told)


def followed(checker: ClaimChecker, case: Case, drawn: Sequence[str], follow: Follow) -> bool:
    """Whether three draws as on air give a good answer; `drawn` are those that were drawn each for itself."""
    said, spent = "", 0
    for reply in drawn:
        spent += 1
        if not (outcome := fault(checker, case, reply)):
            return True
        if outcome == "partly":
            said = reply
            break
    for further in range(spent, 3) if said else ():
        lacking = unsaid(case, said)
        more = f"{said} {untagged(follow(case, further, lacking))[1]}"
        if not (outcome := fault(checker, case, more)):
            return True
        if outcome == "partly" and len(unsaid(case, more)) < len(lacking):
            said = more
    return False


def measure(draw: Draw, test: Sequence[Case], tell: str, follow: Follow | None = None) -> Tally:
    """Draw three candidates for each case and judge them."""
    checker, tally = ClaimChecker(strict=False), Tally()
    for place, case in enumerate(test):
        outcomes: list[str] = []
        drawn: list[str] = []
        for number in range(3):
            emotion, reply = untagged(draw(case, number))
            drawn.append(reply)
            outcomes.append(fault(checker, case, reply))
            if number == 0:
                tally.replies.append(reply)
                tally.rules[outcomes[0] or "good"] += 1
                tally.tone.append(emotion is case.emotion)
            if not outcomes[-1]:
                break
        tally.first.append(not outcomes[0])
        tally.any_of_three.append(not outcomes[-1])
        tally.on_air.append(followed(checker, case, drawn, follow) if follow else not outcomes[-1])
        print(f"\r{tell}: {place + 1}/{len(test)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return tally


def distinct_two(replies: Sequence[str]) -> float:
    pairs = [pair for reply in replies for pair in zip(words(reply), words(reply)[1:], strict=False)]
    return len(set(pairs)) / max(1, len(pairs))


def self_bleu(replies: Sequence[str], seed: int = 1) -> float:
    """Mean BLEU-4 (smoothed by one) of up to 100 replies against 30 others each."""
    chance = Random(seed)
    texts = [words(reply) for reply in replies if len(words(reply)) > 3]
    chosen = chance.sample(range(len(texts)), min(100, len(texts)))
    scores = []
    for place in chosen:
        others = chance.sample([i for i in range(len(texts)) if i != place], min(30, len(texts) - 1))
        logs = 0.0
        for size in range(1, 5):
            own = Counter(zip(*(texts[place][i:] for i in range(size)), strict=False))
            most: Counter[tuple[str, ...]] = Counter()
            for other in others:
                most |= Counter(zip(*(texts[other][i:] for i in range(size)), strict=False))
            logs += math.log((sum((own & most).values()) + 1) / (sum(own.values()) + 1)) / 4
        scores.append(math.exp(logs))
    return statistics.mean(scores) if scores else 0.0


def side_by_side(test: Sequence[Case], tallies: dict[str, Tally], seed: int = 9) -> str:
    """40 cases with what each system said, as Markdown."""
    chosen = sorted(Random(seed).sample(range(len(test)), min(SIDE_BY_SIDE, len(test))))
    parts = []
    for number, place in enumerate(chosen, 1):
        case = test[place]
        rows = [f"* **{name}**: {tally.replies[place]}" for name, tally in tallies.items()]
        parts.append(
            f"{number}. *{case.viewer}: {case.comment}* — sheet: {case.sheet}\n" + "\n".join(f"   {r}" for r in rows)
        )
    return "\n".join(parts) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.wording", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--adapter",
        default="demo" if (PACKAGED_FOLDER / "demo").is_dir() else "none",
        help="name of a packaged adapter or a folder; 'none' leaves it out",
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} cases instead of {CASES}")
    parser.add_argument("--side-by-side", type=Path, metavar="FILE", help="write 40 replies of each system as Markdown")
    options = parser.parse_args()
    pairs, problems = read_pairs()
    if problems:
        print(problems[0])
        return 2
    _, held = split(pairs)
    test = list(cases(held, read_goods(), QUICK if options.quick else CASES, held=True, seed=21))
    tallies: dict[str, Tally] = {"authored": measure(authored, test, "authored")}
    systems = {"base": ""} | ({} if options.adapter == "none" else {"taught": options.adapter})
    for name, adapter in systems.items():
        model = Model(adapter)
        try:
            tallies[name] = measure(model.draw, test, name, model.follow if adapter else None)
        finally:
            model.close()
        tallies[name].first_clause_s, tallies[name].tokens_per_s = model.seconds, model.speeds
    header = ["system", "first good", "best of three", "three draws as on air", "faults of the first", "distinct-2", "self-BLEU",
              "words (5 %–95 %)", "first clause, ms, p50 / p95", "tokens/s", "tone as wanted"]  # fmt: skip
    rows = []
    for name, tally in tallies.items():
        lengths = sorted(len(reply.split()) for reply in tally.replies)
        faults = ", ".join(f"{rule} {count}" for rule, count in tally.rules.most_common(4) if rule != "good")
        times = [1000 * s for s in tally.first_clause_s]
        rows.append(
            [
                name,
                f"{100 * statistics.mean(tally.first):.1f}%",
                f"{100 * statistics.mean(tally.any_of_three):.1f}%",
                f"{100 * statistics.mean(tally.on_air):.1f}%" if name == "taught" else "–",
                faults or "–",
                f"{distinct_two(tally.replies):.2f}",
                f"{self_bleu(tally.replies):.2f}",
                f"{lengths[len(lengths) // 20]}–{lengths[-1 - len(lengths) // 20]}",
                f"{statistics.median(times):.0f} / {sorted(times)[int(0.95 * len(times))]:.0f}" if times else "–",
                f"{statistics.median(tally.tokens_per_s):.0f}" if tally.tokens_per_s else "–",
                f"{100 * statistics.mean(tally.tone):.0f}%" if name == "taught" else "–",
            ]
        )
    print(f"{len(test)} held-back cases\n{conditions()}\n\n{markdown(header, rows)}")
    if options.side_by_side:
        options.side_by_side.write_text(side_by_side(test, tallies), "utf-8")
    short = []
    if "taught" in tallies:
        first, three = statistics.mean(tallies["taught"].first), statistics.mean(tallies["taught"].on_air)
        short += [f"first candidate good in {first:.1%} (asked: {FIRST_BAR:.0%})"] if first < FIRST_BAR else []
        short += [f"three draws as on air good in {three:.1%} (asked: {THREE_BAR:.0%})"] if three < THREE_BAR else []
    return verdict(short)


if __name__ == "__main__":
    sys.exit(main())
