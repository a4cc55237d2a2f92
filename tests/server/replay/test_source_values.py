"""The small things that every format has to read: sums, times, numbers, and what they are written in."""

import pytest

from server.replay.pseudonym import Pseudonyms
from server.replay.sources.contract import ChatEvent, open_log
from server.replay.sources.money import read_money
from server.replay.sources.record import Record, as_datetime, as_number, as_text, as_unix
from server.replay.sources.table import columns_of
from tests.server.replay.test_sources import LOGS, SAMPLES, read


@pytest.mark.parametrize(
    ("text", "amount", "currency", "ambiguous"),
    [
        ("$5.00", 5.0, "USD", "$"),
        ("US$5.00", 5.0, "USD", None),
        ("CA$10.00", 10.0, "CAD", None),
        ("A$2", 2.0, "AUD", None),
        ("€5,00", 5.0, "EUR", None),
        ("1.234,56 €", 1234.56, "EUR", None),
        ("¥1,000", 1000.0, "JPY", "¥"),
        ("CN¥20", 20.0, "CNY", None),
        ("NT$150.00", 150.0, "TWD", None),
        ("₩5,000", 5000.0, "KRW", None),
        ("CZK 20.00", 20.0, "CZK", None),
        ("R$ 10,00", 10.0, "BRL", None),
        ("₹1,00,000.00", 100000.0, "INR", None),
        ("S$3", 3.0, "SGD", None),
        ("20 kr", 20.0, None, None),
        ("", None, None, None),
        ("PHP 1\u00a0500.50", 1500.5, "PHP", None),
        ("$" + "9" * 30, None, "USD", "$"),
    ],
)
def test_money(text: str, amount: float | None, currency: str | None, ambiguous: str | None) -> None:
    assert read_money(text) == (amount, currency, ambiguous)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1626314508, 1626314508.0),
        (1626314508745, 1626314508.745),
        ("1626314508745000", 1626314508.745),
        (1626314508745000000, 1626314508.745),
        ("2021-07-15T02:01:48.74506207Z", 1626314508.745062),
        ("2021-07-15T10:01:48+08:00", 1626314508.0),
        ("2021/07/15 02:01:48 UTC", 1626314508.0),
        ("2021-07-15T02:01:48", None),
        (0, None),
        (-5, None),
        ("soon", None),
        (None, None),
        (True, None),
        (1e30, None),
        (float("nan"), None),
        ("2021-02-30T00:00:00Z", None),
        ({}, None),
        ("9" * 400, None),
    ],
)
def test_moments(value: object, seconds: float | None) -> None:
    assert as_unix(value) == seconds


def test_numbers_and_texts_of_any_type() -> None:
    values: list[object] = ["1.5", 2, "x", None, True, "inf", 10**400, []]
    assert [as_number(value) for value in values] == [
        1.5,
        2.0,
        None,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [as_text(value) for value in ("a\ud800b", 5, 1.5, True, None, float("inf"), 10**5000)] == [
        "a?b",
        "5",
        "1.5",
        "",
        "",
        "",
        "",
    ]
    record = Record({"a": None, "b": "", "c": 0, "d": {"x": 1}, "e": [1, {"y": 2}]})
    assert (record.text("a", "b", "c"), record.child("a", "d").number("x"), record.children("e")[0].number("y")) == (
        "0",
        1.0,
        2.0,
    )
    assert as_datetime("2021-07-15 02:01:48") is not None


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("time,user,message", {"time": 0, "user": 1, "text": 2}),
        ("\ufeffTimestamp;Author;Comment", {"time": 0, "user": 1, "text": 2}),
        ("发送时间\t用户昵称\t评论内容", {"time": 0, "user": 1, "text": 2}),
        ('"published at","display name",text,id,user_id', {"time": 0, "user": 1, "text": 2, "raw_id": 3, "user_id": 4}),
        ("comment,at,viewer,text,language", {"time": 1, "user": 2, "text": 3, "raw_id": 0}),
        ("time,user", None),
        ("a,b,c", None),
        ("", None),
    ],
)
def test_headings(heading: str, columns: dict[str, int] | None) -> None:
    found = columns_of(heading)
    assert (None if found is None else found.places) == columns


@pytest.mark.parametrize("name", [name for name, *_ in SAMPLES])
def test_no_viewer_of_a_sample_is_left_once_pseudonyms_are_given(name: str) -> None:
    events = read(LOGS / name)[0]
    pseudonyms = Pseudonyms()
    for event in events:
        pseudonyms.learn(event.user_id, event.user)
    told = [pseudonyms.event(event) for event in events]
    people = {event.user for event in events} | {event.user_id for event in events}
    for person in people - pseudonyms.doubtful - {""}:
        if len(person) >= 4:
            assert not [
                event for event in told if person in f"{event.user} {event.user_id} {event.text} {event.mentions}"
            ]
    assert [event.t for event in told] == [event.t for event in events]
    assert len({event.user for event in told}) == len({event.user_id for event in events})


def test_danmaku_that_are_drawn_are_no_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("drawn") / "log"
    drawn = '<d p="1,7,25,0,0,0,ab,1">["0.1","0.2","1-1","4.5","shape"]</d>'
    log.write_text(f'<i>{drawn}<d p="2,1,25,0,0,0,cd,2">hi</d></i>', "utf-8")
    with open_log(log) as source:
        (event,) = source
        assert isinstance(event, ChatEvent)
        assert event.text == "hi"
        assert "drawn by a script" in " ".join(source.notes)
