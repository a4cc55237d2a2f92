"""What a person can do to comments: answer, approve, hold, pass over, merge, write, pin, and see the planned answer."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dialogue.audience import PASSED_OVER
from dialogue.contract import Comment, Fate
from dialogue.facts import Fact
from dialogue.floor import AnswerNext, Approve, Blocked, Settle, Withhold
from dialogue.steering.chronicle import Known
from dialogue.steering.hands import Hands
from dialogue.steering.refusal import SteeringRefused
from dialogue.tickets import Tickets
from dialogue.waiting import Waiting

WRITTEN: Final = "The hosts answer in writing."
MERGED: Final = "The hosts take it together with another one."
MOST_REASON: Final = 200
_MOST_PLANS: Final = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer that a comment would be given."""

    text: str
    facts: tuple[Fact, ...]
    language: str


class CommentSteering:
    """Orders about comments; each returns the desk's revision and raises `SteeringRefused`."""

    def __init__(
        self,
        hands: Hands,
        plan: Callable[[Comment], Awaitable[Plan]],
        tickets: Tickets,
        answer_ticket: Callable[[str, str, str], object],
        say: Callable[[str, str, Comment], None],
    ) -> None:
        """`answer_ticket` takes a comment's id, the answer, and who gives it, and writes it to all who asked.

        `say` has a person's (first) words (second) said as the answer to a comment that was decided before.
        """
        self._hands = hands
        self._plan = plan
        self._tickets = tickets
        self._answer_ticket = answer_ticket
        self._say = say
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    # ---- aloud -----------------------------------------------------------------------------------------------

    def answer(
        self, by: str, comment: str, *, text: str | None = None, as_is: bool = False, seen: int | None = None
    ) -> int:
        """Answer it next, ahead of all; with `text` in these words, else as planned.

        With `text` also a comment that was decided and waits for the team's answer can be answered.
        """
        self._hands.require_unchanged(comment, by, seen)
        if text is not None and self._decided(comment) and self._tickets.get(comment) is not None:
            return self._answer_question(by, comment, text, as_is)
        entry = self._waiting(comment)
        words = self._words(entry.comment, text, as_is)
        self._hands.tell_director(AnswerNext(comment, words))
        return self._done(by, "answer", entry, {"text": text, "as_is": as_is} if text is not None else None)

    def approve(
        self, by: str, comment: str, *, text: str | None = None, as_is: bool = False, seen: int | None = None
    ) -> int:
        """Let it be answered aloud when its turn comes."""
        self._hands.require_unchanged(comment, by, seen)
        entry = self._waiting(comment)
        words = self._words(entry.comment, text, as_is)
        self._hands.tell_director(Approve(comment, words))
        return self._done(by, "approve", entry, {"text": text, "as_is": as_is} if text is not None else None)

    def hold(self, by: str, comment: str, *, seen: int | None = None) -> int:
        """Keep it from being answered; it keeps its place, and its patience stops."""
        self._hands.require_unchanged(comment, by, seen)
        entry = self._waiting(comment, also_answering=True)
        self._hands.tell_director(Withhold(comment))
        return self._done(by, "hold", entry)

    # ---- not aloud -------------------------------------------------------------------------------------------

    def skip(self, by: str, comment: str, *, reason: str = "", seen: int | None = None) -> int:
        """Decline it; its author sees the reason."""
        self._hands.require_unchanged(comment, by, seen)
        entry = self._waiting(comment, also_answering=True)
        why = reason.strip()[:MOST_REASON] or PASSED_OVER
        self._hands.tell_director(Settle(comment, Fate.DECLINED, why))
        return self._done(by, "skip", entry, {"reason": why})

    def merge(self, by: str, comment: str, into: str, *, seen: int | None = None) -> int:
        """Let one answer serve both."""
        self._hands.require_unchanged(comment, by, seen)
        entry = self._waiting(comment)
        if into == comment:
            raise SteeringRefused("same-comment", 422, "A comment can't be merged into itself.")
        target = self._waiting(into, also_answering=True)
        self._hands.tell_director(Settle(comment, Fate.MERGED, MERGED, into))
        return self._done(by, "merge", entry, {"into": target.comment.id})

    def write(
        self, by: str, comment: str, *, text: str | None = None, as_is: bool = False, seen: int | None = None
    ) -> int:
        """Answer it in writing; without `text` from the facts."""
        self._hands.require_unchanged(comment, by, seen)
        if text is not None and self._decided(comment) and self._tickets.get(comment) is not None:
            checked = self._check(self._known(comment).comment, text, as_is, aloud=False)
            self._answer_ticket(comment, checked, by)
            return self._hands.done(by, "write", comment, {"question": "open"}, {"text": checked, "as_is": as_is})
        entry = self._waiting(comment, also_answering=True)
        checked_text = self._check(entry.comment, text, as_is, aloud=False) if text is not None else None
        self._hands.tell_director(Settle(comment, Fate.WRITTEN, WRITTEN, text=checked_text))
        return self._done(by, "write", entry, {"text": checked_text, "as_is": as_is})

    def pin(self, by: str, comment: str, *, seen: int | None = None) -> int:
        """Show it to all viewers; one comment is pinned at a time."""
        self._hands.require_unchanged(comment, by, seen)
        known = self._known(comment)
        before = self._unpin()
        self._hands.chronicle.pinned = comment
        self._hands.emit("comment.pinned", _shown(known.comment), True)
        return self._hands.done(by, "pin", comment, {"pinned": before}, {"pinned": comment})

    def unpin(self, by: str, comment: str, *, seen: int | None = None) -> int:
        """Take it away again."""
        self._hands.require_unchanged(comment, by, seen)
        self._known(comment)
        if self._hands.chronicle.pinned != comment:
            raise SteeringRefused("not-pinned", 409, "This comment is not pinned.")
        self._unpin()
        return self._hands.done(by, "unpin", comment, {"pinned": comment}, {"pinned": None})

    # ---- the planned answer ------------------------------------------------------------------------------------

    async def plan(self, comment: str) -> Plan:
        """The answer that it would be given, from the facts; what is shown is what `answer` then says."""
        known = self._known(comment)
        plan = await self._plan(known.comment)
        self._plans[comment] = plan
        self._plans.move_to_end(comment)
        if len(self._plans) > _MOST_PLANS:
            self._plans.popitem(last=False)
        return plan

    # ---- viewers -----------------------------------------------------------------------------------------------

    def block(self, by: str, viewer: str, *, reason: str = "", seen: int | None = None) -> int:
        """Take nothing from this viewer any more in this show; what of his waits is declined."""
        name, thing = self._viewer(viewer)
        self._hands.require_unchanged(thing, by, seen)
        before = self._hands.reins.is_blocked(name)
        self._hands.reins.block(name, by)
        self._hands.tell_director(Blocked(name))
        after = {"blocked": True, "reason": reason.strip()[:MOST_REASON]}
        return self._hands.done(by, "block", name, {"blocked": before}, after, thing=thing)

    def unblock(self, by: str, viewer: str, *, seen: int | None = None) -> int:
        """Let this viewer in again."""
        name, thing = self._viewer(viewer)
        self._hands.require_unchanged(thing, by, seen)
        if not self._hands.reins.unblock(name):
            raise SteeringRefused("not-blocked", 409, f"{name} is not blocked.")
        return self._hands.done(by, "unblock", name, {"blocked": True}, {"blocked": False}, thing=thing)

    def keep_out(self, blocked: Mapping[str, str]) -> None:
        """Take nothing from these viewers, whom hosts blocked in an earlier run; by name, each with who did it."""
        for viewer, by in blocked.items():
            self._hands.reins.block(viewer, by)

    # ---- inside ------------------------------------------------------------------------------------------------

    def _answer_question(self, by: str, comment: str, text: str, as_is: bool) -> int:
        self._hands.require_voice()
        known = self._known(comment)
        checked = self._check(known.comment, text, as_is)
        self._say(by, checked, known.comment)
        self._answer_ticket(comment, checked, by)
        return self._hands.done(by, "answer", comment, {"question": "open"}, {"text": checked, "as_is": as_is})

    def _words(self, comment: Comment, text: str | None, as_is: bool) -> str | None:
        """What is to be said: a person's text, else the plan that was shown, if it still holds."""
        if text is not None:
            return self._check(comment, text, as_is)
        plan = self._plans.pop(comment.id, None)
        return plan.text if plan is not None else None

    def _check(self, comment: Comment, text: str, as_is: bool, *, aloud: bool = True) -> str:
        plan = self._plans.get(comment.id)
        if plan is not None and text.strip() == plan.text:
            return plan.text  # word for word what the facts say
        known = plan.facts if plan is not None else ()
        statements = self._hands.statements
        about = statements.about(comment.text) or self._hands.director.on_show
        return statements.check(text, on_show=about, as_is=as_is, aloud=aloud, also=known).text

    def _waiting(self, comment: str, *, also_answering: bool = False) -> Waiting:
        entry = self._hands.director.entry(comment)
        if entry is None:
            known = self._known(comment)
            if known.fate is None:
                raise SteeringRefused("decided", 409, "This comment is just being answered, with others or in writing.")
            raise SteeringRefused("decided", 409, f"This comment is {known.fate.value} already. {known.reason}".strip())
        if entry is self._hands.director.answering and not also_answering:
            raise SteeringRefused("answering", 409, "The host is answering this comment at this moment.")
        return entry

    def _known(self, comment: str) -> Known:
        known = self._hands.chronicle.get(comment)
        if known is None:
            raise SteeringRefused("no-such-comment", 404, "There is no comment of that id in this show.")
        return known

    def _decided(self, comment: str) -> bool:
        return self._known(comment).fate is not None

    def _viewer(self, viewer: str) -> tuple[str, str]:
        name = " ".join(viewer.split())
        if not name:
            raise SteeringRefused("viewer-missing", 422, "Say which viewer.")
        return name, f"viewer:{name.casefold()}"

    def _unpin(self) -> str | None:
        chronicle = self._hands.chronicle
        before, chronicle.pinned = chronicle.pinned, None
        if before is not None and (known := chronicle.get(before)) is not None:
            self._hands.emit("comment.unpinned", _shown(known.comment), True)
        return before

    def _done(self, by: str, action: str, entry: Waiting, after: dict[str, object] | None = None) -> int:
        before = {"viewer": entry.comment.viewer, "text": entry.comment.text}
        return self._hands.done(by, action, entry.comment.id, before, after)


def _shown(comment: Comment) -> dict[str, str]:
    return {"comment": comment.id, "viewer": comment.viewer, "text": comment.text}
