"""Whether written pairs may be taught: each is filled a few times and must pass the checks that hold on air."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from dialogue import taught_checks
from dialogue.claims import ClaimChecker, Refusal
from dialogue.contract import RoomProblem
from dialogue.taught_checks import backing_words, sheet_objection
from dialogue.training.generator import Case, CaseMaker, is_held
from dialogue.training.goods import Goods
from dialogue.training.pairs import Pair

_FILLINGS: Final = 3
_TRIES: Final = 12


def objection(checker: ClaimChecker, case: Case, reply: str) -> Refusal | None:
    """Why a reply may not be said on the strength of the case's sheet, or None."""
    names = backing_words(case.viewer, case.products, case.sheet, case.backing)
    mistaken = [case.comment] if case.pair.block.wrong else []
    return sheet_objection(checker, reply, case.comment, case.backing, case.sheet, (*names, *mistaken), case.others)


def untold(case: Case, reply: str) -> list[str]:
    """Fields that a reply must convey and does not."""
    return taught_checks.untold(reply, case.facts, case.products)


def pair_problems(pairs: Sequence[Pair], goods: Goods, seed: int = 5) -> list[RoomProblem]:
    """Everything that is wrong with pairs once their slots are filled, by file and line."""
    checker = ClaimChecker(strict=False)
    maker = CaseMaker(goods, held=False)
    chance = Random(seed)
    problems: list[RoomProblem] = []
    for pair in pairs:
        made = [case for case in (maker.make(pair, chance) for _ in range(_TRIES)) if case is not None][:_FILLINGS]
        if not made:
            problems.append(RoomProblem(pair.file, pair.line, "pairs", "fits no product, or is too long or too short"))
        for case in made:
            if (refusal := objection(checker, case, case.reply)) is not None:
                message = f"the reply may not be said ({refusal.rule}): {refusal.detail}"
                problems.append(RoomProblem(pair.file, pair.line, "pairs", message))
                break
            if missing := untold(case, case.reply):
                problems.append(RoomProblem(pair.file, pair.line, "pairs", f"the reply does not tell {missing[0]}"))
                break
    return problems + crossings(pairs)


def crossings(pairs: Iterable[Pair]) -> list[RoomProblem]:
    """Replies that stand on both sides of the split: a measurement with them would praise memory."""
    taught: dict[str, Pair] = {}
    held: dict[str, Pair] = {}
    for pair in pairs:
        (held if is_held(pair) else taught).setdefault(pair.reply, pair)
    return [
        RoomProblem(
            pair.file, pair.line, "pairs", f"the same reply is held back at {held[reply].file}:{held[reply].line}"
        )
        for reply, pair in taught.items()
        if reply in held
    ]
