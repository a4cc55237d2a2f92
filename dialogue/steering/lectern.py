"""The stage with a person's hand on it: the manner of later Lines, and what waits can be changed, dropped or put first."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dialogue.steering.reins import Reins
from render.contract import Board, HoldingCard, Line, LineKind, LiveMode, Stage, VoiceError

_MOST_KNOWN: Final = 256


class Lectern:
    """Implements `render.contract.Stage` upon another one; all that the host says goes through it.

    `tell` takes events that only hosts see; `lost` is told of a Line that the voice could not say when it was said again.
    """

    def __init__(
        self,
        stage: Stage,
        reins: Reins,
        tell: Callable[[str, Mapping[str, Any]], None],
        lost: Callable[[Line, VoiceError | None], None],
    ) -> None:
        self._stage = stage
        self._reins = reins
        self._tell = tell
        self._lost = lost
        self._saying: dict[str, Line] = {}
        """Lines that somebody waits for to be accepted."""
        self._again: dict[str, Line] = {}
        """Lines being voiced that were taken back only to be said anew, as they are to be said then."""
        self._dropped: set[str] = set()
        """Lines being voiced that a person does not want."""
        self._as_given: dict[str, None] = {}
        """Lines whose manner a person chose for them alone."""
        self._to_say: deque[Line] = deque()
        """Lines that had their place and get it back; at most as many as the stage held."""
        self._mended: Line | None = None
        """The one of them that is being voiced."""
        self._mending: asyncio.Task[None] | None = None
        self._turn: deque[Line] = deque()
        """Lines that are said one after the other; the director bounds them."""
        self._turn_came = asyncio.Event()

    # ---- the stage -----------------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        return self._stage.epoch

    @property
    def now(self) -> float:
        return self._stage.now

    @property
    def waiting_seconds(self) -> float:
        return self._stage.waiting_seconds

    async def say(self, line: Line) -> bool:
        """As the stage's; True also for a Line that a person dropped meanwhile, since whoever says it can go on."""
        line = self._in_manner(line)
        self._saying[line.id] = line
        self._tell("line.queued", _told(line))
        try:
            return await self._say(line)
        finally:
            self._saying.pop(line.id, None)
            self._again.pop(line.id, None)
            self._dropped.discard(line.id)

    async def _say(self, line: Line) -> bool:
        while True:
            while self._mending is not None and not line.urgent:
                await asyncio.shield(self._mending)
            accepted = await self._stage.say(line)
            if accepted or line.id in self._dropped:
                return True
            if line.id not in self._again:
                self._tell("line.dropped", {"line": line.id, "by": None})
                return False
            line = self._again.pop(line.id)

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        queued = [line for line in (*self._to_say, *self._turn) if line.kind is kind]
        self._to_say = deque(line for line in self._to_say if line.kind is not kind)
        self._turn = deque(line for line in self._turn if line.kind is not kind)
        if self._mended is not None and self._mended.kind is kind:
            self._mended = None
        gone = [*self._stage.withdraw(kind), *queued]
        self._told_gone(gone)
        return gone

    def pending(self) -> Sequence[Line]:
        return [*self._stage.pending(), *self._to_say, *self._turn]

    def drop(self, line_id: str) -> Line | None:
        """As the stage's: whoever said the Line is told that it was not accepted."""
        gone = self._take_back(line_id)
        if gone is not None:
            self._told_gone([gone])
        return gone

    def look(self, target: str) -> None:
        self._stage.look(target)

    def show_board(self, board: Board | None) -> None:
        self._stage.show_board(board)

    def interrupt(self) -> int:
        return self._stage.interrupt()

    def mute(self, muted: bool) -> None:
        self._stage.mute(muted)

    def hold(self, card: HoldingCard | None) -> None:
        self._stage.hold(card)

    def go_live(self, mode: LiveMode) -> None:
        self._stage.go_live(mode)

    def level(self) -> float:
        return self._stage.level()

    # ---- in turn ---------------------------------------------------------------------------------------------

    def enqueue(self, line: Line) -> None:
        """Say a Line after those that were enqueued before it; `run` does it."""
        self._turn.append(replace(line, epoch=self._stage.epoch))
        self._turn_came.set()

    def enqueue_all(self, lines: Sequence[Line]) -> None:
        """Say Lines one after the other: urgent ones at once, the others after those that were enqueued before."""
        if any(line.urgent for line in lines):
            self.put_first(lines)
            return
        for line in lines:
            self.enqueue(line)

    def withdraw_pitch(self, keep: str | None) -> Sequence[Line]:
        """Take back the Lines of the presentation, but for those of the sentence (their `reply`) that is to be kept."""
        if keep is None:
            return self.withdraw(LineKind.PITCH)
        others = [line for line in self.pending() if line.kind is LineKind.PITCH and line.reply != keep]
        return [line for line in others if self.drop(line.id) is not None]

    async def run(self) -> None:
        """Say what is enqueued, until cancelled."""
        try:
            while True:
                while not self._turn:
                    self._turn_came.clear()
                    await self._turn_came.wait()
                line = self._turn.popleft()
                try:
                    accepted = await self.say(line)
                except VoiceError as error:
                    self._lost(line, error)
                else:
                    if not accepted:
                        self._lost(line, None)
        finally:
            await self._give_up()

    def begin_epoch(self) -> None:
        """Forget what was to be said before the interruption."""
        gone = [*self._to_say, *self._turn]
        self._to_say.clear()
        self._turn.clear()
        self._told_gone(gone)

    async def _give_up(self) -> None:
        if self._mending is not None:
            self._mending.cancel()
            await asyncio.gather(self._mending, return_exceptions=True)

    # ---- a person's hand -------------------------------------------------------------------------------------

    def is_voiced(self, line_id: str) -> bool:
        """Whether a Line that waits is ready to be heard."""
        mended = [self._mended] if self._mended is not None else []
        not_yet = (*self._to_say, *self._turn, *mended)
        return line_id not in self._saying and all(line.id != line_id for line in not_yet)

    def keep_manner(self, lines: Sequence[Line]) -> None:
        """These are said as they are given: a person chose their emotion or energy."""
        self._as_given |= dict.fromkeys(line.id for line in lines)
        while len(self._as_given) > _MOST_KNOWN:
            del self._as_given[next(iter(self._as_given))]

    def take_away(self, line_id: str, by: str) -> Line | None:
        """Drop a Line that has not begun, for good; None if there is none."""
        gone = self._take_back(line_id)
        if gone is None:
            return None
        if line_id in self._saying:
            self._dropped.add(line_id)
        self._again.pop(line_id, None)
        self._tell("line.dropped", {"line": line_id, "by": by})
        return gone

    def replace(self, line_id: str, text: str) -> Line | None:
        """Word a Line that has not begun anew, in its place; returns it, or None if it has begun or is unknown."""
        for queue in (self._to_say, self._turn):
            for place, line in enumerate(queue):
                if line.id == line_id:  # nobody has it in hand yet
                    queue[place] = replace(line, text=text, caption="", callouts=())
                    return queue[place]
        waiting = list(self.pending())
        at = next((i for i, line in enumerate(waiting) if line.id == line_id), None)
        if at is None or self._take_back(line_id) is None:
            return None
        changed = replace(waiting[at], text=text, caption="", callouts=())
        self._say_anew([changed], [line for line in waiting[at + 1 :] if line.urgent or not changed.urgent])
        return changed

    def put_first(self, lines: Sequence[Line]) -> None:
        """Say Lines ahead of all that waits; urgent ones at once, so that nothing needs to be moved for them."""
        first = [replace(self._in_manner(line), epoch=self._stage.epoch) for line in lines]
        for line in first:
            self._tell("line.queued", _told(line))
        if any(line.urgent for line in first):
            self._say_anew(first, (), after=sum(line.urgent for line in self._to_say))
            return
        # what persons ordered before stays before
        others = [line for line in self.pending() if line.kind is not LineKind.NOTICE]
        self._say_anew(first, others, after=sum(line.kind is LineKind.NOTICE for line in self._to_say))

    def _take_back(self, line_id: str) -> Line | None:
        """A Line that has not begun, taken off the stage or out of what is to be said again."""
        for queue in (self._to_say, self._turn):
            for line in queue:
                if line.id == line_id:
                    queue.remove(line)
                    return line
        gone = self._stage.drop(line_id)
        if gone is not None and self._mended is not None and self._mended.id == line_id:
            self._mended = None  # whoever took it back sees to it
        return gone

    def _say_anew(self, first: list[Line], others: Sequence[Line], *, after: int = 0) -> None:
        """Say `first`, then the others again; those being voiced are said again by their own sayers, after these.

        The first `after` of those that are to be said anew already come before.
        """
        again = [*first, *(line for line in others if self._take_back(line.id) is not None)]
        for line in again:
            if line.id in self._saying:
                self._again[line.id] = line
        for line in reversed([line for line in again if line.id not in self._saying]):
            self._to_say.insert(after, line)
        if self._mending is None:
            self._mending = asyncio.create_task(self._mend(), name="say-anew")

    async def _mend(self) -> None:
        try:
            while self._to_say:
                self._mended = line = self._to_say.popleft()
                try:
                    accepted = await self._stage.say(line)
                except VoiceError as error:
                    self._lost(line, error)
                else:
                    if not accepted and self._mended is line:
                        self._lost(line, None)
        finally:
            self._mended = self._mending = None

    def _in_manner(self, line: Line) -> Line:
        reins = self._reins
        if line.id in self._as_given or (reins.emotion is None and reins.energy is None):
            return line
        return replace(
            line,
            emotion=reins.emotion if reins.emotion is not None else line.emotion,
            energy=reins.energy if reins.energy is not None else line.energy,
        )

    def _told_gone(self, lines: Sequence[Line]) -> None:
        for line in lines:
            self._again.pop(line.id, None)
            if line.id not in self._saying:  # else its sayer tells it
                self._tell("line.dropped", {"line": line.id, "by": None})


def _told(line: Line) -> dict[str, Any]:
    return {
        "line": line.id,
        "kind": line.kind.value,
        "text": line.text,
        "language": line.language,
        "product": line.product.sku if line.product is not None else None,
        "comments": list(line.comments),
    }
