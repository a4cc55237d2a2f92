import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.number_words import cardinal, clock, decimal, ordinal, year
from render.speech_text import say_as_english


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It's ¥199.00!", "It's one hundred ninety-nine yuan!"),
        ("39.9 yuan, 3.5 dollars", "thirty-nine point nine zero yuan, three dollars and fifty cents."),
        ("¥19.90 each", "nineteen point nine zero yuan each."),
        ("￥1,299", "one thousand two hundred ninety-nine yuan."),
        ("199元 or 60 RMB", "one hundred ninety-nine yuan or sixty yuan."),
        ("$3.50, €1 or £0.99", "three dollars and fifty cents, one euro or ninety-nine pence."),
        ("US$1.2 million", "one point two million dollars."),
        ("¥100-200", "one hundred to two hundred yuan."),
        ("¥199/kg", "one hundred ninety-nine yuan per kilogram."),
        ("10×150 g", "ten times one hundred fifty grams."),
        (
            "26 × 24 × 21 cm, 600 W at 220 V",
            "twenty-six by twenty-four by twenty-one centimetres, six hundred watts at two hundred twenty volts.",
        ),
        ("at 2–6 °C; 100 % linen", "at two to six degrees Celsius; one hundred percent linen."),
        ("20 x 30 cm", "twenty by thirty centimetres."),
        ("1.5 L, 500ml", "one point five litres, five hundred millilitres."),
        ("1 kg and 60 W", "one kilogram and sixty watts."),
        ("5 a day, 3 in a box", "five a day, three in a box."),
        ("keep at -18°C", "keep at minus eighteen degrees Celsius."),
        ("5-7 days, 10% - 20% off", "five to seven days, ten to twenty percent off."),
        ("Call 400-820-8820.", "Call four zero zero eight two zero eight eight two zero."),
        ("+86 138 1234 5678", "plus eight six one three eight one two three four five six seven eight."),
        ("2024-05-20 at 20:00", "May twentieth twenty twenty-four at eight p m."),
        ("May 3, 10:05 am", "May third, ten oh five a m."),
        ("9am-6pm", "nine a m to six p m."),
        ("the 1st and 22nd", "the first and twenty-second."),
        ("9½ or 1 1/2 cups", "nine and one half or one and one half cups."),
        ("½ price, 3/4, 24/7", "one half price, three quarters, twenty-four seven."),
        ("RB-10, USB-C and 5G", "RB ten, USB-C and five G."),
        ("Dr. Lee vs. No. 5", "doctor Lee versus number five."),
        ("visit www.shop.com/abc", "visit shop dot com."),
        ("good 😀👍🏽 really", "good really."),
        ("sooooo GREAT!!!", "soo great!"),
        ("wait... what?!", "wait, what?"),
        ("steak (frozen) — yes", "steak, frozen, yes."),
        ("And then,", "And then,"),
        ("你好", ""),
        ("😀", ""),
        ("", ""),
    ],
)
def test_what_is_written_is_said(written: str, said: str) -> None:
    assert say_as_english(written).text == said


def test_a_written_expression_is_one_token_with_many_words() -> None:
    text = "Only ¥199.00 for 1.5 L, friends."
    tokens = say_as_english(text).tokens
    assert [text[token.first : token.last] for token in tokens] == ["Only", "¥199.00", "for", "1.5 L,", "friends."]
    assert [len(token.words) for token in tokens] == [1, 4, 1, 4, 1]


def test_unsaid_characters_belong_to_a_neighbour() -> None:
    text = "😀 hi “Lin” 😀!"
    tokens = say_as_english(text).tokens
    assert [text[token.first : token.last] for token in tokens] == ["😀 hi", "“Lin” 😀!"]
    assert tokens[-1].pause == "!"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mon–Fri, 9am–5pm", "Monday to Friday, nine a m to five p m."),
        ("20 May 2024 or on 3 May", "the twentieth of May twenty twenty-four or on the third of May."),
        ("the 3rd of May", "the third of May."),
        ("May 3-5", "May third to fifth."),
        ("5/20/2024", "May twentieth twenty twenty-four."),
        ("20/5/2024", "May twentieth twenty twenty-four."),
        ("20.05.2024", "May twentieth twenty twenty-four."),
        ("32/13/2024 is no day", "thirty-two thirteen two thousand twenty-four is no day."),
        ("the 90s and the 1990s", "the nineties and the nineteen nineties."),
        ("cook 30s", "cook thirty seconds."),
        ("1/2 kg, 1½ L, 2/3 cup", "one half kilogram, one and one half litres, two thirds cup."),
        ('5\'11" tall, 6.1" screen', "five feet eleven inches tall, six point one inches screen."),
        ('he said "size 12" twice', "he said size twelve twice."),
        ("5M views, 5 m wide", "five million views, five metres wide."),
        ("1080p, 720p, 16:9, 1:1", "ten eighty p, seven twenty p, sixteen to nine, one to one."),
        (
            "order 123456, 123456 sold",
            "order one two three four five six, one hundred twenty-three thousand four hundred fifty-six sold.",
        ),
        ("v2.1", "version two point one."),
        ("max. 5 kg, min. order 3, qty 2", "maximum five kilograms, minimum order three, quantity two."),
        ("Ask Max. He knows; 20 min later", "Ask Max. He knows; twenty minutes later."),
        ("St. Mary", "saint Mary."),
        (
            "3 g/100 ml, 15 km/h, €1.50/kg",
            "three grams per one hundred millilitres, fifteen kilometres per hour, one euro and fifty cents per kilogram.",
        ),
        ("he/she, M/L/XL", "he or she, M or L or XL."),
        ("2×, 3 ×, 10 × 150 g", "two times, three times, ten times one hundred fifty grams."),
        ("20 sq ft at 20ºC", "twenty square feet at twenty degrees Celsius."),
        ("₹5, A$20, 30 CHF", "five rupees, twenty Australian dollars, thirty Swiss francs."),
        ("iPhone 15 Pro, PS5, X200, A4", "iPhone fifteen Pro, PS five, X two hundred, A four."),
        ("(555) 123-4567", "five five five one two three four five six seven."),
        ("https://shop.example.com/p/123?x=1&y=2#z now", "shop dot example dot com now."),
        ("w/ lid, w/o lid, approx. 3, asap", "with lid, without lid, approximately three, as soon as possible."),
    ],
)
def test_what_a_plain_reading_gets_wrong(written: str, said: str) -> None:
    assert say_as_english(written).text == said


@given(st.text(alphabet=st.sampled_from("aB 9¥$.,-(x×):/%°g😀你½'\n\"Ⅷ"), max_size=40) | st.text(max_size=40))
def test_tokens_cover_any_text_in_order(text: str) -> None:
    spoken = say_as_english(text)
    covered: set[int] = set()
    reached = 0
    for token in spoken.tokens:
        assert reached <= token.first < token.last <= len(text)
        reached = token.last
        covered.update(range(token.first, token.last))
    assert all(at in covered for at, character in enumerate(text) if not character.isspace())
    if spoken.text:
        assert all(token.words for token in spoken.tokens)
    assert not re.search(r"[0-9]", spoken.text)


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_cardinals_can_be_read_back(number: int) -> None:
    assert _value(cardinal(number)) == number


def test_number_words() -> None:
    assert cardinal(1_000_001) == "one million one"
    assert cardinal(-5) == "minus five"
    assert ordinal(12) == "twelfth"
    assert ordinal(40) == "fortieth"
    assert ordinal(103) == "one hundred third"
    assert decimal("007") == "zero zero seven"
    assert decimal(".5") == "zero point five"
    assert [year(2005), year(1905), year(1900)] == ["two thousand five", "nineteen oh five", "nineteen hundred"]
    assert [clock(0, 0), clock(12, 0), clock(13, 30)] == ["twelve a m", "twelve o'clock", "one thirty p m"]


def _value(words: str) -> int:
    units = {cardinal(n): n for n in range(20)} | {cardinal(n): n for n in range(20, 100, 10)}
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = current = 0
    for word in words.replace("-", " ").split():
        if word in units:
            current += units[word]
        elif word == "hundred":
            current *= 100
        else:
            total, current = total + current * scales[word], 0
    return total + current
