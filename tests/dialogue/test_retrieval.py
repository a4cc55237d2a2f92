import pytest

from dialogue.asking import Intent
from dialogue.contract import ModelError
from dialogue.retrieval import Retriever
from dialogue.room_content import RoomContent
from tests.dialogue.fakes import WordEmbedder


@pytest.fixture(scope="module")
def retriever(demo: RoomContent) -> Retriever:
    return Retriever(demo, None)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("How much is the ribeye?", ["catalogue/RB-10.price", "catalogue/RB-10.unit"]),
        ("HOW MUCH ARE THE RIBEYES", ["catalogue/RB-10.price", "catalogue/RB-10.unit"]),
        ("price of a rib-eye pls", ["catalogue/RB-10.price", "catalogue/RB-10.unit"]),
        ("where is the chef’s knife made", ["catalogue/KN-20.origin"]),
        ("how long do the blueberries keep", ["catalogue/BB-06.shelf_life"]),
        ("is the ribeye frozen?", ["catalogue/RB-10.storage"]),
        ("does the pan work on induction", ["catalogue/PN-26.usage"]),
        ("how many watts has the air fryer", ["catalogue/AF-04.power"]),
        ("can the blender go in the dishwasher", ["catalogue/BL-60.care"]),
        ("do you have any eggs left", ["catalogue/EG-30.stock"]),
        ("does the yogurt contain sugar", ["catalogue/YG-12.ingredients"]),
        ("is shipping free for the ribeye", ["facts/shipping.cost"]),
        ("when will my order arrive", ["facts/shipping.time"]),
        ("what if the eggs arrive cracked", ["facts/returns.damaged"]),
        ("can I return the kettle", ["facts/returns.change-of-mind"]),
        ("can you make it cheaper", ["facts/about.bargain"]),
        ("牛排多少钱？", ["catalogue/RB-10.price", "catalogue/RB-10.unit"]),
        ("空气炸锅功率多大", ["catalogue/AF-04.power"]),
        ("可以退货吗", ["facts/returns.change-of-mind"]),
        ("包邮吗", ["facts/shipping.cost"]),
        ("who are you", ["persona/you"]),
    ],
)
def test_the_facts_that_answer(retriever: Retriever, text: str, facts: list[str]) -> None:
    assert [fact.name for fact in retriever.find_by_rule(text, on_show=None).facts] == facts


@pytest.mark.parametrize("text", ["how much is it?", "price?", "how much", "这个多少钱"])
def test_it_is_the_product_on_show(retriever: Retriever, text: str) -> None:
    assert retriever.find_by_rule(text, on_show="KT-17").facts[0].name == "catalogue/KT-17.price"
    nothing_on_show = retriever.find_by_rule(text, on_show=None)
    assert (nothing_on_show.intent, nothing_on_show.fields) == (Intent.UNKNOWN, ("price",))


@pytest.mark.parametrize(
    "text",
    [
        "are you real?",
        "r u a bot",
        "is this recorded or live",
        "are you human or AI",
        "is this AI?",
        "is he real",
        "are you a real person",
        "你是真人吗",
        "是机器人吧",
        "这是录播吗",
    ],
)
def test_asked_whether_it_is_real(retriever: Retriever, text: str) -> None:
    found = retriever.find_by_rule(text, on_show="RB-10")
    assert found.intent is Intent.REAL
    assert found.facts[0].name == "persona/real"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", Intent.GREETING),
        ("hi Joe!", Intent.GREETING),
        ("大家好", Intent.GREETING),
        ("love this show", Intent.THANKS),
        ("谢谢主播", Intent.THANKS),
        ("I like ribeye", Intent.CHAT),
        ("does the ribeye come with a sauce?", Intent.UNKNOWN),
        ("is the knife damascus", Intent.UNKNOWN),
        ("what's the weather in Paris", Intent.UNKNOWN),
    ],
)
def test_what_has_no_facts(retriever: Retriever, text: str, intent: Intent) -> None:
    found = retriever.find_by_rule(text, on_show=None)
    assert (found.intent, found.facts) == (intent, ())


def test_two_products(retriever: Retriever) -> None:
    found = retriever.find_by_rule("how much are the pan and the kettle", on_show=None)
    assert [p.sku for p in found.products] == ["PN-26", "KT-17"]
    assert {f.name for f in found.facts if f.field == "price"} == {"catalogue/PN-26.price", "catalogue/KT-17.price"}


def test_every_product_is_found_by_every_name(retriever: Retriever, demo: RoomContent) -> None:
    for product in demo.catalogue.products:
        for name in (product.name, product.called, product.name_zh, product.sku, *product.aliases):
            assert [p.sku for p in retriever.named(f"what is the price of {name}?")] == [product.sku], name


async def test_nearness_decides_where_rules_do_not(demo: RoomContent) -> None:
    retriever = Retriever(demo, WordEmbedder())
    await retriever.prepare()
    found = await retriever.find("which one do you use at home then", on_show=None)
    assert [fact.name for fact in found.facts] == ["persona/tasted"]


async def test_a_failing_embedder_is_told(demo: RoomContent) -> None:
    embedder = WordEmbedder()
    retriever = Retriever(demo, embedder)
    await retriever.prepare()
    embedder.error = ModelError("embedder-failed", "gone")
    with pytest.raises(ModelError):
        await retriever.find("what about the moon?", on_show=None)
    assert (await retriever.find("how much is the ribeye", on_show=None)).facts


@pytest.mark.parametrize(
    ("text", "intent", "fields"),
    [
        ("這個牛排多少錢", "product", ("price", "unit")),
        ("how many of the aprons are left?", "product", ("stock",)),
        ("how many eggs?", "product", ("net_content",)),
        ("which is better, the air fryer or the rice cooker?", "product", ("description", "description")),
        ("will it cure my back pain?", "medical", ()),
        ("能降血压吗", "medical", ()),
        ("when is the draw?", "promotion", ()),
        ("什么时候抽奖", "promotion", ()),
        ("that's too expensive", "shop", ("bargain",)),
        ("the lid broke on day one", "shop", ("damaged",)),
        ("do you have it in red", "unknown", ()),
        ("what do you recommend?", "shop", ("range",)),
    ],
)
def test_what_else_viewers_ask(demo: RoomContent, text: str, intent: str, fields: tuple[str, ...]) -> None:
    found = Retriever(demo, None).find_by_rule(text, on_show=None)
    assert found.intent == intent
    assert tuple(fact.field for fact in found.facts) == fields
