"""What a room's owner may set of picture, sound and connections."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class VideoSettings(BaseModel):
    """The picture's size and how it is coded; 25 frames a second, always."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(720, ge=64, le=1920, description="pixels, even")
    height: int = Field(1280, ge=64, le=1920, description="pixels, even")
    bitrate_kbps: int = Field(1800, ge=100, le=12_000, description="ceiling; a still picture needs far less")
    quality: int = Field(25, ge=10, le=45, description="x264's CRF, 10 (best) to 45: how many of those bits to use")
    preset: Literal["ultrafast", "superfast", "veryfast"] = Field("superfast", description="x264's preset")
    keyframe_seconds: float = Field(
        10.0, ge=0.5, le=60.0, description="longest wait for a key frame that nobody asks for"
    )

    @field_validator("width", "height")
    @classmethod
    def _even(cls, pixels: int) -> int:
        if pixels % 2:
            raise ValueError(f"must be even, because colour is stored at half the size; {pixels} is odd")
        return pixels


class IceServer(BaseModel):
    """A STUN or TURN server, as browsers write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: list[str] = Field(min_length=1)
    username: str | None = None
    credential: str | None = Field(None, repr=False)

    @field_validator("urls", mode="before")
    @classmethod
    def _one_or_many(cls, urls: object) -> object:
        return [urls] if isinstance(urls, str) else urls

    @field_validator("urls")
    @classmethod
    def _known_scheme(cls, urls: list[str]) -> list[str]:
        for url in urls:
            if url.split(":", 1)[0].lower() not in ("stun", "stuns", "turn", "turns"):
                raise ValueError(f"{url!r} must begin with stun:, stuns:, turn: or turns:")
        return urls

    @model_validator(mode="after")
    def _turn_needs_a_password(self) -> Self:
        turn = any(url.lower().startswith("turn") for url in self.urls)
        if turn and not (self.username and self.credential):
            raise ValueError("a TURN server needs both username and credential")
        return self


class RtcSettings(BaseModel):
    """How viewers connect, and how many may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ice_servers: list[IceServer] = Field(default_factory=list, description="none by default: no public server is asked")
    max_viewers: int = Field(40, ge=1, le=500, description="past 40 in one process, frames come late on two cores")
    audio_kbps: int = Field(40, ge=12, le=256)
    connect_seconds: float = Field(15.0, gt=0, le=120, description="a viewer not connected by then is dropped")
