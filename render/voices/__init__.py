"""The voices: `open_voice` gives the one that a room's settings ask for."""

from render.contract import Voice
from render.settings import CoquiSettings, KokoroSettings, OpenAISpeechSettings, PiperSettings
from render.voices.cache import CachedVoice


async def open_voice(settings: PiperSettings | KokoroSettings | CoquiSettings | OpenAISpeechSettings) -> Voice:
    """Load a voice, ready to speak; repeated lines come from memory. Raises `VoiceError`."""
    if isinstance(settings, PiperSettings):
        from render.voices.piper import PiperVoice

        return CachedVoice(await PiperVoice.open(settings))
    if isinstance(settings, KokoroSettings):
        from render.voices.kokoro import KokoroVoice

        return CachedVoice(await KokoroVoice.open(settings))
    if isinstance(settings, CoquiSettings):
        from render.voices.coqui import CoquiVoice

        cloned = await CoquiVoice.open(settings)
        return CachedVoice(cloned, allowed=cloned.check_consent)
    from render.voices.openai_speech import OpenAISpeechVoice

    return CachedVoice(OpenAISpeechVoice(settings))
