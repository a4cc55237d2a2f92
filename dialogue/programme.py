"""What a segment has to tell: its beats, what must be told of them, and what fills the time that the chat leaves. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from dialogue.catalogue import Product
from dialogue.facts import Fact, product_facts
from dialogue.pacing import seconds_to_say
from dialogue.room_content import RoomContent
from dialogue.rundown import SLOT, Beat, Segment, default_beats
from render.contract import Emotion

FIELD_AGAIN_S: Final = 15 * 60.0
"""So long after it was told a field of a product may fill time again."""
FILLER_AGAIN_S: Final = 25 * 60.0
CALLBACK_AFTER_S: Final = 8 * 60.0
INVITE_AGAIN_S: Final = 4 * 60.0
PHRASE_AGAIN_S: Final = 5 * 60.0
PLANNED_AGAIN_S: Final = 5 * 60.0
"""A story or a section of the plan is left out if it was told so lately."""
"""The same for stories and what else may be told anywhere."""
_TELLABLE: Final = (
    "description",
    "shipping",
    "size",
    "material",
    "storage",
    "shelf_life",
    "care",
    "usage",
    "warranty",
    "net_content",
    "origin",
    "ingredients",
    "power",
    "stock",
)
_MOST_FIELDS_IN_A_ROW: Final = 2
_FRAME_S: Final = 1.0
"""What the words around a field's value take; around a price there are more: what it is for, what is saved."""
_PRICE_S: Final = 1.5


@dataclass(frozen=True, slots=True)
class Planned:
    """A beat with what it costs."""

    beat: Beat
    seconds: float
    must: bool = False
    key: str = ""
    """Names a filler, so that it is not told again too soon; empty for a beat of the plan."""
    of: Product | None = None
    """What it speaks of, where that is not the product on show."""


class TimelessWording(Protocol):
    """What a language offers beyond the facts of a product; slots as in the rundown."""

    @property
    def language(self) -> str: ...

    @property
    def recaps(self) -> tuple[str, ...]:
        """Ways to sum a product up, with ``{price}``."""

    @property
    def callbacks(self) -> tuple[str, ...]:
        """Ways to remind of a product that was presented before, with ``{price}``."""

    @property
    def invites(self) -> tuple[str, ...]:
        """Ways to ask for questions about a product."""

    @property
    def invites_talk(self) -> tuple[str, ...]:
        """Ways to ask for questions when no product is on show."""


class Programme:
    """The material of one segment after the other. What fills time is told in turns, over the whole show."""

    def __init__(self, content: RoomContent, wording: TimelessWording) -> None:
        self._content = content
        self._wording = wording
        self._chinese = wording.language == "zh"
        self._stories = {fact.field: fact for fact in content.persona.stories}
        self._sections = {section.ident: fact for section, fact in content.sections}
        profile = content.profile
        taken = profile is not None and profile.language == wording.language
        self._phrases = profile.catch_phrases if profile is not None and taken else ()
        self._told_at: dict[str, float] = {}
        self._used: set[str] = set()
        """Fillers and fields of the present segment."""
        self._fields_in_a_row = 0
        self._segment: Segment | None = None
        self._product: Product | None = None
        self.plan: deque[Planned] = deque()
        """The beats of the segment that are still to come."""
        self.told_of_plan = 0
        """How many of them have been told."""

    def open(self, segment: Segment, product: Product | None) -> None:
        """A segment begins."""
        self._segment, self._product = segment, product
        self._used.clear()
        self.told_of_plan = 0
        beats = segment.beats
        if not beats and product is not None:
            beats = self._return() if segment.again else default_beats(product.details)
        self.plan = deque(self._planned(beat) for beat in beats)

    def prose(self, beat: Beat) -> Fact | None:
        """The story or the section that a beat tells."""
        if beat.story is not None:
            return self._stories.get(beat.story)
        return self._sections.get(beat.fact) if beat.fact is not None else None

    def must_s(self) -> float:
        """Seconds of what must still be told."""
        return sum(planned.seconds for planned in self.plan if planned.must)

    def plan_s(self) -> float:
        """Seconds of all that is planned."""
        return sum(planned.seconds for planned in self.plan)

    def told_lately(self, planned: Planned, now: float) -> bool:
        """Whether it tells a story or a section that viewers have just heard."""
        key = _prose_key(planned.beat)
        return bool(key) and not self._old(key, now, PLANNED_AGAIN_S)

    def told(self, planned: Planned, now: float) -> None:
        """It is on its way."""
        self.told_of_plan += not planned.key
        for key in (planned.key, _prose_key(planned.beat)):
            if key:
                self._used.add(key)
                self._told_at[key] = now
        self._fields_in_a_row = self._fields_in_a_row + 1 if planned.key.startswith("tell/") else 0
        if self._product is not None:
            slots = [name for wording in planned.beat.say[:1] for name in SLOT.findall(wording)]
            for name in (*planned.beat.tell, *slots):
                self._used.add(f"tell/{self._product.sku}.{name}")
                self._told_at[f"tell/{self._product.sku}.{name}"] = now

    def near(self, now: float, *, part: float = 1.0) -> Iterator[Planned]:
        """What may be told of the product besides, the next first; again after that part of the usual time."""
        segment, product = self._segment, self._product
        if segment is None:
            return
        ahead = {name for planned in self.plan for name in planned.beat.tell}
        # another pass begins where the last one left off
        order = sorted(range(len(segment.more)), key=lambda i: (self._told_at.get(f"more/{segment.id}/{i}", -1.0), i))
        for i in order:
            prose = _prose_key(segment.more[i])
            lately = prose and not (self._open(prose) and self._old(prose, now, part * FILLER_AGAIN_S))
            if self._open(f"more/{segment.id}/{i}") and not lately:
                yield self._planned(segment.more[i], key=f"more/{segment.id}/{i}")
        if product is None or self._fields_in_a_row >= _MOST_FIELDS_IN_A_ROW:
            return  # one column after the other is a data sheet
        known = product_facts(product)
        untold = [name for name in _TELLABLE if name in known and name not in ahead]
        for name in sorted(untold, key=lambda name: self._told_at.get(f"tell/{product.sku}.{name}", -1.0)):
            key = f"tell/{product.sku}.{name}"
            if self._open(key) and self._old(key, now, part * FIELD_AGAIN_S):
                yield self._planned(Beat(tell=(name,)), key=key)

    def far(self, now: float, *, part: float = 1.0) -> Iterator[Planned]:
        """What may be told once the product has nothing more, the next first; again after that part of the usual time."""
        product = self._product
        if product is not None and self._open("recap") and f"tell/{product.sku}.price" in self._used:
            yield self._planned(Beat(say=self._wording.recaps, emotion=Emotion.EXCITED), key="recap")
        invites = self._wording.invites if product is not None else self._wording.invites_talk
        if self._open("invite") and self._old("invite", now, part * INVITE_AGAIN_S):
            yield self._planned(Beat(say=invites, emotion=Emotion.WARM), key="invite")
        fillers = [(_prose_key(beat) or f"fill/{i}", beat) for i, beat in enumerate(self._content.rundown.fill)]
        fillers += [(f"story/{name}", Beat(story=name, emotion=Emotion.AMUSED)) for name in self._stories]
        for key, beat in sorted(fillers, key=lambda pair: self._told_at.get(pair[0], -1.0)):
            second_story = key.startswith("story/") and any(used.startswith("story/") for used in self._used)
            if self._open(key) and self._old(key, now, part * FILLER_AGAIN_S) and not second_story:
                yield self._planned(beat, key=key)
        phrases = self._phrases
        if phrases and self._open("catch phrase") and self._old("catch phrase", now, part * PHRASE_AGAIN_S):
            yield self._planned(Beat(say=phrases, emotion=Emotion.AMUSED), key="catch phrase")
        yield from self._callbacks(now, part)

    def _callbacks(self, now: float, part: float) -> Iterator[Planned]:
        """Reminders of what was presented a while ago, the longest ago first."""
        others = [p for p in self._content.catalogue.products if self._product is None or p.sku != self._product.sku]
        told = [
            (max(at, self._told_at.get(f"callback/{p.sku}", at)), p) for p in others if (at := self._priced(p)) >= 0
        ]
        for at, product in sorted(told, key=lambda pair: pair[0]):
            if now - at >= part * CALLBACK_AFTER_S:
                beat = Beat(say=self._wording.callbacks, emotion=Emotion.WARM)
                yield Planned(beat, self._seconds(beat) + _FRAME_S, key=f"callback/{product.sku}", of=product)

    def _priced(self, product: Product) -> float:
        """When the price of a product was told last by the presentation; negative if never."""
        return self._told_at.get(f"tell/{product.sku}.price", -1.0)

    # ---- inside ------------------------------------------------------------------------------------------------

    def _return(self) -> tuple[Beat, ...]:
        """Another look at a product: what it is, what it costs, how many are left."""
        product = self._product
        assert product is not None
        names = [name for name in ("description", "price", "stock") if name in product_facts(product)]
        return tuple(Beat(tell=(n,), emotion=Emotion.EXCITED if n == "price" else Emotion.WARM) for n in names)

    def _open(self, key: str) -> bool:
        return not key or key not in self._used

    def _old(self, key: str, now: float, seconds: float) -> bool:
        at = self._told_at.get(key)
        return at is None or now - at >= seconds

    def _planned(self, beat: Beat, key: str = "") -> Planned:
        must = beat.must or "price" in beat.tell
        return Planned(beat, self._seconds(beat), must, key)

    def _seconds(self, beat: Beat) -> float:
        if beat.say:
            return max(map(seconds_to_say, beat.say))
        if (fact := self.prose(beat)) is not None:
            return max(map(seconds_to_say, fact.tellings_zh if self._chinese and fact.tellings_zh else fact.tellings))
        known = product_facts(self._product) if self._product is not None else {}
        told = [known[name] for name in beat.tell if name in known]
        told += [known["list_price"]] if "price" in beat.tell and "list_price" in known else []
        frame_s = _FRAME_S + (_PRICE_S if "price" in beat.tell else 0.0)
        return sum(seconds_to_say(fact.say_zh if self._chinese else fact.say) + frame_s for fact in told)


def _prose_key(beat: Beat) -> str:
    """Names the story or the section that a beat tells, whichever beat it is; empty if it tells none."""
    if beat.story is not None:
        return f"story/{beat.story}"
    return f"fact/{beat.fact}" if beat.fact is not None else ""
