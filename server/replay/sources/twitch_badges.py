"""Twitch's badges, and the roles that they stand for."""

from collections.abc import Iterable

_ROLES = {
    "broadcaster": "owner", "moderator": "moderator", "subscriber": "member", "founder": "member", "partner": "verified",
    "vip": "vip",
}  # fmt: skip


def roles_of(badges: Iterable[str]) -> tuple[str, ...]:
    """The roles that badges tell, each once."""
    return tuple(dict.fromkeys(_ROLES[badge] for badge in badges if badge in _ROLES))
