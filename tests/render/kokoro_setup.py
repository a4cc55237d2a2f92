"""Tests that need what `make kokoro` installs."""

import os

import pytest

from render.settings import KokoroSettings
from render.voices.kokoro_files import kokoro_problem

SETTINGS = KokoroSettings(backend="kokoro")
_PROBLEM = kokoro_problem(SETTINGS)

needs_kokoro = pytest.mark.skipif(
    _PROBLEM is not None and os.environ.get("CI") != "true",
    reason=f"the Kokoro voice is not set up: {_PROBLEM[1] if _PROBLEM else ''}",
)
"""Skips, saying why, where it is not set up; in CI the test runs, and fails."""
