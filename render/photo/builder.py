"""From a photograph and a consent record to an avatar pack on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from render.photo.consent_file import ConsentRecord, read_consent_file
from render.photo.eye_keys import UpperFacePainter
from render.photo.framing import framed
from render.photo.head_fields import head_fields
from render.photo.landmarks import Landmarker
from render.photo.mouth_keys import KEYS, MouthPainter
from render.photo.pack_writer import DrawnFace, free_for_pack, write_pack
from render.photo.photograph import read_photograph
from render.photo.portrait_checks import checked

_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Built:
    """What came out: the consent record, remarks on the photo for a person to read, and the pack's size in bytes."""

    consent: ConsentRecord
    remarks: tuple[str, ...]
    size_bytes: int


def build_pack(
    photo: Path,
    consent_file: Path,
    out: Path,
    *,
    today: date,
    name: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build the pack, about 15 seconds. Raises PhotoRefused with the reason, LandmarkerMissing, AvatarPackError, OSError.

    Consent is read before the photo is opened: without it no face is looked for.
    """
    consent = read_consent_file(consent_file, today)
    free_for_pack(out)
    progress("reading the photo")
    picture = read_photograph(photo)
    progress("looking for the face")
    face, remarks = checked(picture, Landmarker()(picture, levels=_LEVELS))
    portrait = framed(picture, face)
    if portrait.missing_below_px > 40:
        remarks = (
            *remarks,
            f"The photo ends {portrait.missing_below_px} px above the frame's lower edge; the rest is blurred. "
            "A photo down to the waist is better.",
        )
    painter = MouthPainter(portrait)
    mouth = {"rest": painter.rest()}
    for place, key in enumerate(KEYS, 1):
        progress(f"drawing the mouth, {place} of {len(KEYS)} ({key})")
        mouth[key] = painter.key(key)
    progress("drawing lids, eyes and brows")
    upper = UpperFacePainter(portrait)
    head, region = head_fields(portrait)
    drawn = DrawnFace(
        portrait, painter.box, mouth, upper.lids(), upper.gaze(), upper.brows(), upper.eyes(), head, region
    )
    progress("writing and checking the pack")
    size = write_pack(drawn, consent, name or consent.who, out)
    return Built(consent, remarks, size)
