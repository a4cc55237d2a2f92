"""What an earlier run of this room left in its log today, for the host to take up: promotions, and who is kept out."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from dialogue.promotions.past import PastEvent
from server.event import Event
from server.event_log import EventLog, EventLogError, utc_label

log = logging.getLogger(__name__)

_MOST: Final = 300_000
"""More entries than one draw takes."""
_SAME_DAY: Final = timedelta(hours=16)
"""A show that goes on after so long is another one."""


async def earlier_promotions(events: EventLog) -> list[PastEvent]:
    """The events of promotions of the last hours; empty when the log can't be read, which is logged."""
    now = datetime.now(UTC)
    found = await _earlier(events, "promotion.", now)
    return [PastEvent(e.type, e.data, e.at, (now - datetime.fromisoformat(e.time)).total_seconds()) for e in found]


async def earlier_blocks(events: EventLog) -> dict[str, str]:
    """Viewers whom hosts blocked in the last hours and did not let in again, each with who did it; names in small letters."""
    blocked: dict[str, str] = {}
    for event in await _earlier(events, "desk.action", datetime.now(UTC)):
        name, by = str(event.data.get("target")).casefold(), str(event.data.get("by"))
        if event.data.get("action") == "block":
            blocked[name] = by
        elif event.data.get("action") == "unblock":
            blocked.pop(name, None)
    return blocked


async def _earlier(events: EventLog, begins: str, now: datetime) -> list[Event]:
    try:
        return await events.of_type(begins, utc_label(now - _SAME_DAY), _MOST)
    except EventLogError as error:
        log.warning("what an earlier run left (%s) could not be read: %s", begins, error)
        return []
