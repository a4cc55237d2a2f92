"""All that a room's folder says: read for the show, or checked for its author."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogue.catalogue import Catalogue, Product, read_catalogue
from dialogue.claims import ClaimChecker
from dialogue.clauses import sentences_of
from dialogue.contract import RoomProblem
from dialogue.facts import Fact, product_facts, read_facts
from dialogue.language import language_of, words
from dialogue.persona import Persona, read_persona
from dialogue.promotions.plan import PromotionPlan
from dialogue.promotions.reading import read_promotions
from dialogue.rundown import Rundown, fill_slots, read_rundown
from dialogue.sections import Section, read_text

PICTURES = (".webp", ".png", ".jpg", ".jpeg")
CLIPS = (".mp4", ".webm")


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
        """Words that the room's texts write small somewhere, so that they may begin small within a sentence."""
        texts = [t for p in self.catalogue.products for t in p.details.values()]
        texts += [t for _, fact in self.sections for t in fact.tellings]
        texts += [self.persona.about, *self.persona.lines]
        found = {w for text in texts for w in text.split()[1:] if w[:1].islower()}
        return frozenset(w.strip(".,;:!?") for w in found)

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
    rundown, wrong = read_rundown(folder / "rundown.yaml", catalogue, stories)
    problems += wrong
    promotions, wrong = read_promotions(folder / "promotions.yaml", catalogue)
    problems += wrong
    content = RoomContent(folder, catalogue, sections, persona, rundown, promotions)
    problems += _claim_problems(content)
    return content, problems


def _claim_problems(content: RoomContent) -> Iterator[RoomProblem]:
    """What the room's own wordings claim that the room's facts don't back; authors are checked like models."""
    checker = ClaimChecker(strict=False)
    for section, fact in (*content.sections, *content.persona.asked):
        where = (
            "persona.md"
            if fact.name.startswith("persona/")
            else f"facts/{fact.name.removeprefix('facts/').split('.')[0]}.md"
        )
        for told in fact.tellings:
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
        for index, beat in enumerate(segment.beats):
            for wording in beat.say:
                slots = {name: fact.say for name, fact in known.items()} | {"name": product.called if product else ""}
                filled = fill_slots(wording, slots)
                for sentence in sentences_of(filled):
                    if language_of(sentence) != "en":
                        continue
                    refusal = checker.check_authored(sentence, facts)
                    if refusal is not None:
                        line = next((n for n, written in enumerate(lines, 1) if wording[:30] in written), None)
                        field = f"segments[{number}].beats[{index}].say"
                        yield RoomProblem(
                            plan.name, line, field, f"{refusal.rule}: {refusal.detail}: '{sentence[:60]}'"
                        )
