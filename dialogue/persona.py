"""The founder whose double speaks: who, how, which stories may be told, and what is answered about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogue.contract import RoomProblem
from dialogue.facts import Fact, section_fact
from dialogue.language import words
from dialogue.sections import Section, read_sections

_HONEST = frozenset({"ai", "artificial", "digital", "computer", "software"})
_HONEST_ZH = ("AI", "数字人", "人工智能", "机器人", "虚拟")


@dataclass(frozen=True, slots=True)
class Persona:
    """What `persona.md` says."""

    name: str
    name_zh: str
    about: str
    """Who the founder is, in a few sentences."""
    lines: tuple[str, ...]
    """Sample lines: how they speak."""
    stories: tuple[Fact, ...]
    asked: tuple[tuple[Section, Fact], ...]
    """Questions about the founder or the double, with their answers; `real` is always among them."""
    never: tuple[str, ...]

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name else "the founder"


def read_persona(path: Path, *, called: str = "persona.md") -> tuple[Persona | None, list[RoomProblem]]:
    """Read the file and everything that is wrong with it; None if there is no persona to be had."""
    sections, problems = read_sections(path, level=3, called=called, empty=True)
    if problems and not sections:
        return None, problems
    by_ident = {section.ident: section for section in sections}
    top = sections[0] if sections else None
    if top is None or not top.heading:
        return None, [*problems, RoomProblem(called, 1, "", "begins without a heading; write: # NAME | 中文名")]
    who, voice = by_ident.get("who"), by_ident.get("voice")
    if who is None or not who.paragraphs:
        problems.append(RoomProblem(called, who.line if who else None, "who", "say who it is under: ## Who {#who}"))
    if voice is None or len(voice.items) < 3:
        message = "give at least three sample lines with a dash, under: ## How they speak {#voice}"
        problems.append(RoomProblem(called, voice.line if voice else None, "voice", message))
    asked = _children(sections, "asked", called, problems)
    problems += _real_problems(by_ident.get("real"), called)
    persona = Persona(
        name=top.heading,
        name_zh=top.heading_zh or top.heading,
        about=" ".join(who.paragraphs) if who else "",
        lines=tuple(voice.items) if voice else (),
        stories=tuple(fact for _, fact in _children(sections, "stories", called, problems)),
        asked=asked,
        never=tuple(by_ident["never"].items) if "never" in by_ident else (),
    )
    return persona, problems


def _children(
    sections: Sequence[Section], parent: str, called: str, problems: list[RoomProblem]
) -> tuple[tuple[Section, Fact], ...]:
    found = []
    for section in sections:
        if section.under != parent:
            continue
        if section.paragraphs:
            found.append((section, section_fact(section, "persona/")))
        else:
            problems.append(RoomProblem(called, section.line, section.ident, "the section says nothing"))
    return tuple(found)


def _real_problems(real: Section | None, called: str) -> list[RoomProblem]:
    """Asked whether it is real the host must tell the truth, whatever else its author wants."""
    if real is None or not real.tellings("en"):
        message = "say what is answered to 'are you real?', under: ## Asked {#asked}, ### Are you real? {#real}"
        return [RoomProblem(called, real.line if real else None, "real", message)]
    dishonest = [p for p in real.tellings("en") if not _HONEST & set(words(p))]
    dishonest += [p for p in real.tellings("zh") if not any(word in p for word in _HONEST_ZH)]
    return [
        RoomProblem(called, real.line, "real", f"must say that the host is an AI, and does not: '{text[:60]}'")
        for text in dishonest
    ]
