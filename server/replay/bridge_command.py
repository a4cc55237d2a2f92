"""``talkback bridge``: a platform's chat into a running room."""

import argparse
import asyncio
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from server.replay.bridge import Bridge, BridgeError, BridgeTerms
from server.replay.live_chat import LiveChat, follow, lines_of
from server.replay.sources.contract import ChatSource, LogError, open_log

_EVERY_S, _EVERY_S_WITHOUT_TERMINAL = 0.5, 10.0
_BROKEN_OFF = 130


def run(options: argparse.Namespace) -> int:
    """Bring the chat; returns 0 when all was brought, 1 if some was lost, 2 if it could not run, 130 after Ctrl-C."""
    room = options.room.rstrip("/")
    if not room.startswith(("http://", "https://")) or "/rooms/" not in room:
        print(f"{options.room} is no room's address. Give: http://HOST:PORT/rooms/NAME", file=sys.stderr)
        return 2
    stop = threading.Event()
    goes_on = options.source == "-" or options.follow
    try:
        source = _source(options, stop)
    except LogError as error:
        print(error, file=sys.stderr)
        return 2
    terms = BridgeTerms(
        room,
        token=options.token,
        prefix=options.viewer_prefix,
        speed=None if goes_on else options.speed,
        live=goes_on and not options.keep_all,
        waiting=options.queue,
        patience_s=options.patience,
        pseudonyms=options.pseudonyms,
    )
    with source:
        return asyncio.run(_run(terms, source, stop))


def _source(options: argparse.Namespace, stop: threading.Event) -> ChatSource:
    if options.source == "-":
        return LiveChat(lines_of(sys.stdin.fileno()))
    path = Path(options.source)
    if not options.follow:
        return open_log(path)
    if not path.is_file():
        raise LogError("missing", f"There is no file {path}. Start the tool that writes it first.")
    return LiveChat(follow(path, stop, from_start=options.from_start))


async def _run(terms: BridgeTerms, source: ChatSource, stop: threading.Event) -> int:
    terminal = sys.stderr.isatty()

    def say(sentence: str) -> None:
        print(f"\r\x1b[K{sentence}" if terminal else sentence, file=sys.stderr, flush=True)

    bridge = Bridge(terms, source, say, time.monotonic)

    def leave() -> None:
        stop.set()
        bridge.stop()

    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, leave)
    say(f"Bringing a chat ({source.format}) to {terms.room}. Ctrl+C ends it.")
    progress = asyncio.create_task(_progress(bridge, terminal))
    failure = ""
    try:
        await bridge.run()
    except BridgeError as error:
        failure = str(error)
    finally:
        progress.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await progress
    broken_off = stop.is_set()
    stop.set()
    if bridge.tally.read or not failure:
        _sum_up(bridge, source, say, broken_off=broken_off)
    if failure:
        say(failure)
        return 1 if bridge.tally.sent else 2
    if broken_off:
        return _BROKEN_OFF
    return 1 if bridge.tally.dropped else 0


def _sum_up(bridge: Bridge, source: ChatSource, say: Callable[[str], None], *, broken_off: bool) -> None:
    tally = bridge.tally
    say(f"{'Broken off' if broken_off else 'Ended'}: {tally.line(bridge.waiting)}.")
    for what, counts in (("Not words, left out", tally.left_out), ("Refused by the room", tally.refused)):
        if counts:
            say(f"{what}: {', '.join(f'{count} × {kind}' for kind, count in counts.most_common())}.")
    if tally.shortened:
        say(f"Shortened to what the room takes: {tally.shortened}.")
    for note in source.notes:
        say(note)


async def _progress(bridge: Bridge, terminal: bool) -> None:
    last, last_sent = time.monotonic(), 0
    while True:
        await asyncio.sleep(_EVERY_S if terminal else _EVERY_S_WITHOUT_TERMINAL)
        now, sent = time.monotonic(), bridge.tally.sent
        line = f"{bridge.tally.line(bridge.waiting)} · {(sent - last_sent) / max(0.01, now - last):.1f}/s"
        last, last_sent = now, sent
        print(f"\r\x1b[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
