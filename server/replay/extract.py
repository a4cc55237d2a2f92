"""``talkback replay extract``: a scenario cut out of a real show's log, its people unknown."""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from dialogue.contract import RoomProblem
from server.replay.incident import Fared, Incident, clock_of, read_incident
from server.replay.pseudonym import Pseudonyms
from server.replay.sources.contract import LogError
from server.replay.sources.normal_form import FENCE, write_normal

_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_LONGEST_WORDS = 300


def extract(options: argparse.Namespace) -> int:
    """Write the scenario; returns 0 written, 1 can't be written, 2 nothing to cut."""
    out: Path = options.out
    if out.exists() and not options.force:
        print(f"{out} is there already; name another, or write over it with --force.", file=sys.stderr)
        return 1
    try:
        show = None if options.show == "last" else options.show
        incident = read_incident(options.data / options.room / "events.sqlite3", show, options.at, options.around)
    except LogError as error:
        print(error, file=sys.stderr)
        return 2
    public = list(public_words(options.folder or Path("rooms") / options.room))
    if not public:
        print(
            "The room's folder could not be read, so names of products and of the host may have been taken for people's (--folder).",
            file=sys.stderr,
        )
    pseudonyms = Pseudonyms(public)
    text = scenario_text(incident, pseudonyms, room=options.room)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = out.with_name(out.name + ".partial")
        partial.write_text(text, "utf-8")
        partial.replace(out)
    except OSError as error:
        print(f"{out} can't be written: {error.strerror or error}", file=sys.stderr)
        return 1
    _tell(out, incident, pseudonyms, text)
    return 0


def public_words(folder: Path) -> Iterator[str]:
    """What a room says to everybody anyway: its host, its products, its facts. Nothing if the folder can't be read."""
    from dialogue.room_content import load_room_content

    try:
        content = load_room_content(folder)
    except RoomProblem:
        return
    yield from (content.persona.name, content.persona.name_zh, content.persona.about, *content.persona.lines)
    for product in content.catalogue.products:
        yield from (product.name, product.name_zh, *product.aliases, *product.details.values())
    for _, fact in (*content.sections, *content.persona.asked):
        yield from (*fact.tellings, *fact.tellings_zh)
    for story in content.persona.stories:
        yield from (*story.tellings, *story.tellings_zh)


def scenario_text(incident: Incident, pseudonyms: Pseudonyms, *, room: str) -> str:
    """The whole file: a header of YAML between lines of ``---``, then the comments, one a line."""
    for viewer in sorted(incident.viewers):
        pseudonyms.learn(viewer, viewer)
    for fared in incident.comments:
        pseudonyms.learn_words(fared.event.text)
    lines = [
        FENCE,
        "# Cut out of a real show. People have other names.",
        "# The rules say what happened. Change them to what should happen; then: talkback replay THIS-FILE --room FOLDER",
        "schema: 1",
        f"title: {_scalar(f'{room}, {clock_of(incident.start)} to {clock_of(incident.end)}')}",
        f"lasts: {incident.end - incident.start:g}",
    ]
    if incident.hosts_acted:
        lines.append(f"# Hosts steered the show meanwhile ({incident.hosts_acted} ×); a replay has nobody at the desk.")
    if incident.promotions:
        lines.append("actions:")
        for at, promotion in incident.promotions:
            lines.append(f"  - {{at: {at - incident.start:.1f}, promotion: {_scalar(promotion)}, do: start}}")
    comments: list[str] = []
    rules: list[str] = []
    ruled: set[tuple[str, str]] = set()
    for number, fared in enumerate(incident.comments, 1):
        event = pseudonyms.event(fared.event)
        event = replace(event, t=fared.event.t - incident.start, raw_id=f"m{number}", line=0)
        comments.append(write_normal(event))
        if fared.fate and (event.user, event.text) not in ruled:
            ruled.add((event.user, event.text))
            rules += _rule(number, fared, event.user, event.text, pseudonyms)
    if rules:
        lines += ["rules:", *rules]
    return "\n".join([*lines, FENCE, *comments]) + "\n"


def _rule(number: int, fared: Fared, user: str, text: str, pseudonyms: Pseudonyms) -> Iterator[str]:
    """What became of a comment, as a rule; what wording and machine decide stands beside it as a remark."""
    short = text if len(text) <= 60 else text[:59] + "…"
    yield f"  - name: {_scalar(f'{number}. {user}: {short}')}"
    yield f"    comment: {_scalar(_pattern(text))}"
    yield f"    viewer: {_scalar(_pattern(user))}"
    yield f"    fate: [{fared.fate}]"
    if fared.facts and fared.fate != "merged":
        yield f"    facts: [{', '.join(_scalar(fact) for fact in fared.facts)}]"
    after = "" if fared.after_s is None else f" after {fared.after_s:.1f} s"
    if fared.words:
        yield f"    # then{after}: {_one_line(pseudonyms.text(fared.words))[:_LONGEST_WORDS]}"
    elif fared.reason:
        yield f"    # because{after}: {_one_line(pseudonyms.text(fared.reason))[:_LONGEST_WORDS]}"


def _tell(out: Path, incident: Incident, pseudonyms: Pseudonyms, text: str) -> None:
    people = len({fared.event.user for fared in incident.comments})
    replaced = ", ".join(f"{count} × {kind}" for kind, count in sorted(pseudonyms.replaced.items())) or "nothing"
    print(f"Wrote {out}: {len(incident.comments)} comments of {people} people. Replaced in their words: {replaced}.")
    words = text.casefold()
    doubtful = sorted(name for name in pseudonyms.doubtful if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words))
    if doubtful:
        print(
            f"Names that are ordinary words, or the shop's, were left within sentences; look at them: {', '.join(doubtful)}."
        )
    print(f"Read it, change the rules to what should happen, then: talkback replay {out} --room FOLDER")


def _pattern(text: str) -> str:
    """A regular expression for just this text, that a person can read."""
    return f"^{_SPECIAL.sub(lambda found: chr(92) + found.group(), text)}$"


def _scalar(text: str) -> str:
    """The text as YAML on one line."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=10**6, default_style='"')
    return written.strip()


def _one_line(text: str) -> str:
    return "".join(ch if ch.isprintable() else " " for ch in text)
