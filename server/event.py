"""One thing that happened in a show, as it is logged and as it goes over the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of a room's event log."""

    seq: int
    """Number in the room's log, ascending over all its shows; the id of the SSE event."""
    show: str
    """Id of the show, one for each start of the room."""
    at: float
    """Seconds on the show clock."""
    time: str
    """ISO 8601 in UTC; a label, never used to compute a duration."""
    type: str
    public: bool
    """Viewers may see it."""
    body: str
    """The event's data as one JSON object."""

    @property
    def data(self) -> dict[str, Any]:
        """The event's data, decoded."""
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded

    def wire(self) -> bytes:
        """Encode as one Server-Sent Event: an `id` and one `data` line (JSON has no raw newlines)."""
        head = json.dumps({"type": self.type, "at": round(self.at, 3), "time": self.time}, ensure_ascii=False)
        rest = "" if self.body == "{}" else ", " + self.body[1:-1]
        return f"id: {self.seq}\ndata: {head[:-1]}{rest}}}\n\n".encode("utf-8", "replace")


def encode_body(data: Mapping[str, Any]) -> str:
    """Encode an event's data; raises ValueError or TypeError for what JSON cannot hold.

    The members `type`, `at` and `time` belong to the event itself and are refused.
    """
    for name in ("type", "at", "time"):
        if name in data:
            raise ValueError(f"the event's data may not have a member {name!r}; the event itself has it")
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
