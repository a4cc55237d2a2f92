"""The comment as the host reads it out: who asks, and what, in a breath."""

import re

from dialogue.asking import is_question
from dialogue.clauses import capital, ended, sentences_of
from dialogue.contract import Comment
from dialogue.language import has_han
from dialogue.phrasebook import Phrasebook
from dialogue.phrases import READBACK_QUESTION, READBACK_STATEMENT, READBACK_WITHHELD

MOST_WORDS = 14
MOST_CHARACTERS = 30
NOBODY = "a viewer"
_SHORTHAND = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "ty": "thank you",
    "wat": "what",
    "wot": "what",
    "hw": "how",
    "bc": "because",
    "abt": "about",
    "w/": "with",
    "dont": "don't",
    "doesnt": "doesn't",
    "cant": "can't",
    "whats": "what's",
    "wheres": "where's",
    "hows": "how's",
    "im": "I'm",
    "ive": "I've",
    "i": "I",
    "idk": "I don't know",
    "btw": "by the way",
    "omg": "oh my",
    "ai": "AI",
}
_NAME_PART = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PICTURES = re.compile(r"[^\w\s.,;:!?'\"()%&/°¥$€£×+\-–—−]")
_PICTURES_ZH = re.compile(r"[^\w\s，。？！、：；,.;:!?'\"()（）%¥/+\-]")
_LEADING_TALK = re.compile(r"^(?:(?:hi|hello|hey|so|ok|okay|um)\b[\s,!.]*)+(?=\w)", re.IGNORECASE)


def speakable_name(viewer: str, languages: frozenset[str]) -> str:
    """A viewer's name as a voice can say it: letters only, two parts at most; ``a viewer`` where nothing is left.

    A name in Chinese needs a voice that reads Chinese.
    """
    if has_han(viewer):
        bare = "".join(ch for ch in viewer if has_han(ch))[:6]
        return bare if "zh" in languages else NOBODY
    parts = [part[:14] for part in _NAME_PART.findall(viewer.replace("_", " "))]
    parts = [part for part in parts if not re.fullmatch(r"x+", part, re.IGNORECASE)][:2]
    name = " ".join(
        part if any(ch.isupper() for ch in part[1:]) and len(part) < 5 else part.capitalize() for part in parts
    )
    return name if len(name) >= 2 and name.isascii() or name.isalpha() and len(name) >= 2 else NOBODY


def readable(text: str) -> str:
    """A comment as a sentence that can be read aloud: shorthand written out, pictures gone, not longer than a breath or two."""
    bare = " ".join(_PICTURES.sub(" ", text).split())
    bare = re.sub(r"\(\s*\)", "", bare)
    bare = re.sub(r"([!?.,])[!?.,\s]*\1+", r"\1", bare)
    told = " ".join(_SHORTHAND.get(word.casefold(), word) for word in _LEADING_TALK.sub("", bare).split())
    told = re.sub(r"(?<!\w)(\w+)([?!.]+)(?!\w)", lambda m: _SHORTHAND.get(m[1].casefold(), m[1]) + m[2][0], told)
    if told.isupper() and len(told.split()) > 1:
        told = told.lower()
    sentences = sentences_of(told) or [told]
    chosen = next((s for s in sentences if is_question(s)), sentences[0])
    words = chosen.split()
    if len(words) > MOST_WORDS:
        cut = " ".join(words[:MOST_WORDS])
        at = max(cut.rfind(", "), cut.rfind(" and "), cut.rfind(" because "))
        chosen = cut[:at] if at > len(cut) // 2 else cut
    return capital(chosen.strip(" ,;:-"))


_REQUESTS = frozenset({"tell", "show", "give", "explain", "describe", "introduce", "say", "remind", "talk", "compare"})


class ReadBack:
    """Words read-backs in turn."""

    def __init__(self, book: Phrasebook, languages: frozenset[str]) -> None:
        self._book = book
        self._languages = languages

    def name(self, viewer: str) -> str:
        """How a viewer is called."""
        return speakable_name(viewer, self._languages)

    def text(self, comment: Comment, *, also: int = 0, withheld: bool = False) -> str:
        """``Lin asks: how much is the ribeye?``; `also` counts the others who asked the same.

        `withheld` names the viewer without reading the words out.
        """
        if comment.language == "zh":
            return self._chinese(comment, also, withheld)
        viewer = capital(self.name(comment.viewer))
        told = readable(comment.text)
        if withheld or len(told) < 2:
            name = self.name(comment.viewer)
            # nobody is addressed as "a viewer"
            fitting = [t for t in READBACK_WITHHELD if name != NOBODY or not t.endswith(", {viewer}.")]
            return capital(self._book.choose("readback/withheld", fitting).format(viewer=name))
        if also:
            who = f"{viewer} and {'one other' if also == 1 else f'{_count(also)} others'} ask"
            return f"{who}: {_asked(told)}"
        if is_question(told):
            template, told = self._book.choose("readback/question", READBACK_QUESTION), _asked(told)
        else:
            template, told = self._book.choose("readback/statement", READBACK_STATEMENT), ended(told)
        # "a viewer" begins small within a sentence
        named = template.replace("{viewer}", self.name(comment.viewer))
        return capital(named.replace("{comment}", _small(told)))

    def _chinese(self, comment: Comment, also: int, withheld: bool) -> str:
        name = comment.viewer if has_han(comment.viewer) else self.name(comment.viewer)
        viewer = "一位观众" if name == NOBODY else name
        told = " ".join(_PICTURES_ZH.sub(" ", comment.text).split())[:MOST_CHARACTERS].rstrip("?？!！。，, ")
        if withheld or not told:
            return self._book.choose("readback/zh", ("看到{viewer}的留言了。", "{viewer}，看到你了。")).format(
                viewer=viewer
            )
        who = f"{viewer}等{also + 1}位朋友" if also else viewer
        asks = self._book.choose("readback/zh", ("{who}问：", "{who}想知道：", "来看{who}的问题："))
        return asks.replace("{who}", who) + told + ("？" if is_question(comment.text) else "。")


def _asked(told: str) -> str:
    """With a question mark; a request ("tell me about your dog") without, unless its writer set one."""
    requests = told.split(maxsplit=1)[0].casefold() in _REQUESTS and not told.endswith("?")
    return ended(told).rstrip(".").rstrip("?!") + ("." if requests else "?")


def _small(told: str) -> str:
    """The first letter small after a colon, unless it must not be (I, names)."""
    first = told.split()[0] if told.split() else ""
    asking = {
        "how",
        "what",
        "where",
        "when",
        "which",
        "who",
        "why",
        "is",
        "are",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "any",
        "have",
        "has",
        "should",
        "tell",
        "the",
        "this",
        "that",
        "it",
        "was",
        "were",
        "may",
        "please",
        "in",
    }
    return told[:1].lower() + told[1:] if first.casefold().rstrip("?,.!") in asking else told


def _count(number: int) -> str:
    names = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return names[number - 2] if number - 2 < len(names) else "many"
