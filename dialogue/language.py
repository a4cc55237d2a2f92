"""Text as people type it, brought to one form: clean for showing, bare for comparing, and the language it is in."""

import re
import unicodedata

from opencc import OpenCC

_SPACES = re.compile(r"\s+")
_STRETCHED_LETTERS = re.compile(r"([^\W\d_])\1{3,}")
_STRETCHED_MARKS = re.compile(r"([^\w\s])\1{3,}")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_LATIN = re.compile(r"[A-Za-z]")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_TO_SIMPLIFIED = OpenCC("t2s")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[㐀-䶿一-鿿]")


def tidy(text: str) -> str:
    """Text that an author wrote: composed (NFC), control and zero-width characters removed, spaces folded."""
    return _SPACES.sub(" ", _visible(unicodedata.normalize("NFC", text))).strip()


def clean(text: str) -> str:
    """Text that a viewer wrote: NFKC, unseen characters removed, letters and marks stretched to three at most, spaces folded."""
    kept = _visible(unicodedata.normalize("NFKC", text))
    kept = _STRETCHED_LETTERS.sub(r"\1\1\1", kept)
    kept = _STRETCHED_MARKS.sub(r"\1\1\1", kept)
    # what an unseen character had parted may compose now
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", kept)).strip()


def _visible(text: str) -> str:
    return "".join(
        " " if ch.isspace() else ch for ch in text if ch.isspace() or unicodedata.category(ch) not in _UNSEEN
    )


def simplified(text: str) -> str:
    """Chinese in simplified characters, whichever it was written in; for matching, never for showing."""
    return _TO_SIMPLIFIED.convert(text) if has_han(text) else text


def comparable(text: str) -> str:
    """The form in which two comments count as the same: case, accents, marks, stretching and the Chinese script set aside."""
    folded = unicodedata.normalize("NFKD", simplified(clean(text)).casefold())
    bare = "".join(ch for ch in folded if not unicodedata.combining(ch))
    bare = re.sub(r"([^\W\d_])\1{2,}", r"\1", bare)
    return " ".join(_WORD.findall(bare)) or bare


def words(text: str) -> list[str]:
    """Lower-case words (apostrophes kept, marks gone); every Chinese character is a word of its own."""
    return _WORD.findall(text.casefold().replace("’", "'"))


def language_of(text: str) -> str:
    """``zh`` where Chinese characters carry the text, else ``en``.

    One Chinese character says about as much as half an English word, so five Latin letters weigh as one of them.
    """
    han = len(_HAN.findall(text))
    return "zh" if han and han * 5 >= len(_LATIN.findall(text)) else "en"


def has_han(text: str) -> bool:
    """Whether any Chinese character is in the text."""
    return _HAN.search(text) is not None


def singular(word: str) -> str:
    """An English word without its plural ending, good enough to compare two words."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
