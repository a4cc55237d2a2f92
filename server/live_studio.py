"""The parts of a real room, built from its folder. Importing this loads OpenCV and aiortc."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from dialogue.contract import DialogueEvent, DialogueEventSink, Hearing, ModelError, RoomProblem
from dialogue.host import Host
from dialogue.intake import IntakeLimits
from dialogue.models import Models
from dialogue.persona_profile import PersonaProfile, with_rhythm
from dialogue.room_content import load_room_content
from dialogue.settings import PACKAGED
from render.avatar_pack import AvatarPackError, load_avatar_pack
from render.compositor import Compositor
from render.contract import LiveMode, ShowEventSink, Voice, VoiceError
from render.layouts import FrameSizeError
from render.live_input import LiveInput
from render.mouth_listener import MouthNetwork
from render.show import Show
from render.viseme import mouth_track
from render.voices import open_voice
from rtc.broadcaster import Broadcaster
from rtc.contract import LiveFeed, RtcEventSink
from rtc.ingest import Ingest
from server.avatar_record import AvatarRecord
from server.configuration import RoomConfig, RoomUnusable
from server.programme_meter import ProgrammeMeter
from server.progress import Progress
from server.shelf import Shelf
from server.studio import StudioError


class LiveStudio:
    """Builds a room's screen, then its voice and models at once, then its host."""

    def __init__(self, folder: Path, config: RoomConfig) -> None:
        self._folder = folder
        self._config = config
        self._show: Show | None = None
        self._models: Models | None = None
        self._voice: Voice | None = None
        self._avatar: AvatarRecord | None = None
        self._network: MouthNetwork | None = None
        self.ingest: Ingest | None = None
        """Where a person who goes live comes in, once the stage has been opened."""
        self.programme: ProgrammeMeter | None = None
        """Measures what is sent, once the stage has been opened."""
        self.shelf: Shelf | None = None
        """What the shop sells, once the room's files have been read."""

    async def open_stage(
        self, on_show_event: ShowEventSink, on_rtc_event: RtcEventSink, progress: Progress
    ) -> tuple[Show, Broadcaster]:
        """Load the avatar pack and build what draws and sends it; raises `RoomUnusable`."""
        config = self._config
        with progress.step("avatar"):
            try:
                pack = await asyncio.to_thread(load_avatar_pack, self._folder / config.avatar)
            except AvatarPackError as error:
                problem = RoomProblem(str(error.file), None, "", f"{error.problem} {error.remedy}")
                raise RoomUnusable([problem]) from error
            try:
                compositor = await asyncio.to_thread(
                    Compositor, pack, config.seed, (config.video.width, config.video.height)
                )
            except FrameSizeError as error:
                raise RoomUnusable([RoomProblem("room.yaml", None, "video", str(error))]) from error
        self._avatar = AvatarRecord(
            name=pack.name,
            kind=pack.consent.kind,
            statement=pack.consent.statement,
            who=pack.consent.who,
            what_for=pack.consent.what_for,
            until=pack.consent.until,
            proof=pack.consent.proof,
        )
        loop = asyncio.get_running_loop()
        broadcaster = Broadcaster(loop, config.video, config.rtc, on_rtc_event)
        self.programme = ProgrammeMeter(broadcaster)
        self._show = Show(compositor, mouth_track, self.programme, on_show_event, loop=loop)
        self._network = await asyncio.to_thread(MouthNetwork.load)
        self.ingest = Ingest(config.rtc, self._on_feed, on_rtc_event)
        return self._show, broadcaster

    def _on_feed(self, feed: LiveFeed | None) -> None:
        """A person's sound and picture come in, or are over."""
        assert self._show is not None
        if feed is None:
            self._show.go_live(LiveMode.NONE)
        else:
            self._show.take_live(LiveInput(feed, self._network))

    async def open_mind(self, on_dialogue_event: DialogueEventSink, progress: Progress) -> Host:
        """Load voice and models and prepare the host; raises `StudioError`."""
        config = self._config
        assert self._show is not None, "open_stage comes first"
        try:
            content = await asyncio.to_thread(load_room_content, self._folder)
        except RoomProblem as problem:  # changed since it was checked
            raise RoomUnusable([problem]) from problem
        self.shelf = await asyncio.to_thread(Shelf.of, content)
        names = [product.name for product in content.catalogue.products]
        loading = [
            asyncio.create_task(self._load_voice(progress, content.profile), name="load-voice"),
            asyncio.create_task(self._load_models(progress, names), name="load-models"),
        ]
        try:
            await asyncio.gather(*loading)
        except (VoiceError, ModelError) as error:
            raise StudioError(f"{self._folder}: {error}") from error
        finally:
            for task in loading:
                task.cancel()
            await asyncio.wait(loading)
        assert self._voice is not None
        assert self._models is not None
        self._show.give_voice(self._voice)
        if (unfit := self._models.adapter_fault) is not None:
            told = {"code": unfit.code, "message": f"{unfit}. The room runs without it."}
            on_dialogue_event(DialogueEvent("fault", self._show.now, told, public=False))
        limits = config.limits
        with progress.step("host"):
            host = Host(
                content,
                self._models.llm,
                self._models.embedder,
                self._show,
                self._voice.languages,
                on_dialogue_event,
                seed=config.seed,
                limits=IntakeLimits(
                    comment_chars=limits.comment_chars,
                    viewer_chars=limits.viewer_chars,
                    seconds_each=60 / limits.comments_per_minute,
                ),
                language=config.language,
                trusted=config.llm.model != PACKAGED,
                taught=self._models.taught,
                approval=config.approval,
            )
            await host.prepare()
        return host

    @property
    def hearing(self) -> Hearing | None:
        """What understands speech, once the models are loaded."""
        return self._models.hearing if self._models else None

    @property
    def avatar(self) -> AvatarRecord | None:
        """Whose face is shown, once the stage has been opened."""
        return self._avatar

    async def close(self) -> None:
        """Let go of voice and models, and of a person who is live."""
        parts = [part.close() for part in (self._voice, self._models, self.ingest) if part is not None]
        self._voice = self._models = None
        await asyncio.gather(*parts)

    async def _load_voice(self, progress: Progress, profile: PersonaProfile | None) -> None:
        with progress.step("voice"):
            self._voice = await open_voice(with_rhythm(self._config.voice, profile))

    async def _load_models(self, progress: Progress, names: Sequence[str]) -> None:
        config = self._config
        with progress.step("models"):
            self._models = await Models.start(
                config.llm, config.embedding, config.hearing, progress.say, vocabulary=names
            )
