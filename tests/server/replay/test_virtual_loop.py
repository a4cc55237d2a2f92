import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from server.replay.virtual_loop import Elsewhere, VirtualLoop, run_virtual


def here() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def slowly() -> str:
    time.sleep(0.05)
    return "slow"


def test_an_hour_passes_at_once() -> None:
    async def hour() -> float:
        await asyncio.sleep(3600)
        return here().time()

    began = time.monotonic()
    assert run_virtual(hour()) == pytest.approx(3600)
    assert time.monotonic() - began < 5


def test_virtual_time_stands_still_while_real_work_is_done() -> None:
    async def main() -> tuple[str, float]:
        with ThreadPoolExecutor(1) as pool:
            ticked = asyncio.create_task(asyncio.sleep(1))
            said = await here().real(pool.submit(slowly))
            at = here().time()
            await ticked
        return said, at

    assert run_virtual(main()) == ("slow", 0.0)


def test_results_come_in_the_order_in_which_they_were_asked_for() -> None:
    async def main() -> list[str]:
        order: list[str] = []

        async def ask(work: "Future[str]") -> None:
            order.append(await here().real(work))

        slow: Future[str] = Future()
        quick: Future[str] = Future()
        quick.set_result("quick")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: slow.set_result(slowly()))
            await asyncio.gather(ask(slow), ask(quick))
        return order

    assert run_virtual(main()) == ["slow", "quick"]


def test_what_real_work_raises_reaches_whoever_asked_and_cancelling_gives_it_up() -> None:
    async def fails() -> None:
        raise ValueError("broken")

    async def main() -> bool:
        elsewhere = Elsewhere()
        try:
            with pytest.raises(ValueError, match="broken"):
                await elsewhere.ask(fails())
            never: Future[None] = Future()
            waiting = asyncio.create_task(here().real(never))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            return never.cancelled()
        finally:
            elsewhere.close()

    assert run_virtual(main())


def test_executors_run_here_and_now() -> None:
    async def main() -> list[object]:
        def wrong() -> None:
            raise OSError("no")

        found: list[object] = [await asyncio.to_thread(lambda: 3)]
        with pytest.raises(OSError, match="no"):
            await asyncio.to_thread(wrong)
        return [*found, here().time()]

    assert run_virtual(main()) == [3, 0.0]


def test_a_pace_slows_it_down() -> None:
    async def main() -> None:
        await asyncio.sleep(2)

    began = time.monotonic()
    run_virtual(main(), pace=20.0)
    assert time.monotonic() - began >= 0.09
