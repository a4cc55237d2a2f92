"""What face, stage and voice cost: ``make bench-render``, or ``python -m tests.bench.render_frame --only frame``."""

import argparse
import asyncio
from collections.abc import Sequence

import numpy as np

from tests.bench import room
from tests.bench.conditions import conditions, markdown, verdict
from tests.bench.render import frame, pack, voice
from tests.endtoend.on_air import on_air
from tests.perception.fast_show import packs
from tests.viewer import Viewer

MEDIAN_MS, LATE_MS = 6.0, 9.0
LOAD_S, MEMORY_MB = 1.5, 300.0
BARRED = ("idle", "talking", "switching products")
"""States that the bar is for; with everything on at once a picture may cost more."""
FIRST_CLAUSE_MS = 150.0
TALKING_CORES = 0.8
PARTS = ("frame", "pack", "voice", "room")


async def talking_cores(seconds: float) -> float:
    """CPU of the whole demo room, all processes, while its host presents to one viewer."""
    async with (
        on_air() as live,
        live.events(host=True) as events,
        Viewer(live.whep, codec="h264", decode=False) as watching,
    ):
        await watching.until_playing(seconds=20)
        await events.until(lambda e: e["type"] == "line.started")
        return await room.cores(live, seconds)


def frame_table(name: str, rows: Sequence[frame.FrameRow], bad: list[str]) -> str:
    for row in rows:
        if row.part == "whole frame" and row.state in BARRED and (row.cpu_ms[0] > MEDIAN_MS or row.cpu_ms[1] > LATE_MS):
            bad.append(
                f"{name}, {row.state}: {row.cpu_ms[0]:.1f} ms median, {row.cpu_ms[1]:.1f} ms p95"
                f" (asked: {MEDIAN_MS:.0f}, {LATE_MS:.0f})"
            )
    return markdown(
        ("part", "show", "frames", "CPU ms: median", "p95", "max", "wall ms: median", "p95", "all threads, mean"),
        [
            [row.part, row.state, str(row.frames)]
            + [f"{v:.2f}" for v in (*row.cpu_ms, *row.wall_ms[:2], row.all_threads_ms)]
            for row in rows
        ],
    )


def allocation_table(name: str, rows: Sequence[frame.AllocationRow], bad: list[str]) -> str:
    for row in rows:
        if row.frame_sized:
            bad.append(f"{name}, {row.state}: {row.frame_sized} of {row.frames} pictures allocate a full frame")
    return markdown(
        (
            "show",
            "allocated at once, MB: median",
            "largest",
            "pictures that allocate a full frame",
            "page faults: median",
            "p95",
        ),
        [
            [row.state, f"{row.peak_mb[0]:.2f}", f"{row.peak_mb[1]:.2f}", f"{row.frame_sized} of {row.frames}"]
            + [f"{v:.0f}" for v in row.page_faults]
            for row in rows
        ],
    )


def measure(parts: Sequence[str], names: Sequence[str], seconds: float, backend: str) -> list[str]:
    """Measure and print; what misses its bar."""
    bad: list[str] = []
    single: list[list[str]] = []
    if "pack" in parts:
        for name in names:
            found = pack.measure(name, packs()[name])
            total = found.load_s + found.ready_s
            single.append(
                [
                    f"load of pack {name} ({found.disk_mb:.1f} MB)",
                    f"{total:.2f} s (CPU {found.cpu_s:.2f} s)",
                    f"≤ {LOAD_S} s",
                ]
            )
            single.append([f"memory of pack {name}", f"{found.memory_mb:.0f} MB", f"≤ {MEMORY_MB:.0f} MB"])
            if total > LOAD_S or found.memory_mb > MEMORY_MB:
                bad.append(f"pack {name}: {total:.2f} s, {found.memory_mb:.0f} MB")
    if "voice" in parts:
        times = asyncio.run(voice.first_clause_ms(backend))
        median = float(np.median(times))
        figure = f"p50 {median:.0f} ms, p95 {np.percentile(times, 95):.0f} ms ({len(times)} clauses)"
        single.append([f"first clause to PCM, {backend}", figure, f"p50 ≤ {FIRST_CLAUSE_MS:.0f} ms"])
        if median > FIRST_CLAUSE_MS:
            bad.append(f"first clause to PCM: {median:.0f} ms at the median")
    if "room" in parts:
        cores = asyncio.run(talking_cores(20.0))
        single.append(["talking room, one viewer", f"{cores:.2f} core", f"≤ {TALKING_CORES} core"])
        if cores > TALKING_CORES:
            bad.append(f"talking room: {cores:.2f} core")
    if "frame" in parts:
        for name in names:
            rows, allocations = asyncio.run(frame.measure(name, seconds))
            print(f"\nAvatar pack {name}, {seconds:.0f} s of show in each state, one thread\n")
            print(frame_table(name, rows, bad) + "\n\n" + allocation_table(name, allocations, bad))
    if single:
        print("\n" + markdown(("what", "seen", "bar"), single))
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.render_frame", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--packs", nargs="+", choices=sorted(packs()), default=sorted(packs()))
    parser.add_argument("--seconds", type=float, default=30.0, help="show drawn in each state (default: %(default)s)")
    parser.add_argument("--voice", default="piper")
    options = parser.parse_args()
    bad = measure(options.only, options.packs, options.seconds, options.voice)
    print(
        f"\n{conditions()}\nbar: whole frame, CPU of one thread ≤ {MEDIAN_MS:.0f} ms median, ≤ {LATE_MS:.0f} ms p95; no frame allocated"
    )
    return verdict(bad)


if __name__ == "__main__":
    raise SystemExit(main())
