"""What a picture depends on: the source of its model and of everything that the model calls."""

from __future__ import annotations

import hashlib
import inspect
import types
from collections.abc import Callable
from typing import Any

from . import materials, photo_set


def fingerprint(build: Callable[..., Any], *settings: object) -> str:
    """Changes when the model, a function or constant that it uses, the photographer's table or a setting changes."""
    seen: dict[str, str] = {}
    _gather(build, seen)
    seen["photo_set"] = inspect.getsource(photo_set)
    digest = hashlib.sha256(repr(settings).encode())
    for name in sorted(seen):
        digest.update(name.encode() + seen[name].encode())
    return digest.hexdigest()[:16]


def _gather(function: Any, seen: dict[str, str]) -> None:
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen:
        return
    seen[name] = inspect.getsource(function)
    for used in _names(function.__code__):
        value = function.__globals__.get(used, getattr(materials, used, None))
        if inspect.isfunction(value) and value.__module__.startswith(__package__ or ""):
            _gather(value, seen)
        elif isinstance(value, (tuple, float, int, str)):
            seen[f"{function.__module__}:{used}"] = repr(value)


def _names(code: types.CodeType) -> set[str]:
    """Names used in a function and in the functions within it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names
