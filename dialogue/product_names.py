"""Finds the products that a comment names, and says "it" for them."""

import re
from collections.abc import Mapping

from dialogue.catalogue import Catalogue, Product
from dialogue.language import comparable, has_han, singular, words
from dialogue.vocabulary import PLAIN_WORDS

_MOST_PRODUCTS = 2


class ProductNames:
    """Finds products by what they are called."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names: list[tuple[tuple[str, ...], Product]] = []
        self._chinese: list[tuple[str, Product]] = []
        owners: dict[str, set[str]] = {}
        for product in catalogue.products:
            for name in dict.fromkeys((product.name, product.called, product.name_zh, product.sku, *product.aliases)):
                if has_han(name):
                    self._chinese.append((comparable(name).replace(" ", ""), product))
                elif name:
                    self._names.append((_stems(name), product))
            for word in set(_stems(product.name)):
                owners.setdefault(word, set()).add(product.sku)
        for product in catalogue.products:
            # "the kettle" will do for the gooseneck kettle, if no other product's name has that word
            last = _stems(product.name)[-1:]
            if last and owners[last[0]] == {product.sku} and last[0] not in PLAIN_WORDS:
                self._names.append((last, product))
        self._names.sort(key=lambda pair: (-len(pair[0]), -sum(map(len, pair[0]))))
        self._chinese.sort(key=lambda pair: -len(pair[0]))

    def find(self, text: str) -> tuple[tuple[Product, ...], str]:
        """The products that a text names, in its order, and the text with "it" for each name."""
        plain = words(comparable_words(text))
        stems = list(_stems(text))
        found: dict[str, tuple[int, Product]] = {}
        for name, product in self._names:
            if not name:
                continue
            for at in range(len(stems) - len(name) + 1):
                if tuple(stems[at : at + len(name)]) == name:
                    stems[at : at + len(name)] = ["\0"] * len(name)
                    plain[at : at + len(name)] = ["it", *[""] * (len(name) - 1)]
                    found.setdefault(product.sku, (at, product))
        rest = re.sub(r"\b(?:the|your|this|that|these|those|a|an) it\b", "it", " ".join(word for word in plain if word))
        if not has_han(text):
            return _ordered(found), rest
        # Chinese has no spaces to tell words by: names are cut out of the text as it stands
        bare = comparable(text).replace(" ", "")
        for chinese, product in self._chinese:
            if chinese and chinese in bare:
                found.setdefault(product.sku, (1000 + bare.index(chinese), product))
                bare = bare.replace(chinese, "\0" * len(chinese))
        return _ordered(found), bare.replace("\0", " ")


def _ordered(found: Mapping[str, tuple[int, Product]]) -> tuple[Product, ...]:
    return tuple(product for _, product in sorted(found.values(), key=lambda pair: pair[0]))[:_MOST_PRODUCTS]


def _stems(text: str) -> tuple[str, ...]:
    return tuple(singular(w.removesuffix("'s").replace("'", "")) for w in words(comparable_words(text)))


def comparable_words(text: str) -> str:
    """The text with the apostrophes that `comparable` keeps, and hyphens as spaces."""
    return comparable(text.replace("-", " ").replace("’", "'"))


def with_pronoun(text: str, product: Product) -> str:
    """The question with the product's name replaced by "it", as the examples have it."""
    for name in sorted((product.name, product.called, product.name_zh, *product.aliases), key=len, reverse=True):
        if has_han(name) and name in text:
            return text.replace(name, "这个", 1)
        if name and not has_han(name):
            text, count = re.subn(rf"(?:\bthe |\byour |\bthis )?\b{re.escape(name)}\b", "it", text, flags=re.IGNORECASE)
            if count:
                return text
    return text
