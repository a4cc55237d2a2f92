"""When two comments ask the same thing in other words, so that one answer serves both."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogue.ranking import Waiting

ALIKE: Final = 0.92
"""Cosine of two query embeddings, products' names replaced by "it". Measured on rewordings of questions with multilingual-e5-small at
4 bit: one question in other words reaches 0.84 to 0.98, other questions of the same language stay below 0.89."""


def same_question(one: Waiting, other: Waiting) -> bool:
    """Whether one answer serves both: the same language, the same products, and the same facts or nearly the same meaning.

    Where facts are known for both they decide: "how much is the pan" and "how heavy is the pan" are near in words alone.
    """
    if one.comment.language != other.comment.language or set(one.topic.products) != set(other.topic.products):
        return False
    if one.topic.facts and other.topic.facts:
        return one.topic.facts == other.topic.facts
    if one.worth is not other.worth or one.vector is None or other.vector is None:
        return False
    return cosine(one.vector, other.vector) >= ALIKE


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of two unit vectors."""
    return float(one @ other) if one.shape == other.shape else -1.0
