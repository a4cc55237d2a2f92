"""A model in a process of its own, at lower priority, so that thought never stalls a Slice.

On two cores a picture drawn beside a busy model in the same process is late (p95 25 ms); beside one in another process at
``nice 10`` it is not (18 ms). A Workshop starts such a process, builds one object in it, and calls its methods from
the event loop: plain methods with `call`, generator methods with `stream`.
"""

import asyncio
import contextlib
import itertools
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

log = logging.getLogger(__name__)

_START_TIMEOUT_S = 120.0


class WorkshopError(Exception):
    """A call that failed in the workshop, or the workshop itself; `code` names the exception's own code, if any."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Workshop:
    """One object, living in its own process. Create with `await Workshop.start(...)`."""

    def __init__(
        self, name: str, factory: Callable[..., Any], args: tuple[Any, ...], niceness: int, threads: int
    ) -> None:
        self.name = name
        self._spec = (factory, args, niceness, threads)
        self._loop = asyncio.get_running_loop()
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Queue[tuple[str, Any]]] = {}
        # One thread sends, so that a call and its cancellation arrive in that order, and a full pipe never holds up the loop.
        self._sender = ThreadPoolExecutor(1, f"{name}-calls")
        self._launching: asyncio.Task[None] | None = None
        self._closed = False
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    @classmethod
    async def start(
        cls,
        name: str,
        factory: Callable[..., Any],
        *args: Any,
        niceness: int = 10,
        threads: int = 2,
    ) -> "Workshop":
        """Start the process and wait until ``factory(*args)`` has been built in it.

        `factory` and `args` must be picklable. `threads` methods may run at once. Raises `WorkshopError` when the object can't be built.
        """
        shop = cls(name, factory, args, niceness, threads)
        try:
            await shop._ensure_running()
        except BaseException:  # also when the start is cancelled: nobody else would end the process
            await shop.close(patience=0.0)
            raise
        return shop

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._pipe is not None and self._process is not None and self._process.is_alive()

    async def call(self, method: str, *args: Any) -> Any:
        """Call a method; raises `WorkshopError`. Cancelling tells the method's work to stop where it can."""
        async with contextlib.aclosing(self._converse(method, args)) as answers:
            async for kind, value in answers:
                if kind == "done":
                    return value
        raise WorkshopError("workshop-stopped", f"the {self.name} process stopped before it answered")

    async def stream(self, method: str, *args: Any) -> AsyncIterator[Any]:
        """Iterate over a generator method; closing the iterator closes the generator after its current item."""
        async with contextlib.aclosing(self._converse(method, args)) as answers:
            async for kind, value in answers:
                if kind == "item":
                    yield value

    async def close(self, patience: float = 1.5) -> None:
        """Stop the process; it gets `patience` seconds to end the calls in it, which all fail."""
        self._closed = True
        if self._launching is not None:
            self._abandon()
            await asyncio.wait([self._launching])
        if self._process is not None:
            if self._pipe is not None:
                self._post(self._pipe, ("stop", 0, "", ()))
            await asyncio.to_thread(self._process.join, patience)
            self._abandon()
            await asyncio.to_thread(self._process.join, 2.0)
        self._sender.shutdown(wait=False)
        self._fail_waiting()

    # ---- inside ------------------------------------------------------------------------------------------

    async def _ensure_running(self) -> None:
        """Start the process if it does not run. A caller that is cancelled meanwhile does not stop the start."""
        if self._launching is None:
            if self.alive:
                return
            self._begin_launch()
        assert self._launching is not None
        await asyncio.shield(self._launching)

    def _begin_launch(self) -> None:
        if self._process is not None:
            log.warning("the %s process has died; starting it again", self.name)
        self._launching = asyncio.create_task(self._launch())
        self._launching.add_done_callback(self._launched)

    def _launched(self, task: "asyncio.Task[None]") -> None:
        self._launching = None
        if not task.cancelled() and task.exception() is not None:
            log.warning("the %s process could not be started: %s", self.name, task.exception())

    async def _launch(self) -> None:
        self._fail_waiting()  # calls that the process before this one will never answer
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, *self._spec), name=f"talkback-{self.name}", daemon=True)
        await asyncio.to_thread(process.start)
        theirs.close()
        self._process, self._pipe = process, ours
        if self._closed:
            self._abandon()
        ready: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._waiting[-1] = ready
        threading.Thread(target=self._read, args=(ours,), name=f"{self.name}-answers", daemon=True).start()
        try:
            kind, value = await asyncio.wait_for(ready.get(), _START_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            raise WorkshopError(
                "workshop-slow", f"the {self.name} process was not ready in {_START_TIMEOUT_S:.0f} s"
            ) from None
        finally:
            self._waiting.pop(-1, None)
        if kind != "done":
            code, message = value
            raise WorkshopError(code, message)

    async def _converse(self, method: str, args: tuple[Any, ...]) -> AsyncGenerator[tuple[str, Any], None]:
        if self._closed:
            raise WorkshopError("workshop-closed", f"the {self.name} process has been closed")
        await self._ensure_running()
        pipe = self._pipe
        if pipe is None:  # it died between its start and this moment
            raise WorkshopError("workshop-stopped", f"the {self.name} process stopped unexpectedly")
        number = next(self._ids)
        # Not bounded: a method's answers are one value, or the items that the caller's own limit allows (tokens of a reply).
        answers: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._waiting[number] = answers
        finished = False
        try:
            await self._loop.run_in_executor(self._sender, self._send, pipe, ("call", number, method, args))
            while True:
                kind, value = await answers.get()
                if kind == "error":
                    finished = True
                    raise WorkshopError(*value)
                if kind == "done":
                    finished = True
                yield kind, value
                if finished:
                    return
        finally:
            self._waiting.pop(number, None)
            if not finished:
                self._post(pipe, ("cancel", number, "", ()))

    def _send(self, pipe: Connection, message: tuple[Any, ...]) -> None:
        try:
            pipe.send(message)
        except (OSError, ValueError) as error:
            raise WorkshopError("workshop-stopped", f"the {self.name} process does not listen: {error}") from error

    def _post(self, pipe: Connection, message: tuple[Any, ...]) -> None:
        """Send without waiting; a process that does not listen any more needs no message."""
        with contextlib.suppress(RuntimeError):  # the sender has been shut down
            self._sender.submit(self._send, pipe, message)

    def _read(self, pipe: Connection) -> None:
        try:
            while True:
                number, kind, value = pipe.recv()
                self._loop.call_soon_threadsafe(self._deliver, number, kind, value)
        except (EOFError, OSError):
            pass  # the process has ended, or the Workshop was closed
        except Exception:  # an answer that can't be unpickled; without a reader nobody would be answered any more
            log.exception("an answer of the %s process can't be read", self.name)
        try:
            self._sender.submit(pipe.close)  # where it can't be in the middle of sending
        except RuntimeError:  # nothing is sent any more
            pipe.close()
        with contextlib.suppress(RuntimeError):  # the loop may be gone at interpreter exit
            self._loop.call_soon_threadsafe(self._lost, pipe)

    def _deliver(self, number: int, kind: str, value: Any) -> None:
        queue = self._waiting.get(number)
        if queue is not None:
            queue.put_nowait((kind, value))

    def _lost(self, pipe: Connection) -> None:
        if pipe is self._pipe:
            self._pipe = None
            self._abandon()
            self._fail_waiting()
            if not self._closed and self._launching is None:  # it had been ready: be so again before the next call
                self._begin_launch()

    def _abandon(self) -> None:
        """End a process that is not, or no longer, of use."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()

    def _fail_waiting(self) -> None:
        for queue in self._waiting.values():
            queue.put_nowait(("error", ("workshop-stopped", f"the {self.name} process stopped unexpectedly")))


def _work(pipe: Connection, factory: Callable[..., Any], args: tuple[Any, ...], niceness: int, threads: int) -> None:
    """The process's main: build the object, then carry out calls until told to stop or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        os.nice(niceness)
    lock = threading.Lock()
    cancelled: dict[int, threading.Event] = {}

    def send(number: int, kind: str, value: Any) -> None:
        with contextlib.suppress(OSError), lock:
            pipe.send((number, kind, value))

    try:
        target = factory(*args)
    except Exception as error:  # whatever a model's loader raises has to reach the operator
        send(-1, "error", (getattr(error, "code", type(error).__name__), str(error) or type(error).__name__))
        return
    send(-1, "done", None)

    def run(number: int, method: str, arguments: tuple[Any, ...]) -> None:
        stop = cancelled[number]
        try:
            if stop.is_set():
                return
            result = getattr(target, method)(*arguments)
            if hasattr(result, "__next__"):
                with contextlib.closing(result):
                    for item in result:
                        if stop.is_set():
                            return
                        send(number, "item", item)
                result = None
            send(number, "done", result)
        except Exception as error:  # carried to the caller, who knows what to do
            send(number, "error", (getattr(error, "code", type(error).__name__), str(error) or type(error).__name__))
        finally:
            cancelled.pop(number, None)

    with ThreadPoolExecutor(threads) as pool:
        while True:
            try:
                verb, number, method, arguments = pipe.recv()
            except (EOFError, OSError):
                break
            if verb == "stop":
                break
            if verb == "cancel":
                if number in cancelled:
                    cancelled[number].set()
                continue
            cancelled[number] = threading.Event()
            pool.submit(run, number, method, arguments)
        for event in list(cancelled.values()):
            event.set()
    os._exit(0)
