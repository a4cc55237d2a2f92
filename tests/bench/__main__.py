"""All figures of the product in one table: ``make bench`` (about twelve minutes), or ``python -m tests.bench --quick``."""

import argparse
import asyncio
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from rtc.settings import VideoSettings
from tests.bench import fanout, room, takeover
from tests.rtc import sync_probe

Row = tuple[str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer comments and shorter runs: a look, not a result")
    parser.add_argument("--only", choices=["room", "sync", "takeover", "fanout"], help="one part")
    options = parser.parse_args()
    asyncio.run(bench(quick=options.quick, only=options.only))


async def bench(*, quick: bool, only: str | None) -> None:
    rows: list[Row] = []
    load_before = os.getloadavg()[0]
    if only in (None, "room"):
        rows += room_rows(await room.measure(6 if quick else 30, 8 if quick else 20))
    if only in (None, "sync"):
        rows += sync_rows(await sync_probe.measure((20 if quick else 120) * 25, VideoSettings()))
    if only in (None, "takeover"):
        rows += takeover_rows(await takeover.measure(3 if quick else 8))
    fanout_table = ""
    if only in (None, "fanout"):
        fanout_table = fanout.table(await fanout.measure([1, 5] if quick else [1, 5, 10, 20], 5 if quick else 10))
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores, {_cpu()}, Python {platform.python_version()}"
    )
    print(
        f"load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}; viewers decode on the same machine\n"
    )
    width = max((len(row[0]) for row in rows), default=0)
    for what, figure, bar in rows:
        print(f"{what:<{width}}  {figure:<44} {bar}")
    if fanout_table:
        print("\n" + fanout_table)


def room_rows(figures: room.RoomFigures) -> list[Row]:
    rows: list[Row] = [
        ("start to /readyz", f"{figures.start_s:.1f} s", "≤ 20 s"),
        ("WHEP answer to first picture decoded", f"{figures.first_picture_s:.2f} s", "≤ 1 s"),
    ]
    for name, answers, bar in (
        ("host idle", figures.quiet, "p50 ≤ 0.60 s, p95 ≤ 1.0 s"),
        ("host presenting", figures.presenting, "p50 ≤ 2.0 s, p95 ≤ 3.5 s"),
    ):
        rows.append((f"comment to first sound, {name}", spread(answers.first_sound_s), bar))
        rows.append((f"  before the viewer's jitter buffer, {name}", spread(answers.on_wire_s), ""))
        rows.append((f"  read-back to answer, {name}", spread(answers.answer_gap_s), "no audible gap"))
        rows += [(f"    {stage}, {name}", spread(seconds), "") for stage, seconds in answers.stages.items()]
        spoken = answers.fates.count("spoken")
        rows.append((f"  answered aloud, {name}", f"{spoken} of {len(answers.fates)}", ""))
    rows += [
        ("longest gap between pictures, host idle", f"{figures.quiet.longest_gap_ms:.0f} ms", "≤ 120 ms"),
        ("longest gap between pictures, presenting", f"{figures.presenting.longest_gap_ms:.0f} ms", "≤ 120 ms"),
        ("cost, one viewer, host idle", f"{figures.idle_cores:.2f} core", "≤ 0.5"),
        ("cost, one viewer, host talking", f"{figures.talking_cores:.2f} core", "≤ 0.8"),
        ("memory (PSS), all processes", f"{figures.memory_mb['all'] / 1000:.2f} GB", "≤ 2.5 GB"),
    ]
    return rows


def sync_rows(log: sync_probe.SyncLog) -> list[Row]:
    return [
        (f"A/V offset, {what} ({log.slices * 0.04:.0f} s)", offset(values), "±40 ms (p95)")
        for what, values in (("by arrival", log.arrival_ms), ("as a browser plays it", log.browser_ms))
    ]


def takeover_rows(measured: takeover.Bench) -> list[Row]:
    measured.read_labels()
    return [(figures.what, spread([ms / 1000 for ms in figures.values]), figures.bar) for figures in measured.figures]


def offset(values: Sequence[float]) -> str:
    if not values:
        return "nothing measured"
    return f"median {np.median(values):+.1f} ms, p95 of |offset| {np.percentile(np.abs(values), 95):.1f} ms"


def spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "nothing measured"
    return f"p50 {np.median(seconds):.2f} s, p95 {np.percentile(seconds, 95):.2f} s, max {max(seconds):.2f} s"


def _cpu() -> str:
    try:
        with open("/proc/cpuinfo") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
