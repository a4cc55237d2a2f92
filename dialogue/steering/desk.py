"""The desk: everything that persons can do to a running show, and what they see of it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from dialogue.catalogue import Product
from dialogue.contract import Comment
from dialogue.promotions.machine import Promotions
from dialogue.ranking import Score
from dialogue.steering.comment_steering import CommentSteering, Plan
from dialogue.steering.hands import Hands
from dialogue.steering.line_steering import LineSteering, as_dict
from dialogue.steering.show_steering import ShowSteering
from dialogue.tickets import Tickets
from dialogue.waiting import Waiting, Worth
from render.contract import ProductCard

MOST_COMMENTS: Final = 60
"""Comments that a desk shows; the rest are far from being answered."""


def make_desk(
    hands: Hands,
    *,
    plan: Callable[[Comment], Awaitable[Plan]],
    tickets: Tickets,
    answer_ticket: Callable[[str, str, str], object],
    product: Callable[[str], Product | None],
    card: Callable[[Product | None], ProductCard | None],
    look_at_epoch: Callable[[], None],
    promotions: Promotions,
    id_prefix: str,
) -> "Desk":
    """The desk of one host; for the parameters see the three kinds of orders."""
    lines = LineSteering(hands, product, card, id_prefix=id_prefix)
    comments = CommentSteering(hands, plan, tickets, answer_ticket, lines.answer)
    return Desk(hands, comments, lines, ShowSteering(hands, look_at_epoch), promotions, tickets)


class Desk:
    """Orders by what they are about, and the snapshot. Used on the event loop's thread."""

    def __init__(
        self,
        hands: Hands,
        comments: CommentSteering,
        lines: LineSteering,
        show: ShowSteering,
        promotions: Promotions,
        tickets: Tickets,
    ) -> None:
        self.comments = comments
        self.lines = lines
        self.show = show
        self._hands = hands
        self._promotions = promotions
        self._tickets = tickets

    @property
    def revision(self) -> int:
        """The number of orders carried out."""
        return self._hands.journal.revision

    def note(self, by: str, action: str, target: str, before: Any = None, after: Any = None) -> int:
        """Enter what a person has done elsewhere, with promotions, so that all who are at the desk see it; returns the revision."""
        return self._hands.done(by, action, target, before, after)

    def snapshot(self, now: float) -> dict[str, Any]:
        """Everything that a person at the desk sees, at this moment."""
        return {
            "revision": self.revision,
            "state": self._state(),
            "saying": self._saying(),
            "coming": [as_dict(coming) for coming in self.lines.coming()],
            "rundown": self._rundown(now),
            "comments": self._comments(now),
            "recent": self._recent(),
            "pinned_comment": self._pinned(),
            "promotions": self._running(),
            "tickets": self._open_questions(),
            "blocked": list(self._hands.reins.blocked),
            "actions": self._actions(),
        }

    def _state(self) -> dict[str, Any]:
        reins, director = self._hands.reins, self._hands.director
        presentation = director.presentation
        return {
            "paused": reins.paused,
            "stopped": reins.stopped,
            "muted": reins.muted,
            "approval": reins.approval,
            "takeover": {
                "mode": reins.takeover.mode.value,
                "by": reins.takeover.by,
                "since": _at(reins.takeover.since),
            },
            "emotion": reins.emotion.value if reins.emotion is not None else None,
            "energy": reins.energy,
            "pinned": presentation.presenter.pinned if not presentation.silent else None,
            "product": director.on_show,
            "epoch": self._hands.lectern.epoch,
        }

    def _saying(self) -> dict[str, Any] | None:
        saying = self._hands.chronicle.saying
        if saying is None:
            return None
        line = saying.line
        return {
            "line": line.id,
            "kind": line.kind.value,
            "text": line.caption or line.text,
            "first": saying.first,
            "last": saying.last,
            "language": line.language,
            "emotion": line.emotion.value,
            "comments": list(line.comments),
            "facts": list(line.facts),
            "product": line.product.sku if line.product is not None else None,
            "by": self._hands.author(line.id),
        }

    def _rundown(self, now: float) -> dict[str, Any]:
        presentation = self._hands.director.presentation
        if presentation.silent:
            return {"segments": [], "round": 1}
        return presentation.presenter.progress(now).as_dict()

    def _comments(self, now: float) -> list[dict[str, Any]]:
        director = self._hands.director
        current = [director.answering] if director.answering is not None else []
        nothing = Score(0.0, ())
        first = [(entry, nothing) for entry in (*current, *director.audience.ordered)]
        collected = [(Waiting(comment, Worth.GREETING), nothing) for comment in director.reception.waiting]
        rows = [*first, *director.audience.ranking(now), *collected][:MOST_COMMENTS]
        return [self._comment(entry, score) for entry, score in rows]

    def _comment(self, entry: Waiting, score: Score) -> dict[str, Any]:
        director, comment = self._hands.director, entry.comment
        state = "held" if entry.held else "approved" if entry.approved else "waiting"
        if entry is director.answering:
            state = "answering"
        return {
            "comment": comment.id,
            "viewer": comment.viewer,
            "text": comment.text,
            "language": comment.language,
            "at": _at(comment.at),
            "state": state,
            "next": entry in director.audience.ordered,
            "held_for": entry.held_for if entry.held else "",
            "score": round(score.total, 2),
            "parts": [[name, points] for name, points in score.parts],
            "cluster": 1 + len(entry.also),
            "also": [other.viewer for other in entry.also][:20],
            "intent": _intent(entry),
            "pinned": comment.id == self._hands.chronicle.pinned,
        }

    def _recent(self) -> list[dict[str, Any]]:
        return [
            {
                "comment": known.comment.id,
                "viewer": known.comment.viewer,
                "text": known.comment.text,
                "language": known.comment.language,
                "fate": known.fate.value if known.fate is not None else None,
                "reason": known.reason,
                "at": _at(known.at),
                "text_answer": known.text,
                "pinned": known.comment.id == self._hands.chronicle.pinned,
            }
            for known in self._hands.chronicle.recent()
        ]

    def _pinned(self) -> dict[str, str] | None:
        chronicle = self._hands.chronicle
        known = chronicle.get(chronicle.pinned) if chronicle.pinned is not None else None
        if known is None:
            return None
        return {"comment": known.comment.id, "viewer": known.comment.viewer, "text": known.comment.text}

    def _running(self) -> list[dict[str, Any]]:
        machine = self._promotions
        due = {plan.id: until for plan, _, until in machine.running()}
        rows = []
        for plan in machine.plans:
            state, until = machine.state(plan.id), due.get(plan.id)
            rows.append(
                {
                    "id": plan.id,
                    "kind": plan.kind.value,
                    "title": plan.title,
                    "state": state.value if state is not None else "planned",
                    "until": _at(until) if until is not None and until != float("inf") else None,
                    "entries": machine.entries(plan.id),
                }
            )
        return rows

    def _open_questions(self) -> list[dict[str, Any]]:
        return [
            {
                "ticket": ticket.id,
                "comment": ticket.askers[0].comment if ticket.askers else None,
                "text": ticket.question,
                "language": ticket.language,
                "viewers": len(ticket.askers),
                "at": _at(ticket.opened_at),
            }
            for ticket in self._tickets.waiting()
        ]

    def _actions(self) -> list[dict[str, Any]]:
        return [
            {"by": d.by, "action": d.action, "target": d.target, "at": _at(d.at), "revision": d.revision}
            for d in self._hands.journal.recent
        ]


def _at(seconds: float | None) -> float | None:
    return round(seconds, 2) if seconds is not None else None


def _intent(entry: Waiting) -> str:
    """What it asks, in a word: the field of the fact that answers it, else what the classifier makes of it."""
    if entry.topic.facts:
        return entry.topic.facts[0].rpartition(".")[2]
    return entry.topic.intent.value if entry.topic.intent is not None else entry.worth.name.lower()
