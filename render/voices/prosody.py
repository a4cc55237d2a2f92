"""How emotion, energy and the persona's own rhythm change the way a clause is said; the voice stays the same person's."""

from dataclasses import dataclass, replace
from typing import Final

from render.contract import Emotion
from render.settings import RhythmProfile

PLAIN: Final = RhythmProfile()


@dataclass(frozen=True, slots=True)
class Prosody:
    """Factors against the voice's own manner."""

    tempo: float
    """Above 1 is faster."""
    pitch: float
    """Above 1 is higher; 1.06 is a semitone."""
    span: float
    """Scales the distance of the melody from its middle, in semitones."""
    liveliness: float
    """Scales the random variation of tone that a model allows."""
    pause: float
    """Scales the pauses, at commas and between sentences."""


# Directions after Murray & Arnott, "Toward the simulation of emotion in synthetic speech", JASA 93 (1993), table II (joy: faster, higher,
# wide; sadness: slower, lower, narrow). Sizes: wide enough that the range and the rate of neutral, excited and sorry lie further apart than
# clauses of one emotion do, and so small in level that a listener to voices finds the same speaker (tests/bench/voice.py measures both).
_MANNERS: Final[dict[Emotion, Prosody]] = {
    Emotion.NEUTRAL: Prosody(1.0, 1.0, 1.0, 1.0, 1.0),
    Emotion.WARM: Prosody(0.98, 1.015, 1.12, 1.0, 1.05),
    Emotion.EXCITED: Prosody(1.12, 1.035, 1.4, 1.0, 0.75),
    Emotion.AMUSED: Prosody(1.04, 1.025, 1.25, 1.0, 0.95),
    Emotion.SERIOUS: Prosody(0.94, 0.995, 0.8, 0.9, 1.25),
    Emotion.SORRY: Prosody(0.87, 0.99, 0.55, 0.85, 1.4),
}


def prosody(emotion: Emotion, energy: float, rhythm: RhythmProfile = PLAIN) -> Prosody:
    """Manner of speaking for an emotion at an energy between 0 (calm) and 1 (lively), by a persona of this rhythm."""
    manner = _MANNERS[emotion]
    lift = min(1.0, max(0.0, energy)) - 0.5
    return replace(
        manner,
        tempo=manner.tempo * (1 + 0.08 * lift) * rhythm.rate,
        pitch=manner.pitch * (1 + 0.01 * lift),
        span=manner.span * (1 + 0.25 * lift) * rhythm.pitch_range,
        liveliness=manner.liveliness * (1 + 0.1 * lift),
        pause=manner.pause * (1 - 0.3 * lift) * rhythm.pause,
    )
