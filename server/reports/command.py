"""``talkback report``: a show's report, from its event log; also what the server runs, in a process of its own, for the page."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from server.reports.report import ShowReport
from server.reports.show_log import ReportError, ShowLog
from server.reports.subtitles import as_srt, as_vtt, cues_of
from server.reports.tables import TABLES, as_csv, as_jsonl
from server.reports.text import as_text

FORMATS: Final = ("text", "json", "csv", "jsonl", "srt", "vtt")
EXIT_NO_SUCH: Final = 2
EXIT_UNUSABLE: Final = 1
_NICENESS: Final = 10


def run(options: argparse.Namespace) -> int:
    """Print, or write to ``--out``; 0 fine, 1 the log can't be read or the file not written, 2 there is no such show."""
    log: Path = options.data / options.room / "events.sqlite3"
    try:
        with ShowLog(log) as shows:
            if options.list:
                _write(sys.stdout, _listed(shows))
                return 0
            chunks = _chunks(shows, options.show, options.format, options.table)
            if options.out is None:
                _write(sys.stdout, chunks)
            else:
                _write_file(options.out, chunks)
    except ReportError as error:
        print(f"talkback: {error}", file=sys.stderr)
        return EXIT_NO_SUCH if error.code in ("no-log", "no-such-show") else EXIT_UNUSABLE
    except BrokenPipeError:  # head, or a page that left
        sys.stderr.close()
        return EXIT_UNUSABLE
    except OSError as error:
        print(f"talkback: {options.out or 'the output'}: can't be written ({error.strerror})", file=sys.stderr)
        return EXIT_UNUSABLE
    return 0


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add ``report`` to the command line; the caller adds ``--data``."""
    report = commands.add_parser(
        "report",
        help="what a show came to",
        description="What a show came to, from its event log: transcript, products, questions, waiting times, trouble. "
        "Works while the show runs, and for one that broke off. Exit status 2: there is no such show.",
        epilog="example: talkback report --room demo --format srt --out show.srt",
    )
    report.add_argument("--room", default="demo", metavar="ROOM", help="the room's name (default: %(default)s)")
    report.add_argument(
        "--show", default="last", metavar="ID", help="which show (default: the last); --list names them"
    )
    report.add_argument("--list", action="store_true", help="list the shows in the log")
    report.add_argument("--format", choices=FORMATS, default="text", help="default: %(default)s")
    report.add_argument("--table", choices=TABLES, default=TABLES[0], help="which one for csv (default: %(default)s)")
    report.add_argument("--out", type=Path, default=None, metavar="FILE", help="write it there instead of printing it")
    return report


def _chunks(shows: ShowLog, ident: str, form: str, table: str) -> Iterator[str]:
    entry = shows.show(ident)
    if form == "jsonl":
        return as_jsonl(shows.events(entry.id))
    report = ShowReport(entry, shows.events(entry.id))
    match form:
        case "json":
            return iter((json.dumps(report.as_json(), ensure_ascii=False) + "\n",))
        case "csv":
            return as_csv(report, table)
        case "srt":
            return as_srt(cues_of(report.transcript.lines))
        case "vtt":
            return as_vtt(cues_of(report.transcript.lines))
        case _:
            return as_text(report)


def _listed(shows: ShowLog) -> Iterator[str]:
    for entry in shows.shows():
        yield f"{entry.id}  {entry.started}  {entry.seconds / 60:7.1f} min  {entry.ended.value}\n"


def _write(stream: TextIO, chunks: Iterator[str]) -> None:
    binary = stream.buffer if hasattr(stream, "buffer") else None
    for chunk in chunks:
        if binary is not None:  # UTF-8 whatever the terminal's setting, and no change of line ends
            binary.write(chunk.encode("utf-8", "replace"))
        else:
            stream.write(chunk)
    stream.flush()


def _write_file(path: Path, chunks: Iterator[str]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            for chunk in chunks:
                stream.write(chunk.encode("utf-8", "replace"))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """What the server starts: as ``talkback report``, at low priority."""
    os.nice(_NICENESS)
    parser = argparse.ArgumentParser(prog="talkback")
    report = add_command(parser.add_subparsers(required=True))
    report.add_argument("--data", type=Path, required=True)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
