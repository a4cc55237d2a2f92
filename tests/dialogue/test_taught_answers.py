"""Answers by a taught model: what is drawn, what is refused, which is taken, and when it stops."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from dialogue.catalogue import Product
from dialogue.claims import ClaimChecker, Refusal
from dialogue.contract import Message, ModelError
from dialogue.facts import product_facts
from dialogue.persona import Persona
from dialogue.phrasebook import Phrasebook
from dialogue.taught_answers import Asked, TaughtAnswer, TaughtAnswers, Watch
from dialogue.taught_checks import misspelt, sheet_objection
from render.contract import Emotion
from tests.dialogue.virtual_time import run_virtual

PAN = Product(
    "PAN", "Cast-iron pan", Decimal(240), "CNY", 2, list_price=Decimal(260), stock=0, details={"size": "28 cm"}
)
FACTS = product_facts(PAN)
PRICE = FACTS["price"]
PERSONA = Persona("Marta Kowal", "Marta", "", ("Short sentences.", "No magic."), (), (), ())
GOOD = "[warm] The pan is 240 yuan, Lin, just as it stands on the card."
OTHER = "[amused] Two hundred and forty yuan, Lin, and it will outlive your kitchen table."
HOW_MUCH = Asked("Lin", "how much is the pan", (PRICE,), (PAN,))
WORD_S = 0.01
_CUT = re.compile(r"(?<= )|\^")
"""Pieces end at a space, or within a word where a ^ stands."""


@dataclass
class Drawing:
    """A model whose candidates are given; each word takes 10 ms."""

    candidates: Sequence[str]
    word_s: float = WORD_S
    error: ModelError | None = None
    asked: list[tuple[list[Message], float, int]] = field(default_factory=list)
    open: int = 0

    @property
    def name(self) -> str:
        return "drawing"

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[str, None]:
        if self.error is not None:
            raise self.error
        self.asked.append((list(messages), temperature, seed))
        self.open += 1
        try:
            for piece in _CUT.split(self.candidates[(len(self.asked) - 1) % len(self.candidates)]):
                await asyncio.sleep(self.word_s)
                yield piece.replace("^", "")
        finally:
            self.open -= 1

    async def close(self) -> None:
        return None


@dataclass
class Heard:
    """Asks a model with so much patience and keeps what was told."""

    model: Drawing
    patience_s: float = 2.0
    refused: list[tuple[str, Refusal]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    pieces: list[list[TaughtAnswer]] = field(default_factory=list)
    first_tokens: int = 0

    def ask(self, *questions: Asked, book: Phrasebook | None = None) -> list[TaughtAnswer | None]:
        async def all_of_them() -> list[TaughtAnswer | None]:
            clock = asyncio.get_running_loop().time
            checker = ClaimChecker(strict=False)
            answers = TaughtAnswers(self.model, PERSONA, checker, book or Phrasebook(0), clock, 7)
            given = []
            for asked in questions:
                until = clock() + self.patience_s

                def patience(until: float = until) -> float:
                    return max(0.0, until - clock())

                watch = Watch(patience, self._first, self._refused, lambda code, _: self.trouble.append(code))
                pieces = [piece async for piece in answers.answer(asked, watch)]
                self.pieces += [pieces]
                given.append(pieces[-1] if pieces else None)
            return given

        return run_virtual(all_of_them())

    def _first(self) -> None:
        self.first_tokens += 1

    def _refused(self, text: str, refusal: Refusal) -> None:
        self.refused.append((text, refusal))


def test_the_first_candidate_is_drawn_greedily_and_taken_if_it_is_good() -> None:
    heard = Heard(Drawing([GOOD]))
    (answer,) = heard.ask(HOW_MUCH)
    assert answer == TaughtAnswer(GOOD.removeprefix("[warm] "), Emotion.WARM, 1)
    ((messages, temperature, _),) = heard.model.asked
    assert temperature == 0.0
    assert messages[0].content == "You speak for Marta Kowal. Short sentences."
    assert messages[1].content == "Note: Cast-iron pan. Price: 240 yuan.\nLin: how much is the pan\nTell: price"
    assert (heard.first_tokens, heard.model.open) == (1, 0)


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        ("[warm] The pan is 24 yuan, Lin, just for you.", "number"),
        ("[warm] The pan is 240 yuan, Lin, and it ships free.", "promise"),
        ("[warm] The pan is 240 yuan, Lin, our best price.", "superlative"),
        ("[warm] It's a fine pan for your kitchen, Lin.", "missing"),
        ("[warm] The pan is 240 yuan, Linda, just as it stands on the card.", "name"),
        ("[warm] The pan is 240 yuan, Lin, and", "unfinished"),
        ("[warm] They are 240 yuan for the pan, Lin.", "grammar"),
        ("[warm] Lin: the pan is 240 yuan?", "format"),
        ("", "empty"),
    ],
)
def test_what_may_not_be_said_is_refused_and_another_is_drawn(reply: str, rule: str) -> None:
    heard = Heard(Drawing([reply, GOOD]))
    (answer,) = heard.ask(HOW_MUCH)
    assert answer is not None
    assert answer.drawn == 2
    assert [refusal.rule for _, refusal in heard.refused] == [rule]
    assert heard.model.asked[1][1] == pytest.approx(0.8)
    assert heard.model.asked[1][2] != heard.model.asked[0][2]


def test_an_answer_that_tells_only_some_of_several_facts_is_said_and_the_others_are_asked_alone() -> None:
    size, price = FACTS["size"], FACTS["price"]
    half = "[warm] The pan is 240 yuan, Lin, just as it stands on the card."
    heard = Heard(Drawing([half, "[warm] It's a fine pan for your kitchen, Lin.", half]))
    (answer,) = heard.ask(Asked("Lin", "price and size of the pan?", (price, size), (PAN,)))
    assert answer is not None
    assert (answer.drawn, answer.lacks) == (1, (size,))
    assert {refusal.rule for _, refusal in heard.refused} == {"missing"}
    plans = [messages[1].content.rsplit("Tell: ", 1)[1] for messages, _, _ in heard.model.asked]
    assert plans == ["price, size", "size", "size"]


def test_fields_that_were_told_lately_are_not_drawn_greedily_again() -> None:
    heard = Heard(Drawing([GOOD, OTHER]))
    first, second = heard.ask(HOW_MUCH, replace(HOW_MUCH, viewer="Wei", comment="How much is the pan"))
    assert first is not None
    assert second is not None
    assert [temperature for _, temperature, _ in heard.model.asked] == [0.0, pytest.approx(0.8)]
    assert second.text == OTHER.removeprefix("[amused] ").replace("Lin", "Wei")
    assert not heard.refused


def test_yes_to_a_wrong_number_is_refused() -> None:
    asked = Asked("Lin", "so the pan is 99 yuan?", (PRICE,), (PAN,))
    heard = Heard(Drawing(["[warm] Yes, Lin, the pan is 240 yuan."]))
    assert heard.ask(asked) == [None]
    assert heard.refused[0][1].rule == "polarity"


def test_nothing_is_said_where_no_candidate_is_good() -> None:
    heard = Heard(Drawing(["[warm] 24 yuan, Lin.", "[warm] 2 yuan, Lin.", "[warm] 4 yuan, Lin."]))
    assert heard.ask(HOW_MUCH) == [None]
    assert len(heard.refused) == 3


def test_a_candidate_that_comes_twice_is_judged_once() -> None:
    heard = Heard(Drawing(["[warm] 24 yuan, Lin."]))
    assert heard.ask(HOW_MUCH) == [None]
    assert len(heard.refused) == 1


def test_the_same_words_are_not_said_twice() -> None:
    heard = Heard(Drawing([GOOD, GOOD, OTHER]))
    first, second = heard.ask(HOW_MUCH, HOW_MUCH)
    assert first is not None
    assert second is not None
    assert second.text != first.text
    assert heard.refused[-1][1].rule == "repeated"


def test_the_frame_of_an_answer_of_late_makes_way_for_another() -> None:
    kettle = Product("KET", "Kettle", Decimal(99), "CNY", 3)
    asked = Asked("Wei", "how much", (product_facts(kettle)["price"],), (kettle,))
    alike = "[warm] The kettle is 99 yuan, Wei, just as it stands on the card."
    fresh = "[warm] For the kettle you pay 99 yuan, Wei, and that is all there is to it."
    heard = Heard(Drawing([GOOD, alike, fresh]))
    _, second = heard.ask(HOW_MUCH, asked)
    assert second is not None
    assert second.text == fresh.removeprefix("[warm] ")
    assert not heard.refused


def test_without_time_the_frame_of_late_is_better_than_nothing() -> None:
    alike = GOOD.replace("just as", "exactly as")
    heard = Heard(Drawing([GOOD, alike, OTHER]), patience_s=20 * WORD_S)
    _, second = heard.ask(HOW_MUCH, HOW_MUCH)
    assert second is not None
    assert second.text == alike.removeprefix("[warm] ")
    assert len(heard.model.asked) == 2


def test_a_model_that_is_too_slow_is_stopped_and_told() -> None:
    heard = Heard(Drawing([GOOD], word_s=0.2), patience_s=0.5)
    assert heard.ask(HOW_MUCH) == [None]
    assert heard.trouble == ["llm-slow"]
    assert heard.model.open == 0


def test_an_endless_model_is_stopped_whatever_the_patience() -> None:
    heard = Heard(Drawing(["yes " * 1000], word_s=0.05), patience_s=1000.0)
    assert heard.ask(HOW_MUCH) == [None]
    assert heard.trouble == ["llm-slow"]


def test_a_model_that_fails_is_told_by_its_code() -> None:
    heard = Heard(Drawing([GOOD], error=ModelError("model-busy", "busy")))
    assert heard.ask(HOW_MUCH) == [None]
    assert heard.trouble == ["model-busy"]


def test_an_answer_without_a_tag_loses_to_one_with() -> None:
    frame = "The pan is 240 yuan, Lin, just as it says on the card."
    heard = Heard(Drawing([GOOD, frame, f"[excited] {frame.replace('just', 'right')}"]))
    _, second = heard.ask(HOW_MUCH, HOW_MUCH)
    assert second is not None
    assert second.emotion is Emotion.EXCITED


def test_a_curt_answer_makes_way_for_a_spoken_one() -> None:
    heard = Heard(Drawing(["[warm] 240 yuan.", GOOD]))
    (answer,) = heard.ask(HOW_MUCH)
    assert answer is not None
    assert answer.drawn == 2
    assert not heard.refused


def test_what_is_saved_and_how_many_ask_may_be_said() -> None:
    both = (PRICE, FACTS["list_price"])
    asked = Asked("Lin", "any discount", both, (PAN,), others=3)
    reply = "[warm] For Lin and 3 others: it was 260 yuan and is 240 yuan now, so you save 20 yuan."
    assert Heard(Drawing([reply])).ask(asked)[0] is not None
    wrong = Heard(Drawing([reply.replace("save 20", "save 60")]))
    assert wrong.ask(asked) == [None]
    assert wrong.refused[0][1].rule == "number"


def test_a_digit_of_a_price_is_no_price() -> None:
    refusal = sheet_objection(ClaimChecker(strict=False), "It's 4 yuan.", "how much", (PRICE,), "Price: 240 yuan.", ())
    assert refusal is not None
    assert refusal.rule == "number"


def test_sold_out_has_to_be_said() -> None:
    asked = Asked("Lin", "is it in stock", (FACTS["stock"],), (PAN,))
    gone = "[sorry] The pan is sold out, Lin. I'm sorry to tell you."
    heard = Heard(Drawing(["[warm] I have the pan right here, Lin.", gone]))
    (answer,) = heard.ask(asked)
    assert answer is not None
    assert answer.emotion is Emotion.SORRY


def test_small_talk_needs_no_fact() -> None:
    asked = Asked("Lin", "hello", ())
    heard = Heard(Drawing(["[warm] Hello Lin, good to have you here."]))
    assert heard.ask(asked)[0] is not None
    assert heard.model.asked[0][0][1].content == "Note: nothing.\nLin: hello"


TWO = "[warm] The pan is 240 yuan for you, Lin. It measures 28 cm across, since you ask."
BOTH = Asked("Lin", "price and size of the pan?", (PRICE, FACTS["size"]), (PAN,))


def test_the_first_sentence_is_said_while_the_rest_is_drawn() -> None:
    model = Drawing([TWO])
    came: list[tuple[str, float]] = []

    async def timed() -> None:
        clock = asyncio.get_running_loop().time
        answers = TaughtAnswers(model, PERSONA, ClaimChecker(strict=False), Phrasebook(0), clock, 7)
        watch = Watch(lambda: 2.0, lambda: None, lambda *_: None, lambda *_: None)
        began = clock()
        async for piece in answers.answer(BOTH, watch):
            came.append((piece.text, clock() - began))

    run_virtual(timed())
    assert [text for text, _ in came] == [
        "The pan is 240 yuan for you, Lin.",
        "It measures 28 cm across, since you ask.",
    ]
    assert came[0][1] == pytest.approx(10 * WORD_S)
    assert came[1][1] == pytest.approx(17 * WORD_S)
    assert len(model.asked) == 1


def test_a_decimal_point_ends_no_sentence() -> None:
    rice = replace(PAN, name="Rice", price=Decimal("240.5"))
    heard = Heard(Drawing(["[warm] For the rice, Lin, it's 240.^5 yuan."]))
    (answer,) = heard.ask(Asked("Lin", "how much is the rice", (product_facts(rice)["price"],), (rice,)))
    assert answer is not None
    assert [piece.text for piece in heard.pieces[0]] == ["For the rice, Lin, it's 240.5 yuan."]


@pytest.mark.parametrize("rest", ["It measures 82 cm across.", "And it ships free."])
def test_after_a_first_sentence_that_was_said_a_bad_rest_is_left_out_and_what_it_lacks_is_asked_alone(
    rest: str,
) -> None:
    heard = Heard(
        Drawing([f"[warm] The pan is 240 yuan for you, Lin. {rest}", "[amused] It measures 28 cm across, Lin."])
    )
    heard.ask(BOTH)
    assert heard.pieces[0] == [
        TaughtAnswer("The pan is 240 yuan for you, Lin.", Emotion.WARM, 1, (FACTS["size"],)),
        TaughtAnswer("It measures 28 cm across, Lin.", Emotion.WARM, 2),
    ]
    assert heard.model.asked[1][0][1].content == "Note: Cast-iron pan. Size: 28 cm.\nLin: size?\nTell: size"
    assert len(heard.refused) == 1


def test_what_follows_is_refused_like_any_other_and_left_to_the_host() -> None:
    heard = Heard(Drawing([TWO.replace("28", "82"), "[warm] It measures 82 cm, Lin.", "[warm] It's big, Lin."]))
    (answer,) = heard.ask(BOTH)
    assert answer == TaughtAnswer("The pan is 240 yuan for you, Lin.", Emotion.WARM, 1, (FACTS["size"],))
    assert [refusal.rule for _, refusal in heard.refused] == ["number", "number", "missing"]


def test_an_old_price_is_not_told_without_the_one_that_holds() -> None:
    asked = Asked("Lin", "any discount", (PRICE, FACTS["list_price"]), (PAN,))
    heard = Heard(Drawing(["[warm] There is, Lin. It is 260 yuan here, 20 yuan on the list."]))
    assert heard.ask(asked) == [None]
    both = "[warm] There is, Lin: it was 260 yuan and is 240 yuan now."
    assert Heard(Drawing([both])).ask(asked) != [None]


def test_a_first_sentence_that_tells_nothing_waits_for_the_rest() -> None:
    heard = Heard(Drawing(["[warm] That is easily told, Lin. The pan is 240 yuan and 28 cm."]))
    heard.ask(BOTH)
    assert len(heard.pieces[0]) == 1


def test_a_first_sentence_that_may_not_be_said_is_not() -> None:
    heard = Heard(Drawing(["[warm] The pan is 24 yuan for you, Lin. It measures 28 cm across.", TWO]))
    (answer,) = heard.ask(BOTH)
    assert answer is not None
    assert [(piece.drawn, piece.lacks) for piece in heard.pieces[0]] == [(2, (FACTS["size"],)), (2, ())]


def test_a_first_sentence_in_the_frame_of_one_of_late_waits_for_another_candidate() -> None:
    other = "[amused] Two hundred and forty yuan, Lin, and the tape measure says 28 cm."
    heard = Heard(Drawing([TWO, TWO, other]))
    first, second = heard.ask(BOTH, BOTH)
    assert (len(heard.pieces[0]), len(heard.pieces[1])) == (2, 1)
    assert first is not None
    assert second is not None
    assert second.text == other.removeprefix("[amused] ")


def test_a_model_that_stops_within_the_rest_leaves_the_first_sentence_and_what_it_lacks() -> None:
    heard = Heard(Drawing([TWO]), patience_s=0.13)
    (answer,) = heard.ask(BOTH)
    assert answer == TaughtAnswer("The pan is 240 yuan for you, Lin.", Emotion.WARM, 1, (FACTS["size"],))
    assert heard.trouble == []


def test_further_candidates_are_asked_to_tell_the_facts_in_another_order() -> None:
    heard = Heard(Drawing(["[warm] It's a fine pan for your kitchen, Lin."]))
    heard.ask(BOTH)
    plans = [messages[1].content.rsplit("Tell: ", 1)[1] for messages, _, _ in heard.model.asked]
    assert plans == ["price, size", "size, price", "price, size"]


def test_a_rare_name_goes_through_the_model_as_a_common_one() -> None:
    heard = Heard(Drawing(["[warm] The pan is 240 yuan, Lin, just as it stands on the card."]))
    (answer,) = heard.ask(replace(HOW_MUCH, viewer="Siobhán"))
    assert answer is not None
    assert answer.text == "The pan is 240 yuan, Siobhán, just as it stands on the card."
    assert heard.model.asked[0][0][1].content.endswith("\nLin: how much is the pan\nTell: price")


def test_the_name_that_stands_in_is_not_one_that_the_comment_names() -> None:
    heard = Heard(Drawing(["[warm] The pan is 240 yuan, Maya, just as it stands on the card."]))
    (answer,) = heard.ask(Asked("Wen", "does Lin have it too, how much is the pan", (PRICE,), (PAN,)))
    assert answer is not None
    assert answer.text == "The pan is 240 yuan, Wen, just as it stands on the card."


def test_an_answer_that_may_be_said_is_not_kept_waiting_for_a_newer_one() -> None:
    heard = Heard(Drawing([GOOD, GOOD, OTHER], word_s=0.03))
    first, second = heard.ask(HOW_MUCH, replace(HOW_MUCH, viewer="Tom"))  # 0.42 s a candidate
    assert first is not None
    assert second is not None
    assert (second.drawn, len(heard.model.asked)) == (1, 2)


def test_spaces_between_sentences_do_not_bring_the_first_one_twice() -> None:
    heard = Heard(Drawing(["[warm]  The pan is 240 yuan for you, Lin.  It measures  28 cm across."]))
    heard.ask(BOTH)
    assert [piece.text for piece in heard.pieces[0]] == [
        "The pan is 240 yuan for you, Lin.",
        "It measures 28 cm across.",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "There is, Lin: 240 yuan on the list, 260 yuan here.",
        "From 240 yuan down to 260 yuan, Lin.",
        "You pay 260 yuan, Lin, instead of 240 yuan.",
        "That's 240 yuan, Lin, the list price. You pay 260 yuan.",
    ],
)
def test_the_old_price_is_not_taken_for_the_one_that_holds(reply: str) -> None:
    asked = Asked("Lin", "any discount", (PRICE, FACTS["list_price"]), (PAN,))
    heard = Heard(Drawing([f"[warm] {reply}"]))
    assert heard.ask(asked) == [None]
    assert heard.refused[0][1].rule == "turned"
    turned = reply.replace("240", "_").replace("260", "240").replace("_", "260")
    assert Heard(Drawing([f"[warm] {turned}"])).ask(asked) != [None]


@pytest.mark.parametrize(
    ("reply", "slip"),
    [
        ("The ribeye steriors are 240 yuan, Lin.", "steriors"),
        ("The ribeye stake is 240 yuan, Lin.", None),
        ("The roobios are 240 yuan, Lin, for the steak.", "roobios"),
        ("The ribeye steaks are 240 yuan, Lin, straight from my note.", None),
    ],
)
def test_a_garbled_copy_of_a_word_on_the_note_is_noticed(reply: str, slip: str | None) -> None:
    found = misspelt(reply, "Rooibos and ribeye steak", ["Lin", "Rooibos and ribeye steak. Price: 240 yuan."])
    assert (found and found[0]) == slip
