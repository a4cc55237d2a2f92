"""Makes the people of a chat unknown: other names, stable within a scenario, and nothing private left in their words.

The names come from a keyed hash (HMAC-SHA256, RFC 2104) whose key is drawn anew for each scenario and kept nowhere, so that nobody
can try names against a committed file.
"""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from dialogue.language import has_han
from dialogue.vocabulary import PLAIN_WORDS, word_set
from server.replay.private_details import Detail, DetailKind, find_details
from server.replay.sources.contract import ChatEvent

_LATIN = sorted(
    word_set(
        "Heron Wren Finch Robin Lark Swift Plover Avocet Kestrel Osprey Merlin Linnet Siskin Dunlin Curlew Godwit Petrel Fulmar Gannet"
        " Puffin Tern Egret Bittern Magpie Jackdaw Dipper Wagtail Nuthatch Starling Redwing Fieldfare Whinchat Pipit Hoopoe Oriole"
    )
)
_HAN = sorted(
    word_set(
        "白鹭 云雀 夜莺 黄鹂 翠鸟 海鸥 燕鸥 苍鹭 画眉 百灵 戴胜 鹡鸰 红隼 游隼 雨燕 家燕 金翅 柳莺 伯劳 山雀 朱鹮 白鹤 灰鹤 鸿雁"
    )
)
_NUMBERS, _MORE_NUMBERS = 90, 90_000_000
_MANY = 800
"""So many people, and names get longer numbers: some two thousand short ones are there for each writing."""
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])([@＠])(\s?)([\w.\-]{1,40})")
_LATIN_WORD = re.compile(r"[A-Za-z0-9_]")
_SHORTEST_ALIAS = 3
_FAMILIAR = "小老阿大"


class Pseudonyms:
    """Other names for the people of one scenario, and their words without what points to them.

    `keep` holds what is public anyway and must stay: words of the shop, its products, its host. Learn everybody first
    (`learn`), so that a name is also found in the words of somebody who wrote earlier.
    """

    def __init__(self, keep: Iterable[str] = (), *, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._keep_text = " ".join(keep).casefold()
        self._keep_words = frozenset(re.findall(r"[\w'-]+", self._keep_text))
        self._people: dict[str, str] = {}
        self._taken: set[str] = set()
        self._taken_plain: set[str] = set()
        self._aliases: dict[str, str | None] = {}
        self._lengths: dict[str, list[int]] = {}
        """By first letter the lengths of the names that begin with it, longest first."""
        self.doubtful: set[str] = set()
        """Names that are ordinary words too, so that they were replaced only after an @: worth a look by eye."""
        self.replaced: dict[str, int] = {}
        """How many details of each kind were replaced."""

    def learn(self, user_id: str, user: str) -> str:
        """Take in a viewer; returns the name that stands for them, the same for the same id or the same name."""
        person = _plain(user) or _plain(user_id)
        known = self._people.get(f"id:{user_id}") or self._people.get(f"name:{person}")
        name = known or self._new_name(person)
        if user_id:
            self._people.setdefault(f"id:{user_id}", name)
        if person and f"name:{person}" not in self._people:
            self._people[f"name:{person}"] = name
            self._add_aliases(person, name)
        return name

    def learn_words(self, text: str) -> None:
        """Take in the names by which people introduce themselves, so that they are found elsewhere too."""
        for detail in find_details(text):
            if detail.kind is DetailKind.PERSON and not self._is_public(detail):
                name = self._person_of(detail.value)
                self._add_aliases(_plain(detail.value), name)

    def text(self, text: str) -> str:
        """The words with all private details and known names replaced, the same by the same."""
        found = [detail for detail in find_details(text) if not self._is_public(detail)]
        parts: list[str] = []
        at = 0
        for detail in found:
            parts.append(self._names(text[at : detail.start]))
            parts.append(self._instead(detail))
            at = detail.end
        parts.append(self._names(text[at:]))
        return "".join(parts)

    def event(self, event: ChatEvent) -> ChatEvent:
        """The event of another person: no id, no date, no badge that only one channel gives."""
        name = self.learn(event.user_id, event.user) if event.user_id or event.user else ""
        text = self.text(event.text)
        mentions = tuple(match.group(3) for match in _MENTION.finditer(text))
        return replace(event, ts=None, user_id=name, user=name, text=text, badges=(), mentions=mentions, raw_id=None)

    # ---- people ---------------------------------------------------------------------------------------------

    def _new_name(self, person: str) -> str:
        birds = _HAN if has_han(person) else _LATIN
        numbers = _NUMBERS if len(self._taken) < _MANY else _MORE_NUMBERS
        name = ""
        for attempt in count():
            number = self._number(f"person/{attempt}", person)
            name = f"{birds[number % len(birds)]}{10 + number // len(birds) % numbers}"
            if name not in self._taken:
                break
        self._taken.add(name)
        self._taken_plain.add(_plain(name))
        return name

    def _add_aliases(self, person: str, name: str) -> None:
        """The name as others may write it: whole, its longer parts, and a familiar form of a Chinese one."""
        aliases = {person}
        aliases |= {part for part in re.split(r"[\W\d_]+", person) if len(part) >= _SHORTEST_ALIAS}
        if has_han(person) and len(person) > 2 and person[0] in _FAMILIAR:
            aliases.add(person[:2])
        for alias in aliases:
            if len(alias) < 2 or alias.isdigit():
                if alias == person:
                    self.doubtful.add(alias)
                continue
            if alias in PLAIN_WORDS or alias in self._keep_words or (has_han(alias) and alias in self._keep_text):
                self.doubtful.add(alias)
                continue
            # a part that two people share can't tell which; it still must go
            self._aliases[alias] = name if alias == person or alias not in self._aliases else None
            lengths = {*self._lengths.get(alias[0], ()), len(alias)}
            self._lengths[alias[0]] = sorted(lengths, reverse=True)

    def _names(self, text: str) -> str:
        """A stretch of text without private details, with the names in it replaced: at each place the longest."""
        text = _MENTION.sub(self._mentioned, text)
        parts: list[str] = []
        at = done = 0
        while at < len(text):
            alias = self._alias_at(text, at)
            if alias is None:
                at += 1
                continue
            written = text[at : at + len(alias)]
            parts += [text[done:at], self._count("name in a text", self._aliases[alias] or self._person_of(written))]
            at = done = at + len(alias)
        return "".join([*parts, text[done:]])

    def _alias_at(self, text: str, at: int) -> str | None:
        """The longest known name that stands here; a Latin one stands alone, a Chinese one may stand within a sentence."""
        before = text[at - 1] if at else " "
        for length in self._lengths.get(_plain(text[at])[:1], ()):
            alias = _plain(text[at : at + length])
            if alias not in self._aliases or len(alias) != length:
                continue
            after = text[at + length] if at + length < len(text) else " "
            if has_han(alias) or not (_LATIN_WORD.match(before) or before in "@＠" or _LATIN_WORD.match(after)):
                return alias
        return None

    def _mentioned(self, match: re.Match[str]) -> str:
        sign, space, written = match.groups()
        plain = _plain(written)
        if plain in self._keep_words or plain in self._taken_plain:
            return match.group()
        rest = ""
        known = self._people.get(f"name:{plain}") or self._aliases.get(plain)
        if known is None and has_han(plain) and len(plain) == len(written):
            # Chinese needs no space after a name: the longest known one that it begins with
            lengths = range(len(plain) - 1, 1, -1)
            begins = next((plain[:length] for length in lengths if f"name:{plain[:length]}" in self._people), "")
            if begins:
                known, rest = self._people[f"name:{begins}"], written[len(begins) :]
        return self._count("mention", f"{sign}{space}{known or self._person_of(written)}{rest}")

    def _person_of(self, name: str) -> str:
        """The name that stands for somebody who did not write."""
        key = f"name:{_plain(name)}"
        if key not in self._people:
            self._people[key] = self._new_name(_plain(name))
        return self._people[key]

    # ---- details --------------------------------------------------------------------------------------------

    def _is_public(self, detail: Detail) -> bool:
        value = detail.value.casefold().strip()
        return bool(value) and detail.kind is not DetailKind.SURNAME and value in self._keep_text

    def _instead(self, detail: Detail) -> str:
        value = detail.value
        tag = _letters(self._number(detail.kind.value, _plain(value)), 6)
        match detail.kind:
            case DetailKind.LINK:
                new = f"https://example.org/{tag}"
            case DetailKind.EMAIL:
                new = f"{tag}@example.org"
            case DetailKind.ACCOUNT:
                new = self._digits(value, "") if value.isdigit() else f"id_{tag}"
            case DetailKind.PHONE | DetailKind.NUMBER:
                new = self._digits(value, "5550" if detail.kind is DetailKind.PHONE else "")
            case DetailKind.ORDER:
                new = self._digits(value, "")
            case DetailKind.ADDRESS:
                number = 1 + self._number("address", _plain(value)) % 99
                new = f"某市某路{number}号" if has_han(value) else f"{number} Example Street"
            case DetailKind.PERSON:
                new = self._person_of(value)
            case DetailKind.SURNAME:
                new = "某"
        return self._count(detail.kind.value, new)

    def _digits(self, value: str, begins: str) -> str:
        """The same pattern of digits and letters with others in their places; a phone number begins with 5550, which is nobody's."""
        source = self._number("digits", "".join(ch for ch in _plain(value) if ch.isalnum()), bits=256)
        out: list[str] = []
        place = 0
        for ch in value:
            if ch.isdigit() or ch in "零〇一二三四五六七八九幺妖壹贰叁肆伍陆柒捌玖":
                source, digit = divmod(source, 10)
                out.append(begins[place] if place < len(begins) else str(digit))
                place += 1
            elif ch.isascii() and ch.isalpha():
                source, letter = divmod(source, 26)
                out.append(chr((97 if ch.islower() else 65) + letter))
            else:
                out.append(ch)
        return "".join(out)

    def _number(self, kind: str, value: str, bits: int = 64) -> int:
        digest = hmac.new(self._key, f"{kind}\0{value}".encode(), "sha256").digest()
        return int.from_bytes(digest[: bits // 8], "big")

    def _count(self, kind: str, new: str) -> str:
        self.replaced[kind] = self.replaced.get(kind, 0) + 1
        return new


def _plain(name: str) -> str:
    """A name as it is compared: compatibility forms folded, no case, no space around."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _letters(number: int, count: int) -> str:
    letters = []
    for _ in range(count):
        number, place = divmod(number, 26)
        letters.append(chr(97 + place))
    return "".join(letters)
