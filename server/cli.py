"""The `talkback` command. Imports what a subcommand needs only when it runs, so that `--help` is there at once."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from server.avatar_command import add_commands as add_avatar_commands
from server.persona_arguments import add_persona_import
from server.replay.bridge_options import add_command as add_bridge_command
from server.replay.extract_options import NAME as EXTRACT
from server.replay.extract_options import add_extract
from server.replay.replay_options import add_command as add_replay_command
from server.reports.command import add_command as add_report_command
from server.teach_arguments import add_train
from server.version import software_version

_EXAMPLES = """\
examples:
  talkback serve                                  the demo room on http://127.0.0.1:8080
  talkback serve --room rooms/mine --port 9000    your own room
  talkback serve --host 0.0.0.0 --log-format json for everybody on the network, logs for a machine
  talkback doctor rooms/mine                      what is wrong with a room's files, by file and line
  talkback avatar --help                          a host from a photo of yourself
  talkback replay chat.json --room rooms/demo     what would the host have answered to this chat?
  talkback bridge --help                          a platform's chat, brought to your room as it comes
  talkback persona train --help                   teach the packaged model to word facts, in the founder's voice
  talkback promo verify demo                      draw last night's draws again and compare
  talkback report --room demo                     what the last show came to
  talkback token --renew                          a new host token; the old one ends at once

A room is a folder: room.yaml, persona.md, catalogue.csv, facts/, avatar/. Begin with a copy of rooms/demo.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 fine, 1 failed, 2 the room or the command line is wrong."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:2] == ["replay", "extract"]:
        given = [EXTRACT, *given[2:]]
    options = _parser().parse_args(given)
    if options.command == "serve":
        from server.serve import serve

        return serve(options)
    if options.command == "doctor":
        from server.doctor import report

        return report(options.room)
    if options.command == "avatar":
        from server.avatar_command import run

        return run(options)
    if options.command == "replay":
        from server.replay.command import replay

        return replay(options)
    if options.command == EXTRACT:
        from server.replay.extract import extract

        return extract(options)
    if options.command == "bridge":
        from server.replay.bridge_command import run as run_bridge

        return run_bridge(options)
    if options.command == "report":
        from server.reports.command import run as run_report

        return run_report(options)
    if options.command == "promo":
        from server.promo_command import verify

        return verify(options)
    if options.command == "persona" and options.persona_command == "train":
        from server.teach_command import teach

        return teach(options)
    if options.command == "persona":
        from server.persona_command import import_persona

        return import_persona(options)
    from server.authority import HostToken, TokenFileError

    token = HostToken(options.data)
    if not options.renew:
        state = "there is one" if token.file.exists() else "there is none yet; the first `talkback serve` makes it"
        print(f"Host token: {state}. Only its hash is kept, so it can't be shown. A new one: talkback token --renew")
        return 0
    try:
        print(f"New host token: {token.renew()}\nIt is shown only now. The old one has ended.")
    except TokenFileError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talkback",
        description="A live-stream host who answers back: viewers write or speak, a digital founder answers on camera.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"talkback {software_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    serve = commands.add_parser(
        "serve",
        help="go on air",
        description="Go on air with one or more rooms. Ctrl+C (or SIGTERM) lets the host end the sentence, then stops.",
        epilog="example: talkback serve --room rooms/demo --port 9000",
    )
    serve.add_argument(
        "--room",
        type=Path,
        action="append",
        metavar="FOLDER",
        help="a room's folder; may be given several times (default: rooms/demo)",
    )
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    serve.add_argument("--port", type=_port, default=None, help="default: $PORT, or 8080; 0 takes any free one")
    _data_option(serve)
    serve.add_argument("--log-format", choices=("text", "json"), default="text", help="default: %(default)s")
    serve.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    serve.add_argument(
        "--proxies",
        type=int,
        default=0,
        choices=range(4),
        metavar="N",
        help="reverse proxies before the server, which add X-Forwarded-For (default: 0)",
    )

    doctor = commands.add_parser(
        "doctor",
        help="check a room's files",
        description="Say in plain words what is wrong or missing in a room's folder, by file and line. Exit status 1 if anything is.",
        epilog="example: talkback doctor rooms/demo rooms/mine",
    )
    doctor.add_argument("room", type=Path, nargs="+", metavar="ROOM", help="a room's folder")

    add_avatar_commands(commands)

    persona = commands.add_parser(
        "persona",
        help="a founder's manner, from talks",
        description="The founder's manner of speaking: measured, and taught.",
    )
    persona_commands = persona.add_subparsers(dest="persona_command", metavar="COMMAND", required=True)
    importing = persona_commands.add_parser(
        "import",
        help="measure transcripts and recordings",
        description="Measure how somebody speaks and write it into a room as persona_profile.yaml: openings, catch phrases, length of "
        "sentences, and of recordings speed, pauses and melody. A room without a persona.md gets a draft of one.",
        epilog="example: talkback persona import keynote.mp3 interview.srt --room rooms/mine",
    )
    add_persona_import(importing)
    add_train(persona_commands)

    add_replay_command(commands)
    add_extract(commands)
    add_bridge_command(commands)

    promo = commands.add_parser("promo", help="check draws", description="What can be done with promotions afterwards.")
    promo_commands = promo.add_subparsers(dest="promo_command", metavar="COMMAND", required=True)
    verify = promo_commands.add_parser(
        "verify",
        help="draw again and compare",
        description="Draw again from the log: the seed was promised when the draw was announced, so anybody can check who had to win. "
        "Exit status 0: all fair, 1: one is not, 2: nothing to check.",
        epilog="example: talkback promo verify demo friday-draw",
    )
    verify.add_argument("room", metavar="ROOM", help="the room's name, that of its folder")
    verify.add_argument("promotion", nargs="?", metavar="ID", help="one draw only")
    _data_option(verify)

    _data_option(add_report_command(commands))

    token = commands.add_parser(
        "token",
        help="the host token",
        description="The host token guards the metrics and every control. It is made at the first start and kept only as a hash.",
        epilog="example: talkback token --renew",
    )
    token.add_argument("--renew", action="store_true", help="make a new one and print it; works while the server runs")
    _data_option(token)
    return parser


def _data_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("TALKBACK_DATA") or "var"),
        metavar="FOLDER",
        help="where event logs and the token's hash are kept (default: $TALKBACK_DATA, or var)",
    )


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 0 to 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
