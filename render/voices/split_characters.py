"""Texts in languages without a spoken form of ours, cut as they are written."""

from typing import Final

from render.speech_text import SpokenToken


def split_characters(text: str) -> tuple[SpokenToken, ...]:
    """Tokens of a text as it is written: one for each ideograph, one for each run of other letters."""
    tokens: list[SpokenToken] = []
    adjoins = False
    for at, character in enumerate(text):
        if character.isspace():
            adjoins = False
        elif not character.isalnum():
            if tokens:
                last = tokens[-1]
                tokens[-1] = SpokenToken(last.first, at + 1, last.words, _WRITTEN_PAUSES.get(character, last.pause))
            adjoins = False
        elif _is_ideograph(character):
            tokens.append(SpokenToken(at, at + 1, (character,)))
            adjoins = False
        elif adjoins:
            last = tokens[-1]
            tokens[-1] = SpokenToken(last.first, at + 1, (last.words[0] + character,))
        else:
            tokens.append(SpokenToken(at, at + 1, (character,)))
            adjoins = True
    return tuple(tokens)


_WRITTEN_PAUSES: Final = dict(zip("，、,。.！!？?；;：:", ",,,..!!??;;::", strict=True))


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"
