"""Where a sentence may be cut: a stream of text into sentences, a sentence into clauses of one breath."""

import re

WORDS_A_BREATH = 9
"""About three seconds of unhurried English; a host can break off after it."""
_FEWEST_WORDS = 3
_SHORT_WORDS = 3
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s|$)|[。！？]+|\n+")
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "st", "no", "approx", "etc", "e.g", "i.e", "vs"})
_COMMA = re.compile(r"(?<=[,;:—])\s+|(?<=[，；：])\s*(?=\S)")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_HAN_A_WORD = 2
"""Chinese characters that take about the time of an English word: 4 to 5 characters a second against 2.5 words."""
_CONJUNCTION = re.compile(r"\s+(?=(?:and|but|because|which|while|with|if|when|then|or|from|for|where|that's)\s)")


class SentenceStream:
    """Collects text as a model gives it, and hands out each sentence once it is whole."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """Add a piece; returns the sentences that it completed."""
        self._text += piece
        done: list[str] = []
        while (end := _end_of_sentence(self._text, final=False)) is not None:
            sentence, self._text = self._text[:end].strip(), self._text[end:]
            if sentence:
                done.append(sentence)
        return done

    def flush(self) -> str:
        """What is left, which no mark has ended."""
        rest, self._text = self._text.strip(), ""
        return rest


def _end_of_sentence(text: str, *, final: bool) -> int | None:
    for match in _SENTENCE_END.finditer(text):
        if match.end() == len(text) and not final and not match[0].startswith(("\n", "。", "！", "？")):
            return None  # a decimal or an abbreviation may still go on
        before = text[: match.start()].rsplit(maxsplit=1)
        last = before[-1].casefold() if before else ""
        if match[0] == "." and (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last != "i")):
            continue
        return match.end()
    return None


def sentences_of(text: str) -> list[str]:
    """The sentences of a whole text."""
    found: list[str] = []
    rest = text.strip()
    while rest:
        end = _end_of_sentence(rest, final=True) or len(rest)
        found.append(rest[:end].strip())
        rest = rest[end:].strip()
    return found


def length_in_words(text: str) -> int:
    """How long a text is to say, in English words; two Chinese characters count as one."""
    han = len(_HAN.findall(text))
    if not han:
        return len(text.split())
    latin = [word for word in _HAN.sub(" ", text).split() if any(ch.isalnum() for ch in word)]
    return len(latin) + -(-han // _HAN_A_WORD)


def joined(first: str, second: str) -> str:
    """Two pieces of a text put together: with a space, but none beside a Chinese mark or between Chinese characters."""
    if not first or not second:
        return first + second
    tight = first[-1] in "，。！？；：、" or (_HAN.match(first[-1]) and _HAN.match(second[0]))
    return first + second if tight else f"{first} {second}"


def clauses_of(sentence: str, *, most_words: int = WORDS_A_BREATH) -> list[str]:
    """Cut a sentence where a speaker may breathe, so that no part is much longer than `most_words`.

    `joined` the parts are the sentence again. A part is not shorter than three words where its neighbour is.
    """
    sentence = " ".join(sentence.split())
    if length_in_words(sentence) <= most_words:
        return [sentence]
    parts: list[str] = []
    for part in (part for whole in sentences_of(sentence) for part in _COMMA.split(whole)):
        if parts and length_in_words(parts[-1]) + length_in_words(part) <= most_words:
            parts[-1] = joined(parts[-1], part)
        else:
            parts.append(part)
    cut: list[str] = []
    for part in parts:
        cut += _cut_long(part, most_words)
    return _without_crumbs(cut)


def thoughts_of(text: str, *, most_words: int = WORDS_A_BREATH) -> list[str]:
    """The sentences of a text, a very short one together with the next ("Honestly? I don't know."), a question with its answer."""
    thoughts: list[str] = []
    for sentence in sentences_of(text):
        if thoughts and (
            thoughts[-1].endswith(("?", "？"))
            or (
                length_in_words(thoughts[-1]) <= _SHORT_WORDS
                and length_in_words(f"{thoughts[-1]} {sentence}") <= most_words
            )
        ):
            thoughts[-1] = joined(thoughts[-1], sentence)
        else:
            thoughts.append(sentence)
    return thoughts


def lines_of(text: str, *, most_words: int = WORDS_A_BREATH) -> list[str]:
    """A text of several sentences in parts of one breath."""
    return [
        part
        for thought in thoughts_of(text, most_words=most_words)
        for part in clauses_of(thought, most_words=most_words)
    ]


def _cut_long(part: str, most_words: int) -> list[str]:
    if length_in_words(part) <= most_words + 3:
        return [part]
    places = [m.start() for m in _CONJUNCTION.finditer(part)]
    places = [p for p in places if len(part[:p].split()) > _FEWEST_WORDS and len(part[p:].split()) > _FEWEST_WORDS]
    if not places:
        return [part]
    middle = min(places, key=lambda p: abs(p - len(part) / 2))
    return [*_cut_long(part[:middle], most_words), *_cut_long(part[middle:].strip(), most_words)]


def _without_crumbs(parts: list[str]) -> list[str]:
    whole: list[str] = []
    for part in parts:
        if whole and (length_in_words(part) < _FEWEST_WORDS or length_in_words(whole[-1]) < _FEWEST_WORDS):
            whole[-1] = joined(whole[-1], part)
        else:
            whole.append(part)
    return whole


def ended(text: str) -> str:
    """The text as a whole sentence: what hangs over (a comma, a dash) goes, a full stop comes."""
    bare = text.rstrip(" ,;:—–-，；：、")
    if not bare or bare[-1] in '.!?…。！？"”':
        return bare
    return bare + ("。" if _HAN.match(bare[-1]) else ".")


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
