"""The small parts that every back end's stream goes through."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.contract import ModelError
from dialogue.llm.server_sent import ServerSentDecoder, ServerSentError
from dialogue.llm.stop_scanner import StopScanner
from dialogue.llm.turnstile import Turnstile


def scan(pieces: list[str], stops: list[str]) -> str:
    scanner = StopScanner(stops)
    return "".join(scanner.feed(piece) for piece in pieces) + scanner.end()


@given(st.lists(st.text("abc", max_size=4)), st.text("abc", min_size=1, max_size=4))
def test_the_cut_does_not_depend_on_the_pieces(pieces: list[str], stop: str) -> None:
    assert scan(pieces, [stop]) == "".join(pieces).split(stop)[0]


@given(st.lists(st.text("abc", max_size=4)), st.lists(st.text("abc", min_size=1, max_size=3), max_size=3))
def test_no_stop_string_is_ever_shown(pieces: list[str], stops: list[str]) -> None:
    whole, shown = "".join(pieces), scan(pieces, stops)
    assert whole.startswith(shown)
    assert not any(stop in shown for stop in stops)
    assert shown == whole or any(stop in whole for stop in stops)


def test_text_is_held_only_while_it_may_begin_a_stop_string() -> None:
    scanner = StopScanner(["\nUser:"])
    assert scanner.feed("Hello.\nUs") == "Hello."
    assert scanner.feed("ually") == "\nUsually"
    assert scanner.feed(" two\nUser: more") == " two"
    assert scanner.stopped
    assert scanner.feed("never") == ""
    assert scanner.end() == ""


def test_empty_stop_strings_mean_nothing() -> None:
    assert scan(["a", "b"], [""]) == "ab"


def events(text: bytes, cuts: list[int]) -> list[str]:
    decoder = ServerSentDecoder()
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    found = [event for a, b in zip(edges, edges[1:], strict=False) for event in decoder.feed(text[a:b])]
    return found + decoder.end()


@given(st.lists(st.integers(0, 200)), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_events_do_not_depend_on_how_the_bytes_are_cut(cuts: list[int], end: bytes) -> None:
    text = end.join(
        [b"\xef\xbb\xbfdata: \xe4\xbd\xa0\xe5\xa5\xbd", b"", b": ping", b"", b"data:a", b"data: b", b"", b"data: c"]
    )
    assert events(text, cuts) == ["你好", "a\nb", "c"]


def test_an_event_without_end_is_refused() -> None:
    decoder = ServerSentDecoder()
    with pytest.raises(ServerSentError):
        [decoder.feed(b"data: " + b"x" * 100_000 + b"\n") for _ in range(20)]


async def test_a_turnstile_lets_through_in_order_and_turns_away_what_is_too_much() -> None:
    turnstile = Turnstile(1, 2, what="the model")
    order: list[int] = []
    release = [asyncio.Event() for _ in range(3)]

    async def visit(number: int) -> None:
        async with turnstile.turn():
            order.append(number)
            await release[number].wait()

    tasks = [asyncio.create_task(visit(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(ModelError, match="2 more are waiting") as caught:
        async with turnstile.turn():
            pass
    assert caught.value.code == "model-busy"
    tasks[1].cancel()
    for event in release:
        event.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 2]
    async with turnstile.turn():
        pass
