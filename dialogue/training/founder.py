"""A founder's own voice in the cases: name, manner, openings and catch phrases, taken from what `talkback persona import` wrote."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Final

from dialogue.claims import ClaimChecker, Refusal
from dialogue.contract import RoomProblem
from dialogue.intents import CommentIntent
from dialogue.language import has_han, words
from dialogue.persona import read_persona
from dialogue.persona_profile import PROFILE_FILE, PersonaProfile, read_profile
from dialogue.training.checking import objection, untold
from dialogue.training.generator import MOST_WORDS, Case
from dialogue.vocabulary import word_set
from render.contract import Emotion

PERSONA_FILE: Final = "persona.md"
FEWEST_PHRASES: Final = 3
"""Openings and catch phrases together: an hour of an interview gives three to six. They come as often as the founder says them."""
FEWEST_LINES: Final = 3
_MOST_LINES: Final = 12
_OPENING_WORDS: Final = 3
_PHRASE_WORDS: Final = 9
_LINE_WORDS: Final = 24
_PHRASE_SHARE: Final = 0.03
"""Of the replies that tell something, for each catch phrase; 12 % in all at most."""
_MOST_PHRASE_SHARE: Final = 0.12
_MOST_OPENING_SHARE: Final = 0.3
_STANCES: Final = word_set(
    "yes yeah yep no nope not never sorry sure exactly correct right hello hi hey welcome bye thanks"
)
"""An opening that takes sides or greets would change what the reply says."""
_MADE_SMALL: Final = word_set(
    "a an the this that these those it it's its they they're there there's we we're our you you're your for from with in on at to of "
    "one each all here here's"
)
"""Words that may begin small behind an opening; what else begins a reply may be a name."""
_GRAVE: Final = frozenset(
    {
        CommentIntent.REAL,
        CommentIntent.HOSTILE,
        CommentIntent.COMPLAINT,
        CommentIntent.TROUBLE,
        CommentIntent.AFTERSALE,
    }
)
"""Where a catch phrase would sound as if the viewer were not taken seriously."""
_MILD: Final = frozenset({Emotion.NEUTRAL, Emotion.WARM, Emotion.EXCITED, Emotion.AMUSED})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not taken up, and the rule that it breaks."""

    what: str
    text: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Founder:
    """Whose voice is taught: only what may be said."""

    name: str
    lines: tuple[str, ...]
    openings: tuple[str, ...]
    opening_share: float
    catch_phrases: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def phrases(self) -> int:
        """How many openings and catch phrases there are to teach."""
        return len(self.openings) + len(self.catch_phrases)

    def lacking(self) -> list[str]:
        """What is too little to teach this founder's voice, in sentences; empty if it will do."""
        wanting = []
        if self.phrases < FEWEST_PHRASES:
            wanting.append(
                f"{self.phrases} usable openings and catch phrases are too few to teach a voice: {FEWEST_PHRASES} are needed. Import more "
                f"talk (an hour gives enough), or write some into {PROFILE_FILE} by hand"
            )
        if len(self.lines) < FEWEST_LINES:
            wanting.append(
                f"{len(self.lines)} usable lines of manner are too few: {FEWEST_LINES} are needed. Write sentences as the founder says "
                f"them under ## How they speak {{#voice}} in {PERSONA_FILE}"
            )
        return wanting


def read_founder(path: Path) -> tuple[Founder | None, list[RoomProblem]]:
    """The founder of a room's folder, or of a ``persona_profile.yaml`` with the ``persona.md`` beside it, and what is wrong there."""
    file = path / PROFILE_FILE if path.is_dir() else path
    if not file.is_file():
        message = "is missing; `talkback persona import TALK… --room FOLDER` makes it"
        return None, [RoomProblem(str(file), None, "", message)]
    profile, problems = read_profile(file, called=str(file))
    if profile is None or problems:
        return None, problems
    if profile.language != "en":
        message = f"is '{profile.language}', but the packaged model is taught English only; import English talks"
        return None, [RoomProblem(str(file), None, "language", message)]
    written = file.parent / PERSONA_FILE
    if not written.is_file():
        return None, [RoomProblem(str(written), None, "", "is missing: the founder's name and manner stand there")]
    persona, problems = read_persona(written, called=str(written))
    if persona is None:
        return None, problems
    return founder_of(persona.name, persona.lines, profile), []


def founder_of(name: str, lines: Sequence[str], profile: PersonaProfile) -> Founder:
    """What of a profile and sample lines may be taught; the rest is listed with the rule that it breaks."""
    checker = ClaimChecker(strict=False)
    left_out: list[LeftOut] = []

    def kept(what: str, texts: Sequence[str], most_words: int) -> tuple[str, ...]:
        good: list[str] = []
        for text in dict.fromkeys(" ".join(text.split()) for text in texts):
            refusal = _refused(checker, what, text, most_words)
            if refusal is None:
                good.append(text)
            else:
                left_out.append(LeftOut(what, text, refusal.rule, refusal.detail))
        return tuple(good)

    openings = kept("opening", [o.strip(" ,") for o in profile.openings], _OPENING_WORDS)
    phrases = kept("catch phrase", profile.catch_phrases, _PHRASE_WORDS)
    manner = kept("line", lines, _LINE_WORDS)[:_MOST_LINES]
    share = min(_MOST_OPENING_SHARE, profile.opening_share) if openings else 0.0
    return Founder(name, manner, openings, share, phrases, tuple(left_out))


def _refused(checker: ClaimChecker, what: str, text: str, most_words: int) -> Refusal | None:
    said = words(text)
    if not said or text.startswith(("(", "（")):
        return Refusal("unwritten", "is still to be written")
    if has_han(text):
        return Refusal("language", "Chinese; the packaged model is taught English only")
    if len(said) > most_words:
        return Refusal("long", f"{len(said)} words; {most_words} at most")
    if any(mark in text for mark in "{}[]"):
        return Refusal("mark", "brackets mark slots and tags")
    if what == "line":
        return checker.check_authored(text)
    if what == "opening" and any(word in _STANCES for word in said):
        return Refusal("stance", "takes sides or greets, which is the reply's to do")
    if what == "catch phrase" and "?" in text:
        return Refusal("question", "asks, where the host is to answer")
    return checker.check(text, ())


@dataclass(slots=True)
class VoiceTally:
    """How the cases came out, for the operator."""

    cases: int = 0
    opened: int = 0
    phrased: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Replies that kept their own words, by the rule that the founder's would have broken."""


def in_voice(cases: Iterator[Case], founder: Founder, seed: int, told: VoiceTally) -> Iterator[Case]:
    """The cases with this founder's name and manner, and their openings and phrases before some of the replies that tell something.

    Each changed reply has passed the checks that hold on air; the same seed gives the same cases.
    """
    chance = Random(f"founder {seed}")
    checker = ClaimChecker(strict=False)
    share = min(_MOST_PHRASE_SHARE, _PHRASE_SHARE * len(founder.catch_phrases))
    for case in cases:
        told.cases += 1
        own = replace(case, founder=founder.name, manner=chance.choice(founder.lines))
        drawn, opening = chance.random(), chance.choice(founder.openings or ("",))
        phrase = chance.choice(founder.catch_phrases or ("",))
        if not case.backing or case.emotion not in _MILD or case.pair.block.intent in _GRAVE:
            yield own
            continue
        if phrase and drawn < share:
            changed, opened = f"{phrase} {own.reply}", False
        elif opening and drawn < share + founder.opening_share and (behind := _behind(own.reply)):
            changed, opened = f"{opening}, {behind}", True
        else:
            yield own
            continue
        rule = _broken(checker, own, changed)
        if rule:
            told.refused[rule] += 1
            yield own
        else:
            told.opened += opened
            told.phrased += not opened
            yield replace(own, reply=changed)


def _behind(reply: str) -> str:
    """A reply as it goes on behind an opening; empty where it begins with what may be a name, or takes sides."""
    first = reply.split()[0].rstrip(",.!?:")
    return reply[:1].lower() + reply[1:] if first.casefold() in _MADE_SMALL else ""


def _broken(checker: ClaimChecker, case: Case, reply: str) -> str:
    if len(reply.split()) > MOST_WORDS:
        return "long"
    refusal = objection(checker, case, reply)
    if refusal is not None:
        return refusal.rule
    return "missing" if untold(case, reply) else ""
