"""The host's place in the frame: whole, cut, or in a small window, and the way from one to another."""

import cv2
import numpy as np
from numpy.typing import NDArray

from render.layouts import Arrangement, Rect
from render.motion import ease
from render.typography import rounded

_FEATHER = 72
_RADIUS = 22
_BLUR = 46.0

Frame = NDArray[np.uint8]


class HostWindow:
    """Lays the host's picture into the frame."""

    def __init__(self, plate: Frame, size: tuple[int, int], home: Arrangement, unit: float, move_s: float) -> None:
        self._size = size
        self._unit = unit
        self._move_s = move_s
        self._from = self._to = (home.crop, home.host)
        self._since = -move_s
        self._backdrop = _backdrop(plate, size, home, unit)
        feather = max(1, round(_FEATHER * unit))
        share = (np.arange(feather, dtype=np.float32) + 0.5) / feather
        ramp = share * share * (3 - 2 * share)
        self._ramp = np.repeat(ramp[None, :], size[1], axis=0)
        self._radius = max(2, round(_RADIUS * unit))

    @property
    def backdrop(self) -> Frame:
        """What is seen where neither host nor product is, shape (height, width, 3)."""
        return self._backdrop

    def go(self, arrangement: Arrangement, now: float) -> None:
        """Move to where an arrangement has the host, from where the host is now."""
        self._from = self._at(now)
        self._to = (arrangement.crop, arrangement.host)
        self._since = now

    def is_frame(self, now: float) -> bool:
        """Whether the frame is the host's picture as it is, so that it need not be copied."""
        crop, place = self._at(now)
        return crop == place == Rect(0, 0, *self._size)

    def covers(self, now: float) -> bool:
        """Whether nothing of the frame is seen beside the host."""
        _, place = self._at(now)
        return place.x <= 0 and place.y <= 0 and place.right >= self._size[0] and place.bottom >= self._size[1]

    def lay(self, host: Frame, frame: Frame, now: float) -> None:
        """Lay `host`, shape of the pack's plate, into `frame`."""
        crop, place = self._at(now)
        if (crop.width, crop.height) == (place.width, place.height):
            self._lay_cut(host, frame, crop, place)
        else:
            self._lay_scaled(host, frame, crop, place)

    def _at(self, now: float) -> tuple[Rect, Rect]:
        share = ease((now - self._since) / self._move_s)
        if share >= 1.0:
            return self._to
        crop, place = self._from[0].towards(self._to[0], share), self._from[1].towards(self._to[1], share)
        if all((c.width, c.height) == (p.width, p.height) for c, p in (self._from, self._to)):
            crop = Rect(crop.x, crop.y, place.width, place.height)
        return crop, place

    def _lay_cut(self, host: Frame, frame: Frame, crop: Rect, place: Rect) -> None:
        width, height = self._size
        x0, y0, x1, y1 = max(0, place.x), max(0, place.y), min(width, place.right), min(height, place.bottom)
        dx, dy = crop.x - place.x, crop.y - place.y
        x1, y1 = min(x1, host.shape[1] - dx), min(y1, host.shape[0] - dy)
        n = self._ramp.shape[1]
        left = x0 > 0 and x1 - x0 > 2 * n
        right = left and x1 < width  # at the frame's left edge the product stands at its right
        inner0, inner1 = x0 + n * left, x1 - n * right
        np.copyto(frame[y0:y1, inner0:inner1], host[y0 + dy : y1 + dy, inner0 + dx : inner1 + dx])
        for at, wanted, ramp in ((x0, left, self._ramp), (x1 - n, right, self._ramp[:, ::-1])):
            if wanted:
                seen, under = host[y0 + dy : y1 + dy, at + dx : at + n + dx], frame[y0:y1, at : at + n]
                share = np.ascontiguousarray(ramp[: y1 - y0])
                under[...] = cv2.blendLinear(np.ascontiguousarray(seen), np.ascontiguousarray(under), share, 1 - share)

    def _lay_scaled(self, host: Frame, frame: Frame, crop: Rect, place: Rect) -> None:
        width, height = self._size
        seen = host[crop.y : crop.bottom, crop.x : crop.right]
        inside = place.x >= 0 and place.y >= 0 and place.right <= width and place.bottom <= height
        if not inside or place.width < 8 or place.height < 8:
            return
        window = frame[place.y : place.bottom, place.x : place.right]
        radius = min(self._radius, place.width // 2, place.height // 2)
        edge = min(place.x, place.y, width - place.right, height - place.bottom)
        radius = min(radius, max(0, edge))
        corners = _corners(window, radius)
        under = [corner.copy() for corner in corners]
        cv2.resize(seen, (place.width, place.height), dst=window, interpolation=cv2.INTER_LINEAR)
        if radius > 1:
            cover = rounded(2 * radius, 2 * radius, radius)
            masks = _corners(cover, radius)
            for corner, before, mask in zip(corners, under, masks, strict=True):
                share = mask[..., None]
                corner[...] = (corner * share + before * (1 - share)).astype(np.uint8)


def _corners(picture: NDArray[np.uint8] | NDArray[np.float32], radius: int) -> list[NDArray]:  # type: ignore[type-arg]
    if radius < 2:
        return []
    return [
        picture[rows, columns]
        for rows in (slice(0, radius), slice(picture.shape[0] - radius, None))
        for columns in (slice(0, radius), slice(picture.shape[1] - radius, None))
    ]


def _backdrop(plate: Frame, size: tuple[int, int], home: Arrangement, unit: float) -> Frame:
    """The host's room mirrored at its edges and far out of focus, so that the host's own edges can run out into it."""
    crop, place = home.crop, home.host
    seen = plate[crop.y : crop.bottom, crop.x : crop.right]
    left, right = max(0, place.x), max(0, size[0] - place.right)
    wide = cv2.copyMakeBorder(
        seen, 0, 0, min(left, seen.shape[1] - 1), min(right, seen.shape[1] - 1), cv2.BORDER_REFLECT_101
    )
    small = cv2.resize(wide, (max(1, size[0] // 8), max(1, size[1] // 8)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, _BLUR * unit / 8))
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.uint8)
