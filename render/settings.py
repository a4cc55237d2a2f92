"""What a room says about its voice: which back end, and with which settings."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator

PACKAGED_MODEL: Final = "packaged"


class RhythmProfile(BaseModel):
    """A persona's manner of speaking, as factors against that of the voice: how fast, with which pauses, how melodious."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float = Field(default=1.0, ge=0.7, le=1.4)
    """Speed of speech."""
    pause: float = Field(default=1.0, ge=0.4, le=2.5)
    """Length of pauses, at commas as between sentences."""
    pitch_range: float = Field(default=1.0, ge=0.4, le=1.8)
    """How far the melody goes from its middle: below 1 is calmer, above it livelier."""


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
    pitch: float | None = Field(default=None, ge=-4.0, le=4.0)
    """Semitones above the model's own voice; none: 2.5 for the packaged model, which creaks where it was recorded, else 0."""
    rhythm: RhythmProfile = RhythmProfile()
    pronunciations: dict[str, str] = Field(default_factory=dict, max_length=500)
    """Words that the voice reads wrongly: word to a spelling that it reads well (``ribeye: ribbeye``), or to IPA
    between slashes (``yuan: /juːˈɑːn/``)."""


_VoiceName = Annotated[str, Field(pattern=r"^[a-z]{2}_[a-z0-9_]{1,40}$")]


class KokoroSettings(BaseModel):
    """The Kokoro voice, run on this machine: Mandarin and English in one timbre."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["kokoro"]
    voice: _VoiceName = "zm_yunxi"
    """Name of a voice: ``zf_…`` and ``zm_…`` are Mandarin women and men, ``af_…`` and ``am_…`` American ones."""
    mix: dict[_VoiceName, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict, max_length=8)
    """Other voices and their shares in the timbre (``{af_heart: 0.3}``); `voice` has the rest."""
    voices: str | None = Field(default=None, min_length=1)
    """Folder of the voices; none where ``make kokoro`` put them."""
    model: str = Field(default=PACKAGED_MODEL, min_length=1)
    """``packaged``, or the path of an ONNX export of Kokoro-82M 1.0."""
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    """Speed of speech; 1 is the model's own."""
    rhythm: RhythmProfile = RhythmProfile()
    pronunciations: dict[str, str] = Field(default_factory=dict, max_length=500)
    """Words that the voice reads wrongly. English: word to a spelling that it reads well, or to IPA between slashes.
    Chinese: characters to their pinyin with tone numbers (``重庆: chong2 qing4``)."""

    @field_validator("mix")
    @classmethod
    def _leaves_a_share(cls, mix: dict[str, float]) -> dict[str, float]:
        if sum(mix.values()) >= 1:
            raise ValueError("the shares must add up to less than 1; the rest is that of `voice`")
        return mix

    @property
    def blend(self) -> dict[str, float]:
        """Shares of all voices, their sum 1."""
        return {**self.mix, self.voice: 1.0 - sum(share for name, share in self.mix.items() if name != self.voice)}


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
    rhythm: RhythmProfile = RhythmProfile()
    languages: frozenset[str] = frozenset({"en", "zh"})
    """BCP 47 primary tags that the model can read."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """For the whole answer of one clause."""


class CoquiSettings(BaseModel):
    """A person's own voice, cloned by XTTS (Coqui TTS) from a sample, with their consent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["coqui"]
    model: str = Field(min_length=1)
    """Folder of an XTTS version 2 model: ``config.json``, ``model.pth``, ``vocab.json``."""
    sample: str = Field(min_length=1)
    """A recording of the person speaking, 10 to 30 s, nothing else to be heard."""
    consent: str = Field(min_length=1)
    """The person's consent (JSON): ``kind: person``, ``statement``, ``who``, ``what_for``, ``until``, ``proof``."""
    languages: frozenset[Literal["en", "zh"]] = frozenset({"en", "zh"})
    device: Literal["auto", "cuda", "cpu"] = "auto"
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    """Speed of speech; 1 is the model's own."""
    rhythm: RhythmProfile = RhythmProfile()


VoiceSettings = Annotated[
    PiperSettings | KokoroSettings | CoquiSettings | OpenAISpeechSettings, Field(discriminator="backend")
]
"""Choose by `backend`: ``piper``, ``kokoro``, ``coqui`` or ``openai``."""


def languages_of(settings: PiperSettings | KokoroSettings | CoquiSettings | OpenAISpeechSettings) -> frozenset[str]:
    """BCP 47 primary tags that a voice will be able to read."""
    if isinstance(settings, PiperSettings):
        return frozenset({"en"})
    if isinstance(settings, KokoroSettings):
        return frozenset({"en", "zh"})
    return frozenset(settings.languages)
