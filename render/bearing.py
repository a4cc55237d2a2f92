"""How an emotion is carried by the face and the head."""

from dataclasses import astuple, dataclass, replace

from render.contract import Emotion


@dataclass(frozen=True, slots=True)
class Bearing:
    """What an emotion adds to the face at rest, in the units of `render.pose.Pose`."""

    smile: float = 0.0
    squint: float = 0.0
    frown: float = 0.0
    brow: float = 0.0
    brow_inner: float = 0.0
    brow_down: float = 0.0
    brow_tilt: float = 0.0
    wide: float = 0.0
    lids: float = 0.0
    """How far the lids hang, 0 to 1: what blinks begin from."""
    pitch: float = 0.0
    """Degrees; chin up."""
    roll: float = 0.0
    """Degrees, clockwise as seen."""
    liveliness: float = 1.0
    """Scales sway and gestures."""

    @property
    def values(self) -> tuple[float, ...]:
        return astuple(self)

    def with_energy(self, energy: float) -> "Bearing":
        """The same, livelier and more open or calmer; an energy of 0.5 leaves it as it is."""
        more = 0.8 + 0.4 * energy
        return replace(
            self,
            smile=self.smile * more,
            brow=self.brow * more,
            wide=self.wide * more,
            liveliness=self.liveliness * (0.6 + 0.8 * energy),
        )


# Which parts of the face an emotion moves follows the prototypes of Ekman and Friesen's action units (Facial Action Coding
# System, 1978, and the emotion table of its 2002 edition): a felt smile is AU 12 with the cheeks' AU 6, sadness AU 1, 4 and
# 15, surprise AU 1, 2 and 5; the head droops in shame and sorrow and rises with joy (Wallbott 1998, Eur. J. Soc. Psychol.
# 28:879). How strongly is our own choice, by eye: a host on air shows less than an actor.
BEARINGS = {
    Emotion.NEUTRAL: Bearing(smile=0.06, brow=0.05, liveliness=0.9),
    Emotion.WARM: Bearing(smile=0.46, squint=0.32, brow=0.12, brow_inner=0.16, pitch=0.2, roll=0.9, liveliness=0.9),
    Emotion.EXCITED: Bearing(smile=0.74, squint=0.10, brow=0.70, wide=0.70, pitch=0.9, roll=0.2, liveliness=1.45),
    Emotion.AMUSED: Bearing(
        smile=0.82, squint=0.72, brow=0.22, brow_tilt=0.35, lids=0.05, pitch=0.4, roll=1.5, liveliness=1.1
    ),
    Emotion.SERIOUS: Bearing(frown=0.14, brow_down=0.55, lids=0.05, pitch=-0.8, liveliness=0.6),
    Emotion.SORRY: Bearing(frown=0.80, brow=0.06, brow_inner=0.95, lids=0.22, pitch=-1.5, roll=1.4, liveliness=0.45),
}


def mixed(a: Bearing, b: Bearing, share: float) -> Bearing:
    """`share` 0..1 of the way from a to b."""
    return Bearing(*(x + (y - x) * share for x, y in zip(a.values, b.values, strict=True)))
