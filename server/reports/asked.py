"""What viewers wrote in a show and what came of it: fates, intents, waiting times."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

UNKNOWN_INTENT: Final = "unknown"
OPEN: Final = "open"
"""The fate of a comment that the log tells none of: the show is on air, or broke off."""
ANSWERED: Final = frozenset({"spoken", "written"})
FATES: Final = ("spoken", "written", "merged", "declined", "expired", OPEN)


@dataclass(slots=True)
class Asked:
    """One comment."""

    comment: str
    viewer: str
    text: str
    language: str
    at: float
    spoken: bool = False
    """By microphone."""
    intent: str = UNKNOWN_INTENT
    fate: str = OPEN
    reason: str = ""
    into: str = ""
    """The comment that it was merged into."""
    answer: str = ""
    """In writing."""
    decided_at: float | None = None
    heard_at: float | None = None
    """When the first word to it was heard."""

    @property
    def waited(self) -> float | None:
        """Seconds until the first word to it was heard, or until it was answered in writing."""
        if self.heard_at is not None:
            return max(0.0, self.heard_at - self.at)
        if self.fate == "written" and self.decided_at is not None:
            return max(0.0, self.decided_at - self.at)
        return None

    def as_json(self) -> dict[str, Any]:
        """One row of the report and of the table."""
        return {
            "comment": self.comment,
            "at": round(self.at, 2),
            "viewer": self.viewer,
            "text": self.text,
            "language": self.language,
            "spoken": self.spoken,
            "intent": self.intent,
            "fate": self.fate,
            "reason": self.reason,
            "into": self.into,
            "answer": self.answer,
            "waited": round(self.waited, 2) if self.waited is not None else None,
        }


class Questions:
    """Feed it a show's events in order."""

    def __init__(self) -> None:
        self.comments: dict[str, Asked] = {}

    def feed(self, type_: str, at: float, data: dict[str, Any]) -> None:
        """Take one event."""
        if type_ == "comment.received":
            asked = Asked(data["comment"], data.get("viewer", ""), data.get("text", ""), data.get("language", ""), at)
            asked.spoken = bool(data.get("spoken"))
            self.comments[asked.comment] = asked
        elif type_ == "line.started":
            for comment in data.get("comments", ()):
                found = self.comments.get(comment)
                if found is not None and found.heard_at is None:
                    found.heard_at = at
        elif type_ == "understood" and (found := self.comments.get(data["comment"])) is not None:
            found.intent = data.get("intent", found.intent)
        elif type_ == "comment.decided" and (found := self.comments.get(data["comment"])) is not None:
            found.fate, found.decided_at = data.get("fate", OPEN), at
            found.reason, found.into = data.get("reason", ""), data.get("into", "")
            found.answer = data.get("text", "")

    def answered(self, asked: Asked) -> bool:
        """Whether its author got an answer: aloud, in writing, or with the comment that it was merged into."""
        seen: set[str] = set()
        while asked.fate == "merged" and asked.into in self.comments and asked.comment not in seen:
            seen.add(asked.comment)
            asked = self.comments[asked.into]
        return asked.fate in ANSWERED

    def figures(self) -> dict[str, Any]:
        """The sums: how many, with which fate, how many answered, how long they waited."""
        comments = list(self.comments.values())
        fates = Counter(asked.fate for asked in comments)
        answered = sum(self.answered(asked) for asked in comments)
        aloud = [asked.waited for asked in comments if asked.fate == "spoken" and asked.waited is not None]
        written = [asked.waited for asked in comments if asked.fate == "written" and asked.waited is not None]
        return {
            "comments": len(comments),
            "viewers_writing": len({asked.viewer.casefold() for asked in comments}),
            "by_fate": {fate: fates.get(fate, 0) for fate in FATES},
            "fate_shares": {fate: _share(fates.get(fate, 0), len(comments)) for fate in FATES},
            "answered": answered,
            "answered_share": _share(answered, len(comments)),
            "waiting_spoken": spread(aloud),
            "waiting_written": spread(written),
        }

    def by_intent(self) -> list[dict[str, Any]]:
        """For each intent how many comments, how they ended, and how many were answered; the most frequent first."""
        counts: dict[str, Counter[str]] = {}
        answered: Counter[str] = Counter()
        for asked in self.comments.values():
            counts.setdefault(asked.intent, Counter())[asked.fate] += 1
            answered[asked.intent] += self.answered(asked)
        rows = [
            {
                "intent": intent,
                "comments": fates.total(),
                "answered": answered[intent],
                **{fate: fates.get(fate, 0) for fate in FATES},
            }
            for intent, fates in counts.items()
        ]
        return sorted(rows, key=lambda row: (-int(row["comments"]), str(row["intent"])))


def spread(seconds: Sequence[float]) -> dict[str, Any]:
    """How many, median and 95th percentile (nearest rank) in seconds; None where there is nothing."""
    ordered = sorted(seconds)

    def rank(share: float) -> float | None:
        if not ordered:
            return None
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    return {"count": len(ordered), "p50": rank(0.5), "p95": rank(0.95)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
