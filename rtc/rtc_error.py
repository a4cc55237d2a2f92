"""The one error that a viewer's request can end in."""


class RtcError(Exception):
    """A viewer could not be taken; `code` is for machines, `status` for HTTP, the message for a person."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
