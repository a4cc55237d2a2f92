"""How emotion and energy change the way a clause is said: modestly, so that it stays the same person's voice."""

from dataclasses import dataclass
from typing import Final

from render.contract import Emotion


@dataclass(frozen=True, slots=True)
class Prosody:
    """Factors against the voice's own manner."""

    tempo: float
    """Above 1 is faster."""
    pitch: float
    """Above 1 is higher; 1.06 is a semitone."""
    liveliness: float
    """Scales the random variation of tone that a model allows."""
    pause: float
    """Scales the pauses between sentences."""


# Directions after Murray & Arnott, "Toward the simulation of emotion in synthetic speech", JASA 93 (1993), table II
# (joy: faster, higher; sadness: slower, lower, narrow); sizes chosen by ear, well below what the paper reports.
_MANNERS: Final[dict[Emotion, Prosody]] = {
    Emotion.NEUTRAL: Prosody(1.0, 1.0, 1.0, 1.0),
    Emotion.WARM: Prosody(0.98, 1.0, 1.0, 1.05),
    Emotion.EXCITED: Prosody(1.06, 1.025, 1.12, 0.8),
    Emotion.AMUSED: Prosody(1.03, 1.015, 1.08, 0.95),
    Emotion.SERIOUS: Prosody(0.96, 0.985, 0.9, 1.2),
    Emotion.SORRY: Prosody(0.92, 0.98, 0.85, 1.3),
}


def prosody(emotion: Emotion, energy: float) -> Prosody:
    """Manner of speaking for an emotion at an energy between 0 (calm) and 1 (lively)."""
    manner = _MANNERS[emotion]
    lift = min(1.0, max(0.0, energy)) - 0.5
    return Prosody(
        tempo=manner.tempo * (1 + 0.08 * lift),
        pitch=manner.pitch * (1 + 0.01 * lift),
        liveliness=manner.liveliness * (1 + 0.2 * lift),
        pause=manner.pause * (1 - 0.3 * lift),
    )
