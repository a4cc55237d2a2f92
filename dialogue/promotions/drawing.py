"""A draw that anybody can check afterwards: the seed is fixed before the first entry, and named after the last.

When a draw is announced, the SHA-256 of its secret seed is published. Each entry's lot is HMAC-SHA256(seed, promotion and
viewer); the lowest lots win. With the seed named afterwards everybody can compute every lot, and see that the seed is
the one that was promised (a commitment scheme; HMAC: RFC 2104).
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """Everything that is needed to draw again."""

    promotion: str
    commitment: str
    """SHA-256 of the seed, hexadecimal; published with the announcement."""
    seed: str
    """Hexadecimal; published with the result."""
    entries: tuple[str, ...]
    """Viewers in the order in which they entered."""
    prizes: tuple[str, ...]
    """One for each winner, the first prize first."""
    winners: tuple[tuple[str, str], ...]
    """(viewer, prize)."""


def commitment_to(seed: bytes) -> str:
    """What is published before: SHA-256 of the seed, hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def lot(seed: bytes, promotion: str, viewer: str) -> str:
    """The lot of an entry, hexadecimal; the lower the better."""
    return hmac.new(seed, f"{promotion}\n{viewer.casefold()}".encode(), hashlib.sha256).hexdigest()


def draw(seed: bytes, promotion: str, entries: Sequence[str], prizes: Sequence[str]) -> DrawRecord:
    """Give the prizes to the entries with the lowest lots; there may be more prizes than entries."""
    ranked = sorted(entries, key=lambda viewer: lot(seed, promotion, viewer))
    winners = tuple(zip(ranked, prizes, strict=False))
    return DrawRecord(promotion, commitment_to(seed), seed.hex(), tuple(entries), tuple(prizes), winners)


def faults_of(record: DrawRecord, promised: str | None = None) -> list[str]:
    """What is wrong with a record, in words; empty if the draw was fair.

    `promised` is the commitment from the announcement, where it is known from elsewhere than the record.
    """
    try:
        seed = bytes.fromhex(record.seed)
    except ValueError:
        return ["the seed is not hexadecimal"]
    faults = []
    if commitment_to(seed) != record.commitment:
        faults.append("the seed does not fit the commitment in the record")
    if promised is not None and promised != record.commitment:
        faults.append("the commitment is not the one that was announced")
    if len({viewer.casefold() for viewer in record.entries}) != len(record.entries):
        faults.append("somebody is in it twice")
    again = draw(seed, record.promotion, record.entries, record.prizes).winners
    if again != record.winners:
        faults.append(f"drawn again the winners are {_named(again)}, not {_named(record.winners)}")
    return faults


def _named(winners: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{viewer} ({prize})" for viewer, prize in winners) or "nobody"
