"""The rooms that a server has, and the limits of each, as request handlers find them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from server.address import address_of
from server.allowance import Allowance
from server.configuration import Limits
from server.problem import Problem
from server.room import Room

_SPEECHES_AT_ONCE = 2
_SPEECHES_PER_MINUTE = 10
_CLICKS_PER_MINUTE = 240
"""From one address, behind which may be a school or an office."""
_CLICKS_PER_MINUTE_EACH = 30
"""From one viewer's name."""


class Gate:
    """What one address may ask of one room; the time comes from `clock`."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._clock = clock
        per_minute = limits.address_comments_per_minute
        self._comments = Allowance(per_minute, max(3.0, per_minute / 6))
        connections = limits.address_connections_per_minute
        self._connections = Allowance(connections, max(5.0, connections / 4))
        self._speeches = Allowance(_SPEECHES_PER_MINUTE, 4.0)
        self._clicks = Allowance(_CLICKS_PER_MINUTE, _CLICKS_PER_MINUTE / 4)
        self._clicks_each = Allowance(_CLICKS_PER_MINUTE_EACH, _CLICKS_PER_MINUTE_EACH / 3)
        self.hearing = asyncio.Semaphore(_SPEECHES_AT_ONCE)
        """Recordings being understood at once; whoever comes while all are taken is asked to come back."""

    def comment(self, request: web.Request) -> None:
        """Count a comment; raises `Problem` (429)."""
        self._take(self._comments, request, "comments")

    def speech(self, request: web.Request) -> None:
        """Count a recording; raises `Problem` (429)."""
        self._take(self._speeches, request, "recordings")

    def click(self, request: web.Request) -> None:
        """Count a click by its address; raises `Problem` (429)."""
        self._take(self._clicks, request, "clicks")

    def click_of(self, viewer: str) -> None:
        """Count a click by its viewer's name; raises `Problem` (429)."""
        wait = self._clicks_each.take(viewer.casefold(), self._clock())
        if wait:
            raise Problem(429, "too-many", "That was very often. Wait a moment.", retry_after=wait)

    def connection(self, request: web.Request) -> None:
        """Count a connection to the picture or the events; raises `Problem` (429)."""
        self._take(self._connections, request, "connections")

    def _take(self, allowance: Allowance, request: web.Request, what: str) -> None:
        wait = allowance.take(address_of(request), self._clock())
        if wait:
            raise Problem(429, "too-many", f"Too many {what} from your network. Wait a moment.", retry_after=wait)


@dataclass(slots=True)
class Rooms:
    """All rooms by name, in the order in which they were given."""

    clock: Callable[[], float]
    by_name: dict[str, Room] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)

    def add(self, room: Room) -> None:
        """Take a room in."""
        self.by_name[room.name] = room
        self.gates[room.name] = Gate(room.config.limits, self.clock)


ROOMS = web.AppKey("rooms", Rooms)


def room_of(request: web.Request) -> Room:
    """The room that the address names; raises `Problem` (404)."""
    name = request.match_info["room"]
    room = request.app[ROOMS].by_name.get(name)
    if room is None:
        raise Problem(404, "no-such-room", "There is no room of that name. Check the address.")
    return room


def gate_of(request: web.Request) -> Gate:
    """The limits of the room that the address names, which exists."""
    return request.app[ROOMS].gates[request.match_info["room"]]


def not_ready(room: Room) -> Problem:
    """What to answer while a room starts or closes."""
    if room.state == "closing":
        return Problem(503, "room-closing", "This room is closing.", retry_after=10)
    return Problem(503, "room-starting", "This room is getting ready. Try again in a moment.", retry_after=2)
