"""A room's ``room.yaml``: what its owner sets, checked, with errors that name file, line and field."""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, ValidationError, field_validator

from dialogue.claim_rules import ALL_MARKETS, Market
from dialogue.contract import RoomProblem
from dialogue.room_problems import room_problems
from dialogue.settings import PACKAGED, AutoLlmSettings, EmbeddingSettings, HearingSettings, LlmSettings
from dialogue.yaml_places import YamlFile, read_yaml
from render.contract import VoiceError
from render.settings import CoquiSettings, KokoroSettings, PiperSettings, VoiceSettings, languages_of
from render.voices.kokoro_files import kokoro_problem
from render.voices.voice_consent import read_voice_consent
from rtc.settings import IceServer, RtcSettings, VideoSettings

_NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
RoomName = Annotated[str, StringConstraints(pattern=_NAME_PATTERN)]


class RoomUnusable(Exception):
    """A room folder that can't be opened; `problems` holds every reason."""

    def __init__(self, problems: list[RoomProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Settings):
    """A short text in both languages of the page."""

    en: Words
    zh: Words


class HostSettings(_Settings):
    """Who the host is, as the page says it."""

    name: Words
    role: Bilingual


class Limits(_Settings):
    """What strangers may send. The page shows the first three."""

    comment_chars: int = Field(300, ge=20, le=2000)
    viewer_chars: int = Field(24, ge=2, le=60)
    speech_seconds: int = Field(20, ge=2, le=60)
    comments_per_minute: float = Field(20.0, gt=0, le=600, description="of one viewer")
    address_comments_per_minute: float = Field(60.0, gt=0, le=6000, description="of one network address")
    address_connections_per_minute: float = Field(120.0, gt=0, le=6000, description="WHEP and events, of one address")
    event_streams: int = Field(400, ge=1, le=10_000, description="pages that may follow the chat at once")


MOST_WEBHOOKS = 8
LEAST_SECRET_CHARS = 16
EventName = Annotated[str, StringConstraints(pattern=r"^(?:\*|[a-z]+(?:\.[a-z_]+)?)$")]


class WebhookSettings(_Settings):
    """One of the shop's own systems, told of what happens."""

    url: HttpUrl
    events: tuple[EventName, ...] = Field(min_length=1, max_length=40, description="types of the event stream, or *")
    secret_env: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="name of the environment variable that holds the secret which signs each delivery",
    )

    @field_validator("url")
    @classmethod
    def _private(cls, url: HttpUrl) -> HttpUrl:
        if url.scheme != "https" and url.host not in ("localhost", "127.0.0.1", "[::1]"):
            raise ValueError(
                "must begin with https://, since it carries what viewers write (http only to this machine)"
            )
        if url.username or url.password:
            raise ValueError("must hold no user name or password: what is sent is signed with the secret of secret_env")
        return url


class RoomConfig(_Settings):
    """Everything in ``room.yaml``."""

    schema_version: Literal[1] = Field(alias="schema", description="version of this file's format; write 1")
    title: Bilingual
    language: Literal["en", "zh"] = Field("en", description="what the host speaks when nobody has asked in another")
    host: HostSettings
    avatar: str = Field("avatar", min_length=1, description="folder of the avatar pack, relative to the room's")
    llm: LlmSettings = Field(default_factory=AutoLlmSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    hearing: HearingSettings = Field(default_factory=HearingSettings)
    voice: VoiceSettings = Field(default_factory=PiperSettings)
    video: VideoSettings = Field(default_factory=VideoSettings)
    ice_servers: list[IceServer] = Field(default_factory=list, max_length=8)
    max_viewers: int = Field(40, ge=1, le=500)
    limits: Limits = Field(default_factory=Limits)
    market: list[Market] = Field(
        default_factory=lambda: list(ALL_MARKETS), min_length=1, description="where the room sells: cn, eu, us"
    )
    approval: bool = Field(False, description="whether comments are answered aloud only once a host has approved them")
    webhooks: list[WebhookSettings] = Field(default_factory=list, max_length=MOST_WEBHOOKS)
    seed: int = Field(1, ge=0, le=2**31 - 1, description="makes two runs on the same comments alike")

    @field_validator("avatar")
    @classmethod
    def _stays_in_the_room(cls, avatar: str) -> str:
        if Path(avatar).is_absolute() or ".." in Path(avatar).parts:
            raise ValueError("must be a folder inside the room's own folder, such as avatar")
        return avatar

    @property
    def rtc(self) -> RtcSettings:
        """How viewers connect."""
        return RtcSettings(ice_servers=self.ice_servers, max_viewers=self.max_viewers)


def room_name(folder: Path) -> str:
    """The room's name in addresses: that of its folder; raises `RoomUnusable` if it does not fit in one."""
    name = folder.resolve().name
    if not re.fullmatch(_NAME_PATTERN, name) or name == "session":
        problem = RoomProblem(
            str(folder),
            None,
            "",
            "a room's folder is named with small letters, digits, - and _ (at most 40), and not session; rename it",
        )
        raise RoomUnusable([problem])
    return name


def read_room_config(folder: Path) -> RoomConfig:
    """Read ``room.yaml`` of a room's folder; raises `RoomUnusable` with everything that is wrong in it."""
    if not folder.is_dir():
        raise RoomUnusable([RoomProblem(str(folder), None, "", "there is no such folder")])
    try:
        file = read_yaml(folder / "room.yaml")
    except RoomProblem as problem:
        raise RoomUnusable([problem]) from None
    problems = list(file.problems)
    config: RoomConfig | None = None
    if not isinstance(file.value, dict):
        problems.append(RoomProblem(file.name, 1, "", "must be `name: value` lines, beginning with `schema: 1`"))
    else:
        try:
            config = RoomConfig.model_validate(file.value)
        except ValidationError as error:
            problems.extend(room_problems(file, RoomConfig, error))
    if config is not None:
        problems += _secret_problems(file, config, os.environ)
        config = _find_models(folder, file, config, problems)
    if config is None or problems:
        raise RoomUnusable(problems)
    return config


def _secret_problems(file: YamlFile, config: RoomConfig, environment: Mapping[str, str]) -> list[RoomProblem]:
    """What is wrong with the secrets of the webhooks."""
    problems: list[RoomProblem] = []
    for index, hook in enumerate(config.webhooks):
        chars = len(environment.get(hook.secret_env, ""))
        if chars >= LEAST_SECRET_CHARS:
            continue
        state = f"is {chars} characters long, at least {LEAST_SECRET_CHARS} are needed" if chars else "is not set"
        message = (
            f"the environment variable {hook.secret_env} {state}; set it before the start, and give it to the receiver"
        )
        line = file.line(("webhooks", index, "secret_env"))
        problems.append(RoomProblem(file.name, line, f"webhooks[{index}].secret_env", message))
    return problems


def _find_models(folder: Path, file: YamlFile, config: RoomConfig, problems: list[RoomProblem]) -> RoomConfig:
    """The configuration with the paths of models made absolute: an author writes them relative to the room's folder."""
    found: dict[str, BaseModel] = {}
    for part in ("llm", "hearing", "voice"):
        settings = getattr(config, part)
        if settings.backend == "openai" or settings.model == PACKAGED:
            continue
        path = (folder / settings.model).expanduser().resolve()
        if not path.exists():
            message = f"there is no {path}; write 'packaged', or a path from the room's folder"
            problems.append(RoomProblem(file.name, file.line((part, "model")), f"{part}.model", message))
        found[part] = settings.model_copy(update={"model": str(path)})
    config = config.model_copy(update=found)
    if config.language not in languages_of(config.voice):
        message = f"the voice {config.voice.backend} does not read it; choose a voice that does, such as kokoro"
        problems.append(RoomProblem(file.name, file.line(("language",)), "language", message))
    if isinstance(config.voice, CoquiSettings):
        return _find_person(folder, file, config, problems)
    return _find_kokoro(folder, file, config, problems) if isinstance(config.voice, KokoroSettings) else config


def _find_person(folder: Path, file: YamlFile, config: RoomConfig, problems: list[RoomProblem]) -> RoomConfig:
    """The configuration with the paths of a cloned voice made absolute, once sample and a consent that holds are there."""
    voice = config.voice
    assert isinstance(voice, CoquiSettings)
    paths = {part: (folder / getattr(voice, part)).expanduser().resolve() for part in ("sample", "consent")}
    if not paths["sample"].is_file():
        message = f"there is no {paths['sample']}; record 10 to 30 s of the person speaking"
        problems.append(RoomProblem(file.name, file.line(("voice", "sample")), "voice.sample", message))
    try:
        read_voice_consent(paths["consent"], date.today())
    except VoiceError as error:
        problems.append(RoomProblem(file.name, file.line(("voice", "consent")), "voice.consent", str(error)))
    return config.model_copy(update={"voice": voice.model_copy(update={k: str(v) for k, v in paths.items()})})


def _find_kokoro(folder: Path, file: YamlFile, config: RoomConfig, problems: list[RoomProblem]) -> RoomConfig:
    """The configuration with the folder of Kokoro's voices made absolute, once all that this voice needs is there."""
    voice = config.voice
    assert isinstance(voice, KokoroSettings)
    if voice.voices is not None:
        voice = voice.model_copy(update={"voices": str((folder / voice.voices).expanduser().resolve())})
    problem = kokoro_problem(voice)
    if problem is not None:
        setting, message = problem
        problems.append(RoomProblem(file.name, file.line(("voice", *setting.split("."))), f"voice.{setting}", message))
    return config.model_copy(update={"voice": voice})
