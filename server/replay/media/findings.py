"""What the instruments found in the sound and the picture of a show."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A Line as a listener understood it."""

    line: str
    at: float
    intended: str
    heard: str
    errors: int
    """Words that are wrong, missing or too many."""
    words: int
    lufs: float | None = None
    """Loudness (ITU-R BS.1770), None where it is too short to tell."""


@dataclass(frozen=True, slots=True)
class LipClosure:
    """A p, b or m, and how far the lips were apart in the pictures around it."""

    line: str
    at: float
    symbol: str
    opening: float
    """Of the widest that the mouth opens, 0 to 1; the least within 40 ms of the sound's middle."""
    closed: bool


@dataclass(frozen=True, slots=True)
class OffsetFound:
    """How far sound and picture lay apart in a stretch of the show."""

    at: float
    ms: float
    """Positive: the picture is later than the sound."""
    certainty: float
    """Correlation of what was heard with what was seen, 0 to 1."""


@dataclass(frozen=True, slots=True)
class PictureGap:
    """A time for which viewers saw the same picture."""

    at: float
    ms: float


@dataclass(frozen=True, slots=True)
class VoiceWindow:
    """How much a stretch of speech sounds like the whole show's voice."""

    at: float
    likeness: float


@dataclass(slots=True)
class MediaFindings:
    """Everything measured; what is missing has its reason in `unmeasured`, by the verdict's name."""

    lines: list[HeardLine] = field(default_factory=list)
    closures: list[LipClosure] = field(default_factory=list)
    offsets: list[OffsetFound] = field(default_factory=list)
    gaps: list[PictureGap] = field(default_factory=list)
    """The longest few, longest first."""
    pictures: int = 0
    voice: list[VoiceWindow] = field(default_factory=list)
    unmeasured: dict[str, str] = field(default_factory=dict)
