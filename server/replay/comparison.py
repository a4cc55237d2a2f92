"""Two replays side by side: what changed, and whether a difference in latency is more than chance."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.replay.report import ChangeReport, CommentReport, ComparisonReport, LatencyReport, ReplayReport

_RESAMPLES: Final = 10_000
_FEWEST_PAIRS: Final = 3
_SLOWER_S: Final = 1.0
"""From here on a comment's time counts as changed."""
_MOST_PRESENTATION: Final = 60


def compare(before: ReplayReport, now: ReplayReport, against: str) -> ComparisonReport:
    """What is different in `now`."""
    same = before.script.digest == now.script.digest
    pairs = _paired(before.comments, now.comments, by_number=same)
    answers_before, answers_now = _Answers(before), _Answers(now)
    changes = [change for old, new in pairs if (change := _change(old, new, answers_before, answers_now)) is not None]
    counts = Counter(what for change in changes for what in change.what)
    fates_before, fates_now = (Counter(c.fate for c in report.comments) for report in (before, now))
    outcomes = {v.name: v.outcome.value for v in before.verdicts}
    verdicts = {
        v.name: [outcomes.get(v.name, "absent"), v.outcome.value]
        for v in now.verdicts
        if outcomes.get(v.name, "absent") != v.outcome.value
    }
    there = {v.name for v in now.verdicts}
    verdicts |= {name: [outcome, "absent"] for name, outcome in outcomes.items() if name not in there}
    return ComparisonReport(
        against=against,
        same_script=same,
        matched=len(pairs),
        only_before=len(before.comments) - len(pairs),
        only_now=len(now.comments) - len(pairs),
        changes=changes,
        counts=dict(sorted(counts.items())),
        fates={fate: [fates_before[fate], fates_now[fate]] for fate in sorted(fates_before | fates_now)},
        verdicts=verdicts,
        presentation=_presentation(before, now),
        latency=latency(
            [
                (o.first_word_s, n.first_word_s)
                for o, n in pairs
                if o.first_word_s is not None and n.first_word_s is not None
            ]
        ),
    )


def latency(pairs: Iterable[tuple[float, float]], *, seed: int = 0) -> LatencyReport | None:
    """The mean difference with its 95 % interval, by resampling the pairs (percentile bootstrap; Efron, Tibshirani 1993, §13.3).

    None for fewer than three pairs.
    """
    table: NDArray[np.float64] = np.array(list(pairs), np.float64).reshape(-1, 2)
    if len(table) < _FEWEST_PAIRS:
        return None
    differences = table[:, 1] - table[:, 0]
    random = np.random.default_rng(seed)
    means = np.array([differences[random.integers(0, len(table), len(table))].mean() for _ in range(_RESAMPLES)])
    low, high = (float(v) for v in np.percentile(means, [2.5, 97.5]))
    return LatencyReport(
        pairs=len(table),
        before_s=round(float(np.median(table[:, 0])), 3),
        now_s=round(float(np.median(table[:, 1])), 3),
        difference_s=round(float(differences.mean()), 3),
        low_s=round(low, 3),
        high_s=round(high, 3),
        significant=low > 0 or high < 0,
    )


class _Answers:
    """What a report's comments were answered."""

    def __init__(self, report: ReplayReport) -> None:
        self._lines = {line.id: line for line in report.lines}

    def words(self, comment: CommentReport) -> str:
        lines = [self._lines[ident] for ident in comment.lines if ident in self._lines]
        said = [line.heard or line.text for line in lines if line.kind != "readback"]
        return " ".join([*said, comment.written or ""]).strip()

    def told(self, comment: CommentReport) -> dict[str, Any]:
        told = {
            "fate": comment.fate,
            "reason": comment.reason,
            "words": self.words(comment),
            "facts": comment.facts,
            "first_word_s": comment.first_word_s,
        }
        return {name: value for name, value in told.items() if value not in ("", None, [])}


def _change(old: CommentReport, new: CommentReport, before: _Answers, now: _Answers) -> ChangeReport | None:
    what = []
    if (old.fate, old.joined) != (new.fate, new.joined):
        what.append("fate")
    if before.words(old) != now.words(new):
        what.append("words")
    if set(old.facts) != set(new.facts):
        what.append("facts")
    if abs((old.first_word_s or 0.0) - (new.first_word_s or 0.0)) >= _SLOWER_S and old.fate == new.fate:
        what.append("time")
    if not what:
        return None
    return ChangeReport(
        number=new.number, viewer=new.viewer, text=new.text, what=what, before=before.told(old), now=now.told(new)
    )


def _paired(
    before: list[CommentReport], now: list[CommentReport], *, by_number: bool
) -> list[tuple[CommentReport, CommentReport]]:
    """The same comments in both: by their number in the same script, else by who said what, in order."""
    if by_number:
        old = {comment.number: comment for comment in before}
        return [(old[comment.number], comment) for comment in now if comment.number in old]
    waiting: dict[tuple[str, str], deque[CommentReport]] = defaultdict(deque)
    for comment in before:
        waiting[comment.viewer, comment.text].append(comment)
    pairs = []
    for comment in now:
        if queue := waiting[comment.viewer, comment.text]:
            pairs.append((queue.popleft(), comment))
    return pairs


def _presentation(before: ReplayReport, now: ReplayReport) -> list[str]:
    """Which Lines of the presentation and of promotions came or went; how often counts."""
    kinds = ("pitch", "notice")
    old, new = (Counter(line.text for line in report.lines if line.kind in kinds) for report in (before, now))
    gone = [f"- {text}" for text in (old - new).elements()]
    come = [f"+ {text}" for text in (new - old).elements()]
    return [*gone, *come][:_MOST_PRESENTATION]
