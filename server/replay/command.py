"""`talkback replay`: play chat logs to a room, judge what it did, write the report."""

import argparse
import asyncio
import gc
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialogue.contract import ModelError
from dialogue.llm.openai_endpoint import OpenAiEndpoint
from dialogue.settings import OpenAiSettings
from server.replay.comparison import compare
from server.replay.judge import AnswerCache, Judge
from server.replay.media.findings import MediaFindings
from server.replay.opening import (
    OpenedRoom,
    Refused,
    data_folder,
    default_out,
    open_baseline,
    open_logs,
    open_room,
    open_scenario,
    warnings,
)
from server.replay.progress_bar import ProgressBar
from server.replay.recorder import Recorder, Recording
from server.replay.rehearsal import Progress, Terms, rehearse
from server.replay.report import (
    CostReport,
    RepeatReport,
    ReplayReport,
    make_report,
)
from server.replay.report_page import report_page
from server.replay.run_folder import PAGE, REPORT, RunFolder, RunFolderError
from server.replay.scenario import Scenario
from server.replay.script import Script
from server.replay.sources.normal_form import has_header
from server.replay.studio import StudioUnusable, open_parts
from server.replay.verdicts import judge
from server.replay.verdicts.contract import Case, Outcome, Verdict
from server.replay.virtual_loop import run_virtual
from server.version import software_version


@dataclass(slots=True)
class _Played:
    """One run, before it is judged."""

    show: Recording
    voice_languages: frozenset[str]
    wall_s: float
    cpu_s: float
    media: MediaFindings | None = None


class _Stopwatch:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def played(self, show: Recording, languages: frozenset[str], media: MediaFindings | None) -> _Played:
        """A run that ends now."""
        return _Played(show, languages, time.perf_counter() - self._wall, time.process_time() - self._cpu, media)


def replay(options: argparse.Namespace) -> int:
    """Run `talkback replay`; returns its exit status: 0 passed, 1 a verdict failed, 2 could not run or was broken off."""
    try:
        return _replay(options)
    except Refused as refused:
        print(f"talkback: {refused}", file=sys.stderr)
        return 2
    except RunFolderError as error:
        print(f"talkback: {error}", file=sys.stderr)
        return 2


def _replay(options: argparse.Namespace) -> int:
    room = open_room(options.room)
    scenario = open_scenario(options.scenario or next((log for log in options.log if has_header(log)), None))
    before = open_baseline(options.against)
    script, notes = open_logs(options.log, options.window)
    for note in warnings(script, room):
        print(f"note: {note}", file=sys.stderr)
    out = options.out or default_out(room.folder)
    progress = Progress()
    repeats: list[RepeatReport] = []
    report: ReplayReport | None = None
    with ExitStack() as stack:
        stack.enter_context(_interruptible(progress))
        stack.enter_context(_collecting_seldom())
        for number in range(options.repeat):
            seed = (options.seed if options.seed is not None else room.config.seed) + number
            folder = stack.enter_context(RunFolder(out if number == 0 else out / f"run-{number + 1}"))
            made = _one_run(options, room, scenario, script, notes, seed, folder, progress, before)
            if options.repeat > 1:
                repeats.append(
                    RepeatReport(seed=seed, passed=made.passed, outcomes={v.name: v.outcome for v in made.verdicts})
                )
            report = report or made
            if progress.stop:
                break
        assert report is not None
        if repeats:
            passed = report.complete and all(run.passed for run in repeats)
            report = report.model_copy(update={"repeats": repeats, "passed": passed})
            _write(RunFolder.at(out), report)
    if options.baseline is not None:
        target = RunFolder.at(options.baseline.parent)
        target.write(options.baseline.name, report.as_baseline().to_json(indent=1) + "\n")
    _print_summary(report, out)
    if not report.complete:
        return 2
    if options.expect_same and report.comparison is not None and report.comparison.changed:
        return 1
    return 0 if report.passed else 1


def _one_run(
    options: argparse.Namespace,
    room: OpenedRoom,
    scenario: Scenario,
    script: Script,
    notes: Sequence[str],
    seed: int,
    folder: RunFolder,
    progress: Progress,
    before: ReplayReport | None,
) -> ReplayReport:
    bar = ProgressBar(f"replay ({options.depth})")
    failures: list[RunFolderError] = []

    def keep(row: str) -> None:
        if failures:
            return
        try:
            folder.event(row)
        except RunFolderError as error:
            failures.append(error)
            progress.stop = True  # end in good order; what has been computed is reported

    recorder = Recorder(keep)
    terms = Terms(seed=seed, rounds=options.loop, scenario=scenario)
    try:
        played = _play(options, room, script, terms, recorder, progress, bar)
    except StudioUnusable as error:
        raise Refused(str(error)) from error
    finally:
        bar.close()
    case = Case(played.show, room.content, scenario, played.voice_languages, played.media)
    verdicts = judge(case) + _opinions(options, case)
    report = make_report(
        case,
        verdicts,
        script,
        room=room.folder.resolve().name,
        depth=options.depth,
        seed=seed,
        software=f"Talkback {software_version()}",
        models="room" if options.depth == "live" else options.llm,
        notes=notes,
        cost=CostReport(
            wall_s=round(played.wall_s, 2),
            cpu_s=round(played.cpu_s, 2),
            times_real=round(played.show.seconds / max(1e-6, played.wall_s), 1),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    if before is not None:
        report = report.model_copy(update={"comparison": compare(before, report, str(options.against.name))})
    try:
        folder.finish_events()
        _write(folder, report)
    except RunFolderError as error:
        failures.append(error)
    if failures:
        _print_summary(report, None)
        raise failures[0]
    return report


def _play(
    options: argparse.Namespace,
    room: OpenedRoom,
    script: Script,
    terms: Terms,
    recorder: Recorder,
    progress: Progress,
    bar: ProgressBar,
) -> _Played:
    begun = _Stopwatch()
    if options.depth == "live":
        from server.replay.live import play_live  # aiortc: a second

        show, media, languages = play_live(
            room.folder,
            room.config,
            script,
            terms,
            recorder,
            progress,
            bar,
            speed=options.speed or 1.0,
            names=[product.called for product in room.content.catalogue.products],
        )
        return begun.played(show, languages, media)
    speech = options.depth == "speech"
    with ExitStack() as stack:
        models = options.llm == "room"
        parts = stack.enter_context(
            open_parts(room.config, room.content, models=models, real_voice=speech, say=bar.say)
        )
        if speech:
            from server.replay.media.onlooker import open_onlooker  # OpenCV, PyAV: seconds

            onlooker = stack.enter_context(open_onlooker(room.folder, room.config, parts, terms.seed, bar.say))
            parts = onlooker.parts
            begun = _Stopwatch()
            show = run_virtual(rehearse(script, parts, terms, recorder, progress, bar), pace=options.speed)
            bar.say("looking at what was received")
            media = onlooker.findings(show)
            return begun.played(show, parts.voice.languages, media)
        begun = _Stopwatch()
        show = run_virtual(rehearse(script, parts, terms, recorder, progress, bar), pace=options.speed)
        return begun.played(show, parts.voice.languages, None)


def _opinions(options: argparse.Namespace, case: Case) -> list[Verdict]:
    if not case.scenario.judge:
        return []
    if options.judge_url is None:
        return [
            Verdict(f"judge/{q.name}", q.name, Outcome.NOT_MEASURED, "no judge: give --judge-url", advisory=True)
            for q in case.scenario.judge
        ]
    cache = AnswerCache(data_folder() / "judge")

    async def ask() -> list[Verdict]:
        try:
            settings = OpenAiSettings(
                backend="openai",
                url=options.judge_url,
                model=options.judge_model,
                key_env=options.judge_key_env,
                timeout_s=30,
            )
            llm = OpenAiEndpoint.open(settings)
        except (ModelError, ValueError) as error:
            raise Refused(f"the judge can't be asked: {error}") from error
        try:
            return await Judge(llm, cache).judge_all(case)
        finally:
            await llm.close()

    return asyncio.run(ask())


# ---- around a run ------------------------------------------------------------------------------------------


@contextmanager
def _interruptible(progress: Progress) -> Iterator[None]:
    """The first Ctrl+C ends the replay in good order, the second at once."""

    def told(number: int, frame: object) -> None:
        del number, frame
        if progress.stop:
            raise KeyboardInterrupt
        progress.stop = True
        print("\nbreaking off; the report tells what there is (Ctrl+C again: at once)", file=sys.stderr)

    try:
        old = signal.signal(signal.SIGINT, told)
    except ValueError:  # not the main thread: nobody presses keys there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, old)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Let the garbage collector leave what is loaded alone and look less often: a sixth of a replay's time (measured)."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


# ---- what is told at the end ------------------------------------------------------------------------------


def _write(folder: RunFolder, report: ReplayReport) -> None:
    folder.write(REPORT, report.to_json() + "\n")
    folder.write(PAGE, report_page(report))


def _print_summary(report: ReplayReport, out: Path | None) -> None:
    marks = {Outcome.PASS: "pass", Outcome.FAIL: "FAIL", Outcome.NOT_MEASURED: "  – "}
    width = min(44, max(len(v.name) for v in report.verdicts))
    columns = shutil.get_terminal_size((120, 24)).columns
    for verdict in report.verdicts:
        opinion = " (opinion)" if verdict.advisory else ""
        print(
            f"{marks[verdict.outcome]}  {verdict.name[:width]:<{width}}  {verdict.summary}{opinion}"[: max(60, columns)]
        )
        for item in verdict.evidence[:3]:
            if verdict.outcome is Outcome.FAIL and item.failed:
                where = f"comment {item.comment}: " if item.comment else ""
                print(f"      {where}{item.text}")
    for run in report.repeats:
        failed = [name for name, outcome in run.outcomes.items() if outcome is Outcome.FAIL]
        print(f"run with seed {run.seed}: {'passed' if run.passed else 'failed: ' + ', '.join(failed)}")
    if report.repeats:
        passed = sum(run.passed for run in report.repeats)
        print(f"{passed} of {len(report.repeats)} runs passed ({passed / len(report.repeats):.0%})")
    if (found := report.comparison) is not None:
        counts = ", ".join(f"{what} {n}" for what, n in found.counts.items()) or "nothing"
        print(f"against {found.against}: changed: {counts}; verdicts changed: {len(found.verdicts)}")
        if found.latency is not None:
            late = found.latency
            sure = "more than chance" if late.significant else "within chance"
            print(
                f"first word: {late.difference_s:+.2f} s on average ({late.low_s:+.2f} to {late.high_s:+.2f}, {late.pairs} pairs): {sure}"
            )
    if not report.complete:
        print("The replay was broken off; this is what there was.")
    if report.cost is not None:
        times = report.cost.times_real
        told = f"{times:.1f}" if times < 10 else f"{times:.0f}"
        print(f"{report.show_s:.0f} s of show in {report.cost.wall_s:.1f} s ({told}× real time)")
    if out is not None:
        print(f"Report: {out / PAGE}")
