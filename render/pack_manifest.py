"""The manifest of an avatar pack as JSON, and what can be wrong with it: values taken out by name, or a clear complaint."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path


class AvatarPackError(Exception):
    """A pack cannot be used. Says which file, what is wrong with it, and what to do.

    Attributes: ``file`` (the file or folder at fault), ``problem`` and ``remedy`` (sentences for a person).
    """

    def __init__(self, file: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {problem} {remedy}")
        self.file = file
        self.problem = problem
        self.remedy = remedy


class ManifestFile:
    """The ``manifest.json`` of one pack; every complaint names the file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "manifest.json"
        self._folder = folder

    def read(self, wanted_format: str) -> dict[str, object]:
        """The manifest as it stands in the file; raises AvatarPackError where it is no JSON object of that format."""
        if not self._folder.is_dir():
            raise AvatarPackError(
                self._folder, "There is no such folder.", "Give the folder that holds the pack's manifest.json."
            )
        try:
            text = self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise AvatarPackError(
                self.file,
                "The manifest is missing.",
                "Copy the whole pack, or bake it again with tools/bake.",
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise AvatarPackError(
                self.file,
                f"The manifest cannot be read ({error}).",
                "Check the file's permissions, or copy the pack again.",
            ) from error
        try:
            manifest = json.loads(text)
        except json.JSONDecodeError as error:
            raise AvatarPackError(
                self.file,
                f"The manifest is not JSON (line {error.lineno}: {error.msg}).",
                "Restore the file, or bake the pack again with tools/bake.",
            ) from error
        if not isinstance(manifest, dict):
            raise self.wrong("The manifest is not a JSON object.")
        found = manifest.get("format")
        if found != wanted_format:
            raise AvatarPackError(
                self.file,
                f"The pack's format is {found!r}; this version of Talkback reads {wanted_format!r}.",
                "Bake the pack again with this version's tools/bake.",
            )
        return manifest

    def wrong(self, problem: str) -> AvatarPackError:
        """The error for a value that does not fit."""
        return AvatarPackError(self.file, problem, "Correct the manifest, or bake the pack again with tools/bake.")

    def section(self, owner: Mapping[str, object], key: str, within: str = "") -> dict[str, object]:
        value = owner.get(key)
        if not isinstance(value, dict):
            raise self.wrong(f'"{_dotted(within, key)}" is missing or not an object.')
        return value

    def text(self, owner: Mapping[str, object], key: str, within: str = "") -> str:
        value = owner.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(f'"{_dotted(within, key)}" is missing or not a text.')
        return value

    def texts(self, owner: Mapping[str, object], key: str) -> tuple[str, ...]:
        """A list of strings, empty where the key is missing."""
        listed = owner.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(line, str) for line in listed):
            raise self.wrong(f'"{key}" must be a list of strings.')
        return tuple(listed)

    def number(self, value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(f"{where} is missing or not a number.")
        return float(value)

    def numbers(self, value: object, count: int, where: str) -> tuple[float, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise self.wrong(f"{where} is missing or not a list of {count} numbers.")
        return tuple(self.number(item, where) for item in value)


def _dotted(within: str, key: str) -> str:
    return f"{within}.{key}" if within else key
