"""Films a ware as it turns to one side, to the other and back: a silent MP4 that the stage shows round and round."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import bpy

from .render import SIDE_PX, quiet, read, table_for
from .sources import fingerprint
from .swing import FRAMES, OVERLAP, STEPS, SWING_DEG, angle, step_of
from .wares import Ware

FRAMES_PER_S = 25
FRAME_PX = 480
"""Side of a rendered frame; the file's is `SIDE_PX`. What turns is not seen sharper than this."""
_MAX_BYTES = 400_000


def film(ware: Ware, work: Path, file: Path, *, samples: int, threads: int, done: Callable[[str], None]) -> None:
    """Render what is missing and write it as H.264, 640x640, 25 frames a second, without sound.

    ``done`` is called with a name after each frame. Needs ``ffmpeg``. Raises `ValueError` if the file gets too heavy.
    """
    folder = _folder(ware, work, samples)
    folder.mkdir(parents=True, exist_ok=True)
    table = None
    for count, step in enumerate(STEPS, 1):
        frame = folder / f"{step}.png"
        if not frame.exists():
            with quiet(work / "blender.log"):
                if table is None:
                    table = table_for(ware, FRAME_PX, samples, threads, tuple(ware.turn + angle(k) for k in STEPS))
                    bpy.context.scene.render.use_persistent_data = True  # only the turn changes
                table.turn(ware.turn + angle(step))
                part = frame.with_name(f"part{step}.png")
                table.render(part)
            part.rename(frame)  # a frame that is there is whole
        done(f"{ware.sku} {count}/{len(STEPS)}")
    file.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(19, 34, 2):
        _encode(folder, file, quality)
        if file.stat().st_size <= _MAX_BYTES:
            return
    raise ValueError(f"{file}: heavier than {_MAX_BYTES} bytes at every quality tried")


def has_frame(ware: Ware, work: Path, step: int, *, samples: int) -> bool:
    """Whether a frame is rendered already, from the model as it is now."""
    return (_folder(ware, work, samples) / f"{step}.png").exists()


def _folder(ware: Ware, work: Path, samples: int) -> Path:
    settings = (ware.sku, ware.elevation, ware.turn, samples, FRAME_PX, FRAMES, SWING_DEG)
    return work / f"{ware.sku}-clip-{fingerprint(ware.build, *settings)}"


def _encode(folder: Path, file: Path, quality: int) -> None:
    size = f"{FRAME_PX}x{FRAME_PX}"
    source = [
        "-f",
        "rawvideo",
        "-pixel_format",
        "bgr24",
        "-video_size",
        size,
        "-framerate",
        str(FRAMES_PER_S),
        "-i",
        "-",
    ]
    colour = ["-vf", f"scale={SIDE_PX}:{SIDE_PX}:flags=lanczos:out_color_matrix=bt709:out_range=tv,format=yuv420p"]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    # a key frame at the start only: the clip is short, and played again from there
    codec = [
        "-c:v",
        "libx264",
        "-preset",
        "slow",
        "-profile:v",
        "high",
        "-crf",
        str(quality),
        "-g",
        str(FRAMES + OVERLAP),
    ]
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *source,
        *colour,
        *codec,
        *tags,
        "-an",
        "-movflags",
        "+faststart",
        str(file),
    ]
    frames = b"".join(read(folder / f"{step_of(index)}.png").tobytes() for index in range(FRAMES + OVERLAP))
    subprocess.run(command, input=frames, check=True)
