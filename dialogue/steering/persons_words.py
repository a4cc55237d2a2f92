"""The words that persons have the host say, until they are heard. Pure: time is passed in."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from dialogue.floor import PersonSays, When
from render.contract import Line


class PersonsWords:
    """Those on their way to the stage, and those that wait for the end of a sentence or a segment."""

    def __init__(self) -> None:
        self._on_way: dict[str, float] = {}
        """Lines that have not begun, and when they were last known to be on their way."""
        self._after_sentence: deque[PersonSays] = deque()
        self._after_segment: deque[PersonSays] = deque()

    @property
    def on_way(self) -> bool:
        """Whether some have not begun that go before everything else."""
        return bool(self._on_way)

    @property
    def for_sentence(self) -> bool:
        """Whether some wait for the end of the sentence."""
        return bool(self._after_sentence)

    @property
    def held_back(self) -> tuple[PersonSays, ...]:
        """Those that wait for the end of a sentence or a segment."""
        return (*self._after_sentence, *self._after_segment)

    @property
    def lines(self) -> int:
        """How many Lines have not begun."""
        return len(self._on_way) + sum(len(says.lines) for says in self.held_back)

    def hold_back(self, says: PersonSays) -> None:
        """Let them wait for their moment."""
        (self._after_sentence if says.when is When.SENTENCE else self._after_segment).append(says)

    def release(self, *, sentence_over: bool, segment_over: Callable[[], bool]) -> list[PersonSays]:
        """Take out those whose moment has come."""
        due: list[PersonSays] = []
        if self._after_sentence and sentence_over:
            due += self._after_sentence
            self._after_sentence.clear()
        if self._after_segment and segment_over():
            due += self._after_segment
            self._after_segment.clear()
        return due

    def sent(self, says: PersonSays, now: float) -> None:
        """They are on their way to the stage."""
        self._on_way |= dict.fromkeys((line.id for line in says.lines), now)

    def gone(self, line: str) -> None:
        """A Line has begun, or will not be heard."""
        self._on_way.pop(line, None)

    def forget_lost(self, now: float, after_s: float, *, audible: bool) -> None:
        """Those of which nothing was heard for so long are lost; while the host can't be heard no time passes for them."""
        if audible:
            self._on_way = {line: at for line, at in self._on_way.items() if now - at < after_s}
        else:
            self._on_way = dict.fromkeys(self._on_way, now)

    def clear(self) -> None:
        """None of them is said any more."""
        self._on_way.clear()
        self._after_sentence.clear()
        self._after_segment.clear()

    def change(self, line: str, text: str | None) -> bool:
        """Word a Line anew that is held back, or leave it out (None); False if it is not."""
        for queue in (self._after_sentence, self._after_segment):
            for at, says in enumerate(queue):
                if any(one.id == line for one in says.lines):
                    queue[at] = PersonSays(_changed(says, line, text), says.when)
                    return True
        return False


def _changed(says: PersonSays, line: str, text: str | None) -> tuple[Line, ...]:
    if text is None:
        return tuple(one for one in says.lines if one.id != line)
    return tuple(replace(one, text=text) if one.id == line else one for one in says.lines)
