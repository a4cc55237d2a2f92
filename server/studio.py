"""What a room is made of, as the server sees it: a screen, the way to the viewers, a host who converses."""

from typing import Protocol

from dialogue.contract import Comment, DialogueEventSink, Hearing
from dialogue.promotions.desk import PromotionDesk
from dialogue.steering.desk import Desk
from render.contract import PlayoutStats, ShowEvent, ShowEventSink
from rtc.broadcast_stats import BroadcastStats
from rtc.contract import RtcEventSink
from server.avatar_record import AvatarRecord
from server.programme_meter import ProgrammeMeter
from server.progress import Progress
from server.shelf import Shelf


class Screen(Protocol):
    """The running show; `render.show.Show`."""

    stats: PlayoutStats

    @property
    def epoch(self) -> int: ...
    @property
    def now(self) -> float: ...
    @property
    def waiting_seconds(self) -> float: ...
    def lateness_ms(self) -> list[float]: ...
    def start(self) -> None: ...
    def interrupt(self) -> int: ...
    async def close(self, *, finish_line: bool = True, patience: float = 3.5) -> None: ...


class Admission(Protocol):
    """A viewer who has been let in."""

    @property
    def viewer_id(self) -> str: ...
    @property
    def answer_sdp(self) -> str: ...


class Broadcast(Protocol):
    """The way to the viewers; `rtc.broadcaster.Broadcaster`."""

    async def answer(self, offer_sdp: str) -> Admission: ...
    async def hang_up(self, viewer_id: str) -> bool: ...
    def stats(self) -> BroadcastStats: ...
    async def close(self) -> None: ...


class Ingest(Protocol):
    """Where a person who goes live comes in; `rtc.ingest.Ingest`."""

    async def answer(self, offer_sdp: str) -> Admission: ...
    async def hang_up(self, name: str) -> bool: ...


class Conversation(Protocol):
    """The host's mind; `dialogue.host.Host`."""

    @property
    def promotions(self) -> PromotionDesk: ...
    @property
    def desk(self) -> Desk: ...

    def receive(self, viewer: str, text: str, *, spoken: bool = False) -> Comment:
        """Accept a comment, whose `comment.received` has then been reported; raises `CommentRefused`."""

    def feed(self, event: ShowEvent) -> None: ...
    def sells(self, sku: str) -> bool:
        """Whether there is a product of that number in the catalogue."""

    async def run(self) -> None:
        """Run until closed or cancelled."""

    async def close(self, *, finish_sentence: bool) -> None:
        """Begin nothing new and give every open comment its fate."""


class Studio(Protocol):
    """Builds the parts of one room, in the order in which they can be used, and takes them down."""

    async def open_stage(
        self, on_show_event: ShowEventSink, on_rtc_event: RtcEventSink, progress: Progress
    ) -> tuple[Screen, Broadcast]:
        """Build what shows the host; the show is not started yet. Raises `RoomUnusable`."""

    async def open_mind(self, on_dialogue_event: DialogueEventSink, progress: Progress) -> Conversation:
        """Load voice and models and prepare the host; the screen is running. Raises `StudioError`."""

    @property
    def hearing(self) -> Hearing | None:
        """What understands speech, or None where the room has none."""

    @property
    def avatar(self) -> AvatarRecord | None:
        """Whose face is shown, once the stage has been opened."""

    @property
    def ingest(self) -> Ingest | None:
        """Where a person who goes live comes in, once the stage has been opened."""

    @property
    def programme(self) -> ProgrammeMeter | None:
        """What measures the programme, once the stage has been opened; None where nothing does."""

    @property
    def shelf(self) -> Shelf | None:
        """What the shop sells, once the room's files have been read."""

    async def close(self) -> None:
        """Let go of voice and models; the screen is closed by the room."""


class StudioError(Exception):
    """The room's models or voice could not be loaded; the message says which, why and what to do."""
