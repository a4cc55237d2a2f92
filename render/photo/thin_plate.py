"""A smooth field through scattered points."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


class ThinPlate:
    """The thin-plate spline through values at scattered knots (Bookstein 1989), read at fixed places; a little smoothed.

    It is linear in the values, so that what takes time is done once: each set of values then costs one product of matrices.
    """

    def __init__(self, knots: Points, places: Points, *, unit_px: float, smooth: float = 2e-4) -> None:
        """`knots` (N, 2) and `places` (..., 2) in px; `unit_px`: a length of the size of the whole; `smooth` lets it miss values."""
        self._shape = places.shape[:-1]
        centre = knots.mean(0)
        knots, flat = (knots - centre) / unit_px, (places.reshape(-1, 2) - centre) / unit_px
        count = len(knots)
        corner = np.c_[np.ones(count), knots]
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _kernel(knots, knots) + smooth * np.eye(count)
        system[:count, count:], system[count:, :count] = corner, corner.T
        basis = np.c_[_kernel(flat, knots), np.ones(len(flat)), flat]
        self._reading = basis @ np.linalg.inv(system)[:, :count]

    def through(self, values: Points) -> Points:
        """The field for values (N, D) at the knots: (..., D) at the places."""
        return np.asarray((self._reading[:, : len(values)] @ values).reshape(*self._shape, -1))


def _kernel(a: Points, b: Points) -> Points:
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    squared = np.maximum(squared, 1e-12)
    return np.asarray(0.5 * squared * np.log(squared))
