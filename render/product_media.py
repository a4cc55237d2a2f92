"""Pictures and clips of products, read ahead and fitted to the places where they are shown."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from render.contract import ProductCard
from render.layouts import Rect

Frame = NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""

CLIP_FRAMES_PER_SECOND = 12.5
"""A new frame of a clip every second Slice."""
CLIP_SECONDS = 4.8
"""What is kept of a clip: this much from its beginning."""
_CLIP_PIXELS = 480 * 480
"""A frame of a clip is kept at about this many pixels, 350 kB, so that a clip weighs at most 21 MB."""
_LOOP_FRAMES = 5
"""The end of a clip is dissolved into its beginning over this many frames."""
CLIP_BYTES = 42_000_000
_MOST_CUT = 0.34
"""A picture may lose this share of itself to fill its place; one that would lose more is shown whole."""
_MOST_SIDE_PX = 8192
_FILE_BYTES = 64 * 1024 * 1024
_PAPER = 246


class MediaProblem(Exception):
    """A picture or clip that can't be shown; the message says which and what to do."""


def read_picture(path: str) -> Frame:
    """The picture in a file, transparent parts on paper; raises `MediaProblem`."""
    file = Path(path)
    try:
        if file.stat().st_size > _FILE_BYTES:
            raise MediaProblem(f"the product picture {path} is larger than {_FILE_BYTES >> 20} MiB; save it smaller")
        data = np.fromfile(file, np.uint8)
        decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    except OSError as error:
        raise MediaProblem(
            f"the product picture {path} can't be read: {error.strerror}; put it there, or empty its cell"
        ) from error
    except cv2.error as error:
        raise MediaProblem(f"the product picture {path} can't be decoded; save it as WebP, PNG or JPEG") from error
    if decoded is None or max(decoded.shape[:2]) > _MOST_SIDE_PX:
        raise MediaProblem(f"the product picture {path} can't be decoded; save it as WebP, PNG or JPEG")
    if decoded.dtype != np.uint8:
        decoded = cv2.convertScaleAbs(decoded, alpha=255 / np.iinfo(decoded.dtype).max)
    if decoded.ndim == 2:
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_GRAY2BGR), np.uint8)
    if decoded.shape[2] == 4:
        alpha = decoded[..., 3:].astype(np.float32) / 255
        return np.asarray((decoded[..., :3] * alpha + _PAPER * (1 - alpha)).round(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)  # turned as its camera was held


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a picture of one size stands in a box: which part of it, and where."""

    part: Rect
    """Of the picture."""
    place: Rect
    """Of the box."""


def fitting(picture: tuple[int, int], box: tuple[int, int], free: Rect) -> Fitting:
    """Fill `box` if little of the picture is lost by it, else show the whole picture in `free`; sizes are (width, height)."""
    width, height = picture
    scale = max(box[0] / width, box[1] / height)
    seen_w, seen_h = min(width, round(box[0] / scale)), min(height, round(box[1] / scale))
    if 1 - seen_w * seen_h / (width * height) <= _MOST_CUT:
        part = Rect((width - seen_w) // 2, (height - seen_h) // 2, max(1, seen_w), max(1, seen_h))
        return Fitting(part, Rect(0, 0, *box))
    scale = min(free.width / width, free.height / height)
    shown_w, shown_h = max(1, round(width * scale)), max(1, round(height * scale))
    x, y = free.x + (free.width - shown_w) // 2, free.y + (free.height - shown_h) // 2
    return Fitting(Rect(0, 0, width, height), Rect(x, y, shown_w, shown_h))


def fitted(picture: Frame, box: tuple[int, int], free: Rect) -> tuple[Frame, Fitting]:
    """A picture in a box of (width, height), never stretched; what it leaves open continues its edges, out of focus."""
    how = fitting((picture.shape[1], picture.shape[0]), box, free)
    part, place = how.part, how.place
    seen = picture[part.y : part.bottom, part.x : part.right]
    smaller = place.width < part.width
    shown = cv2.resize(seen, (place.width, place.height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    if place == Rect(0, 0, *box):
        return np.asarray(shown, np.uint8), how
    ground = _continued(np.asarray(shown, np.uint8), place, box)
    window = ground[place.y : place.bottom, place.x : place.right]
    share = _inner_share(place, box)[..., None]
    window[...] = (shown * share + window * (1 - share)).round().astype(np.uint8)
    return ground, how


def _continued(shown: Frame, place: Rect, box: tuple[int, int]) -> Frame:
    """The edges of a picture carried on to the borders of the box, the softer the further away; shape of the box."""
    around = (place.y, box[1] - place.bottom, place.x, box[0] - place.right)
    # The outermost rows may be a frame or an artefact of the codec: what lies a little further in is carried on.
    inset = max(1, min(shown.shape[:2]) // 100)
    core = shown[inset:-inset, inset:-inset]
    wide = cv2.copyMakeBorder(core, *(side + inset for side in around), cv2.BORDER_REPLICATE)
    small = cv2.resize(wide, (max(1, box[0] // 8), max(1, box[1] // 8)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 4.0, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(soft, box, interpolation=cv2.INTER_CUBIC), np.uint8)


def _inner_share(place: Rect, box: tuple[int, int]) -> NDArray[np.float32]:
    """How much of the picture is seen, 0..1, shape (height, width): it runs out towards the sides that don't touch the box."""
    soft = max(2, min(place.width, place.height) // 14)

    def side(length: int, open_before: bool, open_after: bool) -> NDArray[np.float32]:
        at = np.arange(length, dtype=np.float32) + 0.5
        share = np.ones(length, np.float32)
        if open_before:
            share = np.minimum(share, at / soft)
        if open_after:
            share = np.minimum(share, (length - at) / soft)
        return share * share * (3 - 2 * share)

    across = side(place.width, place.x > 0, place.right < box[0])
    down = side(place.height, place.y > 0, place.bottom < box[1])
    return np.asarray(down[:, None] * across[None, :], np.float32)


@dataclass(frozen=True, slots=True)
class Clip:
    """A short video in memory."""

    frames: tuple[NDArray[np.uint8], ...]
    """I420, each (height * 3 // 2, width)."""

    @property
    def size(self) -> tuple[int, int]:
        return int(self.frames[0].shape[1]), int(self.frames[0].shape[0] * 2 // 3)

    @property
    def bytes(self) -> int:
        return sum(frame.nbytes for frame in self.frames)

    def place(self, seconds: float) -> int:
        """Number of the frame to be seen `seconds` after the beginning, round and round."""
        return int(seconds * CLIP_FRAMES_PER_SECOND + 1e-6) % len(self.frames)

    def picture(self, place: int) -> Frame:
        return np.asarray(cv2.cvtColor(self.frames[place], cv2.COLOR_YUV2BGR_I420), np.uint8)


def read_clip(path: str) -> Clip:
    """Decode the beginning of a video file; raises `MediaProblem`."""
    pictures: list[Frame] = []
    wanted = round(CLIP_SECONDS * CLIP_FRAMES_PER_SECOND) + _LOOP_FRAMES
    try:
        with av.open(path) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            begin: float | None = None
            size: tuple[int, int] | None = None
            for frame in container.decode(stream):
                at = float(frame.time or 0.0)
                begin = at if begin is None else begin
                if at - begin + 1e-6 < len(pictures) / CLIP_FRAMES_PER_SECOND:
                    continue
                if size is None:
                    scale = min(1.0, (_CLIP_PIXELS / (frame.width * frame.height)) ** 0.5)
                    size = max(2, round(frame.width * scale / 2) * 2), max(2, round(frame.height * scale / 2) * 2)
                pictures.append(np.asarray(frame.reformat(*size, format="bgr24").to_ndarray(), np.uint8))
                if len(pictures) >= wanted:
                    break
    except (OSError, IndexError, ValueError) as error:  # PyAV's own errors are OSError or ValueError
        raise MediaProblem(f"the product clip {path} can't be decoded; save it as MP4 (H.264)") from error
    if not pictures:
        raise MediaProblem(f"the product clip {path} holds no picture; save it as MP4 (H.264)")
    return Clip(tuple(np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2YUV_I420), np.uint8) for p in _looped(pictures)))


def _looped(pictures: list[Frame]) -> list[Frame]:
    """The same without a jump at its end: the last frames dissolve into the first."""
    if len(pictures) < 4 * _LOOP_FRAMES:
        return pictures
    tail = pictures[-_LOOP_FRAMES:]
    for number, last in enumerate(tail):
        share = (number + 1) / (_LOOP_FRAMES + 1)
        pictures[number] = np.asarray(cv2.addWeighted(pictures[number], share, last, 1 - share, 0), np.uint8)
    return pictures[:-_LOOP_FRAMES]


class ClipScreen:
    """A clip running in a box; `at` gives its picture, in a buffer of its own. For the thread that draws."""

    def __init__(self, clip: Clip, still: Frame, how: Fitting) -> None:
        """`still` is the box's picture as long as the clip has not begun."""
        self._clip, self._how = clip, how
        self._shown = still.copy()
        self._place = -1

    def at(self, seconds: float) -> Frame:
        place = self._clip.place(max(0.0, seconds))
        if place != self._place:
            self._place = place
            part, to = self._how.part, self._how.place
            seen = self._clip.picture(place)[part.y : part.bottom, part.x : part.right]
            window = self._shown[to.y : to.bottom, to.x : to.right]
            cv2.resize(seen, (to.width, to.height), dst=window, interpolation=cv2.INTER_LINEAR)
        return self._shown


class ProductMedia:
    """Reads what products show. For worker threads; `clip` also for the thread that draws."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._told: set[str] = set()

    def picture(self, card: ProductCard, faults: list[str]) -> Frame | None:
        """A still of the product: the first frame of its clip, which is read and kept, else its picture; None without either.

        What can't be read is added to `faults`, once for each file.
        """
        if card.clip and (clip := self._load(card.clip, faults)) is not None:
            return clip.picture(0)
        if not card.picture:
            return None
        try:
            return read_picture(card.picture)
        except MediaProblem as problem:
            self._tell(card.picture, problem, faults)
            return None

    def clip(self, path: str) -> Clip | None:
        """A clip that has been read and not been given up for another since."""
        with self._lock:
            return self._clips.get(path)

    def _load(self, path: str, faults: list[str]) -> Clip | None:
        with self._lock:
            if path in self._clips:
                self._clips.move_to_end(path)
                return self._clips[path]
            if path in self._told:
                return None
        try:
            clip = read_clip(path)
        except MediaProblem as problem:
            self._tell(path, problem, faults)
            return None
        with self._lock:
            self._clips[path] = clip
            while len(self._clips) > 1 and sum(kept.bytes for kept in self._clips.values()) > CLIP_BYTES:
                self._clips.popitem(last=False)  # its product goes on with its still
        return clip

    def _tell(self, path: str, problem: MediaProblem, faults: list[str]) -> None:
        with self._lock:
            if path not in self._told:
                self._told.add(path)
                faults.append(str(problem))
