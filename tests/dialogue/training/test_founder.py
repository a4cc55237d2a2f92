"""A founder's voice in the cases: what is taken up, what is left out, and that nothing unsayable gets in."""

from pathlib import Path

import pytest

from dialogue.claims import ClaimChecker
from dialogue.persona_import.building import draft_of, profile_of
from dialogue.persona_import.transcript import talk_of
from dialogue.persona_profile import PROFILE_FILE, PersonaProfile, written
from dialogue.training.checking import objection, untold
from dialogue.training.founder import Founder, VoiceTally, founder_of, in_voice, read_founder
from dialogue.training.generator import Case, cases, split
from dialogue.training.goods import read_goods
from dialogue.training.pairs import read_pairs

LINES = ("A good pan outlives its cook.", "I sell what I would keep.", "Slow is smooth.")
PROFILE = PersonaProfile(
    openings=("So", "Look", "Yes", "Now then"),
    opening_share=0.3,
    catch_phrases=("Here's the honest version.", "It's the best in the world.", "It cost me 40 yuan.", "Got it?"),
)


@pytest.fixture(scope="module")
def plain() -> list[Case]:
    pairs, problems = read_pairs()
    assert not problems
    taught, _ = split(pairs)
    return list(cases(taught, read_goods(), 1200, held=False, seed=3))


@pytest.fixture(scope="module")
def founder() -> Founder:
    return founder_of("Marta Kowal", LINES, PROFILE)


@pytest.fixture(scope="module")
def voiced(plain: list[Case], founder: Founder) -> tuple[list[Case], VoiceTally]:
    tally = VoiceTally()
    return list(in_voice(iter(plain), founder, 5, tally)), tally


def test_what_may_not_be_said_is_left_out_with_its_rule(founder: Founder) -> None:
    assert founder.openings == ("So", "Look", "Now then")
    assert founder.catch_phrases == ("Here's the honest version.",)
    rules = {out.text: out.rule for out in founder.left_out}
    assert rules == {
        "Yes": "stance",
        "It's the best in the world.": "superlative",
        "It cost me 40 yuan.": "number",
        "Got it?": "question",
    }
    assert founder.lacking() == []


def test_every_changed_reply_passes_the_checks_and_tells_as_much(
    plain: list[Case], voiced: tuple[list[Case], VoiceTally]
) -> None:
    checker = ClaimChecker(strict=False)
    changed = [(was, case) for was, case in zip(plain, voiced[0], strict=True) if was.reply != case.reply]
    for was, case in changed:
        assert objection(checker, case, case.reply) is None, case.reply
        assert untold(case, case.reply) == untold(was, was.reply) == []
        assert case.reply.casefold().endswith(was.reply.casefold())
    assert len(changed) == voiced[1].opened + voiced[1].phrased
    assert voiced[1].opened > 50
    assert voiced[1].phrased > 10


def test_name_and_manner_are_the_founders_in_each_case(voiced: tuple[list[Case], VoiceTally]) -> None:
    assert {case.founder for case in voiced[0]} == {"Marta Kowal"}
    assert {case.manner for case in voiced[0]} == set(LINES)
    assert "You speak for Marta Kowal." in voiced[0][0].messages()[0].content


def test_names_stay_large_behind_an_opening_and_greetings_get_none(voiced: tuple[list[Case], VoiceTally]) -> None:
    opened = [case for case in voiced[0] if case.reply.startswith(("So, ", "Look, ", "Now then, "))]
    assert not [case.reply for case in opened if case.reply.split(", ")[1].startswith(case.viewer.lower())]
    assert not [case.reply for case in opened if not case.backing]


def test_the_seed_decides(plain: list[Case], founder: Founder, voiced: tuple[list[Case], VoiceTally]) -> None:
    again = [case.reply for case in in_voice(iter(plain), founder, 5, VoiceTally())]
    other = [case.reply for case in in_voice(iter(plain), founder, 6, VoiceTally())]
    assert again == [case.reply for case in voiced[0]]
    assert again != other


def test_too_little_is_told_with_how_much_is_needed() -> None:
    thin = founder_of("Marta", LINES[:1], PersonaProfile(openings=("So",), opening_share=0.2))
    sentences = thin.lacking()
    assert "1 usable openings and catch phrases" in sentences[0]
    assert "3 are needed" in sentences[0]
    assert "lines of manner" in sentences[1]


def test_the_room_that_the_import_wrote_is_read(tmp_path: Path) -> None:
    said = ["So, it hums.", "Look, a pan is a pan.", "Here's the honest version.", "Nobody knows why it hums."] * 6
    talk = talk_of("\n".join(said), "talk.txt")
    profile, _ = profile_of([talk], [], None)
    (tmp_path / PROFILE_FILE).write_text(written(profile), "utf-8")
    (tmp_path / "persona.md").write_text(draft_of(profile, [talk], "Marta Kowal"), "utf-8")
    for path in (tmp_path, tmp_path / PROFILE_FILE):
        founder, problems = read_founder(path)
        assert problems == []
        assert founder is not None
        assert founder.name == "Marta Kowal"
        assert founder.openings == ("So", "Look")
        assert founder.lacking() == []


def test_what_is_still_to_be_written_is_no_manner() -> None:
    drafted = founder_of("Marta", ("(write a sentence as they would say it)", *LINES), PROFILE)
    assert drafted.lines == LINES
    assert drafted.left_out[-1].rule == "unwritten"


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        (None, "talkback persona import"),
        ("language: zh\n", "English only"),
        ("openings: [So]\nopening_share: 3\n", "opening_share"),
        ("openings: [So\n", "persona_profile.yaml"),
        ("openings: [So]\n", "persona.md"),
    ],
)
def test_a_profile_that_cannot_be_used_is_a_problem_of_its_file(
    profile: str | None, message: str, tmp_path: Path
) -> None:
    if profile is not None:
        (tmp_path / PROFILE_FILE).write_text(profile, "utf-8")
    founder, problems = read_founder(tmp_path)
    assert founder is None
    assert any(message in str(problem) for problem in problems)
