"""Broken logs: what is left of them is read, and what is not is told with its line."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.event_log import EventLog
from server.replay.sources.contract import ChatEvent, ChatType, LogError, Unreadable, open_log
from server.replay.sources.json_document import JsonDocument
from server.replay.sources.message import Message, Notes
from server.replay.sources.normal_form import write_normal
from server.replay.sources.record import Record
from server.replay.sources.timeline import Timeline
from server.reports.tables import as_jsonl
from tests.server.replay.test_sources import LOGS, read

ALL_SAMPLES = sorted(path for path in LOGS.iterdir() if path.name != "NOTICE")


@pytest.mark.parametrize("sample", ALL_SAMPLES, ids=lambda path: path.name)
def test_a_log_cut_anywhere_gives_its_beginning(tmp_path: Path, sample: Path) -> None:
    whole = sample.read_bytes()
    full = {(event.t, event.user, event.text) for event in read(sample)[0]}
    log = tmp_path / "log"
    counts = []
    for tenths in range(3, 10):
        log.write_bytes(whole[: len(whole) * tenths // 10])
        try:
            events, skipped, _, _ = read(log)
        except LogError:
            counts.append(0)
            continue
        counts.append(len(events))
        assert sum((event.t, event.user, event.text) in full for event in events) >= len(events) - 1
        assert len(skipped) <= 3
    assert counts[-1] > 0
    assert counts == sorted(counts)


def test_a_compressed_log_that_breaks_off_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log"
    packed = gzip.compress((LOGS / "bilibili_vod_danmaku.xml").read_bytes())
    log.write_bytes(packed[: len(packed) * 2 // 3])
    events, skipped, _, _ = read(log)
    assert len(events) > 10
    assert "breaks off" in skipped[-1].reason


def test_damage_within_a_json_document_costs_the_damaged_messages_only(tmp_path: Path) -> None:
    text = (LOGS / "twitchdownloader.json").read_text("utf-8")
    hurt = text.replace('"_id": "fb73e044", ', '"_id": fb73e044, ', 1)
    hurt = hurt.replace('"body": "amogus"', '"body": "amo"gus"', 1)
    log = tmp_path / "log"
    log.write_text(hurt, "utf-8")
    events, skipped, _, _ = read(log)
    assert len(events) == 38
    assert [item.reason for item in skipped] == ["damaged JSON", "damaged JSON"]


def test_damage_within_xml_costs_the_damaged_element_only(tmp_path: Path) -> None:
    text = (LOGS / "bilibili_recorder_live.xml").read_text("utf-8")
    hurt = text.replace("好好好", "fish & chips < 5\x03", 1).replace('user="viewer_c1"', "user=viewer_c1", 1)
    log = tmp_path / "log"
    log.write_text(hurt, "utf-8")
    events, skipped, _, notes = read(log)
    assert len(events) == 9
    assert [item.line for item in skipped] == [12, 24]
    assert "Control characters" in notes


def test_entities_of_a_document_are_not_expanded(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        '<!DOCTYPE i [<!ENTITY a "aaaa">]><i><d p="1,1,25,0,0,0,u1,1">&a;&amp;</d><d p="2,1,25,0,0,0,u1,2">ok</d></i>'
    )
    events, skipped, _, _ = read(log)
    assert [event.text for event in events] == ["ok"]
    assert "broken XML" in skipped[0].reason


def test_a_very_long_line_is_reported_and_passed_over(tmp_path: Path) -> None:
    good = '{"event_ts_ms":1721106114633,"user_id":"1","nickname":"A","content":"hi"}\n'
    log = tmp_path / "log"
    log.write_text(good + '{"content":"' + "x" * 3_000_000 + '"}\n' + good.replace("633", "634"))
    events, skipped, _, _ = read(log)
    assert len(events) == 2
    assert [(item.line, item.reason) for item in skipped] == [(2, "longer than 1 MiB")]
    assert len(skipped[0].excerpt) <= 120


def test_a_document_passes_over_large_members_that_are_no_messages() -> None:
    document = (
        '{"embeddedData": {"emotes": [{"data": "' + 'A\\"[{' * 300_000 + '"}]}, "comments": [{"a": 1}, {"a": 2}]}'
    )
    pieces = (document[start : start + 65_536] for start in range(0, len(document), 65_536))
    assert [item.fields for item in JsonDocument(pieces) if isinstance(item, Record)] == [{"a": 1}, {"a": 2}]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none())), max_size=8),
       st.integers(1, 7), st.sampled_from([None, 0, 2]))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_document_comes_apart_into_its_objects_however_it_is_cut(
    objects: list[dict[str, object]], size: int, indent: int | None
) -> None:
    text = json.dumps(
        {"video": {"length": 12}, "comments": objects, "end": [1, [2]]}, indent=indent, ensure_ascii=False
    )
    found = list(JsonDocument(text[start : start + size] for start in range(0, len(text), size)))
    assert [item.fields for item in found if isinstance(item, Record)] == objects
    assert len(found) == len(objects)


@pytest.mark.parametrize("sorted_events", [1, 3, 1000])
@given(st.lists(st.tuples(st.floats(0, 1e4), st.booleans()), max_size=40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_is_given_once_in_order_or_reported(sorted_events: int, times: list[tuple[float, bool]]) -> None:
    messages = [
        Message("x", ChatType.CHAT, "u", "u", str(n), t if offset else None, None if offset else 1e9 + t, line=n)
        for n, (t, offset) in enumerate(times, 1)
    ]
    found = list(Timeline(Notes(), sorted_events=sorted_events).place(iter(messages)))
    assert sorted(item.line for item in found) == list(range(1, len(times) + 1))
    in_order = [item.t for item in found if isinstance(item, ChatEvent)]
    assert in_order == sorted(in_order)
    if sorted_events == 1000:
        assert len(in_order) == len(found)


def test_a_message_too_late_to_be_sorted_is_reported() -> None:
    messages = [
        Message("x", ChatType.CHAT, "u", "u", "", float(t), line=n) for n, t in enumerate([10, 20, 30, 1, 40], 1)
    ]
    notes = Notes()
    found = list(Timeline(notes, sorted_events=2).place(iter(messages)))
    assert [item.t for item in found if isinstance(item, ChatEvent)] == [10, 20, 30, 40]
    (late,) = [item for item in found if isinstance(item, Unreadable)]
    assert late.line == 4
    assert "further than can be sorted" in late.reason
    assert "by up to 29.0 s (line 4)" in notes.sentences()[0]


@given(
    st.one_of(
        st.binary(max_size=400), st.tuples(st.sampled_from(ALL_SAMPLES), st.binary(max_size=30), st.integers(0, 5000))
    )
)
@example(b"[[[[[[")
@example(b"[" * 50_000)
@example(b'{"comments": [' + b'{"a":' * 50_000)
@example(
    b'{"t": NaN, "user": "a", "text": "b", "type": "chat"}\n{"t": 1e999, "user": "a", "text": "\\ud800", "type": "chat"}'
)
@example(
    b'{"cmd": "DANMU_MSG", "info": [[0, 1, 2, 3, 1e400], {}, [[]], 7]}\n{"cmd": "INTERACT_WORD", "data": {"uid": 1, "msg_type": 1e300}}'
)
@example(b"[99:99:99] a: b\n[2021-99-99 00:00:00] a: b\n")
@example(b"# Start logging at 2021-99-99 00:00:00 UTC\n[00:00:01] a: b\n")
@example(b'time,user,text\n"1,a\n\x00,b,"c\n')
@example(b"time,user,text\n" + b'"' + b"x" * 200_000 + b"\n")
@example(b"<d p=" + b'"' * 100)
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_arbitrary_bytes_never_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, what: bytes | tuple[Path, bytes, int]
) -> None:
    if isinstance(what, tuple):
        sample, put_in, at = what
        content = sample.read_bytes()
        at %= len(content)
        what = content[:at] + put_in + content[at + len(put_in) // 2 :]
    log = tmp_path_factory.getbasetemp() / "fuzzed"
    log.write_bytes(what)
    try:
        with open_log(log) as source:
            found = list(source)
            assert all(isinstance(note, str) for note in source.notes)
    except LogError:
        return
    for item in found:
        if isinstance(item, ChatEvent):
            item.text.encode("utf-8")
            item.user.encode("utf-8")
            assert -1e16 < item.t < 1e16
            json.loads(write_normal(item))
        else:
            assert len(item.excerpt) <= 120


async def test_our_own_log_is_read_while_the_room_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    log = await EventLog.open(path)
    await log.begin_show("first", "demo", "0")
    await log.append(
        "comment.received", 1.5, {"comment": "c1", "viewer": "Lin", "text": "hello", "language": "en", "spoken": False}
    )
    await log.begin_show("second", "demo", "0")
    await log.append("room.state", 0.1, {"state": "live"})
    await log.append(
        "comment.received",
        4.25,
        {"comment": "c1", "viewer": "Bo", "text": "@Lin hi", "language": "en", "spoken": False},
    )
    await log.begin_show("third", "demo", "0")
    with open_log(path) as source:
        found = list(source)
        notes = " ".join(source.notes)
    with open_log(tmp_path, show="first") as source:
        (other,) = source
    with pytest.raises(LogError, match="no show fourth.*first, second, third"):
        open_log(path, show="fourth")
    await log.close()
    (event,) = found
    assert isinstance(event, ChatEvent)
    assert (event.t, event.user, event.text, event.mentions, event.raw_id) == (4.25, "Bo", "@Lin hi", ("Lin",), "c1")
    assert "the last one with comments was taken: second" in notes
    assert isinstance(other, ChatEvent)
    assert other.text == "hello"


async def test_our_log_its_export_and_its_table_tell_the_same(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite3"
    log = await EventLog.open(path)
    await log.begin_show("first", "demo", "0")
    for number, text in enumerate(["how much?", "多少钱", "“quoted”, with a comma"]):
        body = {"comment": f"c{number}", "viewer": f"v{number}", "text": text, "language": "en", "spoken": False}
        await log.append("comment.received", number + 0.25, body)
        await log.append("comment.decided", number + 0.5, {"comment": f"c{number}", "fate": "spoken", "reason": ""})
    events = await log.read(0, 10**9, 100)
    await log.close()
    (tmp_path / "export").write_text("".join(as_jsonl(events)), "utf-8")
    table = "\ufeffcomment,at,viewer,text\r\n" + "".join(
        f'{e.data["comment"]},{e.at},{e.data["viewer"]},"{e.data["text"]}"\r\n'
        for e in events
        if e.type == "comment.received"
    )
    (tmp_path / "table").write_text(table, "utf-8")
    told = [
        [(e.t, e.user, e.text, e.raw_id) for e in read(tmp_path / name)[0]]
        for name in ("events.sqlite3", "export", "table")
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 3


async def test_a_log_without_comments_says_so(tmp_path: Path) -> None:
    log = await EventLog.open(tmp_path / "events.sqlite3")
    await log.begin_show("first", "demo", "0")
    await log.close()
    with pytest.raises(LogError, match="none of its 1 shows has a comment"):
        open_log(tmp_path)


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE chat (text TEXT)")
    with pytest.raises(LogError, match="not an event log of Talkback"):
        open_log(path)


@pytest.mark.parametrize("nested", [True, False])
def test_an_export_of_our_own_log_gives_the_comments(tmp_path: Path, nested: bool) -> None:
    data = {"comment": "c1", "viewer": "Lin", "text": "hello"}
    head = {"seq": 1, "show": "s", "type": "comment.received", "at": 3.5, "time": "2026-01-01T20:00:00.250Z"}
    lines = [
        head | ({"data": data} if nested else data),
        {"type": "room.state", "at": 4.0, "time": "2026-01-01T20:00:01Z", "state": "live"},
    ]
    log = tmp_path / "log"
    log.write_text("\n".join(json.dumps(line) for line in lines))
    events, skipped, format, notes = read(log)
    assert format == "talkback-export"
    assert [(event.t, event.user, event.text, event.ts) for event in events] == [(3.5, "Lin", "hello", 1767297600.25)]
    assert not skipped
    assert "not a comment" in notes


@pytest.mark.parametrize("name", ["youtube_api.json", "blivedm.jsonl", "twitch_irc.txt"])
def test_the_normal_form_is_read_back_the_same(tmp_path: Path, name: str) -> None:
    events = read(LOGS / name)[0]
    log = tmp_path / "log"
    log.write_text("".join(write_normal(event) + "\n" for event in events), "utf-8")
    again, skipped, format, _ = read(log)
    assert format == "talkback-normal"
    assert not skipped
    assert [(round(event.t, 3), event.user, event.text, event.type, event.amount, event.roles) for event in events] == [
        (event.t, event.user, event.text, event.type, event.amount, event.roles) for event in again
    ]
