"""Checks a room's folder: everything that is wrong or missing, by file and line."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from dialogue.contract import RoomProblem
from dialogue.room_content import check_room_content
from dialogue.yaml_places import read_yaml
from server.configuration import RoomConfig, RoomUnusable, read_room_config, room_name


def examine(folder: Path) -> tuple[RoomConfig | None, list[RoomProblem]]:
    """The room's configuration, if it can be used, and every problem of the folder in the order of its files."""
    problems: list[RoomProblem] = []
    config: RoomConfig | None = None
    try:
        room_name(folder)
        config = read_room_config(folder)
    except RoomUnusable as unusable:
        problems += unusable.problems
        if not folder.is_dir():
            return None, problems
    problems += _examine_content(folder)
    if config is not None:
        problems += _examine_avatar(folder, config)
    return config, problems


def _examine_content(folder: Path) -> list[RoomProblem]:
    return [
        RoomProblem(str(folder / found.file), found.line, found.field, found.message)
        for found in check_room_content(folder)
    ]


def _examine_avatar(folder: Path, config: RoomConfig) -> list[RoomProblem]:
    from render.avatar_pack import AvatarPackError, load_avatar_pack  # OpenCV: half a second

    try:
        pack = load_avatar_pack(folder / config.avatar)
    except AvatarPackError as error:
        return [RoomProblem(str(error.file), None, "", f"{error.problem} {error.remedy}")]
    size = (config.video.width, config.video.height)
    if size not in (pack.size, pack.size[::-1]):
        message = (
            f"is {size[0]} x {size[1]}, but the avatar pack is drawn in {pack.size[0]} x {pack.size[1]}; "
            f"write that, or {pack.size[1]} x {pack.size[0]} for landscape"
        )
        file = read_yaml(folder / "room.yaml")
        return [RoomProblem(file.name, file.line(("video",)), "video", message)]
    return []


def examine_adapter(folder: Path, config: RoomConfig) -> list[RoomProblem]:
    """Why the room's language model would run without the adapter that it names; no problem for going on air."""
    from dialogue.llm import resolve  # the back ends: a second
    from dialogue.llm.adapter import adapter_fault

    fault = adapter_fault(resolve(config.llm))
    if fault is None:
        return []
    file = read_yaml(folder / "room.yaml")
    message = f"{fault}. The room goes on air without it"
    return [RoomProblem(str(folder / "room.yaml"), file.line(("llm", "adapter")), "llm.adapter", message)]


def print_problems(problems: Iterable[RoomProblem]) -> None:
    """Write problems to standard error, one a line."""
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)


def report(folders: Sequence[Path]) -> int:
    """Examine rooms and print what was found; returns the exit status, 1 if anything is wrong."""
    status = 0
    for folder in folders:
        config, problems = examine(folder)
        if config is not None:
            problems += examine_adapter(folder, config)
        if problems:
            status = 1
            count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
            print(f"{folder}: {count}", file=sys.stderr)
            print_problems(problems)
        else:
            print(f"{folder}: fine")
    return status
