"""What a verdict is, and what it is reached from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from dialogue.room_content import RoomContent
from server.replay.media.findings import MediaFindings
from server.replay.recorder import CommentRecord, LineRecord, Recording
from server.replay.scenario import Scenario


class Outcome(StrEnum):
    """How a question was answered."""

    PASS = "pass"
    FAIL = "fail"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in the show that a verdict rests on."""

    text: str
    at: float | None = None
    comment: int | None = None
    """Number of the comment."""
    line: str | None = None
    failed: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question about a show."""

    name: str
    """For machines: ``grounded``; ``rule/…`` for a scenario's rules, ``judge/…`` for a model's opinion."""
    title: str
    """The question, as a person asks it."""
    outcome: Outcome
    summary: str
    evidence: tuple[Evidence, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    advisory: bool = False
    """An opinion: it does not decide whether the run passed."""


@dataclass(frozen=True)
class Case:
    """A show to be judged."""

    show: Recording
    content: RoomContent
    scenario: Scenario
    voice_languages: frozenset[str]
    media: MediaFindings | None = None
    """What was measured of sound and picture; None at the depth that has neither."""

    @cached_property
    def _lines(self) -> dict[str, LineRecord]:
        return {line.id: line for line in self.show.lines}

    @cached_property
    def _comments(self) -> dict[str, CommentRecord]:
        return {record.id: record for record in self.show.comments if record.id}

    def lines_of(self, comment: CommentRecord) -> list[LineRecord]:
        """The Lines of its answer that were heard, read-back included."""
        return [self._lines[ident] for ident in comment.lines if ident in self._lines]

    def answer_of(self, comment: CommentRecord) -> str:
        """What it was answered, aloud and in writing; for a merged comment, what the one that it joined was answered."""
        target = self.joined(comment)
        said = [line.heard for line in self.lines_of(target) if line.kind != "readback"]
        return " ".join([*said, target.written or ""]).strip()

    def joined(self, comment: CommentRecord) -> CommentRecord:
        """The comment that it was merged into, else itself."""
        seen = comment
        for _ in range(8):
            if seen.into is None or seen.into not in self._comments:
                break
            seen = self._comments[seen.into]
        return seen


class Check(Protocol):
    """A question about a show."""

    name: str
    title: str

    def judge(self, case: Case) -> Verdict:
        """Answer it."""


MOST_EVIDENCE = 60
"""Pieces of evidence that a verdict shows; more say nothing new and make reports long."""


def verdict(
    check: Check,
    evidence: Sequence[Evidence],
    passed: str,
    failed: str,
    figures: Mapping[str, float] | None = None,
) -> Verdict:
    """Pass unless there is failing evidence; `failed` may hold ``{n}`` for how much there is."""
    bad = sum(item.failed for item in evidence)
    outcome = Outcome.FAIL if bad else Outcome.PASS
    ordered = sorted(evidence, key=lambda item: not item.failed)
    summary = failed.format(n=bad) if bad else passed
    return Verdict(check.name, check.title, outcome, summary, tuple(ordered[:MOST_EVIDENCE]), dict(figures or {}))


def not_measured(check: Check, why: str) -> Verdict:
    """Nothing can be said."""
    return Verdict(check.name, check.title, Outcome.NOT_MEASURED, why)
