"""The command line of `talkback replay`."""

import argparse
from pathlib import Path

from server.replay.script import Window, parse_window

_EXAMPLES = """\
examples:
  talkback replay last-night.json                           an hour of chat in half a minute: fates, words, facts, times
  talkback replay chat.jsonl.gz --window 10:00-20:00 --seed 2
  talkback replay chat.csv --against var/replay/demo-20260101T200000    what changed since that run
  talkback replay chat.csv --scenario friday.yaml           your own rules: what must be said, and what must not
  talkback replay chat.csv --depth speech                   with voice and face, sound and picture measured
  talkback replay chat.csv --depth live --window 0:00-1:00  a real server and a real viewer, in real time

Exit status: 0 all verdicts passed, 1 one failed (or --expect-same and something changed), 2 it could not run or was broken off.
docs/replay.md explains the verdicts and how to write a scenario.
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `replay` to the command line."""
    parser = commands.add_parser(
        "replay",
        help="play a recorded chat to a room, and judge it",
        description="Play recorded chat logs to a room: the room's own host answers them, and the report says what it did. "
        "Cut a scenario out of a real show with: talkback replay extract --help",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("log", type=Path, nargs="+", metavar="LOG", help="chat logs of any known format, also gzipped")
    parser.add_argument("--room", type=Path, default=Path("rooms/demo"), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument(
        "--depth",
        choices=("logic", "speech", "live"),
        default="logic",
        help="logic: words and decisions, an hour in seconds; speech: with voice and face, faster than life; "
        "live: the real server and a real viewer, in real time (default: %(default)s)",
    )
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="rules and bars of your own (YAML)")
    parser.add_argument(
        "--against", type=Path, metavar="RUN", help="compare with an earlier run (its folder or report.json)"
    )
    parser.add_argument(
        "--expect-same", action="store_true", help="with --against: exit status 1 if anything is different"
    )
    parser.add_argument("--window", type=_window, metavar="FROM-TO", help="a part of the log: 10:00-20:00")
    parser.add_argument(
        "--speed",
        type=_speed,
        default=None,
        metavar="1|N|max",
        help="pace of the show (logic, speech; default: max); of the chat (live; default: 1)",
    )
    parser.add_argument(
        "--loop",
        type=_rounds,
        nargs="?",
        const=None,
        default=1,
        metavar="TIMES",
        help="play the log so many times over; without a number until Ctrl+C",
    )
    parser.add_argument("--seed", type=int, default=None, help="default: the room's; the same seed gives the same show")
    parser.add_argument(
        "--repeat", type=_times, default=1, metavar="N", help="run N times with N seeds and tell how many passed"
    )
    parser.add_argument(
        "--llm",
        choices=("room", "none"),
        default="room",
        help="room: the room's models; none: answers worded from facts by rule alone, fast (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="default: var/replay/ROOM-TIME")
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="also write the report without times and versions, to be committed",
    )
    parser.add_argument("--judge-url", metavar="URL", help="OpenAI-compatible address that gives opinions on answers")
    parser.add_argument("--judge-model", default="gpt-4o-mini", metavar="NAME", help="default: %(default)s")
    parser.add_argument("--judge-key-env", metavar="NAME", help="environment variable that holds its key")


def _window(text: str) -> Window:
    try:
        return parse_window(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; write 1, 4 or max")
    return speed


def _rounds(text: str) -> int:
    return _times(text)


def _times(text: str) -> int:
    try:
        times = int(text)
    except ValueError:
        times = 0
    if not 1 <= times <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of times; write 1 to 1000")
    return times
