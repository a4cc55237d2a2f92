"""What a replay needs before it begins: room, scenario, logs, the run to compare with; all told at once if it can't be used."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialogue.room_content import RoomContent, load_room_content
from render.settings import languages_of
from server.configuration import RoomConfig
from server.doctor import examine, print_problems
from server.replay.report import ReplayReport, ReportUnusable, read_report
from server.replay.run_folder import EVENTS
from server.replay.scenario import Scenario, ScenarioUnusable, read_scenario
from server.replay.script import Script, Window, name_of, read_script
from server.replay.sources.contract import LogError, open_log


class Refused(Exception):
    """The replay can't run (or go on); the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class OpenedRoom:
    """A room, read and checked."""

    folder: Path
    config: RoomConfig
    content: RoomContent


def open_room(folder: Path) -> OpenedRoom:
    """Read a room; raises `Refused` after printing what is wrong with its files."""
    config, problems = examine(folder)
    if problems or config is None:
        print_problems(problems)
        raise Refused(f"{folder} can't be played to; mend the above (`talkback doctor {folder}` checks again)")
    return OpenedRoom(folder, config, load_room_content(folder))


def open_scenario(path: Path | None) -> Scenario:
    """Read a scenario, or take the plain one; raises `Refused`."""
    if path is None:
        return Scenario()
    try:
        return read_scenario(path)
    except ScenarioUnusable as error:
        raise Refused(f"the scenario can't be used:\n{error}") from error


def open_baseline(path: Path | None) -> ReplayReport | None:
    """Read the run to compare with; raises `Refused`."""
    if path is None:
        return None
    try:
        return read_report(path)
    except ReportUnusable as error:
        raise Refused(f"nothing to compare with: {error}") from error


def open_logs(paths: Sequence[Path], window: Window | None) -> tuple[Script, list[str]]:
    """Read all logs, and what was assumed in reading them; a run's folder stands for its events. Raises `Refused`."""
    notes: list[str] = []
    with ExitStack() as stack:
        sources = []
        try:
            for path in paths:
                file = path / EVENTS if (path / EVENTS).is_file() else path
                sources.append((name_of(path), stack.enter_context(open_log(file))))
            script = read_script(sources, window)
        except LogError as error:
            raise Refused(str(error)) from error
        for name, source in sources:
            notes += [f"{name} ({source.format}): {note}" for note in source.notes]
    if window is None and script.outside:
        notes.append(f"{script.outside} comments from before the stream began were left out.")
    return script, notes


def warnings(script: Script, room: OpenedRoom) -> Iterator[str]:
    """What the person who started the replay should know about the chat."""
    if script.unreadable_count:
        first = script.unreadable[0]
        where = f"line {first.line}: {first.reason}"
        yield f"{script.unreadable_count} pieces of the logs could not be read and were skipped (the first: {where})"
    languages = script.languages()
    count = sum(languages.values())
    spoken = languages_of(room.config.voice)
    strange = sum(n for language, n in languages.items() if language not in spoken)
    if strange > count / 2:
        share = f"{strange / count:.0%} of the comments"
        yield f"{share} are in a language that this room's voice does not read; they are answered in writing"


def default_out(room: Path) -> Path:
    """Where a run is kept if nobody says."""
    return data_folder() / "replay" / f"{room.resolve().name}-{datetime.now(UTC):%Y%m%dT%H%M%S}"


def data_folder() -> Path:
    """Where everything that is made at run time is kept."""
    return Path(os.environ.get("TALKBACK_DATA") or "var")
