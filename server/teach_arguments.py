"""What ``talkback persona train`` takes on the command line."""

import argparse
from pathlib import Path

DESCRIPTION = """\
Teach the packaged language model to word facts, and write what it learnt as an adapter: a small file beside the model's weights that a
room names in room.yaml (llm: {adapter: FOLDER}).

What is taught are written pairs: a comment, and the reply to it with slots for all values. Each pair is filled many times with products,
prices and people of no shop, so that the model learns to copy what stands on its note, and no value. One comment in eight is held back
to measure with (make bench-wording). All pairs are checked before anything is loaded; what must not be taught is told by file and line.

With --founder the replies take up a founder's openings, catch phrases and manner, from the room that `talkback persona import` wrote.
Too little to make a voice of is told, and so is every phrase that may not be said on air.

Interrupt it when you like (Ctrl+C): the same command goes on from the last checkpoint in --out, which holds every 50th step."""

ESTIMATE = "Seen: 26 minutes on two cores that reckon in bfloat16 (AVX-512 BF16); on two that do not, by their first steps, about an hour."
"""How long it takes, as measured; a sentence."""

_EXAMPLES = """\
examples:
  talkback persona train --out adapters/plain                                  the packaged pairs, nobody's voice in particular
  talkback persona import talk.mp3 --room rooms/mine
  talkback persona train --founder rooms/mine --out adapters/mine              the same, in the founder's words
  talkback persona train --data packaged --data my-pairs --out adapters/mine   pairs of your own besides
  talkback persona train --out /tmp/try --cases 600 --steps 20                 a try: does it run here, and how fast?

Exit status: 0 the adapter is written, 1 interrupted or failed, 2 the pairs, the founder or the command line are wrong.
docs/teaching.md tells how pairs are written and what is refused."""


def add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``train`` to what is under ``talkback persona``."""
    parser = commands.add_parser(
        "train",
        help="teach the packaged model to word facts, in the founder's voice if there is one",
        description=DESCRIPTION + (f"\n\n{ESTIMATE}" if ESTIMATE else ""),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="DIR",
        help="a folder of pairs (*.yaml), or the word packaged; may be given several times (default: packaged)",
    )
    parser.add_argument(
        "--founder",
        type=Path,
        metavar="PROFILE",
        help="a room's folder with persona_profile.yaml and persona.md, or that profile itself",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where the adapter and its checkpoint are written"
    )
    parser.add_argument(
        "--cases", type=_number(100, 200_000), default=20_000, metavar="N", help="filled pairs (default: %(default)s)"
    )
    parser.add_argument(
        "--steps",
        type=_number(1, 100_000),
        default=550,
        metavar="N",
        help="batches to learn from (default: %(default)s)",
    )
    parser.add_argument(
        "--batch", type=_number(1, 256), default=12, metavar="N", help="cases to a batch (default: %(default)s)"
    )
    parser.add_argument(
        "--rank",
        type=_number(1, 16),
        default=8,
        metavar="N",
        help="size of the adapter: 0.6 MB a rank and file (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=_number(0, 2**31 - 1), default=11, metavar="N", help="another training from the same pairs"
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto takes a GPU if there is one"
    )
    parser.add_argument(
        "--threads", type=_number(1, 64), default=2, metavar="N", help="processor cores to use (default: %(default)s)"
    )


class _number:  # noqa: N801 (called like a function; argparse shows its name)
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = self._least - 1
        if not self._least <= value <= self._most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {self._least} to {self._most}")
        return value
