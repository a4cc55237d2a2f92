from dialogue.phrasebook import Phrasebook
from dialogue.presenter import PitchClause, Presenter
from dialogue.room_content import RoomContent
from dialogue.wording import Wording


def presenter(demo: RoomContent, seed: int = 1) -> Presenter:
    book = Phrasebook(seed)
    return Presenter(demo, Wording(book, demo.ordinary_words()), book)


def take(show: Presenter, count: int, seconds_each: float = 2.5) -> list[PitchClause]:
    return [show.take(n * seconds_each) for n in range(count)]


def test_goes_through_the_whole_rundown_and_round_again(demo: RoomContent) -> None:
    clauses = take(presenter(demo), 1100)
    order = list(dict.fromkeys(c.product.sku for c in clauses if c.product is not None))
    assert order == list(dict.fromkeys(s.product for s in demo.rundown.segments if s.product is not None))
    assert sum(c.text.startswith("Welcome to Lantern Lane") or "Good to have you here" in c.text for c in clauses) == 1


def test_a_clause_is_a_breath(demo: RoomContent) -> None:
    lengths = [len(c.text.split()) for c in take(presenter(demo), 400)]
    assert max(lengths) <= 13
    assert sum(lengths) / len(lengths) < 8


def test_prices_told_are_the_catalogues(demo: RoomContent) -> None:
    told = 0
    for clause in take(presenter(demo), 1100):
        prices = [f for f in clause.facts if f.field == "price"]
        if prices and prices[0].say in clause.text:
            told += 1
            assert clause.product is not None
            assert clause.product.sku == prices[0].sku
    assert told >= len(demo.catalogue.products)


def test_two_rounds_do_not_sound_the_same(demo: RoomContent) -> None:
    show = presenter(demo)
    rounds: list[list[str]] = [[], []]
    seen: dict[str, int] = {}
    last = ""
    for clause in take(show, 700):
        sku = clause.product.sku if clause.product else ""
        if clause.opens and sku != last:
            seen[sku] = seen.get(sku, 0) + 1
        last = sku
        if sku == "RB-10" and seen.get(sku, 0) <= 2:
            rounds[seen[sku] - 1].append(clause.text)
    grams = [set(zip(*(" ".join(r).split()[i:] for i in range(8)), strict=False)) for r in rounds]
    assert len(grams[0] & grams[1]) <= 0.35 * len(grams[1])


def test_given_back_in_the_middle_the_sentence_begins_again(demo: RoomContent) -> None:
    show = presenter(demo)
    clause = show.take(0)
    while clause.index == 0:
        clause = show.take(0)
    show.give_back(clause)
    again = show.take(0)
    assert (again.sentence, again.index) == (clause.sentence, 0)


def test_a_sentence_broken_off_twice_is_left(demo: RoomContent) -> None:
    show = presenter(demo)
    clause = show.take(0)
    while clause.index == 0:
        clause = show.take(0)
    show.give_back(clause)
    again = show.take(0)
    if show.peek(0).sentence == again.sentence:
        show.give_back(show.take(0))
        assert show.peek(0).sentence > clause.sentence


def test_the_way_back_is_said_after_an_answer_about_something_else(demo: RoomContent) -> None:
    show = presenter(demo)
    while show.take(0).product is None:
        pass
    for _ in range(6):
        show.take(0)
    assert show.wants_bridge(["PN-26"])
    assert sum(show.wants_bridge(["RB-10"]) for _ in range(200)) < 100


def test_given_back_at_its_beginning_it_is_said_as_it_was(demo: RoomContent) -> None:
    show = presenter(demo)
    first, second = show.take(0), show.take(0)
    show.give_back(second)
    show.give_back(first)
    assert show.take(0) == first
    assert show.take(0) == second


def test_broken_off_between_two_clauses_the_sentence_begins_again(demo: RoomContent) -> None:
    show = presenter(demo)
    clause = show.take(0)
    while show.peek(0).index == 0:
        clause = show.take(0)
    show.break_off()
    assert (show.peek(0).sentence, show.peek(0).index) == (clause.sentence, 0)


def test_a_segment_over_its_budget_is_cut_down_to_the_price(demo: RoomContent) -> None:
    show = presenter(demo)
    while (clause := show.take(0)).product is None:
        pass
    fields = []
    while clause.product is not None and clause.product.sku == "RB-10":
        clause = show.take(1_000)
        fields += [f.field for f in clause.facts]
    assert "price" in fields
    assert "storage" not in fields
