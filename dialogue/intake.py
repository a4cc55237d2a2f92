"""The door for comments: what may come in, from whom how often, in which form. Pure: time is passed in."""

from collections import OrderedDict
from dataclasses import dataclass

from dialogue.contract import Comment, CommentRefused
from dialogue.language import clean, language_of


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """What is taken."""

    comment_chars: int = 300
    viewer_chars: int = 24
    burst: int = 5
    """Comments that a viewer may send at once."""
    seconds_each: float = 3.0
    """In which time one more is granted."""
    viewers: int = 10_000
    """Viewers whose pace is remembered; the one who has been silent longest is forgotten first."""


@dataclass(slots=True)
class _Pace:
    tokens: float
    at: float


class Intake:
    """Turns what a viewer sends into a Comment, or refuses it."""

    def __init__(self, limits: IntakeLimits | None = None, *, id_prefix: str = "c") -> None:
        self.limits = limits or IntakeLimits()
        self._id_prefix = id_prefix
        self._paces: OrderedDict[str, _Pace] = OrderedDict()
        self._count = 0

    def accept(self, viewer: str, text: str, now: float, *, spoken: bool = False) -> Comment:
        """The comment in its clean form; raises `CommentRefused` with what is wrong and, where waiting helps, how long."""
        limits = self.limits
        if len(viewer) > 8 * limits.viewer_chars or len(text) > 8 * limits.comment_chars:
            raise CommentRefused(
                "comment-too-long", 413, f"The comment is too long: at most {limits.comment_chars} characters are read."
            )
        name, told = clean(viewer), clean(text)
        if not name:
            raise CommentRefused("viewer-missing", 422, "Say who you are: the viewer's name is empty.")
        if len(name) > limits.viewer_chars:
            raise CommentRefused(
                "viewer-too-long",
                422,
                f"The name has {len(name)} characters; at most {limits.viewer_chars} are allowed.",
            )
        if not any(ch.isalnum() for ch in told) and not any(ord(ch) > 0x2000 for ch in told) and not set(told) & {"?"}:
            raise CommentRefused("comment-empty", 422, "The comment is empty: write a word or two.")
        if len(told) > limits.comment_chars:
            raise CommentRefused(
                "comment-too-long",
                422,
                f"The comment has {len(told)} characters; at most {limits.comment_chars} are read. Please shorten it.",
            )
        self._take_token(name.casefold(), now)
        self._count += 1
        return Comment(f"{self._id_prefix}{self._count}", name, told, language_of(told), now, spoken)

    def _take_token(self, viewer: str, now: float) -> None:
        limits = self.limits
        pace = self._paces.get(viewer)
        if pace is None:
            pace = self._paces[viewer] = _Pace(float(limits.burst), now)
            if len(self._paces) > limits.viewers:
                self._paces.popitem(last=False)
        self._paces.move_to_end(viewer)
        pace.tokens = min(float(limits.burst), pace.tokens + max(0.0, now - pace.at) / limits.seconds_each)
        pace.at = now
        if pace.tokens < 1:
            wait = (1 - pace.tokens) * limits.seconds_each
            raise CommentRefused(
                "too-many-comments",
                429,
                f"That was a lot at once. Please wait {wait:.0f} s before the next comment.",
                round(wait, 1),
            )
        pace.tokens -= 1
