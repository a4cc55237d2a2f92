"""The written pairs: what a viewer says, and what the host answers, with slots for all values. Read and checked by line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogue.claims import ClaimChecker
from dialogue.contract import RoomProblem
from dialogue.facts import LABELS
from dialogue.intents import CommentIntent
from dialogue.language import comparable
from dialogue.numbers_said import NUMBER_WORDS, quantities
from render.contract import Emotion

FOLDER: Final = Path(__file__).parent / "pairs"
ARROW: Final = " => "
SLOT: Final = re.compile(r"\{(\w+)\}")
_BRACES: Final = re.compile(r"[{}]")
GRAMMAR: Final = frozenset(
    {"The", "the", "name", "it", "It", "them", "is", "has", "stands", "s", "es", "per", "viewer", "others"}
)
"""Slots that agree with a product or name a person; `dialogue.wording.Wording.fill` fills most of them."""
FIELDS: Final = frozenset(LABELS) | {"saving"}
MOST_PAIR_CHARS: Final = 400
_SPELLED: Final = re.compile(rf"\b(?:{'|'.join(sorted(NUMBER_WORDS))})\b", re.IGNORECASE)
"""Numbers in letters are manners of speaking in a pair ("one line it is"); values of a shop are slots."""


class BlockModel(BaseModel):
    """A block of a file of pairs, as people write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: CommentIntent
    emotion: Emotion
    pairs: str = Field(min_length=3)
    asks: tuple[str, ...] = ()
    """Fields of a product that the reply must tell."""
    missing: tuple[str, ...] = ()
    """Fields that the sheet lacks; ``anything`` for what no sheet has."""
    sheet: str = ""
    """Facts of the shop in prose, with slots of `slots`."""
    slots: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    needs: tuple[str, ...] = ()
    stock: Literal["", "none"] = ""
    wrong: Literal["", "price", "origin", "stock", "shelf_life"] = ""
    """What the comment has wrong: ``{wrong}`` is a value that is not the product's."""
    several: bool = False
    """Others ask the same: ``{others}`` is their number."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One written pair with what its block says of it."""

    comment: str
    reply: str
    block: BlockModel
    file: str
    line: int

    @property
    def key(self) -> str:
        """Equal for pairs whose comments are the same, whatever fills their slots: they must stay on one side of the split."""
        return comparable(SLOT.sub("X", self.comment))

    @property
    def asked(self) -> tuple[str, ...]:
        """Fields whose values the reply tells."""
        return tuple(name for name in dict.fromkeys(SLOT.findall(self.reply)) if name.casefold() in FIELDS)


def read_pairs(*folders: Path) -> tuple[list[Pair], list[RoomProblem]]:
    """All pairs of the folders' ``*.yaml`` and everything that is wrong with them, by file and line; the packaged ones by default."""
    pairs: list[Pair] = []
    problems: list[RoomProblem] = []
    for folder in folders or (FOLDER,):
        paths = sorted(folder.glob("*.yaml"))
        for path in paths:
            found, wrong = _read_file(path)
            pairs += found
            problems += wrong
        if not paths:
            problems.append(RoomProblem(str(folder), None, "", "holds no pairs: they stand in files *.yaml"))
    return pairs, problems + _repeated(pairs)


def _read_file(path: Path) -> tuple[list[Pair], list[RoomProblem]]:
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        value: Any = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [], [RoomProblem(path.name, None, "", f"can't be read: {error}")]
    if not isinstance(value, list) or root is None:
        return [], [RoomProblem(path.name, None, "", "should be a list of blocks")]
    pairs: list[Pair] = []
    problems: list[RoomProblem] = []
    for block, node in zip(value, root.value, strict=True):
        line = node.start_mark.line + 1
        try:
            model = BlockModel.model_validate(block)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problems.append(RoomProblem(path.name, line, where, first["msg"]))
            continue
        problems += _block_problems(model, path.name, line)
        began = next(entry[1].start_mark.line + 2 for entry in node.value if entry[0].value == "pairs")
        for offset, row in enumerate(model.pairs.splitlines()):
            if row.strip():
                pair, wrong = _pair(row.strip(), model, path.name, began + offset)
                problems += wrong
                pairs += [pair] if pair is not None and not wrong else []
    return pairs, problems


def _block_problems(block: BlockModel, file: str, line: int) -> list[RoomProblem]:
    problems = [
        RoomProblem(file, line, "asks", f"there is no field {name}")
        for name in (*block.asks, *block.needs, *block.missing)
        if name not in FIELDS | {"anything"}
    ]
    unknown = [name for name in SLOT.findall(block.sheet) if name not in block.slots]
    problems += [RoomProblem(file, line, "sheet", f"the slot {{{name}}} has no values under slots") for name in unknown]
    if bool(block.asks) + bool(block.missing) + bool(block.sheet) > 1:
        problems.append(RoomProblem(file, line, "", "give one of: asks, missing, sheet"))
    return problems


def _pair(row: str, block: BlockModel, file: str, line: int) -> tuple[Pair | None, list[RoomProblem]]:
    comment, arrow, reply = row.partition(ARROW)
    if not arrow or not comment.strip() or not reply.strip():
        return None, [RoomProblem(file, line, "pairs", f"should read: comment{ARROW}reply")]
    pair = Pair(comment.strip(), reply.strip(), block, file, line)
    return pair, [RoomProblem(file, line, "pairs", message) for message in pair_faults(pair)]


def pair_faults(pair: Pair) -> list[str]:
    """What is wrong with a pair by itself, in sentences."""
    faults: list[str] = []
    block = pair.block
    known = GRAMMAR | set(block.slots) | {"wrong"}
    for part, text in (("comment", pair.comment), ("reply", pair.reply)):
        if len(text) > MOST_PAIR_CHARS:
            faults.append(f"the {part} is longer than {MOST_PAIR_CHARS} characters")
        if _BRACES.search(SLOT.sub("", text)):
            faults.append(f"a brace in the {part} has no partner")
        for name in SLOT.findall(text):
            if name not in known and name.casefold() not in FIELDS:
                faults.append(f"nothing is known of the slot {{{name}}} of the {part}")
    told = {name.casefold() for name in pair.asked}
    backed = set(block.asks) | ({"saving"} if "list_price" in block.asks else set())
    for name in sorted(told - backed):
        faults.append(f"the reply tells {{{name}}}, which is not among the facts that are asked")
    silent = {"unit", "stock"} if block.stock else {"unit"}
    for name in sorted(set(block.asks) - told - silent):
        faults.append(f"the reply leaves out {{{name}}}, which is asked")
    bare = _SPELLED.sub(" ", SLOT.sub(" ", pair.reply))
    backing = {q.value for q in quantities(block.sheet)}
    for quantity in quantities(bare):
        if quantity.value not in backing:
            faults.append(f"the reply says {quantity}, which is in no fact; write it as a slot")
    refusal = ClaimChecker(strict=False).check_authored(SLOT.sub("thing", pair.reply))
    if refusal is not None:
        faults.append(f"the reply may not be said ({refusal.rule}): {refusal.detail}")
    return faults


def _repeated(pairs: Sequence[Pair]) -> list[RoomProblem]:
    seen: dict[tuple[str, str], Pair] = {}
    problems: list[RoomProblem] = []
    for pair in pairs:
        key = (pair.key, comparable(pair.reply))
        first = seen.setdefault(key, pair)
        if first is not pair:
            problems.append(RoomProblem(pair.file, pair.line, "pairs", f"stands already at {first.file}:{first.line}"))
    return problems
