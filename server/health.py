"""Whether the process lives, and whether its rooms can answer."""

from aiohttp import web

from server.problem import Problem
from server.room import RoomState
from server.rooms import ROOMS


async def get_health(request: web.Request) -> web.Response:
    """``GET /healthz``: the event loop turns."""
    return web.json_response({"status": "ok"})


async def get_readiness(request: web.Request) -> web.Response:
    """``GET /readyz``: every room is live, or 503 with what is still loading."""
    rooms = request.app[ROOMS].by_name
    waiting = {name: room for name, room in rooms.items() if room.state is not RoomState.LIVE}
    if waiting or not rooms:
        parts = [f"{name} ({_doing(room.state, room.progress.loading)})" for name, room in waiting.items()]
        raise Problem(503, "not-ready", f"Not ready: {', '.join(parts) or 'no room is open yet'}.", retry_after=1)
    return web.json_response({"status": "ready", "rooms": list(rooms)})


def _doing(state: RoomState, loading: list[str]) -> str:
    if state is RoomState.STARTING and loading:
        return f"loading {', '.join(loading)}"
    return state.value
