"""Whose face a room shows, and what that person agreed to: for the host's dashboard, not for viewers."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AvatarRecord:
    """The avatar on the screen and its consent record, as the pack's manifest tells them."""

    name: str
    kind: str
    """``synthetic``: nobody's face; ``person``: somebody's, and the rest is known."""
    statement: str
    who: str = ""
    what_for: str = ""
    until: date | None = None
    """The last day of the consent."""
    proof: str = ""

    def as_json(self) -> dict[str, object]:
        """The body of ``GET /rooms/{room}/avatar``."""
        consent = {
            "kind": self.kind,
            "statement": self.statement,
            "who": self.who,
            "what_for": self.what_for,
            "until": self.until.isoformat() if self.until is not None else None,
            "proof": self.proof,
        }
        return {"name": self.name, "consent": consent}
