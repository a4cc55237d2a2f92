"""The `talkback avatar` commands: a host from a photo, a pack checked, the consent form."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

_FINE, _FAILED, _REFUSED = 0, 1, 2


def run(options: argparse.Namespace) -> int:
    """Carry out one of the commands; returns the exit status: 0 fine, 1 failed, 2 refused or the pack is wrong."""
    if options.avatar_command == "consent-template":
        from render.photo.consent_file import TEMPLATE

        sys.stdout.write(TEMPLATE)
        return _FINE
    today = datetime.now(UTC).date()
    if options.avatar_command == "check":
        return check(options.pack)
    return from_photo(options, today)


def from_photo(options: argparse.Namespace, today: date) -> int:
    """``talkback avatar from-photo``."""
    from render.avatar_pack import AvatarPackError, load_avatar_pack
    from render.photo.builder import build_pack
    from render.photo.landmarks import LandmarkerMissing
    from render.photo.refusal import PhotoRefused

    out: Path = options.out
    progress = _ProgressLine()
    try:
        built = build_pack(options.photo, options.consent, out, today=today, name=options.name, progress=progress.said)
        progress.end()
    except PhotoRefused as refused:
        progress.end()
        print(f"Refused ({refused.code}): {refused.problem}\n{refused.remedy}", file=sys.stderr)
        return _REFUSED
    except LandmarkerMissing as missing:
        progress.end()
        print(missing, file=sys.stderr)
        return _FAILED
    except (AvatarPackError, OSError) as error:
        progress.end()
        print(f"The pack could not be written: {error}", file=sys.stderr)
        return _FAILED
    for remark in built.remarks:
        print(f"Note: {remark}")
    record = built.consent
    print(f"{out}: an avatar pack, {built.size_bytes / 1e6:.1f} MB. It loads until {record.until} ({record.who}).")
    if not options.no_preview:
        return _preview(load_avatar_pack(out), out.with_name(f"{out.name}-preview.mp4"), progress)
    return _FINE


def check(folder: Path) -> int:
    """``talkback avatar check``: what a pack shows and whether it can be used."""
    from render.avatar_pack import AvatarPackError, load_avatar_pack

    try:
        pack = load_avatar_pack(folder)
    except AvatarPackError as error:
        print(f"{error.file}: {error.problem}\n{error.remedy}", file=sys.stderr)
        return _REFUSED
    consent = pack.consent
    print(f"{folder}: fine. {pack.name}, {pack.size[0]} x {pack.size[1]}.")
    print(f"  consent: {consent.kind}. {consent.statement}")
    for said, value in (
        ("who", consent.who),
        ("what for", consent.what_for),
        ("until", str(consent.until or "")),
        ("proof", consent.proof),
    ):
        if value:
            print(f"  {said}: {value}")
    for line in pack.credits:
        print(f"  credit: {line}")
    return _FINE


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``avatar`` and what is under it to the command line."""
    avatar = commands.add_parser(
        "avatar",
        help="a host from a photo",
        description="Make a host from one photo of a person who has agreed to it, and check avatar packs.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    under = avatar.add_subparsers(dest="avatar_command", metavar="COMMAND", required=True)
    make = under.add_parser(
        "from-photo",
        help="make an avatar pack from one photo",
        description=(
            "Make an avatar pack from one photo: one person, from the front, lips shut, eyes open, sharp, evenly lit,"
            " at best down to the waist and with room above the head. Refuses a photo that won't do, and says why."
            " Writes a film of the new host beside the pack. Takes about half a minute."
        ),
        epilog="example: talkback avatar from-photo lin.jpg --consent lin-consent.yaml --out rooms/mine/avatar",
    )
    make.add_argument(
        "photo", type=Path, metavar="PHOTO", help="a JPEG, PNG or WebP file; 64 pixels or more between the pupils"
    )
    make.add_argument(
        "--consent",
        type=Path,
        required=True,
        metavar="FILE",
        help="what the person has agreed to; `talkback avatar consent-template` prints an empty one",
    )
    make.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="the pack's folder; a pack that is there is replaced"
    )
    make.add_argument("--name", help="the host's name in the pack (default: who, from the consent)")
    make.add_argument("--no-preview", action="store_true", help="write no film")
    look = under.add_parser(
        "check",
        help="check an avatar pack",
        description=(
            "Load an avatar pack, and say what is wrong with it, or whom it shows and until when."
            " Exit status 2 if it can't be used."
        ),
        epilog="example: talkback avatar check rooms/demo/avatar",
    )
    look.add_argument("pack", type=Path, metavar="PACK", help="the pack's folder")
    under.add_parser(
        "consent-template",
        help="print an empty consent file",
        description="Print an empty consent file, with what belongs into each field.",
        epilog="example: talkback avatar consent-template > lin-consent.yaml",
    )


_EXAMPLES = """\
examples:
  talkback avatar consent-template > consent.yaml                                     fill it in, have it signed
  talkback avatar from-photo me.jpg --consent consent.yaml --out rooms/mine/avatar    the pack, and a film of it
  talkback avatar check rooms/mine/avatar                                             whom it shows, and until when
"""


def _preview(pack: object, file: Path, progress: "_ProgressLine") -> int:
    import av

    from render.avatar_pack import AvatarPack
    from render.photo.preview import preview

    assert isinstance(pack, AvatarPack)
    progress.said("speaking a sentence")
    try:
        seconds, why_silent = preview(pack, file, lambda share: progress.said(f"filming, {share:.0%}"))
    except (OSError, av.FFmpegError) as error:
        progress.end()
        print(f"The pack is fine, but its film could not be written: {error}", file=sys.stderr)
        return _FAILED
    progress.end()
    print(f"{file}: {seconds:.0f} seconds of the new host.")
    if why_silent:
        print(f"Note: the film is silent, because the packaged voice is not there: {why_silent}")
    return _FINE


class _ProgressLine:
    """One line on standard error that says what is being done; on a terminal it is written over."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = ""

    def said(self, what: str) -> None:
        """Say what is being done now."""
        if what == self._last:
            return
        if self._terminal:
            print(f"\r\x1b[K{what}…", end="", file=sys.stderr, flush=True)
        elif what.split(",")[0] != self._last.split(",")[0]:
            print(f"{what.split(',')[0]}…", file=sys.stderr, flush=True)
        self._last = what

    def end(self) -> None:
        """Clear the line."""
        if self._terminal and self._last:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self._last = ""
