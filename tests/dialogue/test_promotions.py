from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dialogue.promotions.drawing import commitment_to, draw, faults_of
from dialogue.promotions.machine import DRAW_AFTER_S, PromotionRefused, Promotions, PromotionState, Transition
from dialogue.promotions.plan import PromotionFile, PromotionKind, PromotionPlan

SEED = bytes(range(32))
DRAW = PromotionPlan.model_validate(
    {
        "id": "friday",
        "kind": "draw",
        "title": "Friday draw",
        "announce_seconds": 20,
        "open_seconds": 60,
        "prizes": [{"name": "pan", "count": 2}, {"name": "apron", "count": 1}],
        "enter_with": "lantern",
    }
)
ENVELOPE = PromotionPlan.model_validate(
    {
        "id": "red",
        "kind": "red_envelope",
        "title": "Red envelope",
        "announce_seconds": 0,
        "prizes": [{"name": "5 yuan", "count": 3}],
        "enter_with": "red",
    }
)
_ORDER = ["announced", "open", "closed", "drawn", "awarded"]


def book(*plans: PromotionPlan) -> Promotions:
    return Promotions(plans or (DRAW, ENVELOPE), new_seed=lambda: SEED)


def states(transitions: list[Transition]) -> list[str]:
    return [t.state.value for t in transitions]


def test_a_draw_goes_its_way_by_the_clock() -> None:
    promotions = book()
    begun = promotions.start("friday", 100.0, by="Mei")
    assert states(begun) == ["announced"]
    assert begun[0].data["commitment"] == commitment_to(SEED)
    assert promotions.next_deadline() == 120.0
    assert states(promotions.tick(119.9)) == []
    assert states(promotions.tick(120.0)) == ["open"]
    for name in ("Ann", "Bo", "Chen", "Dee"):
        assert promotions.enter("friday", name, 130.0) == []
    closed = promotions.tick(181.0)
    assert states(closed) == ["closed"]
    assert closed[0].at == 180.0
    drawn = promotions.tick(180.0 + DRAW_AFTER_S)
    assert states(drawn) == ["drawn"]
    assert [w["prize"] for w in drawn[0].data["winners"]] == ["pan", "pan", "apron"]
    record = promotions.record("friday")
    assert record is not None
    assert faults_of(record, begun[0].data["commitment"]) == []
    assert states(promotions.award("friday", 190.0, by="host")) == ["awarded"]
    assert promotions.next_deadline() is None


def test_who_comes_too_early_late_or_twice_is_told_why() -> None:
    promotions = book()
    promotions.start("friday", 0.0, by="Mei")
    with pytest.raises(PromotionRefused, match="not open yet"):
        promotions.enter("friday", "Ann", 5.0)
    promotions.tick(20.0)
    promotions.enter("friday", "Ann", 21.0)
    with pytest.raises(PromotionRefused, match="once is enough"):
        promotions.enter("friday", "ANN", 22.0)
    with pytest.raises(PromotionRefused, match="closed"):
        promotions.enter("friday", "Bo", 80.0)  # the clock is over though nobody has ticked
    with pytest.raises(PromotionRefused, match="no promotion"):
        promotions.enter("other", "Bo", 80.0)


def test_an_envelope_ends_with_its_last_share() -> None:
    promotions = book()
    assert states(promotions.start("red", 0.0, by="Mei")) == ["announced", "open"]
    assert promotions.enter("red", "a", 1.0) == promotions.enter("red", "b", 2.0) == []
    ended = promotions.enter("red", "c", 3.0)
    assert states(ended) == ["closed"]
    assert [w["viewer"] for w in ended[0].data["winners"]] == ["a", "b", "c"]
    with pytest.raises(PromotionRefused):
        promotions.enter("red", "d", 3.0)


def test_the_word_in_the_chat_enters_only_while_it_is_open() -> None:
    promotions = book()
    promotions.start("friday", 0.0, by="Mei")
    assert promotions.wanted("lantern", 10.0) is None
    promotions.tick(20.0)
    assert promotions.wanted(" Lantern! ", 21.0) == "friday"
    assert promotions.wanted("what is a lantern", 21.0) is None
    assert promotions.wanted("lantern", 80.0) is None


def test_hosts_can_hurry_and_call_off_but_not_go_back() -> None:
    promotions = book()
    promotions.start("friday", 0.0, by="Mei")
    assert states(promotions.open("friday", 3.0, by="Mei")) == ["open"]
    assert promotions.next_deadline() == 63.0
    assert states(promotions.close("friday", 5.0, by="Mei")) == ["closed"]
    with pytest.raises(PromotionRefused, match="is closed"):
        promotions.open("friday", 6.0, by="Mei")
    with pytest.raises(PromotionRefused, match="called off"):
        promotions.cancel("friday", 6.0, by="Mei", reason="no")
    assert states(promotions.draw("friday", 6.5, by="Mei")) == ["drawn"]
    promotions.award("friday", 7.0, by="Mei")
    with pytest.raises(PromotionRefused, match="verified"):
        promotions.start("friday", 700.0, by="Mei")


def test_a_forged_record_is_found_out() -> None:
    record = draw(SEED, "friday", ("Ann", "Bo", "Chen"), ("pan",))
    winner = record.winners[0][0]
    other = next(v for v in record.entries if v != winner)
    assert faults_of(record) == []
    assert "drawn again" in faults_of(replace(record, winners=((other, "pan"),)))[0]
    assert "does not fit" in faults_of(replace(record, seed="00" * 32))[0]
    assert "announced" in faults_of(record, "ff" * 32)[0]
    assert "twice" in faults_of(draw(SEED, "friday", ("Ann", "ann"), ("pan",)))[0]


def test_plans_that_lack_something_are_refused() -> None:
    with pytest.raises(ValidationError, match="prizes"):
        PromotionPlan.model_validate({"id": "x", "kind": "draw", "title": "X", "enter_with": "x"})
    with pytest.raises(ValidationError, match="code and saving"):
        PromotionPlan.model_validate({"id": "x", "kind": "coupon", "title": "X"})
    with pytest.raises(ValidationError, match="two promotions"):
        PromotionFile(promotions=(DRAW, DRAW))


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 90)),
        st.tuples(st.just("enter"), st.sampled_from(["Ann", "ann", "Bo", "Chen", "Dee", "陈"])),
        st.tuples(
            st.sampled_from(["start", "open", "close", "draw", "award", "cancel"]), st.sampled_from(["friday", "red"])
        ),
    ),
    max_size=40,
)


@given(_STEPS)
@settings(max_examples=300, deadline=None)
def test_whatever_happens_states_only_go_forward_and_entries_count_once(steps: list[tuple[str, float | str]]) -> None:
    promotions, now, seen = book(), 0.0, list[Transition]()
    entered: dict[str, list[str]] = {"friday": [], "red": []}
    for what, value in steps:
        if isinstance(value, float):
            now += value
            seen += promotions.tick(now)
            assert promotions.tick(now) == []
            continue
        try:
            if what == "enter":
                for ident in ("friday", "red"):
                    open_now = promotions.state(ident) is PromotionState.OPEN
                    seen += promotions.enter(ident, value, now)
                    assert open_now
                    entered[ident].append(value.casefold())
            elif what == "start":
                seen += promotions.start(value, now, by="h")
                entered[value].clear()
            elif what == "cancel":
                seen += promotions.cancel(value, now, by="h", reason="r")
            else:
                seen += getattr(promotions, what)(value, now, by="h")
        except PromotionRefused:
            pass
    for ident in ("friday", "red"):
        mine = [t for t in seen if t.plan.id == ident]
        runs: list[list[Transition]] = []
        for transition in mine:
            if transition.state is PromotionState.ANNOUNCED:
                runs.append([])
            runs[-1].append(transition)
        for run in runs:
            names = [t.state.value for t in run if t.state is not PromotionState.CANCELLED]
            assert names == _ORDER[: len(names)]
            assert all(a.at <= b.at for a, b in pairwise(run))
            assert all(t.state is not PromotionState.CANCELLED for t in run[:-1])
        assert len(set(entered[ident])) == len(entered[ident]) == promotions.entries(ident)
        record = promotions.record(ident)
        if record is not None:
            assert record.promotion == ident
            assert faults_of(record) == []
            assert len(record.winners) == min(3, len(record.entries))


@given(
    st.lists(st.text(min_size=1, max_size=8), unique_by=str.casefold, max_size=30),
    st.integers(1, 6),
    st.binary(min_size=32, max_size=32),
)
def test_every_draw_verifies(entries: list[str], prizes: int, seed: bytes) -> None:
    record = draw(seed, "p", entries, ["x"] * prizes)
    assert faults_of(record) == []
    assert len(record.winners) == min(prizes, len(entries))


def test_a_flash_price_needs_no_entry() -> None:
    flash = PromotionPlan(id="f", kind=PromotionKind.FLASH_PRICE, title="F", sku="RB-10", price=99, announce_seconds=0)
    promotions = book(flash)
    assert states(promotions.start("f", 0.0, by="h")) == ["announced", "open"]
    with pytest.raises(PromotionRefused, match="no entry"):
        promotions.enter("f", "Ann", 1.0)
    assert states(promotions.tick(1e6)) == ["closed"]
    assert promotions.next_deadline() is None
