"""The report as a person reads it in a terminal."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from server.reports.report import ShowReport

_MOST_ROWS = 15
_MOST_CHARS = 90
_MOMENTS = ("at", "raised_at", "cleared_at", "seconds")


def as_text(report: ShowReport) -> Iterator[str]:
    """The report in lines of text; the transcript comes last."""
    entry, figures = report.entry, report.figures()
    yield f"{entry.id}: {entry.room}, begun {entry.started}, {clock(figures['seconds'])} long, {entry.ended.value}\n"
    yield "\nIn short\n"
    yield f"  comments     {figures['comments']} by {figures['viewers_writing']} viewers; {_share(figures['answered_share'])} answered\n"
    fates = ", ".join(f"{count} {fate}" for fate, count in figures["by_fate"].items() if count)
    yield f"  fates        {fates or 'none'}\n"
    for name, words in (("waiting_spoken", "until heard"), ("waiting_written", "until written")):
        waited = figures[name]
        if waited["count"]:
            yield f"  {words:<12} half within {waited['p50']:.1f} s, 19 of 20 within {waited['p95']:.1f} s\n"
    yield (
        f"  host         {figures['lines']} lines in {clock(figures['speech_seconds'])} of speech,"
        f" {figures['lines_interrupted']} broken off\n"
    )
    yield f"  viewers      at most {figures['viewers_most']}; {figures['opened']} products opened, {figures['cart']} put into carts\n"
    yield (
        f"  trouble      {figures['faults']} faults, {figures['alarms']} alarms, {figures['refused']} claims refused,"
        f" {figures['open_questions']} questions left open\n"
    )
    yield from _table(
        "Products", report.stays.rows(), ("sku", "name", "seconds", "times", "questions", "opened", "cart")
    )
    yield from _table(
        "Questions", report.questions.by_intent(), ("intent", "comments", "answered", "declined", "expired")
    )
    yield from _table("Left open", list(report.incidents.open_questions.values()), ("viewer", "text"))
    yield from _table("Claims refused", report.incidents.refused, ("rule", "text", "detail"))
    yield from _table(
        "Promotions", list(report.incidents.promotions.values()), ("promotion", "kind", "title", "entries")
    )
    yield from _table("Hosts' actions", report.incidents.actions, ("at", "by", "action", "target"))
    yield from _table("Alarms", report.incidents.alarms, ("raised_at", "cleared_at", "code", "message"))
    yield from _table("Faults", report.incidents.faults, ("at", "times", "code", "message"))
    yield "\nWhat was heard\n"
    for heard in report.transcript.lines:
        yield f"  {clock(heard.start)}  {heard.text}{' —' if heard.interrupted else ''}\n"


def _table(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    """Rows under their headings, in columns; the last column is not padded."""
    if not rows:
        return
    cells = [[_said(column, row.get(column)) for column in columns] for row in rows[:_MOST_ROWS]]
    heading = [column.replace("_", " ") for column in columns]
    widths = [max(_width(row[index]) for row in [heading, *cells]) for index in range(len(columns))]
    yield f"\n{title}\n"
    for row in [heading, *cells]:
        padded = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(padded)).rstrip() + "\n"
    if len(rows) > _MOST_ROWS:
        yield f"  … and {len(rows) - _MOST_ROWS} more (--format json, or csv)\n"


def _said(column: str, value: object) -> str:
    if value is None:
        return "–"
    if column in _MOMENTS and isinstance(value, (int, float)):
        return clock(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def _share(share: float | None) -> str:
    return f"{share:.0%}" if share is not None else "none"


def clock(seconds: float) -> str:
    """A moment of the show: ``1:02:03``."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
