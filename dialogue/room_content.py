"""All that a room's folder says: read for the show, or checked for its author."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogue.block_list import FILE, BlockList, read_block_list
from dialogue.catalogue import Catalogue, Product, read_catalogue
from dialogue.claim_rules import ALL_MARKETS, Market
from dialogue.claims import ClaimChecker
from dialogue.clauses import sentences_of
from dialogue.contract import RoomProblem
from dialogue.facts import Fact, product_facts, read_facts
from dialogue.language import language_of, words
from dialogue.persona import Persona, read_persona
from dialogue.persona_profile import PROFILE_FILE, PersonaProfile, read_profile
from dialogue.promotions.plan import PromotionPlan
from dialogue.promotions.reading import read_promotions
from dialogue.rundown import Rundown, fill_slots, read_rundown
from dialogue.sections import Section, read_text
from dialogue.yaml_places import read_yaml

PICTURES = (".webp", ".png", ".jpg", ".jpeg")
CLIPS = (".mp4", ".webm")

# fmt: off
_OF_COUNTRIES = frozenset(
    {
        "african", "american", "australian", "austrian", "brazilian", "british", "canadian", "chinese", "danish",
        "dutch", "english", "european", "french", "german", "greek", "indian", "irish", "italian",
        "japanese", "korean", "mexican", "norwegian", "polish", "portuguese", "russian", "scottish", "spanish",
        "swedish", "swiss", "taiwanese", "thai", "turkish", "vietnamese",
    }
)
# fmt: on


@dataclass(frozen=True, slots=True)
class RoomContent:
    """What the host of a room knows, is, and plans."""

    folder: Path
    catalogue: Catalogue
    sections: tuple[tuple[Section, Fact], ...]
    """Of the files in `facts/`."""
    persona: Persona
    rundown: Rundown
    promotions: tuple[PromotionPlan, ...] = ()
    blocked: BlockList = BlockList()
    """Of `blocklist.txt`."""
    markets: tuple[Market, ...] = ALL_MARKETS
    """Whose law the room's words are measured by; ``market`` in `room.yaml`."""
    profile: PersonaProfile | None = None
    """How the founder speaks, where their talks were measured."""

    def picture(self, product: Product) -> str:
        """Path of the product's picture (`media/SKU.webp`, or the column `picture`), or empty."""
        return self._medium(product, "picture", PICTURES)

    def clip(self, product: Product) -> str:
        """Path of the product's short video (`media/SKU.mp4`, or the column `clip`), or empty."""
        return self._medium(product, "clip", CLIPS)

    def _medium(self, product: Product, column: str, endings: Sequence[str]) -> str:
        named = product.details.get(column)
        if named:  # also where it is missing: the stage tells the operator which file it looked for
            return str(self.folder / "media" / named)
        paths = (self.folder / "media" / f"{product.sku}{ending}" for ending in endings)
        return next((str(path) for path in paths if path.is_file()), "")

    def ordinary_words(self) -> frozenset[str]:
        """Words that may begin small within a sentence: those that the room writes small, and the first of a cell unless a name."""
        texts = [t for p in self.catalogue.products for t in p.details.values()]
        texts += [t for _, fact in self.sections for t in fact.tellings]
        texts += [self.persona.about, *self.persona.lines, *(t for fact in self.persona.stories for t in fact.tellings)]
        texts += [wording for segment in self.rundown.segments for beat in segment.beats for wording in beat.say]
        found = {w.strip(".,;:!?") for text in texts for w in text.split()[1:] if w[:1].islower()}
        inner = {
            w.strip(".,;:!?") for text in texts for s in sentences_of(text) for w in s.split()[1:] if w[:1].isupper()
        }
        for product in self.catalogue.products:
            for column, value in product.details.items():
                first = value.split()[0].strip(",;:") if value else ""
                named = column == "origin" or first in inner or first.casefold() in _OF_COUNTRIES
                if not named and first[:1].isupper() and first[1:].islower():
                    found.add(first[:1].lower() + first[1:])
        return frozenset(found)

    def names(self) -> frozenset[str]:
        """Words of names: the founder's and the shop's."""
        return frozenset(words(f"{self.persona.name} {self.persona.name}'s"))


def check_room_content(folder: Path) -> list[RoomProblem]:
    """Everything that is wrong with a room's files, for `doctor`; an empty list means that the room can open."""
    return _read(folder)[1]


def load_room_content(folder: Path) -> RoomContent:
    """Read a room's files; raises the first `RoomProblem` if anything is wrong (`check_room_content` tells all)."""
    content, problems = _read(folder)
    if problems or content is None:
        raise problems[0] if problems else RoomProblem(str(folder), None, "", "can't be used")
    return content


def _read(folder: Path) -> tuple[RoomContent | None, list[RoomProblem]]:
    if not folder.is_dir():
        return None, [RoomProblem(str(folder), None, "", "there is no such folder")]
    catalogue, problems = read_catalogue(folder / "catalogue.csv")
    sections, wrong = read_facts(folder / "facts")
    problems += wrong
    persona, wrong = read_persona(folder / "persona.md")
    problems += wrong
    if persona is None:
        return None, problems
    stories = frozenset(fact.field for fact in persona.stories)
    promotions, wrong = read_promotions(folder / "promotions.yaml", catalogue)
    problems += wrong
    told = frozenset(section.ident for section, _ in sections)
    planned = frozenset(plan.id for plan in promotions)
    rundown, wrong = read_rundown(folder / "rundown.yaml", catalogue, stories, sections=told, promotions=planned)
    problems += wrong
    blocked, wrong = read_block_list(folder / FILE)
    problems += wrong
    markets = _markets(folder / "room.yaml")
    profile, wrong = read_profile(folder / PROFILE_FILE)
    problems += wrong
    content = RoomContent(folder, catalogue, sections, persona, rundown, promotions, blocked, markets, profile)
    problems += _claim_problems(content)
    return content, problems


def _markets(path: Path) -> tuple[Market, ...]:
    """Where the room says that it sells; all markets if it says nothing, or something that its own check refuses."""
    try:
        value = read_yaml(path).value
    except RoomProblem:
        return ALL_MARKETS
    named = value.get("market") if isinstance(value, dict) else None
    known = {market.value: market for market in Market}
    if not isinstance(named, list) or not named or any(one not in known for one in named):
        return ALL_MARKETS
    return tuple(dict.fromkeys(known[one] for one in named))


def _claim_problems(content: RoomContent) -> Iterator[RoomProblem]:
    """What the room's own wordings claim that the room's facts don't back; authors are checked like models."""
    checker = ClaimChecker(strict=False, markets=content.markets)
    for section, fact in (*content.sections, *content.persona.asked):
        where = (
            "persona.md"
            if fact.name.startswith("persona/")
            else f"facts/{fact.name.removeprefix('facts/').split('.')[0]}.md"
        )
        for told in dict.fromkeys((*fact.tellings, *fact.tellings_zh)):
            if (refusal := checker.check_authored(told)) is not None:
                yield RoomProblem(
                    where, section.line, section.ident, f"{refusal.rule}: {refusal.detail}: '{told[:60]}'"
                )
    plan = content.folder / "rundown.yaml"
    lines = read_text(plan, plan.name)[0].splitlines() if plan.exists() else []
    for number, segment in enumerate(content.rundown.segments):
        product = content.catalogue.get(segment.product)
        known = product_facts(product) if product else {}
        facts = tuple(known.values())
        beats = [("beats", i, beat) for i, beat in enumerate(segment.beats)]
        beats += [("more", i, beat) for i, beat in enumerate(segment.more)]
        for kind, index, beat in beats:
            for wording in beat.say:
                slots = {name: fact.say for name, fact in known.items()} | {"name": product.called if product else ""}
                filled = fill_slots(wording, slots)
                for sentence in sentences_of(filled):
                    # what stands in digits is compared with the catalogue in English only
                    refusal = checker.check_authored(sentence, facts if language_of(sentence) == "en" else ())
                    if refusal is not None:
                        line = next((n for n, written in enumerate(lines, 1) if wording[:30] in written), None)
                        field = f"segments[{number}].{kind}[{index}].say"
                        yield RoomProblem(
                            plan.name, line, field, f"{refusal.rule}: {refusal.detail}: '{sentence[:60]}'"
                        )
