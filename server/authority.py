"""Who may steer: the host token, made once and kept only as a scrypt hash, and the sign-ins that it opens."""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Hashable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from server.address import PROXIES, address_of
from server.allowance import Allowance
from server.problem import Problem
from server.sessions import NAMELESS, Sessions, host_name

COOKIE = "talkback_host"
"""The cookie of a sign-in."""
STEERING_HEADER = "X-Talkback"
"""What a page of ours adds to whatever changes something (value ``host``); another site's page can't without being allowed to."""
NAME_HEADER = "X-Talkback-Host"
"""Who acts, where a program uses the token itself."""
_HARMLESS = frozenset({"GET", "HEAD"})
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

    @property
    def edition(self) -> Hashable:
        """Differs once the token has been renewed. Raises `TokenFileError`."""
        self._refresh()
        return self._read_at

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
    """Decides whether a request comes from a host: by the token itself, or by a sign-in that was opened with it."""

    def __init__(self, token: HostToken, clock: Callable[[], float]) -> None:
        self._token = token
        self._clock = clock
        self._failures = Allowance(_FAILURES_PER_MINUTE, _FAILURES_PER_MINUTE)
        self._sessions = Sessions()

    async def is_host(self, request: web.Request) -> bool:
        """True with the right token or a sign-in, False without either.

        Raises `Problem`: 401 or 429 for a wrong token, 403 for a sign-in that another site's page may be misusing.
        """
        header = request.headers.get("Authorization")
        if header is None:
            if self.signed_in(request) is None:
                return False
            _require_own_page(request)
            return True
        scheme, _, token = header.partition(" ")
        await self._check(request, token if scheme.lower() == "bearer" else "")
        return True

    async def require(self, request: web.Request) -> None:
        """Raise `Problem` (401, 403, 429) unless the request comes from a host."""
        if not await self.is_host(request):
            raise _unauthorised(
                "This is for the hosts. Sign in with the host token, or send Authorization: Bearer <token>."
            )

    def who(self, request: web.Request) -> str:
        """The name under which a host acts; call it once the request is known to come from one."""
        if "Authorization" in request.headers:
            return host_name(request.headers.get(NAME_HEADER, ""))
        return self.signed_in(request) or NAMELESS

    def still(self, request: web.Request) -> bool:
        """Whether a request that came from a host, and is still being answered, may go on; costs next to nothing."""
        header = request.headers.get("Authorization")
        if header is None:
            return self.signed_in(request) is not None
        return self._token.is_known(header.partition(" ")[2])

    def signed_in(self, request: web.Request) -> str | None:
        """The name of the request's sign-in, which then lasts anew; None if it has none."""
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        return self._sessions.name(secret, self._token.edition, self._clock())

    async def sign_in(self, request: web.Request, token: str, name: str) -> str:
        """Open a sign-in; returns the cookie's value. Raises `Problem` (401, 403, 429)."""
        _require_own_origin(request)
        await self._check(request, token)
        return self._sessions.open(name, self._token.edition, self._clock())

    def sign_out(self, request: web.Request) -> None:
        """End the request's sign-in, if it has one; raises `Problem` (403)."""
        secret = request.cookies.get(COOKIE)
        if secret:
            _require_own_page(request)
            self._sessions.close(secret)

    async def _check(self, request: web.Request, token: str) -> None:
        """Raise `Problem` (401, 429) unless this is the token.

        An attempt is counted before it is looked at, by address: guesses that come all at once are no cheaper.
        """
        plausible = 16 <= len(token) <= 256
        if plausible and self._token.is_known(token):
            return
        address = address_of(request)
        wait = self._failures.take(address, self._clock())
        if wait:
            raise Problem(429, "too-many-attempts", "Too many wrong tokens. Wait, then try again.", retry_after=wait)
        if not (plausible and await self._token.matches(token)):
            raise _unauthorised("That is not the host token. If it was lost: talkback token --renew.")
        self._failures.give_back(address)


def _require_own_page(request: web.Request) -> None:
    """Raise `Problem` (403) for what changes something and may come from another site's page (cross-site request forgery)."""
    if request.method in _HARMLESS:
        return
    if request.headers.get(STEERING_HEADER) != "host":
        raise Problem(
            403, "csrf", f"With a sign-in, whatever changes something needs the header {STEERING_HEADER}: host."
        )
    _require_own_origin(request)


def _require_own_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and _netloc(origin) not in _own_names(request):
        raise Problem(403, "csrf", "This came from a page of another site. Use the host's page of this server.")


def _own_names(request: web.Request) -> set[str]:
    """How browsers may call this server: as the request does, or as a proxy of ours says that it was called."""
    names = {request.host.lower()}
    if request.app[PROXIES]:
        names.add(request.headers.get("X-Forwarded-Host", request.host).split(",")[-1].strip().lower())
    return names


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # unbalanced brackets
        return ""


def _unauthorised(detail: str) -> Problem:
    return Problem(401, "unauthorised", detail, headers={"WWW-Authenticate": 'Bearer realm="talkback"'})


AUTHORITY = web.AppKey("authority", Authority)
