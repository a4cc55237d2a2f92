"""The mouth from audio alone, measured: ``python -m tests.bench.mouth`` (some ten minutes, most of them speaking).

Has the speakers that were kept out of the training say sentences that were, and compares the network, the rules and the loudness
baseline with the mouth that knows the phonemes. Prints a table, and PASS or FAIL with the reasons.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from render.mouth_listener import LOOK_AHEAD_SECONDS, MouthNetwork
from render.training.evaluate import by_network, conditions, cost_ms, read_part, report, score
from render.training.recipe import found_speakers, make, plan
from render.voices.kokoro_files import default_voices_folder
from tests.bench.conditions import conditions as machine
from tests.bench.conditions import verdict

MOST_LOOK_AHEAD_SECONDS = 0.080
MOST_CPU_MS = 2.0
LEAST_CLOSED = 0.95
LEAST_CORRELATION = 0.85


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mouth", description=__doc__)
    parser.add_argument("--data", type=Path, help="test data made before, by this or render.training.recipe")
    parser.add_argument("--tests", type=int, default=10, help="sentences for each speaker")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if options.data is None:
            make(data, plan(found_speakers(default_voices_folder(), ()), {}, options.tests))
        network = MouthNetwork.load()
        print(report(data, network))
        unseen = read_part(data / "speakers")
        got = score(unseen, conditions(unseen)["clean"], by_network(network))
        _, late_ms = cost_ms(network, unseen[0].speech.pcm)
    print(machine())
    bars = {
        f"look-ahead {LOOK_AHEAD_SECONDS * 1000:.1f} ms": LOOK_AHEAD_SECONDS <= MOST_LOOK_AHEAD_SECONDS,
        f"CPU time a frame, p95 {late_ms:.2f} ms": late_ms <= MOST_CPU_MS,
        f"p b m closed in {got.closed:.1%}": got.closed >= LEAST_CLOSED,
        f"opening correlates {got.correlation:.3f} at 0 ms": got.correlation >= LEAST_CORRELATION,
    }
    return verdict([told for told, held in bars.items() if not held])


if __name__ == "__main__":
    sys.exit(main())
