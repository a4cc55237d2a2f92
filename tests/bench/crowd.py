"""A made-up chat with the shape of real ones: `python -m tests.bench.crowd` prints its shape.

Measured on recorded chats of 0.7 to 13 comments a second: peaks of four times the mean and more, 11 to 46 % exact duplicates, up to
28 % of three characters or less, 6 to 7 % with a question mark, every second comment from somebody new. The words are those of the
labelled set of `dialogue.evaluation` and of a few lists below; no line is taken from a recorded chat.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from dialogue.catalogue import Product
from dialogue.evaluation.labelled import FOLDER, labelled_comments
from dialogue.intents import CommentIntent

SHORT: Final = (
    *(
        "lol",
        "w",
        "gg",
        "hi",
        "666",
        "6",
        "1",
        "111",
        "ok",
        "yes",
        "no",
        "wow",
        "xd",
        "?",
        "??",
        "!!!",
        "😂",
        "❤️",
        "🔥🔥",
        "👍",
    ),
    *(
        "好",
        "来了",
        "哈哈",
        "赞",
        "冲",
        "啊啊",
        "对",
        "嗯",
        "牛",
        "顶",
        "omg",
        "nah",
        "yo",
        "+1",
        "haha",
        "ha",
        "L",
        "🥩",
        "😂😂",
        "在",
    ),
)
QUESTIONS: Final = (
    *(
        "how much is the {name}?",
        "{name} price?",
        "price of the {name} pls",
        "is the {name} in stock?",
        "any {name} left?",
    ),
    *(
        "how big is the {name}?",
        "where is the {name} from?",
        "how long does the {name} keep?",
        "does the {name} have a warranty?",
    ),
    *(
        "what's the {name} made of?",
        "can the {name} go in the dishwasher?",
        "is shipping free?",
        "do you ship to Xinjiang?",
    ),
    *(
        "{name_zh}多少钱？",
        "{name_zh}还有货吗？",
        "{name_zh}产地是哪里？",
        "{name_zh}保质期多久？",
        "{name_zh}多大？",
        "包邮吗？",
    ),
    *(
        "你是真人吗？",
        "are you real?",
        "is the {name} good for kids?",
        "{name_zh}孩子能用吗？",
        "does the {name} come in blue?",
    ),
)
RAIDS: Final = (
    "Everybody leave this stream right now and never come back",
    "this shop sells rotten meat pass it on",
    "大家都别买这家店全是假货快跑",
    "free vbucks at my profile picture click it now",
)
ORDERS: Final = tuple(one["text"] for one in yaml.safe_load((FOLDER / "injections.yaml").read_text(encoding="utf-8")))
LINKS: Final = ("cheap steaks at www.steaks.example.com", "加我微信 abc12345", "t.me/joinme now", "call 13812345678")
CHATTER: Final = frozenset(
    {
        CommentIntent.PRAISE,
        CommentIntent.GREETING,
        CommentIntent.COMPLAINT,
        CommentIntent.OFFTOPIC,
        CommentIntent.HOSTILE,
    }
)
_NEWCOMER: Final = 0.5
_COPIES: Final = 0.12
"""Share of what repeats something that was said within the last seconds."""
_ASKED: Final = 0.08
_BEFORE: Final = ("omg", "honestly", "guys", "btw", "lmao", "ok but", "wait", "真的", "话说", "哎")
_AFTER: Final = ("from {place}", "since {n}", "{n} times", "@{viewer}", "for {n} minutes", "in {place}")
_PLACES: Final = (
    "Oslo",
    "Lagos",
    "Qingdao",
    "Lima",
    "Pune",
    "Leeds",
    "Xi'an",
    "Turin",
    "Perth",
    "Osaka",
    "Utah",
    "Kyiv",
)
_RAID_EVERY_S: Final = 75.0
_TROUBLE_EVERY_S: Final = 140.0


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody sends a comment."""

    at: float
    viewer: str
    text: str
    kind: str
    """``short``, ``question``, ``chatter``, ``copy``, ``order``, ``link``, ``raid``, ``trouble``."""


class Crowd:
    """The same people and words for the same seed."""

    def __init__(self, products: Sequence[Product], *, rate: float = 50.0, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._rate = rate
        self._products = products
        self._chatter = [c.text for c in labelled_comments() if c.intent in CHATTER]
        self._asked = [c.text for c in labelled_comments() if c.intent not in CHATTER]
        self._viewers: list[str] = []
        self._lately: list[str] = []

    def posts(self, seconds: float) -> Iterator[Post]:
        """What is sent in so many seconds, in order."""
        chance = self._random
        planned: list[Post] = []
        for second in range(int(seconds)):
            if second and second % _RAID_EVERY_S == 0:
                text = chance.choice(RAIDS)
                planned += [Post(second + 5 * chance.random(), self._new(), text, "raid") for _ in range(40)]
            if second and second % _TROUBLE_EVERY_S == 0:
                words = ("no sound", "no sound??", "I can't hear anything", "没声音", "听不到声音了", "sound is gone")
                planned += [
                    Post(second + 4 * chance.random(), self._new(), chance.choice(words), "trouble") for _ in range(25)
                ]
            burst = 3.0 if chance.random() < 0.06 else chance.uniform(0.55, 1.2)
            count = round(self._rate * burst)
            moments = sorted(second + chance.random() for _ in range(count))
            due = [one for one in planned if one.at < second + 1]
            planned = [one for one in planned if one.at >= second + 1]
            yield from sorted([*(self._post(at) for at in moments), *due], key=lambda post: post.at)

    def _post(self, at: float) -> Post:
        kind, text = self._said()
        self._lately = [*self._lately[-80:], text]
        return Post(at, self._viewer(), text, kind)

    def _said(self) -> tuple[str, str]:
        chance = self._random
        dice = chance.random()
        if dice < 0.003:
            return "order", chance.choice(ORDERS)
        if dice < 0.006:
            return "link", chance.choice(LINKS)
        if dice < 0.20:
            return "short", chance.choices(SHORT, weights=[1 / (k + 1) for k in range(len(SHORT))])[0]
        if dice < 0.20 + _COPIES and self._lately:
            return "copy", chance.choice(self._lately)
        if dice < 0.20 + _COPIES + _ASKED:
            return "question", self._question()
        return "chatter", self._dressed(self._varied(chance.choice(self._chatter)))

    def _varied(self, text: str) -> str:
        chance = self._random
        before = f"{chance.choice(_BEFORE)} " if chance.random() < 0.4 else ""
        if chance.random() > 0.75:
            return before + text
        after = chance.choice(_AFTER)
        viewer = chance.choice(self._viewers) if self._viewers else "all"
        return f"{before}{text} {after.format(place=chance.choice(_PLACES), n=chance.randrange(2, 60), viewer=viewer)}"

    def _question(self) -> str:
        chance = self._random
        if chance.random() < 0.3:
            return self._dressed(chance.choice(self._asked))
        product = chance.choice(self._products)
        text = chance.choice(QUESTIONS)
        return self._dressed(text.format(name=product.called, name_zh=product.name_zh or product.name))

    def _dressed(self, text: str) -> str:
        """The same words as different people type them."""
        chance = self._random
        dice = chance.random()
        if dice < 0.08:
            return text.upper()
        if dice < 0.14:
            return text + chance.choice((" 😂", "!!!", " lol", " ❤️", "～", "。", " pls"))
        if dice < 0.17 and text:
            return text + text[-1] * chance.randrange(3, 9)
        return text

    def _viewer(self) -> str:
        if not self._viewers or self._random.random() < _NEWCOMER:
            return self._new()
        # who writes much goes on writing: the later of two draws, towards those who came first
        return self._viewers[int(len(self._viewers) * self._random.random() ** 2)]

    def _new(self) -> str:
        name = self._random.choice(
            ("Lin", "Ann", "Bo", "Omar", "Kim", "Zoe", "小明", "王芳", "阿杰", "xX", "user", "Tom")
        )
        self._viewers.append(f"{name}{len(self._viewers)}")
        return self._viewers[-1]


def shape(posts: Sequence[Post]) -> dict[str, float]:
    """What the measured chats are told by."""
    texts = Counter(post.text for post in posts)
    seconds = Counter(int(post.at) for post in posts)
    span = max(1.0, posts[-1].at - posts[0].at)
    return {
        "comments a second": len(posts) / span,
        "most in a second": float(max(seconds.values())),
        "viewers": float(len({post.viewer for post in posts})),
        "exact duplicates, %": 100 * (1 - len(texts) / len(posts)),
        "three characters or less, %": 100 * sum(len(post.text) <= 3 for post in posts) / len(posts),
        "with a question mark, %": 100 * sum("?" in p.text or "？" in p.text for p in posts) / len(posts),
    }


if __name__ == "__main__":
    from dialogue.room_content import load_room_content
    from tests.dialogue.conftest import DEMO

    for what, figure in shape(list(Crowd(load_room_content(DEMO).catalogue.products).posts(120))).items():
        print(f"{what:<30}{figure:10.1f}")
