"""Who may steer: the host token, made once, kept only as a scrypt hash."""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from server.address import address_of
from server.allowance import Allowance
from server.problem import Problem

_N, _R, _P = 2**14, 8, 1
"""scrypt cost: 16 MiB and some 50 ms a guess (RFC 7914 §2; the interactive setting of its author)."""
_FAILURES_PER_MINUTE = 10


class TokenFileError(Exception):
    """The token's file can't be read or written; the message says what to do."""


def _hash(token: str, salt: bytes) -> bytes:
    return hashlib.scrypt(token.encode("utf-8", "replace"), salt=salt, n=_N, r=_R, p=_P, maxmem=64 * 2**20)


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class HostToken:
    """The token's file in the data folder. The token itself is known only at the moment it is made."""

    def __init__(self, data: Path) -> None:
        self.file = data / "host-token.json"
        self._read_at: tuple[int, int] | None = None
        self._salt = b""
        self._digest = b""
        self._known = b""
        self._one_at_a_time = asyncio.Lock()

    def ensure(self) -> str | None:
        """Make a token if there is none; returns it then, and never again. Raises `TokenFileError`."""
        return None if self.file.exists() else self.renew()

    def renew(self) -> str:
        """Make a new token, which ends the old one, also in a server that is running. Raises `TokenFileError`."""
        token = secrets.token_urlsafe(32)
        salt = secrets.token_bytes(16)
        content = {"scheme": "scrypt", "n": _N, "r": _R, "p": _P, "salt": salt.hex(), "hash": _hash(token, salt).hex()}
        partial = self.file.with_suffix(".partial")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
                json.dump(content, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(partial, self.file)
        except OSError as error:
            raise TokenFileError(f"{self.file}: the host token can't be kept ({error.strerror})") from error
        return token

    def is_known(self, token: str) -> bool:
        """Whether this is the token that matched before; costs nothing."""
        self._refresh()
        return bool(self._known) and hmac.compare_digest(_fingerprint(token), self._known)

    async def matches(self, token: str) -> bool:
        """Whether this is the token, compared in constant time; hashes in a thread, one guess at a time."""
        self._refresh()
        async with self._one_at_a_time:
            digest = await asyncio.to_thread(_hash, token, self._salt)
        right = hmac.compare_digest(digest, self._digest)
        if right:
            self._known = _fingerprint(token)
        return right

    def _refresh(self) -> None:
        try:
            stat = self.file.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp == self._read_at:
                return
            content = json.loads(self.file.read_text("utf-8"))
            self._salt, self._digest = bytes.fromhex(content["salt"]), bytes.fromhex(content["hash"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TokenFileError(
                f"{self.file}: the host token's hash can't be read ({error}); make a new one: talkback token --renew"
            ) from error
        self._read_at, self._known = stamp, b""


class Authority:
    """Decides whether a request comes from the host."""

    def __init__(self, token: HostToken, clock: Callable[[], float]) -> None:
        self._token = token
        self._clock = clock
        self._failures = Allowance(_FAILURES_PER_MINUTE, _FAILURES_PER_MINUTE)

    async def is_host(self, request: web.Request) -> bool:
        """True with the right token, False without any; raises `Problem` (401, 429) for a wrong one."""
        header = request.headers.get("Authorization")
        if header is None:
            return False
        scheme, _, token = header.partition(" ")
        plausible = scheme.lower() == "bearer" and 16 <= len(token) <= 256
        if plausible and self._token.is_known(token):
            return True
        address = address_of(request)
        wait = self._failures.wait(address, self._clock())
        if wait:
            raise Problem(429, "too-many-attempts", "Too many wrong tokens. Wait, then try again.", retry_after=wait)
        right = plausible and await self._token.matches(token)
        if not right:
            self._failures.take(address, self._clock())
            raise _unauthorised("That is not the host token. If it was lost: talkback token --renew.")
        return True

    async def require(self, request: web.Request) -> None:
        """Raise `Problem` (401) unless the request carries the host token."""
        if not await self.is_host(request):
            raise _unauthorised("This needs the host token: Authorization: Bearer <token>.")


def _unauthorised(detail: str) -> Problem:
    return Problem(401, "unauthorised", detail, headers={"WWW-Authenticate": 'Bearer realm="talkback"'})


AUTHORITY = web.AppKey("authority", Authority)
