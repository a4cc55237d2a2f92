"""The command line of `talkback bridge`."""

import argparse
import os

_DESCRIPTION = """\
Bring a platform's chat to a running room: each comment of it becomes a comment of the room, under the viewer's name. Reads what the tools
for Douyin, Bilibili (blivedm), TikTok, Twitch and YouTube write, one JSON object a line, as it comes; Twitch's IRC as well. A recorded log
of any known format (docs/replay-formats.md) is brought at the pace of its times.
"""

_EPILOG = """\
examples:
  blivedm-tool 21452505 | talkback bridge --from - --room http://127.0.0.1:8080/rooms/demo --token "$TOKEN"
  talkback bridge --from danmu.jsonl --follow --room http://127.0.0.1:8080/rooms/demo --viewer-prefix "抖·"
  talkback bridge --from last-night.json --speed 4 --room http://127.0.0.1:8080/rooms/demo

What is too much: of a chat that goes on (-, --follow) at most --queue comments wait, then the oldest are dropped and counted; with
--keep-all it is read more slowly instead. A recorded log always waits. When the room answers 429 the bridge waits as long as it says;
when the room can't be reached it tries again for --patience seconds. A comment whose answer was lost on the way may come twice.

The room counts comments by address, and a whole platform comes from one: give the host token (--token, or TALKBACK_HOST_TOKEN), then it
does not. Each viewer's own pace is still the room's to judge. Gifts, likes and the like are not brought, only counted.

Exit status: 0 all was brought; 1 some comments were lost; 2 it could not run (no such room, unreadable log); 130 after Ctrl+C.
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bridge` to the command line."""
    parser = commands.add_parser(
        "bridge",
        help="bring a platform's chat to a running room",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from", dest="source", required=True, metavar="FILE|-", help="the chat: a file, or - for standard input"
    )
    parser.add_argument("--room", required=True, metavar="URL", help="the room's address: http://HOST:PORT/rooms/NAME")
    parser.add_argument(
        "--follow", action="store_true", help="read what is added to the file from now on, until Ctrl+C"
    )
    parser.add_argument("--from-start", action="store_true", help="with --follow: also what is in the file already")
    parser.add_argument(
        "--viewer-prefix", default="", metavar="TEXT", help="put before names, so that platforms can be told apart"
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N|max", help="pace of a recorded log (default: 1, as it was)"
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("TALKBACK_HOST_TOKEN", ""),
        metavar="TOKEN",
        help="host token (default: $TALKBACK_HOST_TOKEN)",
    )
    parser.add_argument(
        "--queue", type=_queue, default=500, metavar="N", help="comments that may wait (default: %(default)s)"
    )
    parser.add_argument("--keep-all", action="store_true", help="rather fall behind than drop the oldest")
    parser.add_argument(
        "--patience",
        type=_patience,
        default=300.0,
        metavar="SECONDS",
        help="try for so long when the room can't be reached (default: 300)",
    )
    parser.add_argument(
        "--pseudonyms", action="store_true", help="other names for viewers, and nothing private in their words"
    )


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


def _queue(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of comments; write 1 to 100000")
    return int(text)


def _patience(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 7 * 24 * 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds
