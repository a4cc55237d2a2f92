"""A beep and a flash of the same Slice, through the real encoders, measured at a real peer.

Ten minutes of show run faster than life: every Slice is really coded, sent, received and decoded, only the waiting between
them is shorter, so drift and lost or doubled samples would show as in ten minutes of life. What shortening can not show, when
packets arrive and what the sender reports say, is measured in real time beside it, for as long as
``TALKBACK_SYNC_SECONDS`` says (30; 600 for the whole proof).
"""

from __future__ import annotations

import os

import numpy as np

from rtc.settings import VideoSettings
from tests.rtc.sync_probe import SyncLog, measure

MEDIA_BAR_MS = 20.0
BAR_MS = 40.0
"""Of the product: within ±40 ms at the viewer, p95."""
PACE = float(os.environ.get("TALKBACK_SYNC_PACE", "30"))
SECONDS = int(os.environ.get("TALKBACK_SYNC_SECONDS", "30"))


def p95(values: list[float]) -> float:
    return float(np.percentile(np.abs(values), 95))


def told(log: SyncLog, real_time: bool = False) -> str:
    rows = [
        f"{log.slices} Slices, {log.pictures} pictures, {len(log.flashes)} flashes, {len(log.beeps)} beeps, "
        f"{log.overflowed} Slices and {log.dropped} packets left out, sent {log.late_ms_p95:.1f} ms late (p95)"
    ]
    told_by = {"media": log.media_ms}
    if real_time:  # a browser's arithmetic and packet arrivals mean nothing in a show run faster than life
        told_by |= {"arrival": log.arrival_ms, "browser": log.browser_ms}
    for name, values in told_by.items():
        if values:
            rows.append(
                f"{name}: median {np.median(values):.1f} ms, p95 of |offset| {p95(values):.1f} ms, "
                f"from {min(values):.1f} to {max(values):.1f} ms"
            )
    return "; ".join(rows)


async def test_ten_minutes_of_show_keep_beep_and_flash_together() -> None:
    log = await measure(600 * 25, VideoSettings(width=128, height=224), pace=PACE)
    print(told(log))
    assert len(log.media_ms) >= 598, told(log)
    assert (log.out_of_order, log.overflowed) == (0, 0)
    assert max(map(abs, log.media_ms)) <= MEDIA_BAR_MS, told(log)
    drift_ms = float(np.mean(log.media_ms[-60:]) - np.mean(log.media_ms[:60]))
    assert abs(drift_ms) < 1.0, told(log)


async def test_in_real_time_beep_and_flash_arrive_together_and_are_played_together() -> None:
    log = await measure(SECONDS * 25, VideoSettings())
    print(told(log, real_time=True))
    assert len(log.arrival_ms) >= SECONDS * 0.95 - 2, told(log, real_time=True)
    assert log.out_of_order == 0
    assert p95(log.arrival_ms) <= BAR_MS, told(log, real_time=True)
    assert p95(log.browser_ms) <= BAR_MS, told(log, real_time=True)
