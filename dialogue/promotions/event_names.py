"""Types of promotion events that hosts alone may see, or nobody; apart from the machinery, so that a log is read without loading it."""

from typing import Final

SEALED: Final = "promotion.sealed"
"""Holds the secret seed until the draw; it is kept in the log and shown to nobody."""
ENTERED: Final = "promotion.entered"
"""One viewer has entered; for hosts."""
