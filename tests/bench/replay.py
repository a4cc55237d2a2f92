"""How fast replay is, and what memory it takes. ``python -m tests.bench.replay`` (some five minutes; ``--only logic`` for one).

The chat has the measured shape of a stream of 100,000 viewers: 13 messages a second, 46 % of them said before, 6 % with a question,
a quarter of three characters at most. Each replay is a process of its own, started as a person starts it.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.conditions import conditions, markdown, verdict
from tests.live_room import ROOT, command

RATE = 13.0
QUESTIONS = (
    *(
        "how much is the ribeye?",
        "is the steak frozen?",
        "where are the blueberries from?",
        "are you real?",
        "牛排多少钱",
    ),
    *(
        "do you ship to Berlin?",
        "what's the warranty on the kettle",
        "is it safe for induction?",
        "eggs price?",
        "is this AI",
    ),
    *(
        "can I return it?",
        "how big is the cutting board",
        "when will it ship",
        "你是真人吗",
        "do you have coffee beans?",
    ),
)
TALK = (
    *("the stream is lagging for me again today", "that looks really good ngl", "greetings from the north of Chile"),
    *("my cat just walked over the keyboard", "who else is cooking while watching", "he said the same thing yesterday"),
    *(
        "I ordered one last month and like it",
        "what a kitchen",
        "best stream tonight by far",
        "does anybody know the song",
    ),
    *("sharp knife that one", "my grandma had that pan", "first time here", "it is 3 am and I am watching a kettle"),
)
SHORT = ("lol", "hi", "ok", "W", "gg", "???", "yes", "no", "wow", "ha", "666", "哈哈", "❤️", "1", "F")


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    show_s: float
    comments: int
    wall_s: float
    cpu_s: float
    memory_mb: float
    bar: float

    @property
    def times(self) -> float:
        return self.show_s / self.wall_s


def chat(count: int, rate: float, seed: int = 7) -> list[dict[str, object]]:
    chosen = random.Random(seed)
    rows: list[dict[str, object]] = []
    said: list[str] = []
    at = 0.0
    for number in range(count):
        at += chosen.expovariate(rate)
        kind = chosen.random()
        if said and kind < 0.40:
            text = said[-chosen.randrange(1, min(len(said), 200) + 1)]
        elif kind < 0.46:
            text = chosen.choice(QUESTIONS)
        elif kind < 0.66:
            text = chosen.choice(SHORT)
        else:
            text = f"{chosen.choice(TALK)} {chosen.choice(TALK).split()[0]} {number % 97}"
        said = (said + [text])[-400:]
        viewer = f"viewer_{int(chosen.paretovariate(1.1)) * 7919 % (count // 2 + 1)}"
        rows.append({"seq": number + 1, "type": "comment.received", "at": round(at, 3), "viewer": viewer, "text": text})
    return rows


def replay(what: str, log: Path, out: Path, bar: float, *options: str) -> Row:
    """Run one replay and read its report; memory is the largest of any process in it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    began = time.perf_counter()
    done = subprocess.run(
        [*command(), "replay", str(log), "--out", str(out), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if done.returncode == 2 or not (out / "report.json").exists():
        raise SystemExit(f"{what}: {done.stderr[-2000:]}")
    report = json.loads((out / "report.json").read_text("utf-8"))
    print(f"{what}: {report['show_s']:.0f} s of show in {wall:.1f} s, start and report included", file=sys.stderr)
    largest = memory if memory > before else float("nan")  # a smaller one than before does not show
    return Row(
        what,
        report["show_s"],
        len(report["comments"]),
        report["cost"]["wall_s"],
        report["cost"]["cpu_s"],
        largest / 1024,
        bar,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.replay", description=__doc__)
    parser.add_argument("--only", choices=["logic", "llm", "whole", "speech"])
    options = parser.parse_args()
    rows: list[Row] = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="talkback-bench-") as scratch:
        folder = Path(scratch)

        def log(name: str, count: int, rate: float) -> Path:
            file = folder / f"{name}.jsonl"
            file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in chat(count, rate)), "utf-8")
            return file

        if options.only in (None, "logic"):
            rows.append(replay("logic, no model, 10 min", log("ten", 7800, RATE), folder / "a", 100, "--llm", "none"))
        # the largest process so far is all that can be told of memory: the larger replay comes later
        if options.only in (None, "whole"):
            rows.append(replay("logic, 28,000 comments", log("whole", 28000, RATE), folder / "d", 100, "--llm", "none"))
        if options.only in (None, "llm"):
            rows.append(replay("logic, packaged models, 3 min", log("three", 2340, RATE), folder / "b", 10))
        if options.only in (None, "speech"):
            rows.append(
                replay("speech, 1 min", log("one", 30, 0.5), folder / "c", 2, "--llm", "none", "--depth", "speech")
            )
    print(f"{conditions()} · load when it began {load:.1f}\n")
    table = [
        (
            r.what,
            f"{r.show_s:.0f} s",
            str(r.comments),
            f"{r.wall_s:.1f} s",
            f"{r.cpu_s:.1f} s",
            f"{r.times:.0f}×",
            f"≥ {r.bar:.0f}×",
            f"{r.memory_mb:.0f} MB",
        )
        for r in rows
    ]
    print(
        markdown(
            ("replay", "show", "comments", "took", "CPU of its own", "times real", "asked", "largest process"), table
        )
    )
    short = [f"{r.what}: {r.times:.0f}×, asked are {r.bar:.0f}×" for r in rows if r.times < r.bar]
    short += [f"{r.what}: {r.memory_mb:.0f} MB, asked are 1500" for r in rows if r.memory_mb > 1500]
    return verdict(short)


if __name__ == "__main__":
    raise SystemExit(main())
