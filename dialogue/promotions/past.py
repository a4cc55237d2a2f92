"""Promotions read back from a show's events, so that a restart loses no entry and no draw. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from dialogue.promotions.event_names import ENTERED, SEALED
from dialogue.promotions.machine import Past, PromotionState
from dialogue.promotions.plan import PromotionPlan

_STATES: Final = {f"promotion.{state}": state for state in PromotionState}


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event of an earlier run."""

    type: str
    data: Mapping[str, Any]
    at: float
    """On the show clock of that run."""
    ago_s: float
    """How long ago that was."""


@dataclass(slots=True)
class _Story:
    past: Past
    entries: dict[str, str] = field(default_factory=dict)


def read_past(events: Iterable[PastEvent], now: float) -> list[Past]:
    """Each promotion as the last of its events left it, with its times on the clock that shows `now`.

    One whose seed or plan the log does not hold (or not in a form that is understood) is left out.
    """
    stories: dict[str, _Story] = {}
    for event in events:
        ident = str(event.data.get("promotion", ""))
        if event.type == SEALED:
            begun = _begun(event, now)
            if begun is not None:
                stories[ident] = _Story(begun)
            continue
        story = stories.get(ident)
        if story is None:
            continue
        if event.type == ENTERED:
            viewer = str(event.data.get("viewer", ""))
            story.entries.setdefault(viewer.casefold(), viewer)
        elif (state := _STATES.get(event.type)) is not None:
            story.past = _moved(story.past, state, event, now)
    return [replace(story.past, entries=tuple(story.entries.values())) for story in stories.values()]


def _begun(event: PastEvent, now: float) -> Past | None:
    try:
        plan = PromotionPlan.model_validate(event.data.get("plan"))
        seed = bytes.fromhex(str(event.data.get("seed")))
    except (ValidationError, ValueError):
        return None
    at = now - event.ago_s
    opens = at + plan.announce_seconds
    return Past(plan, seed, PromotionState.ANNOUNCED, at, opens, opens + plan.open_seconds, ())


def _moved(past: Past, state: PromotionState, event: PastEvent, now: float) -> Past:
    at = now - event.ago_s

    def moment(name: str, otherwise: float) -> float:
        value = event.data.get(name)
        return at + float(value) - event.at if isinstance(value, int | float) else otherwise

    opens, closes = moment("opens_at", past.opens_at), moment("closes_at", past.closes_at)
    since = past.since if event.data.get("restored") else at
    drawn = past.drawn or state in (PromotionState.DRAWN, PromotionState.AWARDED)
    return replace(past, state=state, since=since, opens_at=opens, closes_at=closes, drawn=drawn)
