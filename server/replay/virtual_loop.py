"""An event loop in which an hour passes at once, and still waits for real work that is done elsewhere.

Virtual time moves only when nothing is left to do at the present moment. Real work (a model in another process) is given
to `Elsewhere`; while some is under way and nothing else can be done, the loop waits for it in real time and virtual time
stands still. Results are handed over in the order in which the work was asked for, whichever is ready first, so that
the same show comes out of every run, on a fast machine as on a slow one.
"""

import asyncio
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError as WorkCancelled
from concurrent.futures import Executor, Future
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple, Unpack

_Result = TypeVar("_Result")
_Args = TypeVarTuple("_Args")
_LONGEST_WAIT_S = 600.0
"""Real seconds after which work that does not end counts as lost."""


class _Jump(selectors.BaseSelector):
    """Waits no real time where it can: a timeout moves the loop's clock instead."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return []
        if self._loop.hand_over():
            return []
        if timeout is not None:
            self._loop.jump(timeout)
            return []
        ready = self._real.select(_LONGEST_WAIT_S)  # a thread may still call in
        if not ready:
            raise RuntimeError("the show waits for something that will never come")
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; `pace` 1.0 makes it as slow as life, None as fast as it can be."""

    def __init__(self, pace: float | None = None) -> None:
        self._now = 0.0
        self._pace = pace
        self._begun = time.monotonic()
        self._thread = threading.get_ident()
        self._work: deque[tuple[Future[Any], asyncio.Future[Any]]] = deque()
        super().__init__(_Jump(self))

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Let virtual time pass, and real time with it if there is a pace."""
        self._now += seconds
        if self._pace is not None:
            ahead_s = self._now / self._pace - (time.monotonic() - self._begun)
            if ahead_s > 0.01:  # shorter sleeps are not kept to by any machine
                time.sleep(ahead_s)

    async def real(self, work: "Future[_Result]") -> _Result:
        """Wait for real work while virtual time stands still; cancelling gives the work up."""
        waiting: asyncio.Future[_Result] = self.create_future()
        self._work.append((work, waiting))
        try:
            return await waiting
        finally:
            work.cancel()

    def hand_over(self) -> bool:
        """Hand over the result of the work that was asked for first, once it is there; False if there is none."""
        while self._work:
            work, waiting = self._work.popleft()
            if waiting.cancelled():
                continue
            try:
                result = work.result(_LONGEST_WAIT_S)
            except WorkCancelled:
                waiting.cancel()
            except TimeoutError as error:
                lost = TimeoutError(f"real work did not end within {_LONGEST_WAIT_S:.0f} s")
                waiting.set_exception(error if work.done() else lost)
            except Exception as error:  # it belongs to whoever asked
                waiting.set_exception(error)
            else:
                waiting.set_result(result)
            return True
        return False

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """As the original; from the loop's own thread it needs no waking."""
        if threading.get_ident() == self._thread:
            return self.call_soon(callback, *args, context=context)
        return super().call_soon_threadsafe(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., _Result], *args: Any
    ) -> "asyncio.Future[_Result]":
        """Call it here and now: the same order every time, and virtual time stands still meanwhile."""
        done: asyncio.Future[_Result] = self.create_future()
        try:
            result = func(*args)
        except Exception as error:
            done.set_exception(error)
        else:
            done.set_result(result)
        return done


def run_virtual(main: Coroutine[Any, Any, _Result], *, pace: float | None = None) -> _Result:
    """As `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(pace)) as runner:
        return runner.run(main)


class Elsewhere:
    """An event loop in real time on a thread of its own: where models and voices in other processes are spoken to."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="elsewhere", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, _Result]) -> "Future[_Result]":
        """Begin real work."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def ask(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Do real work while virtual time stands still; for use on a `VirtualLoop`."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop), "real work is asked for from virtual time"
        return await loop.real(self.begin(work))

    def close(self) -> None:
        """End the thread; what is still under way is given up."""

        async def cancel_all() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        with suppress(TimeoutError):
            self.begin(cancel_all()).result(5.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        if not self._thread.is_alive():
            self._loop.close()
