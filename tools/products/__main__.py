"""Command line: ``python -m tools.products --room demo --out rooms/demo/media``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tools.bake.progress import Progress

from .clip import FRAME_PX, film, has_frame
from .render import SIDE_PX, grained, is_fresh, photograph, write_webp
from .sheet import write_sheet
from .swing import STEPS
from .wares import ROOMS, Ware


def main() -> int:
    """Take the pictures and clips of a room's products, or of some of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.products", description="Photograph a room's products.")
    parser.add_argument("--room", choices=sorted(ROOMS), required=True, help="whose products")
    parser.add_argument("--out", type=Path, required=True, help="folder for SKU.webp and SKU.mp4: the room's media")
    parser.add_argument(
        "--work", type=Path, default=Path("build/products"), help="renders; a second run goes on from them"
    )
    parser.add_argument("--only", nargs="+", metavar="SKU", help="only these products")
    parser.add_argument(
        "--samples",
        type=int,
        default=8,
        help="samples a pixel (default 8: the light is soft, and the denoiser does the rest)",
    )
    parser.add_argument("--clip-samples", type=int, default=4, help="samples a pixel of a clip's frame (default 4)")
    parser.add_argument("--threads", type=int, default=2, help="threads Cycles may use (default 2)")
    parser.add_argument("--no-clips", action="store_true", help="pictures only")
    parser.add_argument(
        "--sheet", type=Path, help="also write a contact sheet of all rooms' finished pictures to this .webp"
    )
    args = parser.parse_args()
    wares = [ware for ware in ROOMS[args.room] if not args.only or ware.sku in args.only]
    if unknown := set(args.only or ()) - {ware.sku for ware in wares}:
        parser.error(f"--only: {', '.join(sorted(unknown))} is no product of the room {args.room}")
    args.work.mkdir(parents=True, exist_ok=True)
    progress = Progress(f"products of {args.room}", now=time.monotonic)
    clips: list[Ware] = [] if args.no_clips else [ware for ware in wares if ware.clip]
    for ware in wares:
        progress.expect(SIDE_PX**2 * args.samples, waiting=not is_fresh(ware, args.work, samples=args.samples))
    for ware in clips:
        for step in STEPS:
            waiting = not has_frame(ware, args.work, step, samples=args.clip_samples)
            progress.expect(FRAME_PX**2 * args.clip_samples, waiting=waiting)
    for ware in wares:
        picture = photograph(ware, args.work, samples=args.samples, threads=args.threads)
        write_webp(grained(picture), args.out / f"{ware.sku}.webp")
        progress.done(ware.sku, SIDE_PX**2 * args.samples)
    for ware in clips:
        film(
            ware,
            args.work,
            args.out / f"{ware.sku}.mp4",
            samples=args.clip_samples,
            threads=args.threads,
            done=lambda name: progress.done(name, FRAME_PX**2 * args.clip_samples),
        )
    if args.sheet:
        write_sheet(args.out.parent.parent, args.sheet)
    progress.end(f"{len(wares)} pictures and {len(clips)} clips in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
