"""Sign-ins of hosts: which browser may steer for how long, kept in memory as hashes; the time is passed in."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

SESSION_SECONDS: Final = 12 * 3600.0
"""A session that is not used for this long has ended."""
MOST_SESSIONS: Final = 64
"""One more ends the one that was not used for the longest time."""
MOST_NAME_CHARS: Final = 40
NAMELESS: Final = "host"


@dataclass(slots=True)
class _Session:
    name: str
    until: float
    token: Hashable
    """Which host token it was opened with; a renewed one ends it."""


class Sessions:
    """All sign-ins of a server. What a browser keeps is never stored, only its SHA-256."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, name: str, token: Hashable, now: float) -> str:
        """Begin a session; returns the secret that the browser is to keep."""
        secret = secrets.token_urlsafe(32)
        self._sessions[_hash(secret)] = _Session(name, now + SESSION_SECONDS, token)
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return secret

    def name(self, secret: str, token: Hashable, now: float) -> str | None:
        """Whose session this is, which then lasts anew; None for one that has ended or never was."""
        key = _hash(secret)
        session = self._sessions.get(key)
        if session is None:
            return None
        if session.until <= now or session.token != token:
            del self._sessions[key]
            return None
        session.until = now + SESSION_SECONDS
        self._sessions.move_to_end(key)
        return session.name

    def close(self, secret: str) -> None:
        """End a session; an unknown one is ignored."""
        self._sessions.pop(_hash(secret), None)


def host_name(text: str) -> str:
    """A host's name as it is logged and shown: printable, one line, at most `MOST_NAME_CHARS`; `NAMELESS` if nothing is left."""
    printable = "".join(ch if ch.isprintable() else " " for ch in text)
    return " ".join(printable.split())[:MOST_NAME_CHARS].strip() or NAMELESS


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
