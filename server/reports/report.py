"""The report of one show, made by going through its events once."""

from collections.abc import Iterable
from typing import Any, Final

from server.event import Event
from server.reports.asked import Questions
from server.reports.incidents import Incidents
from server.reports.show_log import ShowEntry
from server.reports.stays import Stays
from server.reports.transcript import Transcript

REPORT_VERSION: Final = 1
MOST_COMMENTS: Final = 5_000
"""In the report itself; the exports hold all."""


class ShowReport:
    """Everything that is told of a show; `as_json` is what the page and ``--format json`` get."""

    def __init__(self, entry: ShowEntry, events: Iterable[Event]) -> None:
        self.entry = entry
        self.transcript = Transcript()
        self.stays = Stays()
        self.questions = Questions()
        self.incidents = Incidents()
        self.unreadable = 0
        """Events whose data is damaged or not as their type has it."""
        self.seconds = 0.0
        collectors = (self.transcript, self.stays, self.questions, self.incidents)
        for event in events:
            self.seconds = max(self.seconds, event.at)
            try:
                data = event.data
                for collector in collectors:
                    collector.feed(event.type, event.at, data)
            except (ValueError, KeyError, TypeError, AttributeError):  # one damaged entry must not cost the report
                self.unreadable += 1
        self.transcript.finish(self.seconds)
        self.stays.finish(self.seconds)

    def figures(self) -> dict[str, Any]:
        """The sums of the show."""
        lines, incidents = self.transcript.lines, self.incidents
        products = self.stays.rows()
        return {
            "seconds": round(self.seconds, 1),
            "lines": len(lines),
            "lines_interrupted": sum(heard.interrupted for heard in lines),
            "speech_seconds": round(sum(heard.end - heard.start for heard in lines), 1),
            "viewers_most": max((each["viewers"] for each in incidents.viewers), default=0),
            **self.questions.figures(),
            "products": len(products),
            "opened": sum(row["opened"] for row in products),
            "cart": sum(row["cart"] for row in products),
            "refused": len(incidents.refused),
            "open_questions": len(incidents.open_questions),
            "faults": incidents.fault_count,
            "alarms": len(incidents.alarms),
            "actions": len(incidents.actions),
        }

    def as_json(self) -> dict[str, Any]:
        """The whole report."""
        entry, incidents = self.entry, self.incidents
        comments = [asked.as_json() for asked in self.questions.comments.values()]
        return {
            "version": REPORT_VERSION,
            "show": {
                "id": entry.id,
                "room": entry.room,
                "started": entry.started,
                "last": entry.last,
                "ended": entry.ended.value,
                "software": entry.software,
            },
            "figures": self.figures(),
            "timeline": incidents.timeline,
            "viewers": incidents.viewers,
            "transcript": [heard.as_json() for heard in self.transcript.lines],
            "products": self.stays.rows(),
            "questions": self.questions.by_intent(),
            "comments": comments[:MOST_COMMENTS],
            "comments_left_out": max(0, len(comments) - MOST_COMMENTS),
            "open_questions": list(incidents.open_questions.values()),
            "refused": incidents.refused,
            "promotions": list(incidents.promotions.values()),
            "actions": incidents.actions,
            "alarms": incidents.alarms,
            "faults": incidents.faults,
            "left_out": incidents.left_out,
            "unreadable": self.unreadable,
        }
