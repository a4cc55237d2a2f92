"""The bridge: everything arrives once, in order, with the room's patience; what is lost is counted."""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from server.replay.backlog import Backlog, Delivery
from server.replay.bridge import Bridge, BridgeError, BridgeTerms
from server.replay.live_chat import LiveChat, follow, lines_of
from server.replay.sources.contract import ChatEvent, ChatSource, Unreadable, open_log
from tests.server.fakes import open_site
from tests.server.replay.test_sources import LOGS

Answer = tuple[int, dict[str, object]]
OK: Answer = (202, {"id": "c1"})
INFO = {"room": "demo", "limits": {"comment_chars": 20, "viewer_chars": 8}}


class StubRoom:
    """Takes comments and answers as it is told."""

    def __init__(self, answers: Callable[[str, str], Answer | Awaitable[Answer]] = lambda viewer, text: OK) -> None:
        self.taken: list[tuple[str, str]] = []
        self._answers = answers

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/rooms/demo/info", self._info)
        app.router.add_post("/rooms/demo/comments", self._comment)
        return app

    async def _info(self, request: web.Request) -> web.Response:
        return web.json_response(INFO)

    async def _comment(self, request: web.Request) -> web.Response:
        body = await request.json()
        answer = self._answers(body["viewer"], body["text"])
        status, told = answer if isinstance(answer, tuple) else await answer
        if status == 202:
            self.taken.append((body["viewer"], body["text"]))
        return web.json_response(told, status=status)


@asynccontextmanager
async def serving(stub: StubRoom, port: int | None = None) -> AsyncIterator[str]:
    async with TestServer(stub.app(), port=port) as server:
        yield str(server.make_url("/rooms/demo"))


def lines(texts: Sequence[str], viewer: str = "v{}") -> Iterator[bytes]:
    for number, text in enumerate(texts):
        message = {
            "event_ts_ms": 1721106114633 + number,
            "user_id": str(number),
            "nickname": viewer.format(number),
            "content": text,
        }
        yield json.dumps(message).encode() + b"\n"


def bridge_to(url: str, source: ChatSource, **terms: object) -> Bridge:
    settings = replace(BridgeTerms(url, speed=None, patience_s=5.0), **terms)  # type: ignore[arg-type]
    return Bridge(settings, source, said.append, time.monotonic)


said: list[str] = []


@pytest.fixture(autouse=True)
def _nothing_said() -> None:
    said.clear()


async def test_a_chat_is_brought_to_a_real_room_whatever_address_it_comes_from(tmp_path: Path) -> None:
    texts = [f"comment {number}" for number in range(120)]  # more than a room takes from one address at once
    async with open_site(tmp_path) as site:
        url = str(site.client.make_url("/rooms/demo"))
        bridge = bridge_to(url, LiveChat(lines(texts)), token=site.token, prefix="抖·")
        await bridge.run()
        kept = [
            event.data for event in await site.room.events.read(0, 10**9, 10_000) if event.type == "comment.received"
        ]
    assert sorted(event["text"] for event in kept) == sorted(texts)
    assert kept[0]["viewer"].startswith("抖·v")
    assert (bridge.tally.sent, bridge.tally.dropped) == (120, 0)


async def test_a_wrong_token_ends_the_bridge(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        bridge = bridge_to(str(site.client.make_url("/rooms/demo")), LiveChat(lines(["a", "b"])), token="x" * 43)
        with pytest.raises(BridgeError, match="not the host token"):
            await bridge.run()


async def test_words_are_brought_and_everything_else_is_counted() -> None:
    stub = StubRoom()
    raw = (LOGS / "tiktok.jsonl").read_bytes().splitlines(keepends=True)
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat([*raw, b'{"broken\n', b"@#$\n", b"\xff\xfe\xfd\n"]))
        await bridge.run()
    assert sorted(stub.taken) == [
        ("Ann", "is it oven safe?"),
        ("Cy", "do you ship to Spai…"),
        ("Dee", "no time on this one"),
    ]
    assert dict(bridge.tally.left_out) == {"enter": 1, "gift": 1, "like": 1, "follow": 1}
    assert bridge.tally.unreadable == 3
    assert any("broken JSON" in sentence for sentence in said)


async def test_names_and_words_are_cut_to_what_the_room_takes() -> None:
    stub = StubRoom()
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(lines(["a b c d e f g h i j k l m n o"], "a very long name {}")), prefix="yt·")
        await bridge.run()
    assert stub.taken == [("yt·a ver", "a b c d e f g h i j…")]
    assert bridge.tally.shortened == 1


async def test_pseudonyms_leave_no_name() -> None:
    stub = StubRoom()
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(lines(["@marta hi", "ok"], "marta{}")), pseudonyms=True)
        await bridge.run()
    assert "marta" not in str(stub.taken)
    assert len(stub.taken) == 2


async def test_the_room_is_waited_for_as_long_as_it_says_and_nothing_is_lost() -> None:
    refusals: Iterator[Answer] = iter([(429, {"type": "/problems/too-many", "retry_after": 0.15})] * 3)
    stub = StubRoom(lambda viewer, text: next(refusals, OK))
    began = time.monotonic()
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(lines(["a", "b", "c", "d", "e"], "one")))
        await bridge.run()
    assert [text for _, text in stub.taken] == ["a", "b", "c", "d", "e"]
    assert time.monotonic() - began >= 0.15
    assert any("--token" in sentence for sentence in said)


async def test_a_viewer_who_is_asked_to_wait_holds_nobody_up() -> None:
    refused: list[str] = []

    def answer(viewer: str, text: str) -> Answer:
        if viewer == "v0" and len(refused) < 2:
            refused.append(text)
            return 429, {"type": "/problems/too-many-comments", "retry_after": 0.2}
        return OK

    stub = StubRoom(answer)
    async with serving(stub) as url:
        await bridge_to(url, LiveChat(lines(["a", "b", "c", "d", "e", "f"]))).run()
    assert stub.taken[-1] == ("v0", "a")
    assert len(stub.taken) == 6


async def test_a_viewer_who_writes_too_much_is_given_up_after_some_tries() -> None:
    stub = StubRoom(lambda viewer, text: (429, {"type": "/problems/too-many-comments", "retry_after": 0.01}))
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(lines(["a"])))
        await bridge.run()
    assert bridge.tally.refused == {"too-many-comments": 1}


async def test_what_the_room_refuses_is_counted_by_its_reason() -> None:
    stub = StubRoom(lambda viewer, text: (422, {"type": "/problems/comment-empty"}) if text == "!" else OK)
    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(lines(["a", "!", "b"])))
        await bridge.run()
    assert bridge.tally.refused == {"comment-empty": 1}
    assert bridge.tally.sent == 2


async def test_of_a_chat_that_goes_on_the_oldest_are_dropped_and_counted() -> None:
    release = asyncio.Event()

    async def slow(viewer: str, text: str) -> Answer:
        await release.wait()
        return OK

    stub = StubRoom(lambda viewer, text: slow(viewer, text))
    read_all = threading.Event()

    def chat() -> Iterator[bytes]:
        yield from lines([str(number) for number in range(60)])
        read_all.set()

    async with serving(stub) as url:
        bridge = bridge_to(url, LiveChat(chat()), waiting=10)
        running = asyncio.create_task(bridge.run())
        await asyncio.to_thread(read_all.wait, 10)
        assert bridge.tally.read == 60
        release.set()
        await running
    brought = sorted(int(text) for _, text in stub.taken)
    assert bridge.tally.dropped == 60 - len(brought)
    assert 10 <= len(brought) <= 14  # those that waited, and those on their way
    assert brought[-10:] == list(range(50, 60))


async def test_a_recorded_log_waits_and_loses_nothing() -> None:
    async def slow(viewer: str, text: str) -> Answer:
        await asyncio.sleep(0)
        return OK

    stub = StubRoom(lambda viewer, text: slow(viewer, text))
    with open_log(LOGS / "twitchdownloader.json") as source:
        async with serving(stub) as url:
            bridge = bridge_to(url, source, live=False, waiting=3)
            await bridge.run()
    assert len(stub.taken) == 40
    assert bridge.tally.dropped == 0


async def test_a_recorded_log_is_brought_at_the_pace_of_its_times(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("time,user,text\n100,a,one\n101,b,two\n104,c,three\n")
    moments: list[float] = []

    def answer(viewer: str, text: str) -> Answer:
        moments.append(time.monotonic())
        return OK

    stub = StubRoom(answer)
    with open_log(log) as source:
        async with serving(stub) as url:
            await bridge_to(url, source, live=False, speed=20.0).run()
    assert moments[1] - moments[0] >= 0.04
    assert moments[2] - moments[0] >= 0.19


async def test_a_room_that_goes_away_is_found_again() -> None:
    port = unused_port()
    answers: Iterator[Answer] = iter([(503, {"detail": "starting"}), (500, {})])
    stub = StubRoom(lambda viewer, text: next(answers, OK))
    failed = asyncio.Event()

    def say(sentence: str) -> None:
        said.append(sentence)
        failed.set()

    terms = BridgeTerms(f"http://127.0.0.1:{port}/rooms/demo", speed=None, patience_s=5.0)
    bridge = Bridge(terms, LiveChat(lines(["a", "b", "c"], "one")), say, time.monotonic)
    running = asyncio.create_task(bridge.run())
    await failed.wait()
    async with serving(stub, port):
        await running
    assert [text for _, text in stub.taken] == ["a", "b", "c"]
    assert sum("can't be reached" in sentence for sentence in said) >= 2
    assert any("there again" in sentence for sentence in said)


async def test_patience_ends() -> None:
    bridge = bridge_to(f"http://127.0.0.1:{unused_port()}/rooms/demo", LiveChat(lines(["a"])), patience_s=0.0)
    with pytest.raises(BridgeError, match="could not be reached for 0 s"):
        await bridge.run()


async def test_a_room_that_does_not_exist_is_told_at_once() -> None:
    async with TestServer(StubRoom().app()) as server:
        bridge = bridge_to(str(server.make_url("/rooms/other")), LiveChat(lines(["a"])))
        with pytest.raises(BridgeError, match="There is no room at"):
            await bridge.run()


def test_a_growing_file_is_followed_also_when_it_is_replaced(tmp_path: Path) -> None:
    log = tmp_path / "chat.jsonl"
    log.write_bytes(b"old\n")
    stop = threading.Event()
    reader = follow(log, stop)
    got: list[bytes] = []
    arrived = threading.Condition()

    def read() -> None:
        for line in reader:
            with arrived:
                got.append(line)
                arrived.notify()

    thread = threading.Thread(target=read)
    thread.start()

    def wait_for(count: int) -> None:
        with arrived:
            assert arrived.wait_for(lambda: len(got) >= count, 10)

    try:
        while not got:  # the reader begins at the end of what there is, whenever it opens the file
            with open(log, "ab") as file:
                file.write(b"one\n")
            with arrived:
                arrived.wait(0.3)
        with open(log, "ab") as file:
            file.write(b"half ")
            file.flush()
            file.write(b"line\n")
        wait_for(2)
        (tmp_path / "new").write_bytes(b"two\n")
        (tmp_path / "new").rename(log)
        wait_for(got.index(b"half line\n") + 2)
    finally:
        stop.set()
        thread.join(10)
    assert got[-2:] == [b"half line\n", b"two\n"]
    assert b"old\n" not in got


def test_live_lines_of_several_platforms_in_one_stream() -> None:
    raw = [
        (LOGS / "blivedm.jsonl").read_bytes().splitlines()[0],
        (LOGS / "youtube_ytdlp.live_chat.json").read_bytes().splitlines()[0],
        (LOGS / "twitch_irc.txt").read_bytes().splitlines()[0],
        (LOGS / "twitch_irc.txt").read_bytes().splitlines()[0],
        '{"user_id":"1","nickname":"阿梅","content":"多少钱"}'.encode("gb18030"),
    ]
    now = iter(range(100, 200))
    chat = LiveChat(raw, clock=lambda: float(next(now)))
    found = list(chat)
    assert all(isinstance(item, ChatEvent) for item in found)
    assert [(item.platform, item.t) for item in found if isinstance(item, ChatEvent)] == [
        ("bilibili", 1.0), ("youtube", 2.0), ("twitch", 3.0), ("douyin", 4.0),
    ]  # fmt: skip
    assert "came twice" in chat.notes[0]
    assert [type(item) for item in LiveChat([b"x" * 2_000_000])] == [Unreadable]


def test_lines_come_whole_however_they_are_written() -> None:
    read, write = os.pipe()
    written = b"one\n\ntw" + b"o\n" + b"x" * 1_500_000 + b"\nlast"

    def put() -> None:
        os.write(write, written[:6])
        for start in range(6, len(written), 50_000):
            os.write(write, written[start : start + 50_000])
        os.close(write)

    thread = threading.Thread(target=put)
    thread.start()
    got = list(lines_of(read))
    thread.join()
    os.close(read)
    assert [line[:4] for line in got] == [b"one", b"", b"two", b"xxxx", b"last"]
    assert all(len(line) < 1_200_000 for line in got)


# ---- the queue -----------------------------------------------------------------------------------------------------


def test_one_viewers_comments_stay_in_order_while_others_pass() -> None:
    backlog = Backlog(10)
    for viewer, text in (("a", "1"), ("a", "2"), ("b", "3")):
        backlog.add(Delivery(viewer, text))
    first, other = backlog.take(0.0), backlog.take(0.0)
    assert first is not None
    assert other is not None
    assert (first.text, other.text, backlog.take(0.0)) == ("1", "3", None)
    backlog.put_back(first, viewer_until=5.0)
    assert (backlog.take(4.9), backlog.next_at(4.9)) == (None, 5.0)
    assert backlog.take(5.0) == Delivery("a", "1", tries=1)
    backlog.done(first)
    assert backlog.take(5.0) == Delivery("a", "2")


def test_a_full_queue_drops_its_oldest_and_a_pause_stops_all() -> None:
    backlog = Backlog(2)
    assert [backlog.add(Delivery(str(n), str(n))) for n in range(4)] == [
        None,
        None,
        Delivery("0", "0"),
        Delivery("1", "1"),
    ]
    backlog.pause(3.0)
    assert (backlog.take(2.9), backlog.next_at(2.0)) == (None, 3.0)
    assert backlog.take(3.0) == Delivery("2", "2")
    assert not backlog.idle


# ---- the command ---------------------------------------------------------------------------------------------------


async def _command(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", "bridge", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_the_command_brings_standard_input_and_ends_with_it() -> None:
    stub = StubRoom()
    async with serving(stub) as url:
        process = await _command("--from", "-", "--room", url)
        _, told = await process.communicate(b"".join(lines(["a", "b"])))
    assert process.returncode == 0, told
    assert sorted(text for _, text in stub.taken) == ["a", "b"]
    assert b"Ended: 2 read" in told


async def test_the_command_ends_cleanly_when_it_is_interrupted() -> None:
    arrived = asyncio.Event()

    def answer(viewer: str, text: str) -> Answer:
        arrived.set()
        return OK

    stub = StubRoom(answer)
    async with serving(stub) as url:
        process = await _command("--from", "-", "--room", url)
        assert process.stdin is not None
        process.stdin.writelines(lines(["a"]))
        await arrived.wait()
        process.send_signal(signal.SIGINT)
        told = await process.stderr.read() if process.stderr else b""  # standard input stays open
        code = await process.wait()
    assert code == 130
    assert b"Broken off: 1 read" in told
    assert b"Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "nothing.jsonl", "--room", "http://127.0.0.1:1/rooms/demo"), b"no file nothing.jsonl"),
        (("--from", "-", "--room", "demo"), b"Give: http://HOST:PORT/rooms/NAME"),
        (("--from", "-", "--room", "http://127.0.0.1:1/rooms/demo", "--patience", "0"), b"could not be reached"),
    ],
)
async def test_the_command_says_why_it_can_not_run(arguments: tuple[str, ...], said: bytes) -> None:
    process = await _command(*arguments)
    _, told = await process.communicate(b"")
    assert process.returncode == 2
    assert said in told
    assert b"Traceback" not in told
