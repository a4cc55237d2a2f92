"""The comments of a show on their way to an answer: who waits, who is next, and what becomes of those who are not. Pure."""

from collections import deque
from collections.abc import Iterable

from dialogue.clusters import same_question
from dialogue.contract import Comment, Fate
from dialogue.floor import Accepted, Action, Decide, Read, Settle, Write
from dialogue.language import comparable
from dialogue.ranking import same_key
from dialogue.steering.reins import Reins
from dialogue.waiting import Score, Topic, Waiting, WaitingRoom, Worth

SEEN = "Seen. The host answers what has a question or a greeting in it."
BLOCKED = "The hosts of this show take nothing from this name."
PASSED_OVER = "The hosts passed this one over."
OVER = "The show has ended."


class Audience:
    """Takes comments in and gives each its fate, or the next one out. A person's orders go before the host's own choice."""

    def __init__(self, reins: Reins) -> None:
        self._reins = reins
        self._waiting = WaitingRoom()
        self._ordered: deque[Waiting] = deque()
        self._texts: dict[str, str] = {}
        """What a person approved as the answer to a comment that waits."""
        self._told_at: float | None = None
        self.current: Waiting | None = None
        """The comment that has the floor."""
        self.on_show: str | None = None
        """The sku that viewers see, which "it" means."""
        self.closing = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def ordered(self) -> tuple[Waiting, ...]:
        """The comments that a person wants answered next, in that order."""
        return tuple(self._ordered)

    def ranking(self, now: float) -> list[tuple[Waiting, Score]]:
        """The comments that wait, the next first, and why."""
        return self._waiting.ranking(now, self.on_show)

    def entry(self, comment: str) -> Waiting | None:
        """The comment of this id that waits or has the floor."""
        return next((entry for entry in self._all() if entry.comment.id == comment), None)

    def of(self, viewer: str) -> list[Waiting]:
        """All of this viewer's."""
        return [entry for entry in self._all() if entry.comment.viewer.casefold() == viewer.casefold()]

    def _all(self) -> list[Waiting]:
        current = [self.current] if self.current is not None else []
        return [*current, *self._ordered, *self._waiting.entries()]

    # ---- coming in -----------------------------------------------------------------------------------------

    def accept(self, event: Accepted) -> list[Action]:
        """A comment has come."""
        comment = event.comment
        if self._reins.is_blocked(comment.viewer):
            return [Decide(comment, Fate.DECLINED, BLOCKED)]
        if event.objection is not None:
            raided = self._waiting.raided(comparable(comment.text)) if event.raid else []
            return [Decide(c, Fate.DECLINED, event.objection) for c in (comment, *(w.comment for w in raided))]
        if self.closing:
            return [Decide(comment, Fate.EXPIRED, OVER)]
        if (same := self._same(comment, event.topic)) is not None:
            if comment.viewer.casefold() not in {c.viewer.casefold() for c in (same.comment, *same.also)}:
                same.also.append(comment)
            return [Decide(comment, Fate.MERGED, "The same was asked just before.", same.comment.id)]
        if event.worth is Worth.NOISE:
            return [Decide(comment, Fate.EXPIRED, SEEN)]
        if event.write:
            return [
                Write(comment, "The host's voice does not read this language, so the answer is written.", self.on_show)
            ]
        if event.written_because:
            return [Write(comment, event.written_because, self.on_show)]
        entry = Waiting(comment, event.worth, topic=event.topic, ready_at=event.ready_at)
        entry.held, entry.held_for = bool(event.held_for), event.held_for
        return self.wait(entry)

    def wait(self, entry: Waiting) -> list[Action]:
        """Let a comment wait, also one that had the floor; one that asks the same meanwhile goes into it."""
        actions: list[Action] = []
        same = self._waiting.same(entry.comment, entry.topic)
        if same is not None and same is not entry:
            self._waiting.take(same.comment.id)
            entry.also += [same.comment, *same.also]
            actions.append(Decide(same.comment, Fate.MERGED, "The same was asked before.", entry.comment.id))
        pushed_out = self._waiting.add(entry)
        if pushed_out is not None:
            actions += self._too_late([pushed_out], "More is being asked than can be said.")
        return actions

    def read(self, event: Read) -> list[Action]:
        """What a comment asks is known better now; it may turn out to be what another one asks."""
        merged = self._waiting.understood(event.comment.id, event.worth, event.topic, event.vector)
        if event.held_for:
            self._waiting.hold(event.comment.id, event.held_for)
        if merged is not None:
            stays, goes = merged
            return [Decide(goes.comment, Fate.MERGED, "The same was asked in other words.", stays.comment.id)]
        answered, waiting = self.current, self._waiting.entry(event.comment.id)
        if answered is not None and answered.comment.id == event.comment.id:
            answered.vector = event.vector
        elif answered is not None and waiting is not None and not waiting.held and same_question(answered, waiting):
            self._waiting.take(waiting.comment.id)
            return [Decide(waiting.comment, Fate.MERGED, "The same is being answered.", answered.comment.id)]
        return []

    def _same(self, comment: Comment, topic: Topic) -> Waiting | None:
        key = same_key(comment, topic)
        chosen = [*self._ordered, *([self.current] if self.current is not None else [])]
        return next((entry for entry in chosen if entry.key == key), None) or self._waiting.same(comment, topic)

    # ---- going out -----------------------------------------------------------------------------------------

    def choose(self, now: float) -> Waiting | None:
        """Take out the next that the host may choose by itself."""
        return self._waiting.choose(now, self.on_show, may=self._may)

    def choose_ordered(self) -> Waiting | None:
        """Take out the next that a person ordered."""
        return self._ordered.popleft() if self._ordered else None

    def text_for(self, entry: Waiting) -> str | None:
        """Take out the words that a person approved as its answer."""
        return self._texts.pop(entry.comment.id, None)

    def answered(self, comment: Comment, now: float) -> None:
        """A comment has been answered aloud."""
        self._waiting.answered(comment, now)

    def late(self, now: float) -> list[Action]:
        """Those that have waited too long, or would."""
        actions = self._too_late(self._waiting.expire(now), "The host did not get to it in time.")
        if self._reins.free:
            far = self._waiting.beyond_reach(now, self.on_show, may=self._may)
            actions += self._too_late(far, "So many questions are before it that the host would not get to it soon.")
        return actions

    def close(self) -> list[Action]:
        """The show ends."""
        self.closing = True
        left = [*self._ordered, *self._waiting.clear()]
        self._ordered.clear()
        return [Decide(entry.comment, Fate.EXPIRED, OVER) for entry in left]

    def _too_late(self, entries: Iterable[Waiting], why: str) -> list[Action]:
        actions: list[Action] = []
        for entry in entries:
            self._texts.pop(entry.comment.id, None)
            if entry.held and entry.held_for:
                actions.append(Decide(entry.comment, Fate.DECLINED, entry.held_for))
            elif entry.worth is Worth.QUESTION:
                actions.append(Write(entry.comment, f"{why} So the answer is written.", self.on_show))
            else:
                actions.append(Decide(entry.comment, Fate.EXPIRED, why))
        return actions

    # ---- patience ------------------------------------------------------------------------------------------

    def pass_time(self, now: float) -> None:
        """Time has passed; the patience of those that may not be chosen stood still."""
        passed = now - self._told_at if self._told_at is not None else 0.0
        self._told_at = now
        if passed > 0:
            for entry in self._waiting.entries():
                if not self._patient(entry):
                    entry.stopped_s += passed

    def next_deadline(self) -> float | None:
        """When the next comment will have waited too long, or may be chosen."""
        times = (self._waiting.next_expiry(may=self._patient), self._waiting.next_ready(self._told_at or 0.0))
        return min((at for at in times if at is not None), default=None)

    def _may(self, entry: Waiting) -> bool:
        """Whether the host may choose this comment by itself."""
        return not entry.held and (entry.approved or not self._reins.approval)

    def _patient(self, entry: Waiting) -> bool:
        """Whether the patience of this comment runs: only while the host could choose it."""
        return self._reins.free and (self._may(entry) or (entry.held and bool(entry.held_for)))

    # ---- a person's orders -----------------------------------------------------------------------------------

    def let_through(self, comment: str, text: str | None, *, at_once: bool) -> None:
        """It may be answered aloud, `at_once` before all that wait; with `text` in these words."""
        entry = self.entry(comment)
        if entry is None or entry is self.current:
            return
        entry.approved, entry.held = True, False
        if text is not None:
            self._texts[comment] = text
        if at_once and self._waiting.take(comment) is not None:
            self._ordered.append(entry)

    def withhold(self, comment: str, held: bool) -> list[Action]:
        """It waits until a person lets it through."""
        entry = self.entry(comment)
        if entry is None:
            return []
        entry.held, entry.held_for = held, ""  # a person has it in hand: it is not declined by itself any more
        entry.approved = entry.approved and not held
        if held and entry in self._ordered:
            self._ordered.remove(entry)
            return self.wait(entry)
        return []

    def settle(self, order: Settle) -> Action | None:
        """A person decides its fate, which is returned; it waits no more. None if it does not wait."""
        entry = self.entry(order.comment)
        if entry is None:
            return None
        self._texts.pop(order.comment, None)
        if entry in self._ordered:
            self._ordered.remove(entry)
        elif entry is not self.current:
            self._waiting.take(order.comment)
        target = self.entry(order.into) if order.into is not None else None
        if target is not None:
            target.also += [entry.comment, *entry.also]
        if order.fate is Fate.WRITTEN and order.text is None:
            return Write(entry.comment, order.reason, self.on_show)
        return Decide(entry.comment, order.fate, order.reason, order.into, order.text)
