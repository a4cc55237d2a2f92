"""Why an order of a person is not carried out."""


class SteeringRefused(Exception):
    """Becomes a problem+json answer; `rule` and `suggestion` go with a text that makes a claim."""

    def __init__(self, code: str, status: int, message: str, *, rule: str | None = None, suggestion: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.rule = rule
        self.suggestion = suggestion
