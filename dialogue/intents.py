"""What a viewer wants with a comment: a linear classifier over the sentence's embedding and the signs in its words."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from dialogue.asking import FIELDS, GREETING, REAL, SECTION_RULES, THANKS, is_question
from dialogue.embedding import DIMENSIONS

WEIGHTS: Final = Path(__file__).parent / "weights" / "intents.safetensors"
SIGN_WEIGHT: Final = 0.4
"""How much a sign counts beside the unit-length embedding; chosen by five-fold cross-validation on the training part."""


class CommentIntent(StrEnum):
    """What a comment wants."""

    PRICE = "price"
    STOCK = "stock"
    SHIPPING = "shipping"
    USAGE = "usage"
    """What a thing is and how it is used: size, material, contents, storage, care."""
    ORIGIN = "origin"
    AFTERSALE = "aftersale"
    PROMOTION = "promotion"
    REAL = "real"
    """Whether the host is a person."""
    FOUNDER = "founder"
    GREETING = "greeting"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    HOSTILE = "hostile"
    TROUBLE = "trouble"
    """Sound or picture fail at the viewer's."""
    OFFTOPIC = "offtopic"


INTENTS: Final = tuple(CommentIntent)


def _sign(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_MORE_SIGNS: Final = {
    "insult": _sign(
        r"\b(?:idiots?|stupid|moron|fool|dumb|liars?|scam\w*|fraud\w*|crooks?|thie(?:f|ves)|cheat\w*|trash|rubbish|garbage|"
        r"shut up|hate|ugly|loser|screw|hell)\b",
        "骗子|垃圾|傻|滚|废物|奸商|黑心|去死|蠢|闭嘴|恶心|弱智|智障|白痴|烂|妈的",
    ),
    "offer": _sign(
        r"\b(?:draw|lottery|raffle|giveaway|coupons?|vouchers?|promo|discount|offer|sale|deal|red (?:envelope|packet)|prize|won|"
        r"win|winner|gift|bundle|flash)\b",
        "抽奖|红包|优惠|券|活动|打折|折扣|秒杀|赠品|送什么|满减|中奖|福袋|奖品|半价|便宜",
    ),
    "stream": _sign(
        r"\b(?:sound|audio|mic|volume|lag\w*|frozen|freez\w*|buffer\w*|black screen|stream|stutter\w*|blurry|echo|loading|"
        r"crash\w*|picture|video)\b",
        "声音|画面|卡|黑屏|听不|没声|模糊|花屏|回声|断断续续|闪退|打不开|转圈|同步",
    ),
    "person": _sign(
        r"\b(?:your (?:name|wife|husband|dog|age|story|kids|children)|founder|married|teacher|the shop|family)\b",
        "老板|创始人|结婚|几岁|多大了|店名|开店|你是谁|自我介绍",
    ),
    "grumble": _sign(
        r"\b(?:answer|ignor\w+|boring|slow|disappoint\w*|worse|waste|waiting|waited|repeat\w*|not worth|asked)\b",
        "不回|不理|太慢|失望|变差|重复|不值|涨价|无聊|没意思|答非所问|等了|遍了|不满意",
    ),
    "liking": _sign(
        r"\b(?:love|like|great|nice|good|beautiful|amazing|awesome|delicious|tasty|happy|perfect|cool|wow|thank\w*|thx|"
        r"excellent|lovely)\b",
        "喜欢|好看|好吃|漂亮|真好|不错|棒|赞|爱了|谢谢|满意|好评|辛苦|支持|良心",
    ),
    "salute": _sign(
        r"^\W*(?:hi+|hello|hey+|yo|morning|evening|good (?:morning|evening|night|day)|bye|goodbye|see you)\b",
        "^(?:你好|大家好|早|晚上好|嗨|哈|来了|报到|拜拜|再见|晚安|签到)|好$|来了|来啦|刚来|刚进",
    ),
    "mark": _sign(r"\?|？|吗|呢|什么|怎么|多少|几|哪|谁"),
}
SIGNS: Final[dict[str, re.Pattern[str]]] = {
    **{f"field/{name}": field.pattern for name, field in FIELDS.items()},
    **{f"section/{name}": pattern for name, pattern in SECTION_RULES.items()},
    "real": REAL,
    "greeting": GREETING,
    "thanks": THANKS,
    **_MORE_SIGNS,
}
"""Patterns whose presence is a feature, in the order of the weights' rows."""


def signs_digest() -> str:
    """Names the patterns: weights that were trained with others do not fit."""
    told = "\n".join(f"{name}={pattern.pattern}" for name, pattern in SIGNS.items())
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def signs_of(text: str) -> NDArray[np.float32]:
    """Which signs a comment has, and whether it asks: shape (len(SIGNS) + 1,), 0 or 1."""
    found = [pattern.search(text) is not None for pattern in SIGNS.values()]
    return np.array([*found, is_question(text)], np.float32)


def features(vectors: NDArray[np.float32], texts: list[str], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the classifier sees: shape (n, DIMENSIONS + len(SIGNS) + 1).

    `vectors` (n, DIMENSIONS) are query embeddings; e5's lie in a narrow cone, so their mean is taken off and they are
    brought to unit length again.
    """
    moved = vectors - centre
    moved /= np.linalg.norm(moved, axis=1, keepdims=True) + 1e-9
    return np.concatenate([moved, SIGN_WEIGHT * np.stack([signs_of(text) for text in texts])], axis=1).astype(
        np.float32
    )


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """The likeliest intent and how sure it is."""

    intent: CommentIntent
    probability: float
    """0 to 1, by softmax."""


class IntentWeightsError(Exception):
    """The classifier's file can't be used; the message says why and what to do."""


class IntentClassifier:
    """Tells what comments want; multinomial logistic regression."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32], centre: NDArray[np.float32]) -> None:
        """`weights` (features, intents), `bias` (intents,), `centre` (DIMENSIONS,)."""
        shapes = ((DIMENSIONS + len(SIGNS) + 1, len(INTENTS)), (len(INTENTS),), (DIMENSIONS,))
        if (weights.shape, bias.shape, centre.shape) != shapes:
            raise IntentWeightsError(f"the classifier's arrays have other shapes than {shapes}; train it again")
        self._weights, self._bias, self._centre = weights, bias, centre

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "IntentClassifier":
        """Read the weights; raises `IntentWeightsError`."""
        try:
            with safe_open(path, framework="np") as file:
                told = (file.metadata() or {}).get("signs")
                if told != signs_digest():
                    raise IntentWeightsError(
                        f"{path} was trained with other patterns; run: python -m dialogue.evaluation.train_intents"
                    )
                arrays = [file.get_tensor(name) for name in ("weights", "bias", "centre")]
        except (OSError, SafetensorError) as error:
            raise IntentWeightsError(f"{path} can't be read: {error}") from error
        return cls(*arrays)

    def classify(self, vectors: NDArray[np.float32], texts: list[str]) -> list[IntentGuess]:
        """One guess for each text; `vectors` are their query embeddings, shape (n, DIMENSIONS)."""
        if not texts:
            return []
        scores = features(vectors, texts, self._centre) @ self._weights + self._bias
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return [
            IntentGuess(INTENTS[int(k)], float(row[k])) for row, k in zip(shares, shares.argmax(axis=1), strict=True)
        ]
