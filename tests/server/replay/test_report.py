import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from server.replay.comparison import compare, latency
from server.replay.report import ReplayReport, ReportUnusable, make_report, read_report
from server.replay.report_page import report_page
from server.replay.scenario import Scenario
from server.replay.script import Script
from server.replay.verdicts import judge
from server.replay.verdicts.contract import Outcome
from tests.server.replay.replayed import CONTENT, case_of, play, script

HOSTILE = "</script><script>document.title='owned'</script>"
CHAT = script(
    (1.0, "Lin", "How much is the ribeye?"), (4.0, "Bo", HOSTILE), (5.0, "小明", "牛排多少钱"), (6.0, "Ann", "lol")
)


def report_of(what: Script = CHAT, *, seed: int = 1) -> ReplayReport:
    case = case_of(play(what, seed=seed))
    return make_report(
        case, judge(case), what, room="demo", depth="logic", seed=seed, software="Talkback", models="none"
    )


@pytest.fixture(scope="module")
def report() -> ReplayReport:
    return report_of()


def test_it_survives_being_written_and_read(report: ReplayReport, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(report.to_json(), "utf-8")
    assert read_report(tmp_path) == report
    assert read_report(tmp_path / "report.json") == report
    assert json.loads(report.to_json())["schema"] == 1


def test_another_schema_is_refused_with_what_to_do(report: ReplayReport, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(report.to_json().replace('"schema":1', '"schema":7'), "utf-8")
    with pytest.raises(ReportUnusable, match=r"schema 7.*schema 1.*make that run again"):
        read_report(file)
    file.write_text("[1, 2", "utf-8")
    with pytest.raises(ReportUnusable, match="is no replay report"):
        read_report(file)
    with pytest.raises(ReportUnusable, match="there is no replay report"):
        read_report(tmp_path / "nowhere")


def test_the_page_is_one_file_that_fetches_nothing_and_takes_no_orders_from_the_chat(report: ReplayReport) -> None:
    page = report_page(report)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "default-src 'none'" in page
    assert HOSTILE not in page
    assert page.count("</script>") == 2
    held = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.DOTALL)
    assert held is not None
    assert ReplayReport.model_validate_json(held[1]) == report


def test_the_way_of_a_comment_is_in_it(report: ReplayReport) -> None:
    price = report.comments[0]
    assert price.fate == "spoken"
    assert "catalogue/RB-10.price" in price.facts
    assert price.first_word_s is not None
    lines = {line.id: line for line in report.lines}
    assert [lines[ident].kind for ident in price.lines][0] == "readback"
    assert report.comments[2].written is not None


def test_a_run_compared_with_itself_has_not_changed(report: ReplayReport) -> None:
    found = compare(report, report_of(), "before")
    assert found.same_script
    assert not found.changed


def test_what_changed_is_told_side_by_side(report: ReplayReport) -> None:
    changed = report.model_copy(deep=True)
    price = changed.comments[0]
    price.fate, price.reason = "expired", "too late"
    price.facts = []
    changed.verdicts[0] = changed.verdicts[0].model_copy(update={"outcome": Outcome.FAIL})
    found = compare(report, changed, "before")
    (change,) = found.changes
    assert change.what == ["fate", "facts"]
    assert (change.before["fate"], change.now["fate"]) == ("spoken", "expired")
    assert found.fates["spoken"] == [1, 0]
    assert found.verdicts == {"fates": ["pass", "fail"]}


def test_another_chat_is_matched_by_who_said_what(report: ReplayReport) -> None:
    other = report_of(script((3.0, "Zoe", "hi there Joe"), (4.0, "Lin", "How much is the ribeye?")))
    found = compare(
        report, other.model_copy(update={"script": other.script.model_copy(update={"digest": "other"})}), "x"
    )
    assert not found.same_script
    assert (found.matched, found.only_before, found.only_now) == (1, 3, 1)


def test_the_bootstrap_finds_a_real_difference_and_no_other() -> None:
    noise = [0.3, -0.2, 0.1, -0.4, 0.2, 0.0, -0.1, 0.15, -0.05, 0.0]
    same = latency([(5.0 + n, 5.0 + m) for n, m in zip(noise, reversed(noise), strict=True)])
    slower = latency([(5.0 + n, 6.0 + m) for n, m in zip(noise, reversed(noise), strict=True)])
    assert same is not None
    assert slower is not None
    assert (same.significant, slower.significant) == (False, True)
    assert slower.low_s < 1.0 < slower.high_s
    assert latency([(1.0, 2.0)]) is None


def test_the_price_in_the_catalogue_shows(report: ReplayReport) -> None:
    """What QA is there for: somebody changes a fact, and the comparison says which answers it changed."""
    catalogue = CONTENT.catalogue
    dearer = tuple(replace(p, price=Decimal("219.00")) if p.sku == "RB-10" else p for p in catalogue.products)
    content = replace(CONTENT, catalogue=replace(catalogue, products=dearer))
    case = case_of(play(CHAT, content=content), Scenario(), content)
    now = make_report(case, judge(case), CHAT, room="demo", depth="logic", seed=1, software="", models="none")
    found = compare(report, now, "before")
    assert {change.number for change in found.changes if "words" in change.what} >= {1, 3}
    assert any("219" in change.now["words"] for change in found.changes)
