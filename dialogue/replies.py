"""The answers that are being given aloud, each in a task of its own."""

import asyncio
from collections.abc import Callable

from dialogue.contract import Comment
from dialogue.floor import BeginReply, ReplyDone
from dialogue.readback import ReadBack
from dialogue.reply import Replier
from dialogue.replying import Replying, Surroundings, Timing, ended
from render.contract import LineStarted, Stage, VoiceError


class Replies:
    """Begins, stops and times them; used on the event loop's thread."""

    def __init__(
        self, host: Surroundings, stage: Stage, replier: Replier, readback: ReadBack, clock: Callable[[], float]
    ) -> None:
        self._host = host
        self._stage = stage
        self._replier = replier
        self._readback = readback
        self._clock = clock
        self._given: dict[str, tuple[Replying, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        """Also those that were cancelled and have not ended yet."""

    def begin(self, action: BeginReply, intake_s: float) -> None:
        """Answer a comment, of which taking it in took `intake_s` seconds."""
        timing = Timing(action.comment, intake_s, self._clock())
        replying = Replying(action, timing, self._host, self._stage, self._replier, self._readback, self._clock)
        task = asyncio.create_task(replying.run())
        self._given[action.reply] = replying, task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(action, done))

    def started(self, event: LineStarted) -> None:
        """A Line has begun, which may be the first of one of them."""
        given = self._given.get(event.line.reply or "")
        if given is not None and given[0].timing.first_slice is None:
            given[0].timing.first_slice = event.at

    def stop(self, reply: str) -> None:
        """Give up what is left of one, also what waits on the stage."""
        given = self._given.get(reply)
        if given is not None:
            given[1].cancel()
        for line in self._stage.pending():
            if line.reply == reply:
                self._stage.drop(line.id)

    def stop_all(self) -> None:
        """Give all of them up."""
        for reply in list(self._given):
            self.stop(reply)

    def decided(self, comment: Comment) -> None:
        """The comment has met its fate: tell how long its answer took."""
        for reply in [id_ for id_, (replying, _) in self._given.items() if replying.timing.comment is comment]:
            replying, task = self._given.pop(reply)
            task.cancel()
            self._host.tell_operator("latency", {"comment": comment.id, "stages": replying.timing.stages()})

    async def close(self) -> None:
        """Cancel what still runs and wait until all is over."""
        await ended([*self._tasks])

    def _ended(self, action: BeginReply, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            code = error.code if isinstance(error, VoiceError) else "reply-failed"
            self._host.fault(code, f"The answer to {action.comment.id} could not be spoken: {error!r}")
        self._host.tell_director(ReplyDone(action.reply, silent=error is not None))
