"""A pose of the host's face: what life and speech give, and the face draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pose:
    """Where everything that moves in the face is; the plate shows the default.

    What an avatar pack has no keys for is left out of the picture: a pose may always ask for all of it.
    """

    mouth: NDArray[np.float32]
    """Convex weights of the mouth keys, shape (13,)."""
    blink: float = 0.0
    """0 open, 1 shut."""
    gaze_x: float = 0.0
    """-1 the left side of the picture, 1 the right; relative to the head."""
    gaze_y: float = 0.0
    """-1 up, 1 down."""
    brow: float = 0.0
    """0 at rest, 1 raised."""
    smile: float = 0.0
    """0 to 1, on top of what the mouth says."""
    yaw: float = 0.0
    """Degrees; the nose goes to the right side of the picture."""
    pitch: float = 0.0
    """Degrees; the chin goes up."""
    roll: float = 0.0
    """Degrees, clockwise as seen."""
    breath: float = 0.0
    """0 breathed out, 1 breathed in."""
    brow_inner: float = 0.0
    """0 to 1: the brows' inner ends raised, as in sorrow."""
    brow_down: float = 0.0
    """0 to 1: the brows lowered and drawn together."""
    brow_tilt: float = 0.0
    """-1 to 1: how much more the brow at the right side of the picture is raised than the other."""
    squint: float = 0.0
    """0 to 1: cheeks raised and lower lids tightened, with lines beside the eyes, as in a felt smile."""
    wide: float = 0.0
    """0 to 1: eyes opened wider than at rest."""
    frown: float = 0.0
    """0 to 1: corners of the mouth lowered, as far as it is not busy with a sound."""
