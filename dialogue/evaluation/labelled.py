"""The labelled comments, and their fixed split into a part to tune on and a part held back."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from dialogue.intents import CommentIntent

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Labelled:
    """A comment with what it wants."""

    text: str
    language: str
    intent: CommentIntent
    held_back: bool
    """For measuring only."""


def labelled_comments() -> list[Labelled]:
    """Every comment of ``intents.yaml`` (split by a hash of its text) and ``intents_train.yaml`` (never held back)."""
    return _read("intents.yaml", split=True) + _read("intents_train.yaml", split=False)


def _read(name: str, *, split: bool) -> list[Labelled]:
    told: dict[str, dict[str, list[str]]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return [
        Labelled(text, language, CommentIntent(intent), split and _held_back(text))
        for intent, languages in told.items()
        for language, texts in languages.items()
        for text in texts
    ]


def _held_back(text: str) -> bool:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 0
