"""Measures the dialogue's models, alone and beside a loop that is as busy as the show: `python -m tests.bench.models`."""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event

import psutil

from dialogue.contract import LLM, Message
from dialogue.llm import resolve
from dialogue.models import Models, prime
from dialogue.settings import (
    LLM_SETTINGS,
    AutoLlmSettings,
    EmbeddingSettings,
    HearingSettings,
    LlamaCppSettings,
    OpenAiSettings,
    TransformersSettings,
)
from tests.dialogue.browser_recording import record, speech

TICK_S = 0.040
BUSY_S = 0.018
"""What drawing and encoding a picture takes of each tick."""

PERSONA = (
    "You are Lin, the founder of a small farm shop, live on camera. You answer in one short, warm sentence, and only "
    "from the facts that you are given. You never invent a price. "
)
FACTS = (
    "Ribeye steak: frozen at the farm, from grass-fed cattle, two pieces of 250 g in a pack. "
    "Coffee: roasted on Mondays, whole beans, 500 g. Honey: from our own hives, not heated. "
    "Shipping: two days, cooled, free of charge for three packs and more. "
)
SYSTEM = Message("system", PERSONA + FACTS)
QUESTIONS = [
    "Is the ribeye frozen?",
    "How long does shipping take?",
    "When do you roast the coffee?",
    "Is your honey heated?",
    "How many pieces are in a pack?",
    "Are your cattle grass-fed?",
]
SPOKEN = "How much is the coffee, and is it roasted fresh? I would like two bags."


def show(stop: Event, late_ms: "multiprocessing.Queue[list[float]]") -> None:
    """Do the work of a picture each tick, and note how long after its tick each was ready."""
    ready: list[float] = []
    began = time.perf_counter()
    while not stop.is_set():
        due = began + len(ready) * TICK_S
        time.sleep(max(0.0, due - time.perf_counter()))
        worked = time.thread_time()
        while time.thread_time() - worked < BUSY_S:
            pass
        ready.append((time.perf_counter() - due) * 1000)
    late_ms.put(ready)


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and worst."""
    return f"{statistics.median(values):.{digits}f} / {max(values):.{digits}f}"


async def ask(llm: LLM, question: str, max_tokens: int, system: Message = SYSTEM) -> tuple[float, float, int]:
    """Return the time to the first piece and the time after it (ms), and the number of pieces."""
    began = time.perf_counter()
    first = 0.0
    count = 0
    async for _ in llm.stream([system, Message("user", question)], max_tokens=max_tokens):
        if not count:
            first = time.perf_counter()
        count += 1
    return (first - began) * 1000, (time.perf_counter() - first) * 1000, count


async def measure(models: Models, where: str) -> None:
    """Print one block of figures."""
    cold, _, _ = await ask(models.llm, QUESTIONS[0], 1, Message("system", f"Room {where}. {SYSTEM.content}"))
    await prime(models.llm, [SYSTEM, Message("user", "Hello")])
    warm = [await ask(models.llm, question, 24) for question in QUESTIONS]
    long = await ask(models.llm, "Tell a long story about the farm.", 100)

    texts = [f"{where}: {question}" for question in QUESTIONS]
    single: list[float] = []
    for text in texts:
        began = time.perf_counter()
        await models.embedder.embed([text], query=True)
        single.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    await models.embedder.embed([f"{where} fact {number}: {FACTS}" for number in range(32)], query=False)
    batch_s = time.perf_counter() - began

    recording = record(speech(SPOKEN), "webm")
    hearing: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        heard = await models.hearing.transcribe(recording)
        hearing.append((time.perf_counter() - began) * 1000)

    rows = {
        "first token, prompt not read before, ms": f"{cold:.0f}",
        "first token, system prompt cached, ms (median / worst)": spread([first for first, _, _ in warm]),
        "tokens/s over 100": f"{(long[2] - 1) / long[1] * 1000:.1f}",
        "one text embedded, ms (median / worst)": spread(single, 1),
        "passages embedded a second": f"{32 / batch_s:.0f}",
        f"{heard.seconds:.1f} s of speech transcribed, ms (median / worst)": spread(hearing),
    }
    print(f"\n{where}")
    for what, figure in rows.items():
        print(f"  {what:<62}{figure:>14}")


async def beside_the_show(models: Models) -> None:
    """Measure while another process at normal priority is as busy as the show."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    late_ms: multiprocessing.Queue[list[float]] = context.Queue()
    process = context.Process(target=show, args=(stop, late_ms))
    process.start()
    await measure(models, f"beside a loop that works {BUSY_S * 1000:.0f} of every {TICK_S * 1000:.0f} ms")
    stop.set()
    ready = sorted(await asyncio.to_thread(late_ms.get))
    process.join()
    p95, worst = ready[int(len(ready) * 0.95)], ready[-1]
    print(f"  {'its pictures ready after their tick, ms (p95 / worst)':<62}{f'{p95:.0f} / {worst:.0f}':>14}")


async def bench(llm: AutoLlmSettings | LlamaCppSettings | TransformersSettings | OpenAiSettings) -> None:
    """Print all figures."""
    load_1, _, _ = os.getloadavg()
    print(f"{os.cpu_count()} cores, load average {load_1:.1f} before the start, back end {resolve(llm).backend}")
    began = time.perf_counter()
    models = await Models.start(llm, EmbeddingSettings(), HearingSettings(), print)
    print(f"started in {time.perf_counter() - began:.1f} s")
    try:
        await measure(models, "alone")
        await beside_the_show(models)
        print("\nmemory, MiB (resident / proportional share)")
        for pid in models.pids:
            memory = psutil.Process(pid).memory_full_info()
            print(f"  process {pid:<54}{f'{memory.rss / 2**20:.0f} / {memory.pss / 2**20:.0f}':>14}")
    finally:
        await models.close()


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="auto", choices=["auto", "llama.cpp", "transformers"])
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    chosen: dict[str, object] = {"backend": options.backend}
    if options.threads:
        chosen["threads"] = options.threads
    asyncio.run(bench(LLM_SETTINGS.validate_python(chosen)))


if __name__ == "__main__":
    main()
