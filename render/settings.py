"""What a room says about its voice: which back end, and with which settings."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl


class PiperSettings(BaseModel):
    """A Piper voice, run on this machine; English only with the packaged model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["piper"] = "piper"
    model: str = "packaged"
    """``packaged``, or the path of an ``.onnx`` file that has its ``.onnx.json`` beside it."""
    speaker: int | None = Field(default=None, ge=0)
    """Number of the speaker in a model that has several."""
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    """Speed of speech; 1 is the model's own."""
    pronunciations: dict[str, str] = Field(default_factory=dict, max_length=500)
    """Words that the voice reads wrongly: word to a spelling that it reads well (``ribeye: ribbeye``), or to IPA
    between slashes (``yuan: /juːˈɑːn/``)."""


class OpenAISpeechSettings(BaseModel):
    """Any endpoint that speaks OpenAI's ``POST /audio/speech``: a vendor, or a server of one's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["openai"]
    url: HttpUrl
    """Base address, up to and including the version, for example ``http://127.0.0.1:8000/v1``."""
    model: str = Field(min_length=1)
    voice: str = Field(min_length=1)
    key_env: str | None = None
    """Name of the environment variable that holds the key; none where the server asks for none."""
    format: Literal["pcm", "wav", "mp3"] = "wav"
    """What is asked of the server; ``pcm`` is 16-bit mono at `pcm_rate`."""
    pcm_rate: int = Field(default=24_000, ge=8_000, le=96_000)
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    """Speed of speech, sent as ``speed``."""
    languages: frozenset[str] = frozenset({"en", "zh"})
    """BCP 47 primary tags that the model can read."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """For the whole answer of one clause."""


VoiceSettings = Annotated[PiperSettings | OpenAISpeechSettings, Field(discriminator="backend")]
"""Choose by `backend`: ``piper`` or ``openai``."""
