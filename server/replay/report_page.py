"""The report as one file that a browser opens anywhere: style, script and data inside, nothing fetched."""

from pathlib import Path
from typing import Final

from server.replay.report import ReplayReport

_FOLDER: Final = Path(__file__).resolve().parents[2] / "web" / "replay"
_SCRIPTS: Final = ("parts.js", "plots.js", "summary.js", "conversation.js", "comparison.js", "chatlog.js", "report.js")


def report_page(report: ReplayReport) -> str:
    """The page as HTML."""
    page = (_FOLDER / "report.html").read_text("utf-8")
    script = "\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS)
    for mark, content in (
        ("/*STYLE*/", (_FOLDER / "report.css").read_text("utf-8")),
        ("/*SCRIPT*/", script),
        ("/*REPORT*/", _inline(report.to_json())),
    ):
        before, _, after = page.partition(mark)
        page = before + content + after
    return page


def _inline(json: str) -> str:
    """JSON that can't end the script element that holds it, whatever strangers wrote (HTML, "restrictions for script contents")."""
    return json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
