import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest

from render.workshop import Workshop, WorkshopError


class Bench:
    """What is built in the process under test."""

    def __init__(self, greeting: str) -> None:
        if greeting == "refuse":
            error = ValueError("no such greeting")
            error.code = "greeting-missing"  # type: ignore[attr-defined]
            raise error
        if greeting == "die":
            os._exit(3)
        self._greeting = greeting
        self._reached = 0
        self._closed = False
        self._gate = threading.Event()

    def greet(self, name: str) -> str:
        return f"{self._greeting} {name}"

    def niceness(self) -> int:
        return os.nice(0)

    def fail(self) -> None:
        raise KeyError("missing")

    def unpicklable(self) -> object:
        return threading.Lock()

    def die(self) -> None:
        os._exit(7)

    def wait(self) -> str:
        self._gate.wait(20)
        return "waited"

    def open(self) -> None:
        self._gate.set()

    def count(self, end: int) -> Iterator[int]:
        try:
            for number in range(end):
                self._reached = number
                yield number
        finally:
            self._closed = True
            self._gate.set()

    def end_of_count(self) -> tuple[int, bool]:
        self._gate.wait(20)
        return self._reached, self._closed


@contextlib.asynccontextmanager
async def bench(threads: int = 2) -> AsyncIterator[Workshop]:
    shop = await Workshop.start("bench", Bench, "hello", threads=threads)
    try:
        yield shop
    finally:
        await shop.close()


async def test_calls_are_answered_from_another_process_at_lower_priority() -> None:
    async with bench() as shop:
        assert await shop.call("greet", "Lin") == "hello Lin"
        assert shop.pid != os.getpid()
        assert await shop.call("niceness") == min(19, os.nice(0) + 10)


async def test_calls_run_side_by_side() -> None:
    async with bench() as shop:
        waiting = asyncio.create_task(shop.call("wait"))
        await shop.call("open")
        assert await waiting == "waited"


async def test_a_stream_yields_item_after_item() -> None:
    async with bench() as shop:
        assert [number async for number in shop.stream("count", 5)] == [0, 1, 2, 3, 4]


async def test_an_error_keeps_its_message_and_the_process_lives_on() -> None:
    async with bench() as shop:
        with pytest.raises(WorkshopError) as caught:
            await shop.call("fail")
        assert caught.value.code == "KeyError"
        with pytest.raises(WorkshopError, match="pickle"):
            await shop.call("unpicklable")
        with pytest.raises(WorkshopError):
            await shop.call("no_such_method")
        assert await shop.call("greet", "Mei") == "hello Mei"


async def test_leaving_a_stream_closes_the_generator() -> None:
    async with bench() as shop:
        async with contextlib.aclosing(shop.stream("count", 10_000_000)) as numbers:  # type: ignore[type-var]
            async for _ in numbers:
                break
        reached, closed = await shop.call("end_of_count")
        assert closed
        assert reached < 9_000_000


async def test_a_cancelled_call_that_has_not_begun_is_never_done() -> None:
    async with bench(threads=1) as shop:
        first = asyncio.create_task(shop.call("wait"))
        await _begun(shop, 1)
        second = asyncio.create_task(shop.call("die"))
        await _begun(shop, 2)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not shop._waiting


async def test_a_dead_process_fails_every_call_and_is_started_again() -> None:
    async with bench() as shop:
        first_pid = shop.pid
        waiting = asyncio.create_task(shop.call("wait"))
        with pytest.raises(WorkshopError) as caught:
            await shop.call("die")
        assert caught.value.code == "workshop-stopped"
        with pytest.raises(WorkshopError):
            await waiting
        assert await shop.call("greet", "again") == "hello again"
        assert shop.pid != first_pid


async def test_calls_during_a_restart_share_one_new_process() -> None:
    async with bench() as shop:
        with pytest.raises(WorkshopError):
            await shop.call("die")
        impatient = asyncio.create_task(shop.call("greet", "nobody"))
        await asyncio.sleep(0)
        impatient.cancel()
        answers = await asyncio.gather(*(shop.call("greet", str(number)) for number in range(3)))
        assert answers == ["hello 0", "hello 1", "hello 2"]
        assert len(_workers()) == 1


async def test_an_object_that_cannot_be_built_is_an_error_with_its_code() -> None:
    with pytest.raises(WorkshopError, match="no such greeting") as caught:
        await Workshop.start("bench", Bench, "refuse")
    assert caught.value.code == "greeting-missing"
    with pytest.raises(WorkshopError) as died:
        await Workshop.start("bench", Bench, "die")
    assert died.value.code == "workshop-stopped"


async def test_a_cancelled_start_leaves_no_process() -> None:
    starting = asyncio.create_task(Workshop.start("bench", Bench, "hello"))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not _workers()


async def test_closing_ends_the_process_and_refuses_calls() -> None:
    shop = await Workshop.start("bench", Bench, "hello")
    waiting = asyncio.create_task(shop.call("wait"))
    await _begun(shop, 1)
    await shop.close(patience=0.1)
    assert not shop.alive
    with pytest.raises(WorkshopError):
        await waiting
    with pytest.raises(WorkshopError) as caught:
        await shop.call("greet", "late")
    assert caught.value.code == "workshop-closed"
    await shop.close()


async def _begun(shop: Workshop, calls: int) -> None:
    """Let tasks run until as many calls wait for their answer."""
    for _ in range(100):
        if len(shop._waiting) >= calls:
            return
        await asyncio.sleep(0)
    raise AssertionError("the calls were not made")


def _workers() -> list[int]:
    """Ids of the living processes that were spawned from this one."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(child.cmdline()):
                found.append(child.pid)
    return found
