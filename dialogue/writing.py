"""The comments that are answered in writing, one after the other."""

import asyncio
from collections.abc import Callable
from typing import Final

from dialogue.asking import Intent
from dialogue.audience import SEEN
from dialogue.contract import Comment, Fate
from dialogue.floor import Write
from dialogue.reply import Replier
from dialogue.retrieval import Retrieval
from dialogue.safety import PUT_ANOTHER_WAY

MOST_WAITING: Final = 256
"""One more expires."""

Decided = Callable[[Comment, Fate, str, str | None], None]
"""Takes a comment, its fate, the reason, and the text of a written answer."""


class Writing:
    """Answers from facts alone; `run` does it until it is cancelled."""

    def __init__(
        self,
        replier: Replier,
        decide: Decided,
        note_unanswered: Callable[[Comment, Retrieval], None],
        fault: Callable[[str, str], None],
    ) -> None:
        self._replier = replier
        self._decide = decide
        self._note_unanswered = note_unanswered
        self._fault = fault
        self._waiting: asyncio.Queue[Write] = asyncio.Queue(MOST_WAITING)

    def offer(self, action: Write) -> None:
        """Answer this one in its turn."""
        try:
            self._waiting.put_nowait(action)
        except asyncio.QueueFull:
            self._decide(action.comment, Fate.EXPIRED, "More is being asked than can be answered.", None)

    async def run(self) -> None:
        """Write, until cancelled."""
        while True:
            action = await self._waiting.get()
            comment = action.comment
            try:
                found = await self._replier.retrieve(comment, action.on_show, self._fault)
                text = self._replier.written(comment, found)
            except Exception as error:  # a comment that can't be answered must not end the show
                self._fault("writing-failed", f"{comment.id} could not be answered in writing: {error!r}")
                self._decide(comment, Fate.EXPIRED, "The answer could not be written.", None)
                continue
            if found.intent is Intent.HOSTILE:
                self._decide(comment, Fate.DECLINED, PUT_ANOTHER_WAY, None)
            elif found.intent is Intent.CHAT:
                self._decide(comment, Fate.EXPIRED, SEEN, None)
            else:
                self._note_unanswered(comment, found)
                self._decide(comment, Fate.WRITTEN, action.reason, text)
