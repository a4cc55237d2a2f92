"""What the desk shows of the past: every comment with its fate, the pinned one, and the word now heard. Pure."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from dialogue.contract import Comment, Fate
from render.contract import CaptionShown, Line, LineEnded, LineStarted, ShowEvent

MOST_RECENT: Final = 40
_MOST_KNOWN: Final = 2000


@dataclass(slots=True)
class Known:
    """A comment of this show."""

    comment: Comment
    fate: Fate | None = None
    reason: str = ""
    text: str | None = None
    """Its answer in writing."""
    at: float = 0.0
    """When it was decided."""


@dataclass(slots=True)
class Saying:
    """The Line being heard, and the word (a span of its caption)."""

    line: Line
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Chronicle:
    """Remembers the last two thousand comments; the oldest is forgotten first."""

    saying: Saying | None = None
    pinned: str | None = None
    """Id of the comment that viewers see pinned."""
    _known: OrderedDict[str, Known] = field(default_factory=OrderedDict)

    def received(self, comment: Comment) -> None:
        """A comment has come in."""
        self._known[comment.id] = Known(comment)
        if len(self._known) > _MOST_KNOWN:
            oldest = next((ident for ident in self._known if ident != self.pinned), None)
            if oldest is not None:
                del self._known[oldest]

    def decided(self, comment: Comment, fate: Fate, reason: str, text: str | None, now: float) -> None:
        """A comment has met its fate."""
        known = self._known.setdefault(comment.id, Known(comment))
        known.fate, known.reason, known.text, known.at = fate, reason, text, now

    def get(self, comment: str) -> Known | None:
        """The comment of this id, if it is remembered."""
        return self._known.get(comment)

    def feed(self, event: ShowEvent) -> None:
        """Follow what is heard."""
        match event:
            case LineStarted(line=line):
                self.saying = Saying(line)
            case CaptionShown(line=line, first=first, last=last) if self.saying and line.id == self.saying.line.id:
                self.saying.first, self.saying.last = first, last
            case LineEnded(line=line) if self.saying is not None and line.id == self.saying.line.id:
                self.saying = None
            case _:
                pass

    def recent(self) -> list[Known]:
        """The comments decided last, the newest first."""
        decided = [known for known in self._known.values() if known.fate is not None]
        return sorted(decided, key=lambda known: known.at, reverse=True)[:MOST_RECENT]
