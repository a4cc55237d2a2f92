import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.contract import Comment, ModelError
from dialogue.embedding import DIMENSIONS
from dialogue.retrieval import Retriever, Understood
from dialogue.room_content import RoomContent
from dialogue.understanding import BATCH, MOST_WAITING, Understanding
from tests.dialogue.virtual_time import run_virtual


class SlowEmbedder:
    """Takes a tenth of a second a call, and fails when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, int]] = []
        self.failing = False

    async def embed(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        self.calls.append((asyncio.get_running_loop().time(), len(texts)))
        await asyncio.sleep(0.1)
        if self.failing:
            raise ModelError("embedding-failed", "gone")
        return np.full((len(texts), DIMENSIONS), DIMENSIONS**-0.5, np.float32)

    async def close(self) -> None:
        return None


def comment(n: int) -> Comment:
    return Comment(f"c{n}", "Lin", f"is number {n} good", "en", 0.0)


def test_comments_are_read_a_few_at_a_time_with_rests_and_the_oldest_are_left_when_too_many_come(
    demo: RoomContent,
) -> None:
    told: list[str] = []

    async def main() -> tuple[SlowEmbedder, Understanding]:
        embedder = SlowEmbedder()
        retriever = Retriever(demo, embedder)
        await retriever.prepare()
        embedder.calls.clear()
        reading = Understanding(retriever, lambda c, _: told.append(c.id), print, asyncio.get_running_loop().time)
        for n in range(MOST_WAITING + 8):
            reading.offer(comment(n), None)
        task = asyncio.create_task(reading.run())
        await asyncio.sleep(60.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return embedder, reading

    embedder, reading = run_virtual(main())
    assert told == [f"c{n}" for n in range(8, MOST_WAITING + 8)]
    assert (reading.read, reading.left) == (MOST_WAITING, 8)
    starts = [at for at, _ in embedder.calls]
    assert {count for _, count in embedder.calls} == {BATCH}
    assert min(later - earlier for earlier, later in zip(starts, starts[1:], strict=False)) >= 0.19


def test_a_model_that_fails_is_told_and_asked_again_later(demo: RoomContent) -> None:
    faults: list[str] = []
    read: list[str] = []

    async def main() -> None:
        embedder = SlowEmbedder()
        retriever = Retriever(demo, embedder)
        await retriever.prepare()
        embedder.failing = True

        def tell(one: Comment, understood: Understood) -> None:
            assert understood.vector.shape == (DIMENSIONS,)
            read.append(one.id)

        reading = Understanding(retriever, tell, lambda code, _: faults.append(code), asyncio.get_running_loop().time)
        task = asyncio.create_task(reading.run())
        reading.offer(comment(1), None)
        await asyncio.sleep(1.0)
        embedder.failing = False
        reading.offer(comment(2), None)
        await asyncio.sleep(10.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(main())
    assert faults == ["embedding-failed"]
    assert read == ["c2"]


def test_without_a_model_nothing_is_kept(demo: RoomContent) -> None:
    async def main() -> None:
        reading = Understanding(Retriever(demo, None), lambda *_: None, print, lambda: 0.0)
        for n in range(1000):
            reading.offer(comment(n), None)
        assert (reading.read, reading.left) == (0, 0)

    asyncio.run(main())
