"""What else happened in a show: faults, alarms, refused claims, promotions, what hosts did; and all of it as one timeline."""

from typing import Any, Final

MOST_MOMENTS: Final = 3_000
"""Entries of the timeline, faults and actions each; a log that holds more tells so."""


class Incidents:
    """Feed it a show's events in order."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.fault_count = 0
        self.alarms: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.open_questions: dict[str, dict[str, Any]] = {}
        self.actions: list[dict[str, Any]] = []
        self.promotions: dict[str, dict[str, Any]] = {}
        self.viewers: list[dict[str, Any]] = []
        self.timeline: list[dict[str, Any]] = []
        self.left_out = 0
        self._standing: dict[tuple[str, str], dict[str, Any]] = {}
        self._state = ""

    def feed(self, type_: str, at: float, data: dict[str, Any]) -> None:
        """Take one event."""
        moment = round(at, 2)
        match type_:
            case "room.state":
                self._room(moment, data)
            case "fault":
                self._fault(moment, data)
            case "alarm":
                self._alarm(moment, data)
            case "reply.refused":
                self._keep(self.refused, {"at": moment, **data})
            case "question.open":
                key = data.get("ticket") or data.get("comment", "")
                self.open_questions[key] = {"at": moment, **data}
            case "ticket.closed":
                self.open_questions.pop(data.get("ticket", ""), None)
            case "desk.action":
                self._keep(self.actions, {"at": moment, **data})
                self._moment(moment, "action", f"{data.get('by', '')}: {data.get('action', '')}", data.get("target"))
            case "product.shown":
                product = data.get("product")
                if product is not None:
                    self._moment(moment, "product", product.get("name", product["sku"]), product["sku"])
            case "live.changed":
                self._moment(moment, "live", data.get("mode", ""))
            case "room.held":
                self._moment(moment, "held", "held" if data.get("held") else "goes on")
            case _ if type_.startswith("promotion."):
                self._promotion(moment, type_.removeprefix("promotion."), data)

    # ---- inside --------------------------------------------------------------------------------------------

    def _room(self, at: float, data: dict[str, Any]) -> None:
        state = data.get("state", "")
        if state != self._state:
            self._state = state
            self._moment(at, "room", state)
        viewers = int(data.get("viewers", 0))
        if not self.viewers or self.viewers[-1]["viewers"] != viewers:
            self._keep(self.viewers, {"at": at, "viewers": viewers})

    def _fault(self, at: float, data: dict[str, Any]) -> None:
        self.fault_count += 1
        last = self.faults[-1] if self.faults else None
        if last is not None and last["code"] == data.get("code") and last["message"] == data.get("message"):
            last["times"] += 1  # the same again
            last["last_at"] = at
            return
        entry = {"at": at, "last_at": at, "times": 1, "code": data.get("code", ""), "message": data.get("message", "")}
        self._keep(self.faults, entry)
        self._moment(at, "fault", entry["message"], entry["code"])

    def _alarm(self, at: float, data: dict[str, Any]) -> None:
        key = (data.get("code", ""), data.get("subject", ""))
        standing = self._standing.get(key)
        if data.get("state") == "cleared":
            if standing is not None:
                standing["cleared_at"] = at
                del self._standing[key]
            return
        if standing is not None:  # it became worse
            standing["severity"], standing["message"] = data.get("severity", ""), data.get("message", "")
            return
        entry = {
            "code": key[0],
            "subject": key[1],
            "severity": data.get("severity", ""),
            "message": data.get("message", ""),
            "raised_at": at,
            "cleared_at": None,
        }
        self._standing[key] = entry
        self._keep(self.alarms, entry)
        self._moment(at, "alarm", entry["message"], entry["code"])

    def _promotion(self, at: float, step: str, data: dict[str, Any]) -> None:
        ident = data.get("promotion", "")
        told = self.promotions.setdefault(
            ident, {"promotion": ident, "kind": "", "title": "", "steps": [], "entries": None, "winners": []}
        )
        if step == "record":
            told["by"] = data.get("by")
            return
        told["kind"], told["title"] = data.get("kind", told["kind"]), data.get("title", told["title"])
        told["steps"].append({"at": at, "state": step})
        told["entries"] = data.get("entries", told["entries"])
        told["winners"] = data.get("winners", told["winners"])
        self._moment(at, "promotion", f"{told['title'] or ident}: {step}", ident)

    def _moment(self, at: float, kind: str, text: str, subject: str | None = None) -> None:
        self._keep(self.timeline, {"at": at, "kind": kind, "text": text, "subject": subject or ""})

    def _keep(self, entries: list[dict[str, Any]], entry: dict[str, Any]) -> None:
        if len(entries) < MOST_MOMENTS:
            entries.append(entry)
        else:
            self.left_out += 1
