"""The rules of a scenario file: one verdict each."""

import re

from server.replay.recorder import CommentRecord
from server.replay.scenario import Rule
from server.replay.verdicts.contract import MOST_EVIDENCE, Case, Evidence, Outcome, Verdict
from server.replay.verdicts.fates import first_word


class ScenarioRules:
    """Judges every rule of the scenario."""

    def judge_all(self, case: Case) -> list[Verdict]:
        """One verdict a rule, in the file's order."""
        return [
            _about_comments(rule, case) if _has_comment(rule) else _about_show(rule, case)
            for rule in case.scenario.rules
        ]


def matching(rule: Rule, case: Case) -> list[CommentRecord]:
    """The comments that a rule is about."""
    return [
        comment
        for comment in case.show.comments
        if (rule.comment is None or _found(rule.comment, comment.text))
        and (rule.viewer is None or _found(rule.viewer, comment.viewer))
    ]


def _has_comment(rule: Rule) -> bool:
    return rule.comment is not None or rule.viewer is not None


def _about_comments(rule: Rule, case: Case) -> Verdict:
    comments = matching(rule, case)
    if not comments:
        return _verdict(rule, Outcome.NOT_MEASURED, "no comment of this replay matches", [])
    found = [item for comment in comments for item in _of_comment(rule, case, comment)]
    bad = sum(item.failed for item in found)
    held = f"held for {len(comments) - bad} of {len(comments)} comments"
    return _verdict(rule, Outcome.FAIL if bad else Outcome.PASS, held, found)


def _of_comment(rule: Rule, case: Case, comment: CommentRecord) -> list[Evidence]:
    answer = case.answer_of(comment)
    target = case.joined(comment)
    wrong: list[str] = []
    if rule.absent and answer:
        wrong.append("was answered")
    if rule.fate and comment.fate not in rule.fate:
        wrong.append(f"was {comment.fate or 'never decided'}, not {' or '.join(rule.fate)}")
    if not rule.absent and (rule.must_say or rule.facts or rule.within) and not answer:
        wrong.append(f"was not answered ({comment.fate}: {comment.reason})" if comment.reason else "was not answered")
    elif not rule.absent:
        wrong += [f"does not say /{pattern}/" for pattern in rule.must_say if not _found(pattern, answer)]
        spoken = {name for line in case.lines_of(target) for name in line.facts}
        if not target.written:  # a written answer does not tell its facts
            wrong += [f"does not rest on {name}" for name in rule.facts if name not in spoken]
        took = first_word(case, target) if not target.written else None
        took = took if took is not None else (comment.decided or comment.at) - comment.at
        if rule.within is not None and took > rule.within:
            wrong.append(f"came after {took:.1f} s, not within {rule.within:g} s")
    wrong += [f"says /{pattern}/" for pattern in rule.must_not_say if _found(pattern, answer)]
    told = f"“{comment.text}” → “{answer or comment.fate}”"
    if not wrong:
        return [Evidence(told, comment.at, comment.number, failed=False)]
    return [Evidence(f"{told}: {'; '.join(wrong)}", comment.at, comment.number)]


def _about_show(rule: Rule, case: Case) -> Verdict:
    """A rule without a comment is about everything that is heard."""
    found: list[Evidence] = []
    for pattern in rule.must_say:
        said = [line for line in case.show.lines if _found(pattern, line.heard or line.text)]
        if not said:
            found.append(Evidence(f"nothing that was heard matches /{pattern}/"))
        elif rule.by is not None and said[0].started > rule.by:
            found.append(
                Evidence(
                    f"/{pattern}/ was said at {said[0].started:.1f} s, not by {rule.by:g} s",
                    said[0].started,
                    line=said[0].id,
                )
            )
        else:
            found.append(Evidence(f"“{said[0].text}”", said[0].started, line=said[0].id, failed=False))
    for pattern in rule.must_not_say:
        found += [
            Evidence(f"“{line.heard or line.text}” matches /{pattern}/", line.started, line=line.id)
            for line in case.show.lines
            if line.kind != "readback" and _found(pattern, line.heard or line.text)
        ]
        found += [
            Evidence(f"written: “{record.written}” matches /{pattern}/", record.decided, record.number)
            for record in case.show.comments
            if record.written and _found(pattern, record.written)
        ]
    bad = sum(item.failed for item in found)
    return _verdict(rule, Outcome.FAIL if bad else Outcome.PASS, f"broken {bad} times" if bad else "held", found)


def _verdict(rule: Rule, outcome: Outcome, summary: str, evidence: list[Evidence]) -> Verdict:
    ordered = sorted(evidence, key=lambda item: not item.failed)[:MOST_EVIDENCE]
    return Verdict(f"rule/{rule.name}", rule.name, outcome, summary, tuple(ordered))


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
