import pytest

from render.speech_text import SpokenText
from render.voices.kokoro_english import EnglishReader, spell
from render.voices.kokoro_mandarin import MandarinReader, sandhi
from render.voices.kokoro_model import SYMBOLS
from render.voices.kokoro_script import KokoroScript, Sound, breaths, spoken
from tests.render.kokoro_setup import needs_kokoro


@pytest.mark.parametrize(
    ("text", "dictionary", "said"),
    [
        ("不是", "bu4 shi4", "bu2 shi4"),
        ("不好", "bu4 hao3", "bu4 hao3"),
        ("要不要", "yao4 bu2 yao4", "yao4 bu5 yao4"),
        ("一个", "yi1 ge4", "yi2 ge4"),
        ("一百", "yi1 bai3", "yi4 bai3"),
        ("一天", "yi1 tian1", "yi4 tian1"),
        ("看一看", "kan4 yi1 kan4", "kan4 yi5 kan4"),
        ("买一送一", "mai3 yi1 song4 yi1", "mai3 yi1 song4 yi1"),
        ("第一名", "di4 yi1 ming2", "di4 yi1 ming2"),
        ("十一月", "shi2 yi1 yue4", "shi2 yi1 yue4"),
        ("一一", "yi1 yi1", "yi1 yi1"),
        ("慢慢地", "man4 man4 di4", "man4 man4 de5"),
        ("你好", "ni3 hao3", "ni3 hao3"),
    ],
)
def test_neighbours_change_tones(text: str, dictionary: str, said: str) -> None:
    assert sandhi(text, dictionary.split()) == said.split()


def test_letters_are_spelled_with_the_stress_on_the_last() -> None:
    assert spell("VIP") == "vˌiˌIpˈi"
    assert spell("88") == ""


def word(text: str, start: int) -> list[Sound]:
    return [Sound(letter, start) for letter in text]


def test_long_texts_are_cut_behind_sentences_then_commas_then_words() -> None:
    sentence = [*word("aaaa", 0), Sound(",", None), Sound(" ", None), *word("bbbb", 1), Sound(".", None)]
    text = [*sentence, Sound(" ", None), *sentence]
    assert breaths(text, 100) == [text]
    assert breaths(text, 15) == [sentence, sentence]
    pieces = breaths(sentence, 8)
    assert ["".join(sound.symbol for sound in piece) for piece in pieces] == ["aaaa,", "bbbb."]
    assert ["".join(s.symbol for s in piece) for piece in breaths(word("a" * 25, 0), 10)] == [
        "a" * 10,
        "a" * 10,
        "a" * 5,
    ]
    assert breaths([Sound(".", None)], 10) == []


@pytest.fixture(scope="module")
def mandarin() -> MandarinReader:
    return MandarinReader({"重庆": "chong2 qing4", "阿弥": "e1 mi2"})


@pytest.fixture(scope="module")
def english() -> EnglishReader:
    return EnglishReader({"Talkback": "talk back", "yuan": "/juːˈɑːn/"})


@pytest.mark.models
@needs_kokoro
class TestReading:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("买三盒", "mai↓ sa→nxɤ↗"),
            ("好吃", "xau↓\uab67ʰɨ→"),
            ("女儿", "ny↓ɚ↗"),
            ("自己", "ʦɨ↘ʨi↓"),
            ("银行", "i↗nxa↗ŋ"),
            ("便宜", "pʰjɛ↗ni"),
            ("阿弥", "ɤ→mi↗"),
            ("一百九十九元", "i↘pai↓ʨjou↓ʂɨ↗ʨjou↓ ɥɛ↗n"),
        ],
    )
    def test_chinese_words(self, mandarin: MandarinReader, text: str, said: str) -> None:
        assert " ".join("".join(word.syllables) for word in mandarin.read(text)) == said

    def test_every_character_has_its_syllable(self, mandarin: MandarinReader) -> None:
        text = "今天晚上八点半直播间见家人们兙"
        words = mandarin.read(text)
        assert "".join(word.text for word in words) == text
        assert all(len(word.text) == len(word.syllables) for word in words)
        assert all(symbol in SYMBOLS for word in words for syllable in word.syllables for symbol in syllable)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("the apple", "ði ˈæpᵊl"),
            ("the ribeye", "ðə ɹˈɪbˌI"),
            ("a steak", "ə stˈAk"),
            ("to live", "tə lˈɪv"),
            ("we are live", "wi ɑɹ lˈIv"),
            ("ribeyes", "ɹˈɪbˌIz"),
            ("USB", "jˌuˌɛsbˈi"),
            ("iPhone", "ˈIfˌOn"),
            ("Talkback", "tˈɔk bˈæk"),
            ("yuan", "juˈɑn"),
            ("Kaltwasser", "kˈæltwɑsəɹ"),
            ("WiFi", "wˈIfˌI"),
        ],
    )
    def test_english_words(self, english: EnglishReader, text: str, said: str) -> None:
        assert " ".join(english.read(text.split())) == said

    def test_mixed_script_is_one_text(self, english: EnglishReader, mandarin: MandarinReader) -> None:
        text = "买10盒 ribeye 送一把刀"
        said = spoken(text, "zh", mandarin.cut)
        sounds = KokoroScript(english, mandarin).write(said)
        assert "".join(sound.symbol for sound in sounds) == "mai↓ ʂɨ↗xɤ↗ ɹˈɪbˌI sʊ↘ŋ i↘pa↓ tau→"
        assert [text[token.first : token.last] for token in said.tokens] == [
            "买",
            "10",
            "盒",
            "ribeye",
            "送",
            "一把",
            "刀",
        ]
        owned = [sound.word for sound in sounds if sound.word is not None]
        assert owned == sorted(owned)
        assert set(owned) == set(range(len(said.words)))

    def test_chinese_within_english_is_read_as_chinese(self, english: EnglishReader, mandarin: MandarinReader) -> None:
        text = "Today: 买一送一, at ¥199!"
        said = spoken(text, "en", mandarin.cut)
        assert said.words[-4:] == ("one", "hundred", "ninety-nine", "yuan")
        sounds = KokoroScript(english, mandarin).write(said)
        assert "mai↓i→sʊ↘ŋi→, æt" in "".join(sound.symbol for sound in sounds)
        assert [token.pause for token in said.tokens if token.pause] == [":", ",", "!"]

    def test_a_text_without_words_has_no_sounds(self, english: EnglishReader, mandarin: MandarinReader) -> None:
        script = KokoroScript(english, mandarin)
        assert script.write(SpokenText(())) == []
        assert script.write(spoken("👍", "zh", mandarin.cut)) == []
