"""A text as a voice that reads letters, not phonemes, is to get it."""

from typing import Final

from render.speech_text import SpokenText, say_as_english
from render.speech_text_zh import spoken_zh
from render.voices.split_characters import split_characters

_FULL_WIDTH: Final = {",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "："}


def spoken_form(text: str, language: str) -> tuple[SpokenText, str]:
    """A text as it is said, tied to what is written, and the same as one string, empty when there is nothing to say.

    English and Chinese are written out (``¥199`` as "one hundred ninety-nine yuan"); other languages stay as they are.
    """
    if language == "en":
        spoken = say_as_english(text)
        return spoken, spoken.text
    if language == "zh":
        spoken = spoken_zh(text)
        return spoken, _unspaced(spoken)
    tokens = SpokenText(split_characters(text))
    return tokens, text.strip() if tokens.tokens else ""


def _unspaced(spoken: SpokenText) -> str:
    """Chinese as it is written: no spaces but between Latin words."""
    said = ""
    for token in spoken.tokens:
        for word in token.words:
            apart = said[-1:].isascii() and said[-1:].isalnum() and word[:1].isascii()
            said += f" {word}" if apart else word
        said += _FULL_WIDTH.get(token.pause, token.pause) if token.words else ""
    return said
