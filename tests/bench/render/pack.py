"""How long an avatar pack takes to load, and what it weighs in memory: each in a process of its own."""

import gc
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil


@dataclass(frozen=True, slots=True)
class PackFigures:
    """One pack; its files were read once before, so that the disk does not count."""

    name: str
    disk_mb: float
    load_s: float
    """From the folder to a checked pack."""
    ready_s: float
    """From there to a compositor that has drawn its first picture."""
    cpu_s: float
    """Of both together, on all threads; tells more than wall time on a busy machine."""
    memory_mb: float
    """Growth of the process's own memory (USS), pack and compositor together, once the first pictures have been drawn."""


def measure(name: str, folder: Path) -> PackFigures:
    """Load the pack in a fresh process."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(len(file.read_bytes()) for file in files) / 1e6
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_load, args=(theirs, folder))
    process.start()
    load_s, ready_s, cpu_s, memory_mb = ours.recv()
    process.join()
    return PackFigures(name, size, load_s, ready_s, cpu_s, memory_mb)


def _load(pipe: Connection, folder: Path) -> None:
    from render.avatar_pack import load_avatar_pack
    from render.compositor import Compositor, FrameRequest
    from render.typography import font

    font(20).getlength("host")  # the font belongs to every pack
    uss: Callable[[], float] = lambda: psutil.Process().memory_full_info().uss / 1e6  # noqa: E731
    gc.collect()
    before, began, cpu = uss(), time.perf_counter(), time.process_time()
    pack = load_avatar_pack(folder)
    loaded = time.perf_counter()
    compositor = Compositor(pack, 1)
    compositor.draw(FrameRequest(0.0, None, None, "camera", None))
    ready, used = time.perf_counter(), time.process_time() - cpu
    random = np.random.default_rng(1)
    keys = len(pack.mouth.names)
    for frame in range(1, 100):
        mouth = random.dirichlet([0.2] * keys).astype(np.float32)
        compositor.draw(FrameRequest(frame * 0.04, mouth, None, "camera", None))
    gc.collect()
    pipe.send((loaded - began, ready - loaded, used, uss() - before))
