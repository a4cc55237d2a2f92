"""Promotions as they run: a state machine. Events in, transitions out; time is passed in.

announced → open → closed, and for a draw → drawn → awarded; cancelled from announced or open. A state is left for ever.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from dialogue.promotions.drawing import DrawRecord, commitment_to, draw
from dialogue.promotions.plan import PromotionKind, PromotionPlan

MOST_RUNNING: Final = 8
MOST_ENTRIES: Final = 200_000
DRAW_AFTER_S: Final = 4.0
"""Between the close and the draw: time to say that it is closed."""
_SEED_BYTES: Final = 32


class PromotionState(StrEnum):
    """Where a promotion is."""

    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    DRAWN = "drawn"
    AWARDED = "awarded"
    CANCELLED = "cancelled"


_OVER: Final = frozenset({PromotionState.AWARDED, PromotionState.CANCELLED})


class PromotionRefused(Exception):
    """What was asked can't be done in the state that the promotion is in; becomes a problem+json answer."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Transition:
    """A promotion has entered a state."""

    plan: PromotionPlan
    state: PromotionState
    at: float
    by: str
    """Who did it: a host's name, or ``clock``."""
    data: dict[str, Any]
    """What the event tells besides: commitment, times, entries, winners, reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a promotion stands."""

    plan: PromotionPlan
    state: PromotionState
    since: float
    until: float
    """When the clock ends this state; inf if it does not."""
    over: bool
    """Nothing of it will change any more."""
    winners: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A promotion as an earlier run of the show left it, with its times on this show's clock."""

    plan: PromotionPlan
    seed: bytes
    state: PromotionState
    since: float
    opens_at: float
    closes_at: float
    entries: tuple[str, ...]
    drawn: bool = False


@dataclass(slots=True)
class _Running:
    plan: PromotionPlan
    seed: bytes
    state: PromotionState
    since: float
    opens_at: float
    closes_at: float
    entries: dict[str, str] = field(default_factory=dict)
    """Viewers by their name in small letters."""
    record: DrawRecord | None = None

    @property
    def over(self) -> bool:
        """Nothing of it will change any more."""
        return self.state in _OVER or (self.state is PromotionState.CLOSED and self.plan.kind is not PromotionKind.DRAW)


class Promotions:
    """All promotions of a show. Every method that changes something returns the transitions that follow, in order."""

    def __init__(
        self,
        plans: Iterable[PromotionPlan] = (),
        *,
        new_seed: Callable[[], bytes] = lambda: secrets.token_bytes(_SEED_BYTES),
    ) -> None:
        self._plans = {plan.id: plan for plan in plans}
        self._running: dict[str, _Running] = {}
        self._new_seed = new_seed

    # ---- what is ---------------------------------------------------------------------------------------------

    @property
    def plans(self) -> tuple[PromotionPlan, ...]:
        """Those that could be started."""
        return tuple(self._plans.values())

    def state(self, ident: str) -> PromotionState | None:
        """Where a promotion is; None before its announcement."""
        running = self._running.get(ident)
        return running.state if running is not None else None

    def running(self) -> tuple[tuple[PromotionPlan, PromotionState, float], ...]:
        """Those that are not over, with the moment at which their present state ends by the clock (inf if it does not)."""
        return tuple((r.plan, r.state, self._due(r)) for r in self._running.values() if not r.over)

    def record(self, ident: str) -> DrawRecord | None:
        """What is needed to verify a draw; None before it."""
        running = self._running.get(ident)
        return running.record if running is not None else None

    def entries(self, ident: str) -> int:
        """How many have entered."""
        running = self._running.get(ident)
        return len(running.entries) if running is not None else 0

    def standing(self) -> tuple["Standing", ...]:
        """All that have been announced in this show, also those that are over, in that order."""
        return tuple(
            Standing(r.plan, r.state, r.since, self._due(r), r.over, r.record.winners if r.record else ())
            for r in self._running.values()
        )

    def next_deadline(self) -> float | None:
        """When `tick` is due."""
        times = [self._due(r) for r in self._running.values() if not r.over]
        return min((t for t in times if t != float("inf")), default=None)

    # ---- what hosts do ---------------------------------------------------------------------------------------

    def start(self, plan: PromotionPlan | str, now: float, *, by: str) -> list[Transition]:
        """Announce a promotion, one of the plans by its id or a new one; its rules are on the board from now on."""
        if isinstance(plan, str):
            known = self._plans.get(plan)
            if known is None:
                raise PromotionRefused("no-such-promotion", 404, f"There is no promotion {plan} in this room.")
            plan = known
        before = self._running.get(plan.id)
        if before is not None and not before.over:
            raise PromotionRefused("promotion-running", 409, f"{plan.id} is running already: it is {before.state}.")
        if before is not None and before.record is not None:
            message = (
                f"{plan.id} has been drawn. Start another under a name of its own, so that both draws can be verified."
            )
            raise PromotionRefused("promotion-over", 409, message)
        if sum(not r.over for r in self._running.values()) >= MOST_RUNNING:
            raise PromotionRefused(
                "too-many-promotions", 409, f"At most {MOST_RUNNING} can run at once; close one first."
            )
        opens = now + plan.announce_seconds
        running = _Running(plan, self._new_seed(), PromotionState.ANNOUNCED, now, opens, opens + plan.open_seconds)
        self._plans.setdefault(plan.id, plan)
        self._running[plan.id] = running
        data: dict[str, Any] = {"opens_at": opens, "closes_at": running.closes_at}
        if plan.kind is PromotionKind.DRAW:
            data["commitment"] = commitment_to(running.seed)
        return [self._entered(running, PromotionState.ANNOUNCED, now, by, data), *self.tick(now)]

    def open(self, ident: str, now: float, *, by: str) -> list[Transition]:
        """Open an announced promotion before its time."""
        running = self._in(ident, PromotionState.ANNOUNCED, "open")
        return [self._open(running, now, by), *self.tick(now)]

    def close(self, ident: str, now: float, *, by: str) -> list[Transition]:
        """Close an open promotion before its time."""
        running = self._in(ident, PromotionState.OPEN, "close")
        return [self._close(running, now, by), *self.tick(now)]

    def draw(self, ident: str, now: float, *, by: str) -> list[Transition]:
        """Draw a closed one without waiting any longer."""
        running = self._in(ident, PromotionState.CLOSED, "draw")
        if running.plan.kind is not PromotionKind.DRAW:
            raise PromotionRefused("not-a-draw", 409, f"{ident} is no draw: there is nothing to draw in it.")
        return [self._draw(running, now, by)]

    def award(self, ident: str, now: float, *, by: str) -> list[Transition]:
        """The winners have been told; the promotion is over."""
        running = self._in(ident, PromotionState.DRAWN, "award")
        return [self._entered(running, PromotionState.AWARDED, now, by, {})]

    def cancel(self, ident: str, now: float, *, by: str, reason: str) -> list[Transition]:
        """Call off what has not been closed yet."""
        running = self._get(ident)
        if running.state not in (PromotionState.ANNOUNCED, PromotionState.OPEN):
            raise PromotionRefused(
                "promotion-state", 409, f"{ident} is {running.state}: it can't be called off any more."
            )
        return [self._entered(running, PromotionState.CANCELLED, now, by, {"reason": reason})]

    # ---- what viewers and the clock do -----------------------------------------------------------------------

    def wanted(self, text: str, now: float) -> str | None:
        """Id of the promotion that a comment enters by its word, if one is open."""
        bare = text.strip().casefold().strip("!！.。 ")
        for running in self._running.values():
            if running.state is PromotionState.OPEN and now < running.closes_at and running.plan.takes_entries:
                word = running.plan.enter_with.casefold()
                if bare == word:
                    return running.plan.id
        return None

    def enter(self, ident: str, viewer: str, now: float) -> list[Transition]:
        """Enter a viewer, once; raises `PromotionRefused`. An envelope closes with its last share."""
        running = self._get(ident)
        if not running.plan.takes_entries:
            raise PromotionRefused("nothing-to-enter", 409, f"{ident} needs no entry.")
        if running.state is not PromotionState.OPEN or now >= running.closes_at:
            late = running.state is not PromotionState.ANNOUNCED
            message = "It is closed." if late else "It is not open yet."
            raise PromotionRefused("promotion-closed" if late else "promotion-not-open", 409, message)
        name = viewer.casefold()
        if name in running.entries:
            raise PromotionRefused("entered-already", 409, "You have entered already: once is enough.")
        if len(running.entries) >= MOST_ENTRIES:
            raise PromotionRefused("promotion-full", 409, "So many have entered that no more can be taken.")
        running.entries[name] = viewer
        if running.plan.kind is PromotionKind.RED_ENVELOPE and len(running.entries) >= running.plan.prize_count:
            return [self._close(running, now, "clock")]
        return []

    def tick(self, now: float) -> list[Transition]:
        """What the clock brings about."""
        done: list[Transition] = []
        for running in list(self._running.values()):
            while not running.over and now >= (due := self._due(running)):
                match running.state:
                    case PromotionState.ANNOUNCED:
                        done.append(self._open(running, due, "clock"))
                    case PromotionState.OPEN:
                        done.append(self._close(running, due, "clock"))
                    case PromotionState.CLOSED:
                        done.append(self._draw(running, due, "clock"))
                    case _:
                        break
        return done

    def restore(self, past: Past) -> Transition | None:
        """Take a promotion up where an earlier run of the show left it; returns the state that it is in, None if it is over.

        A draw that was made is made again from its seed, which gives the same winners.
        """
        running = _Running(past.plan, past.seed, past.state, past.since, past.opens_at, past.closes_at)
        running.entries = {viewer.casefold(): viewer for viewer in past.entries}
        if past.drawn:
            running.record = draw(past.seed, past.plan.id, past.entries, _prizes(past.plan))
        self._plans.setdefault(past.plan.id, past.plan)
        self._running[past.plan.id] = running
        if running.over:
            return None
        data: dict[str, Any] = {"opens_at": running.opens_at, "closes_at": running.closes_at, "restored": True}
        if past.plan.kind is PromotionKind.DRAW:
            data["commitment"] = commitment_to(past.seed)
        return Transition(past.plan, running.state, past.since, "clock", data)

    def seed(self, ident: str) -> str:
        """The secret of a promotion, hexadecimal, for the log that nobody is shown; KeyError if it was not announced."""
        return self._running[ident].seed.hex()

    # ---- steps -----------------------------------------------------------------------------------------------

    @staticmethod
    def _due(running: _Running) -> float:
        match running.state:
            case PromotionState.ANNOUNCED:
                return running.opens_at
            case PromotionState.OPEN:
                return running.closes_at
            case PromotionState.CLOSED if running.plan.kind is PromotionKind.DRAW:
                return running.since + DRAW_AFTER_S
            case _:
                return float("inf")

    def _open(self, running: _Running, now: float, by: str) -> Transition:
        running.opens_at = now
        running.closes_at = now + running.plan.open_seconds
        return self._entered(running, PromotionState.OPEN, now, by, {"closes_at": running.closes_at})

    def _close(self, running: _Running, now: float, by: str) -> Transition:
        running.closes_at = now
        data: dict[str, Any] = {"entries": len(running.entries)}
        if running.plan.kind is PromotionKind.RED_ENVELOPE:
            shares = _prizes(running.plan)
            data["winners"] = [
                {"viewer": v, "prize": p} for v, p in zip(running.entries.values(), shares, strict=False)
            ]
        return self._entered(running, PromotionState.CLOSED, now, by, data)

    def _draw(self, running: _Running, now: float, by: str) -> Transition:
        record = draw(running.seed, running.plan.id, tuple(running.entries.values()), _prizes(running.plan))
        running.record = record
        data = {
            "winners": [{"viewer": viewer, "prize": prize} for viewer, prize in record.winners],
            "entries": list(record.entries),
            "prizes": list(record.prizes),
            "seed": record.seed,
            "commitment": record.commitment,
        }
        return self._entered(running, PromotionState.DRAWN, now, by, data)

    @staticmethod
    def _entered(running: _Running, state: PromotionState, now: float, by: str, data: dict[str, Any]) -> Transition:
        running.state, running.since = state, now
        return Transition(running.plan, state, now, by, data)

    def _get(self, ident: str) -> _Running:
        running = self._running.get(ident)
        if running is None:
            known = ident in self._plans
            message = f"{ident} has not been announced." if known else f"There is no promotion {ident} in this room."
            raise PromotionRefused(
                "promotion-not-started" if known else "no-such-promotion", 409 if known else 404, message
            )
        return running

    def _in(self, ident: str, state: PromotionState, what: str) -> _Running:
        running = self._get(ident)
        if running.state is not state:
            message = f"{ident} is {running.state}; to {what} it, it must be {state}."
            raise PromotionRefused("promotion-state", 409, message)
        return running


def _prizes(plan: PromotionPlan) -> tuple[str, ...]:
    return tuple(prize.name for prize in plan.prizes for _ in range(prize.count))
