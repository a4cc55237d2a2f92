"""A show as tables for a spreadsheet (CSV) and as its plain events (JSON Lines)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from dialogue.promotions.event_names import SEALED
from server.event import Event
from server.reports.report import ShowReport

TABLES: Final = ("comments", "transcript", "products", "questions", "faults", "alarms", "actions", "refused")
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the machine's old code page."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: ShowReport, table: str) -> Iterator[str]:
    """One of `TABLES`, heading first; raises KeyError for another name."""
    rows = _rows(report, table)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield BYTE_ORDER_MARK
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_jsonl(events: Iterable[Event]) -> Iterator[str]:
    """Every event of the show, one JSON object a line, in the order of the log; without the seed of a draw before it is drawn.

    What was drawn tells its seed itself (`promotion.drawn`).
    """
    for event in events:
        if event.type == SEALED:
            continue
        head = {
            "seq": event.seq,
            "at": round(event.at, 3),
            "time": event.time,
            "type": event.type,
            "public": event.public,
        }
        try:
            data: Any = event.data
        except ValueError:
            data = {"unreadable": event.body}
        yield json.dumps({**head, "data": data}, ensure_ascii=False) + "\n"


def _rows(report: ShowReport, table: str) -> list[dict[str, Any]]:
    incidents = report.incidents
    match table:
        case "comments":
            return [asked.as_json() for asked in report.questions.comments.values()]
        case "transcript":
            return [heard.as_json() for heard in report.transcript.lines]
        case "products":
            return report.stays.rows()
        case "questions":
            return report.questions.by_intent()
        case "faults":
            return incidents.faults
        case "alarms":
            return incidents.alarms
        case "actions":
            return incidents.actions
        case "refused":
            return incidents.refused
    raise KeyError(table)


def _cell(value: object) -> object:
    """A cell as text; what a spreadsheet would take for a formula gets a mark before it (CWE-1236)."""
    if isinstance(value, (list, tuple)):
        value = " ".join(str(part) for part in value)
    elif isinstance(value, Mapping):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
