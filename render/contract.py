"""What `render` takes and gives: the Line, the Voice, and the events that tell what was really heard and shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rtc.contract import Pcm


class Emotion(StrEnum):
    """How a Line is said; shapes face, head and voice together."""

    NEUTRAL = "neutral"
    WARM = "warm"
    EXCITED = "excited"
    AMUSED = "amused"
    SERIOUS = "serious"
    SORRY = "sorry"


class LineKind(StrEnum):
    """What a Line is for; a pitch may be withdrawn for a reply, a reply may not."""

    PITCH = "pitch"
    READBACK = "readback"
    ANSWER = "answer"
    NOTICE = "notice"


class Layout(StrEnum):
    """How host and product share the picture while a Line is heard."""

    AUTO = "auto"
    """The stage's own choice: as now if the product stays, else the template's default."""
    HOST = "host"
    """The host alone, the product as a small card at most."""
    INSET = "inset"
    """The product in a corner, the host as large as ever."""
    SIDE = "side"
    """Host and product side by side (one above the other in portrait)."""
    FULL = "full"
    """The product fills the picture, the host in a corner."""


@dataclass(frozen=True, slots=True)
class CallOut:
    """A few words that appear beside the product when the word that names them is heard."""

    text: str
    """What is shown, for example ``10 × 150 g``."""
    first: int
    """Character offset in the Line's text of the word with which it appears."""


@dataclass(frozen=True, slots=True)
class Board:
    """The promotion board: what is offered, by which rules, and for how long."""

    id: str
    title: str
    rows: tuple[str, ...] = ()
    """Prizes, terms, method: one short row each."""
    ends_at: float | None = None
    """Show-clock second at which the countdown reaches zero; None shows none."""


@dataclass(frozen=True, slots=True)
class ProductCard:
    """What the stage shows of a product; every string is final, as the catalogue gives it."""

    sku: str
    name: str
    name_zh: str
    price: str
    """Formatted with its currency, for example ``¥199.00``."""
    list_price: str = ""
    unit: str = ""
    picture: str = ""
    """Path of a picture file, or empty for a typographic card."""
    clip: str = ""
    """Path of a short silent video of the product that loops, or empty."""
    unit_zh: str = ""
    link: str = ""
    """Where viewers can buy it, for their page; not drawn."""
    stock: int | None = None
    """How many are left, for the viewers' page; None if unknown."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the host is to say in one breath: a sentence or a clause of one."""

    id: str
    text: str
    language: str = "en"
    """BCP 47 primary tag of the text: ``en`` or ``zh``."""
    kind: LineKind = LineKind.PITCH
    emotion: Emotion = Emotion.NEUTRAL
    energy: float = 0.5
    """0 (calm) to 1 (lively)."""
    product: ProductCard | None = None
    """The product shown while this Line is heard; None leaves the stage as it is."""
    comments: tuple[str, ...] = ()
    """Ids of the comments that it answers (or reads back)."""
    facts: tuple[str, ...] = ()
    """Names of the facts that it rests on, such as ``catalogue/RB-10.price``."""
    reply: str | None = None
    """Id shared by all Lines of one reply."""
    epoch: int = 0
    caption: str = ""
    """What the captions show where it differs from what the voice reads; defaults to the text."""
    quote: tuple[str, str] | None = None
    """The comment being read back, shown beside the host while the Line is heard: (viewer, text)."""
    layout: Layout = Layout.AUTO
    callouts: tuple[CallOut, ...] = ()
    urgent: bool = False
    """It goes ahead of all that waits, and the Line being heard breaks off after a word for it."""
    valid_until: float | None = None
    """Show-clock second from which it is no longer true: it is dropped if it has not begun by then."""


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """One phoneme with its exact place in the audio."""

    symbol: str
    """IPA, as the voice gives it; ``""`` for a pause."""
    start: int
    """First sample at 48 kHz."""
    end: int
    """One past the last sample."""


@dataclass(frozen=True, slots=True)
class WordSpan:
    """One word of the text with its place in text and audio."""

    first: int
    """Character offset of the word in the Line's text."""
    last: int
    """One past its last character (punctuation that follows it included)."""
    start: int
    """First sample at 48 kHz."""
    end: int
    """One past the last sample."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A Line made audible."""

    pcm: Pcm
    """Mono, 48 kHz, loudness-normalised; begins and ends within a few ms of the voice."""
    phonemes: tuple[PhonemeSpan, ...] = ()
    """Empty when the voice gives none; visemes then come from the audio."""
    words: tuple[WordSpan, ...] = ()
    """Covers the text from first to last word, in order."""


class LiveMode(StrEnum):
    """How much of what viewers hear and see is a person, live."""

    NONE = "none"
    """The AI host's voice and picture."""
    VOICE = "voice"
    """A person's voice; the avatar's lips move with it."""
    CAMERA = "camera"
    """A person's voice and picture."""


@dataclass(frozen=True, slots=True)
class HoldingCard:
    """What stands on the card that covers everything while the show is held."""

    title: str
    text: str = ""
    """May have several lines."""


class VoiceError(Exception):
    """The voice could not speak; `code` is for machines, the message for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Voice(Protocol):
    """Text in, audio out. Cancelling `speak` stops the work behind it."""

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> frozenset[str]:
        """BCP 47 primary tags that it can read."""

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        """Say `text`; raises `VoiceError`."""

    async def close(self) -> None: ...


# ---- events that go up, each stamped with the show clock -------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineStarted:
    """The first sample of a Line has left."""

    at: float
    line: Line


@dataclass(frozen=True, slots=True)
class CaptionShown:
    """A new word of a Line is being heard."""

    at: float
    line: Line
    first: int
    """Character span of the word in the caption text."""
    last: int


@dataclass(frozen=True, slots=True)
class LineEnded:
    """A Line is over; `heard` is the part of its text that was really played."""

    at: float
    line: Line
    heard: str
    interrupted: bool
    seconds: float = 0.0
    """How much of its audio was played."""


@dataclass(frozen=True, slots=True)
class ProductShown:
    """A product card is on the stage; `card` None means that it left."""

    at: float
    card: ProductCard | None


@dataclass(frozen=True, slots=True)
class QueueDrained:
    """Nothing more is waiting to be said (the Line being heard, if any, may still play)."""

    at: float


@dataclass(frozen=True, slots=True)
class LiveChanged:
    """From this moment on viewers hear (and see) what `mode` says, and the label says so."""

    at: float
    mode: LiveMode


@dataclass(frozen=True, slots=True)
class RenderFault:
    """Trouble that was survived; the operator is to be told."""

    at: float
    code: str
    message: str


ShowEvent = LineStarted | CaptionShown | LineEnded | ProductShown | QueueDrained | LiveChanged | RenderFault
ShowEventSink = Callable[[ShowEvent], None]
"""Called on the event loop's thread, in show order."""


class Stage(Protocol):
    """The part of the show that the dialogue may steer."""

    @property
    def epoch(self) -> int:
        """The epoch that a new Line must carry to be heard."""

    @property
    def now(self) -> float:
        """Seconds on the show clock."""

    @property
    def waiting_seconds(self) -> float:
        """Seconds of speech accepted and not yet played."""

    async def say(self, line: Line) -> bool:
        """Voice a Line and put it in the queue; returns once it is queued.

        False if its epoch is over (it was dropped). Waits while more than the bound is queued.
        Raises `VoiceError`.
        """

    def withdraw(self, kind: LineKind) -> Sequence[Line]:
        """Take back the Lines of a kind that are queued and not yet begun, also those still being voiced."""

    def look(self, target: str) -> None:
        """Turn the host's gaze: ``camera``, ``chat`` or ``product``."""

    def show_board(self, board: Board | None) -> None:
        """Put the promotion board on the stage, in place of the one before; None takes it away."""

    def interrupt(self) -> int:
        """Silence the host at once and begin a new epoch, which is returned."""

    def pending(self) -> Sequence[Line]:
        """Lines accepted and not begun, in the order in which they would be heard; also those still being voiced."""

    def drop(self, line_id: str) -> Line | None:
        """Take back one Line that has not begun; None if there is none of that id (any more).

        Its `LineEnded` is not told: whoever drops it knows.
        """

    def mute(self, muted: bool) -> None:
        """Let viewers hear nothing. Lines keep their time and their captions, so that unmuting needs no repair."""

    def hold(self, card: HoldingCard | None) -> None:
        """Cover everything with a card and let nothing be heard; None goes on with the show.

        The Line being heard ends (`LineEnded`, interrupted); those that wait begin after the hold. The label stays.
        """

    def go_live(self, mode: LiveMode) -> None:
        """Let a person be heard (and seen) in place of the host; `NONE` gives back.

        The change takes place, and `LiveChanged` is told, once the person's sound (and picture) is there. The Line being
        heard ends (`LineEnded`, interrupted); those that wait begin after the person has given back.
        """

    def level(self) -> float:
        """How loud what was sent last is, in dB of full scale (a sine at full scale: -3); -100 or more."""


@dataclass(slots=True)
class PlayoutStats:
    """Counters of the playout clock since the start."""

    slices: int = 0
    repeated: int = 0
    """Pictures repeated because drawing was late."""
    resyncs: int = 0
    """Times the schedule began anew after the machine had paused for a second or more."""
