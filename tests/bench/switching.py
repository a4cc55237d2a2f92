"""Products that change with every sentence: pictures, sound, and the price on the card.

``python -m tests.bench.switching`` runs in the show's own time, through the encoders; ``--live`` runs it in real time and
watches it over WebRTC.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import cv2

from render.contract import Layout
from tests.bench.conditions import conditions, markdown, verdict
from tests.bench.switching_live import measure_live
from tests.perception.fast_show import Said, fast_show, packs, voice_of
from tests.perception.switching import (
    LAYOUTS,
    MOST_GAP_MS,
    CardWatcher,
    SwitchFigures,
    lines,
    measure_switches,
    products,
)

HEADER = (
    "run",
    "switches",
    "longest between two pictures",
    "repeated",
    "speech missing",
    "longest pause",
    "card = said",
)


async def measure(
    switches: int, pack: str, layouts: tuple[Layout, ...]
) -> tuple[SwitchFigures, list[Said], CardWatcher]:
    """Switch in the show's own time."""
    watcher = CardWatcher()
    with tempfile.TemporaryDirectory(prefix="talkback-products-") as folder:
        cards = products(switches, Path(folder))
        async with voice_of() as voice, fast_show(watcher, voice, pack=packs()[pack]) as show:
            await show.idle(1)
            await show.say(lines(cards, layouts))
            await show.idle(1)
    return measure_switches(show.said, watcher, show.stream.pcm(), show.stream.repeated), show.said, watcher


def save_wrong(figures: SwitchFigures, said: list[Said], watcher: CardWatcher, folder: Path) -> None:
    """Write the pictures in which the card was not read as said."""
    folder.mkdir(parents=True, exist_ok=True)
    for card, item in zip(figures.cards, said, strict=True):
        if not card.right:
            kept = watcher.kept(item.first + 5, item.last + 8)
            print(f"{card.line.id} {card.line.text} {card.line.layout}: read {card.seen}")
            cv2.imwrite(str(folder / f"{card.line.id}.png"), watcher.at(kept[-1]))


def row(run: str, figures: SwitchFigures) -> list[str]:
    right = sum(card.right for card in figures.cards)
    return [
        run,
        str(figures.switches),
        f"{figures.picture_gap_ms:.0f} ms",
        str(figures.repeated),
        f"{figures.dropout_ms:.0f} ms",
        f"{figures.pause_ms:.0f} ms",
        f"{right} of {len(figures.cards)}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.switching", description=__doc__)
    parser.add_argument("--switches", type=int, default=100)
    parser.add_argument("--pack", default="demo", choices=sorted(packs()))
    parser.add_argument("--layouts", nargs="+", default=[str(v) for v in LAYOUTS], choices=[str(v) for v in Layout])
    parser.add_argument("--live", action="store_true", help="in real time, by WebRTC")
    parser.add_argument("--transcribe", type=int, default=10, help="prices that are also heard by Whisper, with --live")
    parser.add_argument("--save", type=Path, help="folder for the pictures whose card was not read as said")
    options = parser.parse_args()
    rows, shortfalls = [], []
    if options.live:
        figures, heard, said, watcher = asyncio.run(measure_live(options.switches, options.pack, options.transcribe))
        rows.append(row("live, WebRTC", figures))
        print(f"prices heard by Whisper as said: {sum(h.right for h in heard)} of {len(heard)}")
        for h in heard:
            if not h.right:
                print(f"  said {h.said!r}, heard {h.heard!r}")
    else:
        layouts = tuple(Layout(value) for value in options.layouts)
        figures, said, watcher = asyncio.run(measure(options.switches, options.pack, layouts))
        rows.append(row("own time, H.264 and Opus decoded", figures))
    if options.save:
        save_wrong(figures, said, watcher, options.save)
    shortfalls += figures.shortfalls()
    print(f"{conditions()}\nbar: no gap > {MOST_GAP_MS:.0f} ms, no speech missing, every card as said\n")
    print(markdown(HEADER, rows))
    return verdict(shortfalls)


if __name__ == "__main__":
    raise SystemExit(main())
