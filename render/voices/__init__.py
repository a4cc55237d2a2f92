"""The voices: `open_voice` gives the one that a room's settings ask for."""

from render.contract import Voice
from render.settings import OpenAISpeechSettings, PiperSettings
from render.voices.cache import CachedVoice


async def open_voice(settings: PiperSettings | OpenAISpeechSettings) -> Voice:
    """Load a voice, ready to speak; repeated lines come from memory. Raises `VoiceError`."""
    if isinstance(settings, PiperSettings):
        from render.voices.piper import PiperVoice

        return CachedVoice(await PiperVoice.open(settings))
    from render.voices.openai_speech import OpenAISpeechVoice

    return CachedVoice(OpenAISpeechVoice(settings))
