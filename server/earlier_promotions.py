"""What promotions an earlier run of this room left in its log today, for the host to take up."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from dialogue.promotions.past import PastEvent
from server.event_log import EventLog, EventLogError, utc_label

log = logging.getLogger(__name__)

_MOST: Final = 300_000
"""More entries than one draw takes."""
_SAME_DAY: Final = timedelta(hours=16)
"""A show that goes on after so long is another one."""


async def earlier_promotions(events: EventLog) -> list[PastEvent]:
    """The events of promotions of the last hours; empty when the log can't be read, which is logged."""
    now = datetime.now(UTC)
    try:
        found = await events.of_type("promotion.", utc_label(now - _SAME_DAY), _MOST)
    except EventLogError as error:
        log.warning("promotions of an earlier run could not be read: %s", error)
        return []
    return [PastEvent(e.type, e.data, e.at, (now - datetime.fromisoformat(e.time)).total_seconds()) for e in found]
