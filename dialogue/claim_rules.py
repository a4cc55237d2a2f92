"""The lists of what no host may say: read from `claim_rules.yaml`, by market."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

_FILE: Final = Path(__file__).parent / "claim_rules.yaml"


class Market(StrEnum):
    """Where a room sells: whose law its words are measured by."""

    CN = "cn"
    EU = "eu"
    US = "us"


ALL_MARKETS: Final = tuple(Market)


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(pattern=r"^[a-z][a-z-]*$")
    markets: tuple[Market, ...] = ALL_MARKETS
    unless_fact: bool = False
    rooms_too: bool = False
    patterns: tuple[str, ...] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[_Written, ...]


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """One list: what it is called in the log, and what it finds."""

    name: str
    pattern: re.Pattern[str]
    unless_fact: bool
    """What a fact says in the same words may be said."""
    rooms_too: bool
    """It holds for the room's own author as well."""


def claim_rules(markets: Iterable[str] = ALL_MARKETS) -> tuple[ClaimRule, ...]:
    """The lists that hold in any of these markets, in the order of the file."""
    wanted = frozenset(Market(market) for market in markets)
    return tuple(rule for rule, there in _read() if wanted & there)


def first_broken(text: str, rules: Sequence[ClaimRule], backing: Sequence[str] = ()) -> tuple[str, str] | None:
    """The first rule that a text breaks and the words that break it; `backing` are the wordings of the facts it rests on."""
    told = [literal.casefold() for literal in backing]
    for rule in rules:
        subject = _DENIAL.sub(" ", text) if rule.name == "human" else text
        for found in rule.pattern.finditer(subject):
            words = found[0].strip()
            if not (rule.unless_fact and any(words.casefold() in literal for literal in told)):
                return rule.name, words
    return None


_DENIAL: Final = re.compile(
    r"\b(?:not|never|no)\b(?: \w+){0,3} (?:human|person|man|woman|real)\b|\b(?:the human \w+)\b", re.IGNORECASE
)
"""Saying that one is no person is no claim to be one."""


@cache
def _read() -> tuple[tuple[ClaimRule, frozenset[Market]], ...]:
    written = _File.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8"))).rules
    return tuple(
        (
            ClaimRule(one.rule, re.compile("|".join(one.patterns), re.IGNORECASE), one.unless_fact, one.rooms_too),
            frozenset(one.markets),
        )
        for one in written
    )
