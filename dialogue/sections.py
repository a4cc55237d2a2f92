"""A text file of headed sections, as a person writes it: what is told under each heading, in two languages, and how it is asked."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.contract import RoomProblem
from dialogue.language import language_of, tidy

MAX_PARAGRAPH_CHARS = 420
MAX_BYTES = 512 * 1024
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{#([a-z0-9-]+)\})?\s*$")
_ASKED = re.compile(r"^(?:asked as|问法)\s*[::]\s*(.*)$", re.IGNORECASE)


@dataclass(slots=True)
class Section:
    """One heading. Every paragraph is a whole way of telling the same; Chinese paragraphs tell it in Chinese."""

    ident: str
    heading: str
    heading_zh: str
    line: int
    under: str
    """Ident of the heading one level up, or empty."""
    asked_as: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    """Lines that begin with a dash."""

    def tellings(self, language: str) -> tuple[str, ...]:
        """The paragraphs in a language."""
        return tuple(p for p in self.paragraphs if language_of(p) == language)


def read_text(path: Path, called: str) -> tuple[str, list[RoomProblem]]:
    """The text of a file that people write, or why it can't be read."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", [RoomProblem(called, None, "", "the file is missing")]
    except OSError as error:
        return "", [RoomProblem(called, None, "", f"can't be read: {error.strerror}")]
    if len(raw) > MAX_BYTES:
        return "", [RoomProblem(called, None, "", f"larger than {MAX_BYTES // 1024} KiB")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return "", [RoomProblem(called, line, "", "is not UTF-8 text; save it as UTF-8")]


def read_sections(
    path: Path, *, level: int, called: str, empty: bool = False
) -> tuple[list[Section], list[RoomProblem]]:
    """All sections whose heading is at `level` or above (with fewer #); `empty` allows one that tells nothing."""
    text, problems = read_text(path, called)
    return sections_of(text, level=level, called=called, problems=problems, empty=empty), problems


def sections_of(
    text: str, *, level: int, called: str, problems: list[RoomProblem], empty: bool = False
) -> list[Section]:
    """The sections of a text; what is wrong with them is added to `problems`."""
    sections: list[Section] = []
    paragraph: list[str] = []
    above: dict[int, str] = {}
    deepest = level

    def close(line: int) -> None:
        if not paragraph:
            return
        told = tidy(" ".join(paragraph))
        paragraph.clear()
        if not sections:
            return
        if len(told) > MAX_PARAGRAPH_CHARS:
            message = (
                f"a paragraph of {len(told)} characters; more than {MAX_PARAGRAPH_CHARS} is a lecture, not an answer"
            )
            problems.append(RoomProblem(called, line, sections[-1].ident, message))
        sections[-1].paragraphs.append(told)

    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        heading = _HEADING.match(line)
        bare = line.strip()
        if heading is not None and len(heading[1]) <= deepest:
            close(number - 1)
            depth = len(heading[1])
            title, _, title_zh = (part.strip() for part in heading[2].partition("|"))
            ident = heading[3] or re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
            if not ident:
                problems.append(RoomProblem(called, number, "", "the heading needs an id, like: ## 退货 {#returns}"))
                ident = f"line-{number}"
            if any(section.ident == ident for section in sections):
                problems.append(RoomProblem(called, number, ident, "this section stands twice in the file"))
            above[depth] = ident
            sections.append(Section(ident, title, title_zh, number, above.get(depth - 1, "") if depth > 1 else ""))
        elif not bare:
            close(number - 1)
        elif sections and (asked := _ASKED.match(bare)) is not None:
            close(number - 1)
            sections[-1].asked_as += [part for part in (tidy(p) for p in asked[1].split("|")) if part]
        elif sections and bare.startswith(("- ", "* ")):
            close(number - 1)
            sections[-1].items.append(tidy(bare[2:]))
        elif bare:
            paragraph.append(bare)
    close(len(lines))
    if empty:
        return sections
    told = [s for s in sections if len("#" * level) and (s.paragraphs or s.items)]
    titles = {s.under for s in sections} | {s.ident for s in sections if lines[s.line - 1].startswith("# ")}
    for section in sections:
        if section not in told and section.ident not in titles:
            problems.append(RoomProblem(called, section.line, section.ident, "the section says nothing"))
    return told
