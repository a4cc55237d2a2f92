"""The report of a replay: one schema for files, page and comparison."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.replay.media.findings import MediaFindings
from server.replay.recorder import CommentRecord, LineRecord, Recording
from server.replay.script import Script
from server.replay.verdicts.contract import Case, Outcome, Verdict
from server.replay.verdicts.fates import first_word

REPORT_SCHEMA: Final = 1
Depth = Literal["logic", "speech", "live"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EvidenceReport(_Part):
    """One place that a verdict rests on."""

    text: str
    at: float | None = None
    comment: int | None = None
    line: str | None = None
    failed: bool = True


class VerdictReport(_Part):
    """One verdict."""

    name: str
    title: str
    outcome: Outcome
    summary: str
    evidence: list[EvidenceReport] = Field(default_factory=list)
    figures: dict[str, float] = Field(default_factory=dict)
    advisory: bool = False


class RefusedReport(_Part):
    """What a model said and the host did not."""

    text: str
    rule: str
    detail: str = ""
    replaced_by: str = ""


class CommentReport(_Part):
    """One comment and what became of it."""

    number: int
    at: float
    viewer: str
    text: str
    source: str = ""
    language: str = ""
    fate: str = ""
    reason: str = ""
    decided: float | None = None
    joined: int | None = None
    """Number of the comment that it was merged into."""
    written: str | None = None
    first_word_s: float | None = None
    lines: list[str] = Field(default_factory=list)
    facts: list[str] = Field(default_factory=list)
    refused: list[RefusedReport] = Field(default_factory=list)
    unanswered: bool = False


class LineReport(_Part):
    """One Line that was heard."""

    id: str
    kind: str
    text: str
    language: str
    emotion: str = "neutral"
    at: float
    ended: float | None = None
    heard: str = ""
    interrupted: bool = False
    facts: list[str] = Field(default_factory=list)
    product: str | None = None
    transcript: str | None = None
    """What a listener understood, where sound was measured."""


class PromotionReport(_Part):
    """A promotion entered a state."""

    at: float
    id: str
    state: str


class HappeningReport(_Part):
    """A fault or an alarm."""

    at: float
    type: str
    code: str
    message: str = ""


class ScriptReport(_Part):
    """What was fed in."""

    logs: list[str]
    digest: str
    comments: int
    seconds: float
    languages: dict[str, int] = Field(default_factory=dict)
    unreadable: list[str] = Field(default_factory=list)
    unreadable_count: int = 0
    left_out: dict[str, int] = Field(default_factory=dict)
    outside: int = 0
    notes: list[str] = Field(default_factory=list)


class CostReport(_Part):
    """How fast the replay was; differs from run to run."""

    wall_s: float
    cpu_s: float = 0.0
    """Of this process alone, without its models'."""
    times_real: float
    made: str = ""
    """When, as ISO 8601."""


class RepeatReport(_Part):
    """How one of several runs went."""

    seed: int
    passed: bool
    outcomes: dict[str, Outcome]


class ChangeReport(_Part):
    """What is different about one comment."""

    number: int
    viewer: str
    text: str
    what: list[str]
    """Of ``fate``, ``words``, ``facts``, ``time``."""
    before: dict[str, Any]
    now: dict[str, Any]


class LatencyReport(_Part):
    """First words of answers in two runs, pair by pair."""

    pairs: int
    before_s: float
    """Median."""
    now_s: float
    difference_s: float
    """Mean of now − before."""
    low_s: float
    high_s: float
    """95 % interval of the mean by the bootstrap."""
    significant: bool


class ComparisonReport(_Part):
    """This run against an earlier one."""

    against: str
    same_script: bool
    matched: int
    only_before: int = 0
    only_now: int = 0
    changes: list[ChangeReport] = Field(default_factory=list)
    counts: dict[str, int] = Field(default_factory=dict)
    fates: dict[str, list[int]] = Field(default_factory=dict)
    """Fate to how many before and now."""
    verdicts: dict[str, list[str]] = Field(default_factory=dict)
    """Those that changed: before and now."""
    presentation: list[str] = Field(default_factory=list)
    """Words of the presentation that came or went, marked + and -."""
    latency: LatencyReport | None = None

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return bool(self.changes or self.verdicts or self.presentation or self.only_before or self.only_now)


class ReplayReport(_Part):
    """Everything about one replay."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(alias="schema")
    software: str = ""
    room: str
    depth: Depth
    seed: int
    models: str = "none"
    scenario: str = ""
    complete: bool = True
    passed: bool
    show_s: float
    script: ScriptReport
    verdicts: list[VerdictReport]
    comments: list[CommentReport]
    lines: list[LineReport]
    promotions: list[PromotionReport] = Field(default_factory=list)
    happenings: list[HappeningReport] = Field(default_factory=list)
    media: dict[str, Any] | None = None
    repeats: list[RepeatReport] = Field(default_factory=list)
    comparison: ComparisonReport | None = None
    cost: CostReport | None = None

    def to_json(self, *, indent: int | None = None) -> str:
        """As it is written to disk; what has its default is left out."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True, indent=indent)

    def as_baseline(self) -> "ReplayReport":
        """Without what differs from one run to the next although nothing has changed."""
        return self.model_copy(update={"cost": None, "comparison": None, "software": "", "media": None})


class ReportUnusable(Exception):
    """A report that can't be read; the message says why and what to do."""


def read_report(path: Path) -> ReplayReport:
    """Read ``report.json``, or the run folder that holds it; raises `ReportUnusable`."""
    file = path / "report.json" if path.is_dir() else path
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        raise ReportUnusable(f"{path}: there is no replay report; give a run's folder or its report.json") from None
    except OSError as error:
        raise ReportUnusable(f"{path}: can't be read ({error.strerror})") from error
    try:
        return ReplayReport.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if where in ("schema", "schema_version"):
            other = first.get("input")
            message = f"{file}: written with report schema {other}, this Talkback reads schema {REPORT_SCHEMA}"
            raise ReportUnusable(f"{message}; make that run again with this version") from error
        raise ReportUnusable(f"{file}: is no replay report ({where or 'file'}: {first['msg']})") from error


def make_report(
    case: Case,
    verdicts: Sequence[Verdict],
    script: Script,
    *,
    room: str,
    depth: Depth,
    seed: int,
    software: str,
    models: str,
    notes: Sequence[str] = (),
    cost: CostReport | None = None,
) -> ReplayReport:
    """Put a judged show into the report's form."""
    show = case.show
    numbers = {comment.id: comment.number for comment in show.comments if comment.id}
    lines = {line.id: line for line in show.lines}
    transcripts = {line.line: line.heard for line in case.media.lines} if case.media else {}
    return ReplayReport(
        schema_version=REPORT_SCHEMA,
        software=software,
        room=room,
        depth=depth,
        seed=seed,
        models=models,
        scenario=case.scenario.title,
        complete=show.complete,
        passed=show.complete and not any(v.outcome is Outcome.FAIL and not v.advisory for v in verdicts),
        show_s=round(show.seconds, 2),
        script=_script_report(script, notes),
        verdicts=[verdict_report(v) for v in verdicts],
        comments=[_comment_report(case, comment, numbers, lines) for comment in show.comments],
        lines=[_line_report(line, transcripts.get(line.id)) for line in show.lines],
        promotions=[PromotionReport(at=round(p.at, 3), id=p.id, state=p.state) for p in show.promotions],
        happenings=_happenings(show),
        media=_media(case.media),
        cost=cost,
    )


def verdict_report(verdict: Verdict) -> VerdictReport:
    """A verdict in the report's form."""
    evidence = [
        EvidenceReport(
            text=e.text,
            at=round(e.at, 3) if e.at is not None else None,
            comment=e.comment,
            line=e.line,
            failed=e.failed,
        )
        for e in verdict.evidence
    ]
    return VerdictReport(
        name=verdict.name,
        title=verdict.title,
        outcome=verdict.outcome,
        summary=verdict.summary,
        evidence=evidence,
        figures=dict(verdict.figures),
        advisory=verdict.advisory,
    )


def _script_report(script: Script, notes: Sequence[str]) -> ScriptReport:
    return ScriptReport(
        logs=list(script.logs),
        digest=script.digest,
        comments=len(script.arrivals),
        seconds=round(script.seconds, 3),
        languages=dict(sorted(script.languages().items())),
        unreadable=[f"line {u.line}: {u.reason}: {u.excerpt}" for u in script.unreadable],
        unreadable_count=script.unreadable_count,
        left_out=dict(sorted((script.left_out or {}).items())),
        outside=script.outside,
        notes=list(notes),
    )


def _comment_report(
    case: Case, comment: CommentRecord, numbers: Mapping[str, int], lines: Mapping[str, LineRecord]
) -> CommentReport:
    waited = first_word(case, comment) if comment.lines else None
    facts = dict.fromkeys(name for ident in comment.lines if ident in lines for name in lines[ident].facts)
    return CommentReport(
        number=comment.number,
        at=round(comment.at, 3),
        viewer=comment.viewer,
        text=comment.text,
        source=comment.source,
        language=comment.language,
        fate=comment.fate,
        reason=comment.reason,
        decided=round(comment.decided, 3) if comment.decided is not None else None,
        joined=numbers.get(comment.into) if comment.into else None,
        written=comment.written,
        first_word_s=round(waited, 3) if waited is not None else None,
        lines=list(comment.lines),
        facts=list(facts),
        refused=[RefusedReport(**{k: str(v) for k, v in refusal.items()}) for refusal in comment.refusals],
        unanswered=comment.unanswered,
    )


def _line_report(line: LineRecord, transcript: str | None) -> LineReport:
    return LineReport(
        id=line.id,
        kind=line.kind,
        text=line.text,
        language=line.language,
        emotion=line.emotion,
        at=round(line.started, 3),
        ended=round(line.ended, 3) if line.ended is not None else None,
        heard="" if line.heard == line.text else line.heard,
        interrupted=line.interrupted,
        facts=list(line.facts),
        product=line.product,
        transcript=transcript,
    )


def _happenings(show: Recording) -> list[HappeningReport]:
    return [
        HappeningReport(
            at=round(h.at, 3), type=h.type, code=str(h.data.get("code", "")), message=str(h.data.get("message", ""))
        )
        for h in show.happenings[:500]
    ]


def _media(media: MediaFindings | None) -> dict[str, Any] | None:
    if media is None:
        return None
    return {
        "offsets_ms": [[round(o.at, 2), round(o.ms, 1), round(o.certainty, 3)] for o in media.offsets],
        "gaps_ms": [[round(g.at, 2), round(g.ms, 1)] for g in media.gaps[:50]],
        "lufs": [[round(line.at, 2), round(line.lufs, 2)] for line in media.lines if line.lufs is not None],
        "likeness": [[round(w.at, 2), round(w.likeness, 4)] for w in media.voice],
        "lips": [[round(c.at, 2), round(c.opening, 3)] for c in media.closures],
        "unmeasured": dict(media.unmeasured),
    }
