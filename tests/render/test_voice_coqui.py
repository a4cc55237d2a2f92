"""A cloned voice: only with consent, from a usable sample, and with the real model code where Coqui TTS imports."""

import json
import wave
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from render.contract import Emotion, Speech, VoiceError
from render.loudness import loudness
from render.settings import CoquiSettings, VoiceSettings
from render.voices import open_voice
from render.voices.coqui import LANGUAGE_CODES, CoquiReader, read_sample
from render.voices.voice_consent import read_voice_consent

TODAY = date(2026, 5, 20)
RECORD = {
    "kind": "person",
    "statement": "Lin Hua lends her voice to her shop's own room.",
    "who": "Lin Hua",
    "what_for": "the room of her shop",
    "until": "2026-12-31",
    "proof": "contract 17, kept by the notary",
}


def consent_file(folder: Path, **changes: object) -> Path:
    file = folder / "voice-consent.json"
    file.write_text(json.dumps({key: value for key, value in (RECORD | changes).items() if value is not None}))
    return file


def sample_file(folder: Path, seconds: float, level: float = 0.2, rate: int = 24_000) -> Path:
    at = np.arange(round(seconds * rate)) / rate
    sound = level * np.sin(2 * np.pi * 140 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at))
    file = folder / "founder.wav"
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes((sound * 32767).astype("<i2").tobytes())
    return file


def settings(folder: Path, **changes: object) -> CoquiSettings:
    given = {"backend": "coqui", "model": str(folder), "sample": str(folder / "founder.wav")}
    return CoquiSettings.model_validate(
        {**given, "consent": str(folder / "voice-consent.json"), "device": "cpu", **changes}
    )


def test_a_consent_that_holds_is_read(tmp_path: Path) -> None:
    consent = read_voice_consent(consent_file(tmp_path), TODAY)
    assert (consent.who, consent.until) == ("Lin Hua", date(2026, 12, 31))
    read_voice_consent(consent_file(tmp_path), date(2026, 12, 31))
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "x", "consent": RECORD}))
    assert read_voice_consent(tmp_path / "manifest.json", TODAY) == consent


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"until": "2026-05-19"}, "voice-consent-expired", "ended on 2026-05-19"),
        ({"until": None}, "voice-consent-missing", "until"),
        ({"until": "soon"}, "voice-consent-missing", "until"),
        ({"who": "  "}, "voice-consent-missing", "who"),
        ({"proof": None, "what_for": None}, "voice-consent-missing", "what_for"),
        ({"kind": "synthetic"}, "voice-consent-missing", "kind"),
    ],
)
def test_a_consent_that_does_not_hold_says_why(
    changes: dict[str, object], code: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(VoiceError, match=said) as caught:
        read_voice_consent(consent_file(tmp_path, **changes), TODAY)
    assert caught.value.code == code


def test_no_consent_file_and_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="does not exist"):
        read_voice_consent(tmp_path / "none.json", TODAY)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(VoiceError, match="JSON"):
        read_voice_consent(tmp_path / "broken.json", TODAY)
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(VoiceError, match="incomplete"):
        read_voice_consent(tmp_path / "list.json", TODAY)


async def test_the_voice_is_not_opened_without_consent(tmp_path: Path) -> None:
    sample_file(tmp_path, 5)
    with pytest.raises(VoiceError) as caught:
        await open_voice(settings(tmp_path))
    assert caught.value.code == "voice-consent-missing"
    consent_file(tmp_path, until=(date.today() - timedelta(days=1)).isoformat())
    with pytest.raises(VoiceError) as caught:
        await open_voice(settings(tmp_path))
    assert caught.value.code == "voice-consent-expired"
    with pytest.raises(VoiceError) as caught:  # nor behind the voice's back
        CoquiReader(settings(tmp_path))
    assert caught.value.code == "voice-consent-expired"


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    consent_file(tmp_path, until=(date.today() + timedelta(days=1)).isoformat())
    sample_file(tmp_path, 5)
    with pytest.raises(VoiceError, match=r"config\.json does not exist") as caught:
        CoquiReader(settings(tmp_path))
    assert caught.value.code == "voice-missing"


def test_a_sample_is_read_and_cut_or_refused(tmp_path: Path) -> None:
    assert read_sample(sample_file(tmp_path, 5)).size == pytest.approx(5 * 22_050, rel=0.01)
    assert read_sample(sample_file(tmp_path, 40)).size == 30 * 22_050
    for file, said in (
        (sample_file(tmp_path, 1), "1.0 s"),
        (tmp_path / "none.wav", "can't be read"),
    ):
        with pytest.raises(VoiceError, match=said):
            read_sample(file)
    with pytest.raises(VoiceError, match="silent"):
        read_sample(sample_file(tmp_path, 5, level=0.0))


def test_settings_and_languages(tmp_path: Path) -> None:
    adapter: TypeAdapter[VoiceSettings] = TypeAdapter(VoiceSettings)
    chosen = adapter.validate_python({"backend": "coqui", "model": "m", "sample": "s.wav", "consent": "c.json"})
    assert isinstance(chosen, CoquiSettings)
    assert chosen.languages == {"en", "zh"}
    assert all(tag in LANGUAGE_CODES for tag in chosen.languages)
    assert LANGUAGE_CODES["zh"] == "zh-cn"
    with pytest.raises(ValidationError, match="consent"):
        adapter.validate_python({"backend": "coqui", "model": "m", "sample": "s.wav"})


# ---- the real model code, with a model of random weights -----------------------------------------------------------


def xtts() -> Any:
    """Coqui's own classes; where they don't import, the test is skipped with the reason."""
    try:
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts, XttsArgs
    except (ImportError, OSError) as error:
        pytest.skip(f"Coqui TTS does not import here (pip install '.[coqui]' with a CUDA build of PyTorch): {error}")
    return XttsConfig, Xtts, XttsArgs


def small_model(folder: Path) -> None:
    """Write a model of XTTS's own shape, one thin layer deep, with random weights and an alphabet for a vocabulary."""
    config_class, model_class, args_class = xtts()
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    letters = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[zh-cn]", *"abcdefghijklmnopqrstuvwxyz12345,.?!' "]
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, [], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(letters[:6])
    tokenizer.save(str(folder / "vocab.json"))
    torch.manual_seed(1)
    args = args_class(
        gpt_layers=1,
        gpt_n_heads=4,
        gpt_n_model_channels=64,
        decoder_input_dim=64,
        gpt_max_audio_tokens=50,
        gpt_max_text_tokens=100,
        gpt_number_text_tokens=len(letters),
        tokenizer_file=str(folder / "vocab.json"),
    )
    config = config_class(model_args=args)
    config.save_json(str(folder / "config.json"))
    model = model_class.init_from_config(config)
    torch.save({"model": model.state_dict()}, folder / "model.pth")


@pytest.mark.models
def test_a_random_model_is_loaded_takes_a_timbre_and_streams(tmp_path: Path) -> None:
    small_model(tmp_path)
    consent_file(tmp_path, until=(date.today() + timedelta(days=1)).isoformat())
    sample_file(tmp_path, 5)
    reader = CoquiReader(settings(tmp_path))
    made = list(reader.speak("The steak is frozen.", "en", Emotion.EXCITED, 0.5))
    *progress, speech = made
    assert isinstance(speech, Speech)
    assert len(progress) >= 2  # it came in pieces, between which it can be broken off
    seconds = [item for item in progress if isinstance(item, float)]
    assert len(seconds) == len(progress)
    assert seconds == sorted(seconds)
    assert speech.pcm.size / 48_000 == pytest.approx(seconds[-1], rel=0.3)
    assert loudness(speech.pcm.astype(np.float32) / np.float32(32768)) == pytest.approx(-16, abs=1)
    text = "The steak is frozen."
    assert [text[word.first : word.last] for word in speech.words] == ["The", "steak", "is", "frozen."]
    for bad, code in (("😀", "nothing-to-say"), ("a " * 400, "text-too-long")):
        with pytest.raises(VoiceError) as caught:
            list(reader.speak(bad, "en", Emotion.NEUTRAL, 0.5))
        assert caught.value.code == code
