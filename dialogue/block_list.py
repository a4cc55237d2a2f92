"""What a room's owner never wants to see answered: `blocklist.txt`, a word or phrase a line."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialogue.contract import RoomProblem
from dialogue.language import comparable, has_han, words
from dialogue.sections import read_text

FILE: Final = "blocklist.txt"
_MOST_ENTRIES: Final = 5000
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class BlockList:
    """Finds blocked words and phrases, however they are dressed: case, width, marks, stretching, Chinese script."""

    phrases: frozenset[tuple[str, ...]] = frozenset()
    """Latin entries, as their words."""
    chinese: tuple[str, ...] = ()
    """Entries with Chinese characters; these are found anywhere, since Chinese has no spaces."""
    names: frozenset[str] = frozenset()
    """Viewers who are not answered, in comparable form."""
    allowed: frozenset[str] = frozenset()
    """Words that the packaged list of insults holds and this room takes for harmless."""

    def found(self, text: str) -> str | None:
        """The first blocked entry that a text holds."""
        plain = comparable(text)
        said = words(plain)
        for length in {len(phrase) for phrase in self.phrases}:
            for at in range(len(said) - length + 1):
                if tuple(said[at : at + length]) in self.phrases:
                    return " ".join(said[at : at + length])
        bare = re.sub(r"\W", "", plain)
        return next((entry for entry in self.chinese if entry in bare), None)

    def blocks_viewer(self, viewer: str) -> bool:
        """Whether comments of this viewer are not answered."""
        return comparable(viewer) in self.names


def read_block_list(path: Path) -> tuple[BlockList, list[RoomProblem]]:
    """Read the file and everything that is wrong with it; a room without one blocks nothing of its own."""
    if not path.is_file():
        return BlockList(), []
    text, problems = read_text(path, path.name)
    reading = _Reading(path.name, problems)
    for number, line in enumerate(text.splitlines(), 1):
        entry = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if entry:
            reading.take(number, entry)
    return reading.listed(), problems


class _Reading:
    """The entries so far, each with the line where it stands."""

    def __init__(self, called: str, problems: list[RoomProblem]) -> None:
        self._called = called
        self._problems = problems
        self._lines: dict[tuple[str, str], int] = {}

    def take(self, number: int, entry: str) -> None:
        """Put an entry where it belongs, or note what is wrong with it."""
        kind, colon, rest = (part.strip() for part in entry.partition(":"))
        kind = kind.casefold() if colon and kind.casefold() in ("viewer", "allow") else ""
        told = comparable(rest if kind else entry)
        bare = re.sub(r"\W", "", told)
        kind = kind or ("chinese" if has_han(told) else "phrase")
        wrong = _why_not(kind, entry, bare)
        key = (kind, bare if kind == "chinese" else told)
        if not wrong and key in self._lines:
            wrong = f"stands in line {self._lines[key]} already; remove one"
        if wrong:
            self._problems.append(RoomProblem(self._called, number, "", f"'{entry[:40]}' {wrong}"))
        else:
            self._lines[key] = number

    def listed(self) -> BlockList:
        """All good entries."""
        if len(self._lines) > _MOST_ENTRIES:
            message = f"has {len(self._lines)} entries; at most {_MOST_ENTRIES} are read"
            self._problems.append(RoomProblem(self._called, None, "", message))
        by_kind = {
            k: [told for kind, told in self._lines if kind == k] for k in ("phrase", "chinese", "viewer", "allow")
        }
        return BlockList(
            frozenset(tuple(words(told)) for told in by_kind["phrase"]),
            tuple(by_kind["chinese"]),
            frozenset(by_kind["viewer"]),
            frozenset(by_kind["allow"]),
        )


def _why_not(kind: str, entry: str, bare: str) -> str:
    if len(entry) > _LONGEST:
        return f"is longer than {_LONGEST} characters; block the word that matters"
    if not bare:
        return "has no letter in it"
    if len(bare) < 2 and kind == "chinese":
        return "is a single character, which stands in countless harmless words; write at least two"
    if len(bare) < 2 and kind == "phrase":
        return "is a single letter; write the whole word"
    return ""
