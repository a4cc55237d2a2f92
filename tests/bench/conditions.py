"""Under which conditions a figure was measured, and how it is printed."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import cv2

_LOAD_BEFORE = os.getloadavg()[0]


def conditions() -> str:
    """Machine, load and versions, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("av", "numpy", "onnxruntime"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores, {_cpu()} · Python {platform.python_version()}, "
        f"OpenCV {cv2.__version__}, {packages} · load average before {_LOAD_BEFORE:.1f}, after {os.getloadavg()[0]:.1f}"
    )


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows))


def verdict(shortfalls: Sequence[str]) -> int:
    """Print PASS, or FAIL with its reasons; the exit code."""
    sys.stdout.flush()
    if not shortfalls:
        print("\nPASS")
        return 0
    print("\nFAIL")
    for text in shortfalls:
        print(f"  {text}")
    return 1


def _cpu() -> str:
    try:
        with open("/proc/cpuinfo") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
