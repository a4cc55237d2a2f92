"""``talkback promo verify``: draw again from the log, and see whether the winners are the same."""

import argparse
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

from dialogue.promotions.drawing import DrawRecord, faults_of

_WANTED = (
    "SELECT show, time, type, data FROM event WHERE type IN ('promotion.announced', 'promotion.record') ORDER BY seq"
)


def verify(options: argparse.Namespace) -> int:
    """Check every draw in a room's log, or one; returns 0 if all are fair, 1 if one is not, 2 if there is nothing to check."""
    log: Path = options.data / options.room / "events.sqlite3"
    if not log.is_file():
        print(
            f"There is no event log {log}. --data says where logs are kept, ROOM is the room's name.", file=sys.stderr
        )
        return 2
    try:
        connection = sqlite3.connect(f"{log.resolve().as_uri()}?mode=ro", uri=True)
        try:
            rows = connection.execute(_WANTED).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        print(f"{log} can't be read: {error}", file=sys.stderr)
        return 2
    return _report(rows, options.promotion)


def _report(rows: list[tuple[str, str, str, str]], wanted: str | None) -> int:
    promised: dict[tuple[str, str], str | None] = {}
    checked, unfair = 0, 0
    for show, moment, kind, text in rows:
        data: dict[str, Any] = json.loads(text)
        key = (show, data["promotion"])
        if kind == "promotion.announced":
            promised[key] = data.get("commitment")
            continue
        if wanted is not None and data["promotion"] != wanted:
            continue
        winners = tuple((str(viewer), str(prize)) for viewer, prize in data["winners"])
        record = DrawRecord(
            data["promotion"], data["commitment"], data["seed"], tuple(data["entries"]), tuple(data["prizes"]), winners
        )
        faults = faults_of(record, promised.get(key))
        if key not in promised:
            faults.append("its announcement, which promised the seed, is not in the log")
        checked += 1
        unfair += bool(faults)
        told = "; ".join(faults) if faults else f"fair: {len(record.entries)} entries, {len(winners)} winners"
        print(f"{record.promotion}, drawn {moment}: {told}")
    if not checked:
        print(f"No draw {'called ' + wanted + ' ' if wanted else ''}is in the log.", file=sys.stderr)
        return 2
    return 1 if unfair else 0
