"""One shape of JSON records: what a platform's tool writes for each message."""

from collections.abc import Iterator
from typing import Protocol

from server.replay.sources.message import Message, Notes
from server.replay.sources.record import Record


class JsonShape(Protocol):
    """Knows its records by their members, and reads them."""

    @property
    def name(self) -> str: ...

    def knows(self, record: Record) -> bool:
        """Whether a record is of this shape; says no when in doubt."""

    def read(self, record: Record, notes: Notes) -> Iterator[Message]:
        """The messages in a record; raises `Malformed` or `LeftOut`."""
