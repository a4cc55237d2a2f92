"""The command line of `talkback replay extract`."""

import argparse
import os
from pathlib import Path

from server.replay.script import seconds_of

NAME = "replay-extract"
"""How the parser is known; people write ``talkback replay extract``."""

_DESCRIPTION = """\
Cut a scenario out of a real show, ready to be committed as a test: the comments of that stretch, at their times, and a header that says
what became of each. People get other names, the same throughout; phone numbers, addresses, accounts, order numbers, links and e-mail
addresses in their words are replaced. Read the file before you commit it: what a person means by their words no rule can know.
"""

_EPILOG = """\
examples:
  talkback replay extract --show last --at 00:31:10 --around 60 --out tests/scenarios/wrong-price.scenario
  talkback replay extract --room mine --show mine-20260101T200000 --at 31:10 --out wrong-price.scenario
  talkback replay wrong-price.scenario --room rooms/mine        then: does the room pass?

The header holds what happened, as rules. Change them to what should happen; docs/replay.md explains them.

Exit status: 0 written; 1 the file can't be written; 2 there is nothing to cut (no such show, no comment then).
"""


def add_extract(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add `replay extract` to the command line."""
    parser = commands.add_parser(
        NAME,
        prog="talkback replay extract",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--at", type=_moment, required=True, metavar="TIME", help="moment of the show: 00:31:10, 31:10 or 1870"
    )
    parser.add_argument(
        "--around", type=_around, default=60.0, metavar="SECONDS", help="so much before and after (default: 60)"
    )
    parser.add_argument("--show", default="last", metavar="ID", help="default: the last one in which somebody wrote")
    parser.add_argument(
        "--room", default="demo", metavar="NAME", help="the room's name, that of its folder (default: %(default)s)"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="FOLDER",
        help="the room's folder, which says what is public (default: rooms/NAME)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("TALKBACK_DATA") or "var"),
        metavar="FOLDER",
        help="where event logs are kept (default: $TALKBACK_DATA, or var)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the scenario")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    return parser


def _moment(text: str) -> float:
    try:
        return seconds_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _around(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; write 1 to 3600")
    return seconds
