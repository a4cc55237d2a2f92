"""Chinese characters in Kokoro's symbols: words by jieba, readings by pypinyin, then what speech does to the tones.

A syllable becomes the IPA of its initial and final with an arrow for its tone behind the vowel, as the model was trained
with: 买 is ``mai↓``, 三 ``sa→n``.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from render.contract import VoiceError

_INITIALS: Final = {
    **{"b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x"},
    **{
        "j": "ʨ",
        "q": "ʨʰ",
        "x": "ɕ",
        "zh": "\uab67",
        "ch": "\uab67ʰ",
        "sh": "ʂ",
        "r": "ɻ",
        "z": "ʦ",
        "c": "ʦʰ",
        "s": "s",
    },
    "": "",
}
_FINALS: Final = {
    **{
        "a": "a0",
        "ai": "ai0",
        "an": "a0n",
        "ang": "a0ŋ",
        "ao": "au0",
        "e": "ɤ0",
        "ei": "ei0",
        "en": "ə0n",
        "eng": "ə0ŋ",
    },
    **{"i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n", "ing": "i0ŋ"},
    **{"iong": "jʊ0ŋ", "iou": "jou0", "io": "jɔ0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ua": "wa0"},
    **{"uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ", "uo": "wo0"},
    **{"ü": "y0", "üan": "ɥɛ0n", "üe": "ɥe0", "ün": "y0n", "er": "ɚ0", "ê": "ɛ0", "m": "m0", "n": "n0", "ng": "ŋ0"},
    **{"hm": "hm0", "hng": "hŋ0"},
}
"""Final to IPA, 0 standing for the tone."""
_TONES: Final = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_SIBILANTS: Final = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})

_READINGS: Final = {
    **{"多少": "duo1 shao5", "地方": "di4 fang5", "晚上": "wan3 shang5", "早上": "zao3 shang5", "上头": "shang4 tou5"},
    **{"牛排": "niu2 pai2", "下单": "xia4 dan1", "直播间": "zhi2 bo1 jian1", "包邮": "bao1 you2", "好吃": "hao3 chi1"},
    **{"重磅": "zhong4 bang4", "还剩": "hai2 sheng4", "还有": "hai2 you3", "还能": "hai2 neng2", "还送": "hai2 song4"},
    **{
        "还可以": "hai2 ke3 yi3",
        "差评": "cha4 ping2",
        "尺码": "chi3 ma3",
        "中奖": "zhong4 jiang3",
        "便宜": "pian2 yi5",
    },
    **{
        "时候": "shi2 hou5",
        "东西": "dong1 xi5",
        "朋友": "peng2 you5",
        "朋友们": "peng2 you5 men5",
        "家人们": "jia1 ren2 men5",
    },
    **{"得有": "dei3 you3", "吃得": "chi1 de5", "买得": "mai3 de5", "长度": "chang2 du4", "一行": "yi4 hang2"},
    **{"调料": "tiao2 liao4", "调味": "tiao2 wei4", "大夫": "dai4 fu5", "重新": "chong2 xin1", "空运": "kong1 yun4"},
    **{"秒杀": "miao3 sha1", "折后": "zhe2 hou4", "打折": "da3 zhe2", "好的": "hao3 de5", "拼单": "pin1 dan1"},
}
"""Words of a live sale that the dictionaries read as citation forms, or do not hold."""
_WORDS: Final = (
    "直播间",
    "包邮",
    "家人们",
    "拼单",
    "秒杀",
    "到手价",
    "下单",
    "小黄车",
    "福袋",
    "满减",
    "预售",
    "尾款",
    "买一送一",
)
_NUMERAL: Final = re.compile(r"[零一二两三四五六七八九十百千万亿幺]{2,}(?:点[零一二三四五六七八九]+)?")
_DIGITS: Final = frozenset("零一二三四五六七八九十百千万亿点幺两")
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class MandarinWord:
    """A word as it is said."""

    text: str
    syllables: tuple[str, ...]
    """Symbols of each character."""


def is_han(character: str) -> bool:
    return _HAN.match(character) is not None


class MandarinReader:
    """Reads runs of Chinese characters; `pronunciations` (word to pinyin with tone numbers) go before the dictionaries."""

    def __init__(self, pronunciations: Mapping[str, str], cache_folder: Path | None = None) -> None:
        """Load the dictionaries (about a second); jieba keeps a faster form of its own in `cache_folder`."""
        try:
            import jieba
            import pypinyin
        except ImportError as error:
            raise VoiceError(
                "voice-missing", f"the Kokoro voice needs jieba and pypinyin ({error}): run `make kokoro`"
            ) from error
        jieba.setLogLevel(logging.WARNING)
        self._cutter = jieba.Tokenizer()
        if cache_folder is not None:
            self._cutter.tmp_dir = str(cache_folder)
        own = {word: reading for word, reading in pronunciations.items() if word and all(map(is_han, word))}
        self._readings = {word: tuple(reading.split()) for word, reading in {**_READINGS, **own}.items()}
        for word in (*_WORDS, *own, *_READINGS):
            if len(word) > 1:
                self._cutter.add_word(word)
        self._pinyin: Any = pypinyin
        self._spoken = lru_cache(maxsize=4096)(self._syllable)
        self._read = lru_cache(maxsize=1024)(self._read_run)

    def cut(self, text: str) -> list[str]:
        """The words of a run of characters, numerals whole."""
        words: list[str] = []
        reached = 0
        for number in _NUMERAL.finditer(text):
            words += self._cutter.lcut(text[reached : number.start()])
            words.append(number.group())
            reached = number.end()
        return [word for word in (*words, *self._cutter.lcut(text[reached:])) if word]

    def read(self, text: str) -> tuple[MandarinWord, ...]:
        """Read a run of characters that is said without a pause."""
        return self._read(text)

    def _read_run(self, text: str) -> tuple[MandarinWord, ...]:
        words = self.cut(text)
        pinyin = sandhi(text, [syllable for word in words for syllable in self._look_up(word)])
        found: list[MandarinWord] = []
        at = 0
        for word in words:
            found.append(MandarinWord(word, tuple(self._spoken(syllable) for syllable in pinyin[at : at + len(word)])))
            at += len(word)
        return tuple(found)

    def _look_up(self, word: str) -> Sequence[str]:
        known = self._readings.get(word)
        if known is not None and len(known) == len(word):
            return known
        found = self._pinyin.lazy_pinyin(word, style=self._pinyin.Style.TONE3, neutral_tone_with_five=True, errors=list)
        return [syllable if syllable and syllable[-1] in _TONES else "" for syllable in found]

    def _syllable(self, pinyin: str) -> str:
        if not pinyin:
            return ""
        from pypinyin.contrib.tone_convert import to_finals, to_initials

        plain, tone = pinyin[:-1].replace("v", "ü"), pinyin[-1]
        if plain in ("n", "m", "ng", "hm", "hng", "er", "ê"):
            initial, final = "", plain
        elif plain in ("o", "wo"):
            return ("ɔ" if plain == "o" else "wo") + _TONES[tone]
        else:
            initial = to_initials(plain, strict=True)
            final = to_finals(plain, strict=True, v_to_u=True)
        if final == "i" and initial in _SIBILANTS:
            return f"{_INITIALS[initial]}ɨ{_TONES[tone]}"
        if final not in _FINALS or initial not in _INITIALS:
            return ""
        return _INITIALS[initial] + _FINALS[final].replace("0", _TONES[tone])


def sandhi(text: str, pinyin: Sequence[str]) -> list[str]:
    """What neighbours do to tones: 一 and 不, and neutral 地 after a doubled adjective; one syllable for each character.

    A third tone before another is left as it is: the model was trained with such spellings and says them right.
    """
    said = list(pinyin)
    for at, character in enumerate(text):
        before = text[at - 1] if at else ""
        after = text[at + 1] if at + 1 < len(text) else ""
        tone = said[at + 1][-1:] if at + 1 < len(said) else ""
        doubled = bool(before) and before == after
        if character == "一" and said[at] in ("yi1", "yi2", "yi4"):
            if doubled and before not in _DIGITS:
                said[at] = "yi5"
            elif _is_name_of_digit(before, after):
                said[at] = "yi1"
            else:
                said[at] = {"4": "yi2", "5": "yi2", "1": "yi4", "2": "yi4", "3": "yi4"}.get(tone, "yi1")
        elif character == "不" and said[at] in ("bu4", "bu2"):
            said[at] = "bu5" if doubled else "bu2" if tone == "4" else "bu4"
        elif character == "地" and at >= 2 and before == text[at - 2]:
            said[at] = "de5"
    return said


def _is_name_of_digit(before: str, after: str) -> bool:
    """Whether 一 is said as the digit: in a row of digits, behind tens, in places and dates, in 买一送一."""
    if before in _DIGITS and before != "" and not (after and after in "百千万亿"):
        return True
    return before == "第" or (after != "" and after in "月号日一二三四五六七八九零点幺送赠发得") or after == ""
