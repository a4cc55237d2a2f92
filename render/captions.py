"""What a caption shows: pages of two lines, broken where the sense allows, and the word that is being heard."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from render.contract import WordSpan
from render.typography import breaks, trimmed

Measure = Callable[[str], float]
"""Text to its width in px."""

_SENTENCE_ENDS = frozenset(".!?…。！？")
_CLAUSE_ENDS = frozenset(",;:，；：、")
_PAGE_COST, _RAGGED_COST = 1.0, 0.25
_BREAK_COSTS = {"sentence": 0.0, "clause": 0.15, "nowhere": 0.7}


@dataclass(frozen=True, slots=True)
class CaptionPage:
    """What is on the screen at once: lines as character spans of the caption's text."""

    lines: tuple[tuple[int, int], ...]

    @property
    def first(self) -> int:
        return self.lines[0][0]

    @property
    def last(self) -> int:
        return self.lines[-1][1]


def paginate(text: str, measure: Measure, width: float) -> tuple[CaptionPage, ...]:
    """Pages of one or two lines, none wider than `width` px: as few as possible, best ended at a stop or a comma.

    A word wider than the line gets a line of its own, cut into pieces that fit.
    """
    places = _fitting_places(text, measure, width)
    if not places:
        return ()
    ends = [0, *places]
    at = [0.0]
    for first, last in zip(ends, ends[1:], strict=False):
        at.append(at[-1] + measure(text[first:last]))
    # From the end backwards: the best way to show what begins at each place.
    best: list[tuple[float, int, int]] = [(0.0, len(ends) - 1, len(ends) - 1)] * len(ends)
    for start in range(len(ends) - 2, -1, -1):
        options = []
        for stop in range(start + 1, len(ends)):
            middle = _middle(at, start, stop, width)
            if middle is None:
                break
            cost = _PAGE_COST + _end_cost(text, ends[stop]) + best[stop][0]
            if middle < stop:
                ragged = abs((at[middle] - at[start]) - (at[stop] - at[middle])) / width
                cost += _RAGGED_COST * ragged * ragged
            options.append((cost, stop, middle))
        best[start] = min(options)
    pages = []
    start = 0
    while start < len(ends) - 1:
        _, stop, middle = best[start]
        cuts = (start, middle, stop) if middle < stop else (start, stop)
        spans = (trimmed(text, ends[a], ends[b]) for a, b in zip(cuts, cuts[1:], strict=False))
        lines = tuple(span for span in spans if span[0] < span[1])
        if lines:
            pages.append(CaptionPage(lines))
        start = stop
    return tuple(pages)


def page_at(pages: Sequence[CaptionPage], character: int) -> int:
    """Index of the page that shows a character of the text (the last one for what lies beyond); -1 without pages."""
    return min(bisect_right([page.last for page in pages], character), len(pages) - 1)


def word_at(words: Sequence[WordSpan], sample: int) -> WordSpan | None:
    """The word being heard at a sample of the Line's audio: it stays marked until the next begins; None before the first."""
    place = bisect_right([word.start for word in words], sample) - 1
    return words[place] if place >= 0 else None


def caption_words(text: str, caption: str, words: Sequence[WordSpan]) -> tuple[WordSpan, ...]:
    """The words of a Line's `text` as spans of its `caption`, where that differs from what the voice reads.

    Words that both have keep their places; a passage that is written otherwise is marked as a whole as long as it is heard
    ("one hundred ninety-nine yuan" marks "¥199.00"). What the caption leaves out stays with the word before.
    """
    if caption == text:
        return tuple(words)
    said = [text[word.first : word.last].casefold() for word in words]
    shown = _shown_words(caption)
    written = [caption[first:last].casefold() for first, last in shown]
    found: list[WordSpan] = []
    for tag, a, b, c, d in SequenceMatcher(None, said, written, autojunk=False).get_opcodes():
        for place in range(a, b):
            if tag == "equal":
                first, last = shown[c + place - a]
            elif c < d:
                first, last = shown[c][0], shown[d - 1][1]
            elif found:
                first, last = found[-1].first, found[-1].last
            else:
                first, last = 0, 0
            found.append(WordSpan(first, last, words[place].start, words[place].end))
    return tuple(found)


def _shown_words(caption: str) -> list[tuple[int, int]]:
    ends = breaks(caption)
    spans = (trimmed(caption, first, last) for first, last in zip([0, *ends], ends, strict=False))
    return [span for span in spans if span[0] < span[1]]


def _fitting_places(text: str, measure: Measure, width: float) -> list[int]:
    """Where lines may end, with more places inside words that are wider than a line."""
    places: list[int] = []
    start = 0
    for place in breaks(text):
        first = start
        while measure(text[first:place].strip()) > width and place - first > 1:
            fits = bisect_left(range(first + 1, place), True, key=lambda end: measure(text[first:end]) > width)
            first = max(first + 1, first + fits)
            places.append(first)
        places.append(place)
        start = place
    return places


def _middle(at: Sequence[float], start: int, stop: int, width: float) -> int | None:
    """Where to break a page from `start` to `stop`: `stop` if it fits on a line, None if it does not fit on two."""
    if at[stop] - at[start] <= width or stop == start + 1:
        return stop
    half = (at[start] + at[stop]) / 2
    near = bisect_left(at, half, start + 1, stop)
    fitting = [
        place
        for place in {near - 1, near, _last_fitting(at, start, stop, width)}
        if start < place < stop and at[place] - at[start] <= width and at[stop] - at[place] <= width
    ]
    return min(fitting, key=lambda place: abs(at[place] - half)) if fitting else None


def _last_fitting(at: Sequence[float], start: int, stop: int, width: float) -> int:
    return bisect_right(at, at[start] + width, start + 1, stop) - 1


def _end_cost(text: str, end: int) -> float:
    if end >= len(text):
        return 0.0
    mark = text[:end].rstrip(" \"'”’」』）)")[-1:]
    if mark in _SENTENCE_ENDS:
        return _BREAK_COSTS["sentence"]
    return _BREAK_COSTS["clause" if mark in _CLAUSE_ENDS else "nowhere"]
