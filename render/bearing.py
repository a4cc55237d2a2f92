"""How an emotion is carried by the face and the head."""

from dataclasses import astuple, dataclass, replace

from render.contract import Emotion


@dataclass(frozen=True, slots=True)
class Bearing:
    """What an emotion adds to the face at rest."""

    smile: float
    brow: float
    pitch: float
    """Degrees; chin up."""
    roll: float
    """Degrees, clockwise as seen."""
    liveliness: float
    """Scales sway and gestures."""

    @property
    def values(self) -> tuple[float, ...]:
        return astuple(self)

    def with_energy(self, energy: float) -> "Bearing":
        """The same, livelier or calmer; an energy of 0.5 leaves it as it is."""
        return replace(self, liveliness=self.liveliness * (0.6 + 0.8 * energy))


BEARINGS = {
    Emotion.NEUTRAL: Bearing(smile=0.10, brow=0.06, pitch=0.0, roll=0.0, liveliness=0.9),
    Emotion.WARM: Bearing(smile=0.36, brow=0.16, pitch=0.2, roll=0.7, liveliness=0.9),
    Emotion.EXCITED: Bearing(smile=0.50, brow=0.48, pitch=0.7, roll=0.2, liveliness=1.35),
    Emotion.AMUSED: Bearing(smile=0.68, brow=0.22, pitch=0.4, roll=1.4, liveliness=1.05),
    Emotion.SERIOUS: Bearing(smile=0.0, brow=0.0, pitch=-0.7, roll=0.0, liveliness=0.6),
    Emotion.SORRY: Bearing(smile=0.0, brow=0.42, pitch=-1.3, roll=1.3, liveliness=0.5),
}


def mixed(a: Bearing, b: Bearing, share: float) -> Bearing:
    """`share` 0..1 of the way from a to b."""
    return Bearing(*(x + (y - x) * share for x, y in zip(a.values, b.values, strict=True)))
