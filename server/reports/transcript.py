"""What was heard in a show, with its times: from the log's `line.*` and `caption` events."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was reached."""

    at: float
    first: int
    """Character span in the caption's text."""
    last: int


@dataclass(slots=True)
class Heard:
    """One Line, as far as it was heard."""

    line: str
    kind: str
    start: float
    end: float
    text: str
    """What was heard of it."""
    language: str
    emotion: str
    comments: list[str]
    facts: list[str]
    product: str | None
    interrupted: bool = False
    shown: str = ""
    """The caption's text, where it differs from the spoken one."""
    words: list[Word] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Without the words' times."""
        return {
            "line": self.line,
            "kind": self.kind,
            "start": round(self.start, 2),
            "end": round(self.end, 2),
            "text": self.text,
            "language": self.language,
            "emotion": self.emotion,
            "comments": self.comments,
            "facts": self.facts,
            "product": self.product,
            "interrupted": self.interrupted,
        }


class Transcript:
    """Feed it a show's events in order, then ask for `lines`."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Heard] = OrderedDict()
        self.lines: list[Heard] = []

    def feed(self, type_: str, at: float, data: dict[str, Any]) -> None:
        """Take one event."""
        if type_ == "line.started":
            heard = Heard(
                line=data["line"],
                kind=data.get("kind", ""),
                start=at,
                end=at,
                text=data.get("text", ""),
                language=data.get("language", "en"),
                emotion=data.get("emotion", "neutral"),
                comments=list(data.get("comments", ())),
                facts=list(data.get("facts", ())),
                product=data.get("product"),
            )
            self._open[heard.line] = heard
            self.lines.append(heard)
        elif type_ == "caption" and (begun := self._open.get(data["line"])) is not None:
            begun.shown = data.get("text", "")
            begun.words.append(Word(at, int(data["first"]), int(data["last"])))
            begun.end = max(begun.end, at)
        elif type_ == "line.ended" and (begun := self._open.pop(data["line"], None)) is not None:
            begun.end = max(begun.end, at)
            begun.text = data.get("heard", begun.text)
            begun.interrupted = bool(data.get("interrupted"))

    def finish(self, at: float) -> None:
        """The log ends here: of what was being said, only what the captions had reached was heard for certain."""
        for heard in self._open.values():
            heard.interrupted = True
            heard.text = heard.shown[: heard.words[-1].last] if heard.words else ""
            heard.end = max(heard.end, min(at, heard.end + 1.0))
        self._open.clear()
        self.lines = [heard for heard in self.lines if heard.text]
