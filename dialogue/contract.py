"""What `dialogue` takes and gives: comments in, decisions out, and the models behind small protocols."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Fate(StrEnum):
    """How a comment ended; each has exactly one."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    MERGED = "merged"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Comment:
    """What a viewer said, as it was accepted."""

    id: str
    viewer: str
    text: str
    """Unicode-normalised (NFKC), control and zero-width characters removed, spaces folded."""
    language: str
    """``en`` or ``zh``."""
    at: float
    """Seconds on the show clock."""
    spoken: bool = False
    """It came by microphone."""


class CommentRefused(Exception):
    """A comment that can't be taken; becomes a problem+json answer."""

    def __init__(self, code: str, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class DialogueEvent:
    """A decision or a fault, in the words of the event stream."""

    type: str
    """`comment.received`, `comment.chosen`, `comment.decided`, `reply.refused`, `latency`, `fault`."""
    at: float
    data: Mapping[str, Any]
    public: bool = True
    """Viewers may see it."""


DialogueEventSink = Callable[[DialogueEvent], None]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a prompt: role is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


class ModelError(Exception):
    """A model (LLM, embedder, hearing) that failed; `code` for machines, the message for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LLM(Protocol):
    """Streams text; closing the iterator (or cancelling its task) stops the generation behind it."""

    @property
    def name(self) -> str: ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncIterator[str]:
        """Yield the reply piece by piece; raises `ModelError`."""

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Text to unit vectors."""

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """Shape (len(texts), dimensions), L2-normalised; raises `ModelError`."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recording says."""

    text: str
    language: str
    seconds: float


class Hearing(Protocol):
    """Speech to text."""

    async def transcribe(self, audio: bytes) -> Heard:
        """Decode what a browser recorded (WebM, Ogg, MP4, WAV) and transcribe it.

        Raises `ModelError` with code ``not-audio``, ``too-long``, ``silent`` or ``hearing-failed``.
        """

    async def close(self) -> None: ...


class RoomProblem(Exception):
    """A room's file that can't be used, told so that its author can mend it."""

    def __init__(self, file: str, line: int | None, field: str, message: str) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(f"{where}: {field}: {message}" if field else f"{where}: {message}")
        self.file = file
        self.line = line
        self.field = field
        self.message = message
