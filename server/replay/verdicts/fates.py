"""Did every comment meet exactly one fate, and in time?"""

import numpy as np

from server.replay.recorder import CommentRecord
from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict


class Fates:
    """Every comment has a fate that its author can see, exactly one."""

    name = "fates"
    title = "Did every comment get exactly one fate?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a comment with none, or with several."""
        found = []
        for comment in case.show.comments:
            if comment.fates == 0:
                found.append(_told(comment, f"“{comment.text}” was never decided"))
            elif comment.fates > 1:
                found.append(_told(comment, f"“{comment.text}” was decided {comment.fates} times"))
        count = len(case.show.comments)
        fates: dict[str, float] = {}
        for comment in case.show.comments:
            fates[comment.fate or "none"] = fates.get(comment.fate or "none", 0) + 1
        return verdict(
            self, found, f"all {count} comments were decided once", f"{{n}} of {count} comments were not", fates
        )


class Waiting:
    """How long people waited."""

    name = "waiting"
    title = "Was nobody left waiting too long?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a fate later than the bar, or on a slow 95th percentile of first words."""
        if not case.show.comments:
            return not_measured(self, "there were no comments")
        bars = case.scenario.bars
        found, spoken, decided = [], [], []
        for comment in case.show.comments:
            if comment.decided is not None:
                took = comment.decided - comment.at
                decided.append(took)
                if took > bars.fate_s:
                    found.append(_told(comment, f"“{comment.text}” was decided after {took:.0f} s"))
            if (first := first_word(case, comment)) is not None and comment.fate == "spoken":
                spoken.append(first)
        figures = {"spoken": float(len(spoken))}
        words = "nobody was answered aloud"
        if spoken:
            p50, p95 = (float(v) for v in np.percentile(spoken, [50, 95]))
            figures |= {"first_word_p50_s": round(p50, 3), "first_word_p95_s": round(p95, 3)}
            words = f"first word of an answer after {p50:.1f} s (median), {p95:.1f} s (95 %)"
            if p95 > bars.first_word_p95_s:
                found.append(
                    Evidence(f"95 % of answers began within {p95:.1f} s; asked are {bars.first_word_p95_s:g} s")
                )
        if decided:
            figures["decided_p95_s"] = round(float(np.percentile(decided, 95)), 3)
        return verdict(self, found, words, f"{words}; {{n}} too late", figures)


def first_word(case: Case, comment: CommentRecord) -> float | None:
    """Seconds from a comment to the first word that was said to it; None if nothing was."""
    started = [line.started for line in case.lines_of(comment)]
    return min(started) - comment.at if started else None


def _told(comment: CommentRecord, text: str) -> Evidence:
    return Evidence(text, comment.at, comment.number)
