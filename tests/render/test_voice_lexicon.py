from render.speech_text import say_as_english
from render.voices.lexicon import Lexicon

READ = {"yuan": "jˈuːən", "wagyu": "wˈædʒuː"}


def lexicon(**pronunciations: str) -> Lexicon:
    return Lexicon(pronunciations, lambda word: [list(READ[word])])


def test_spellings_keep_the_tokens() -> None:
    text = say_as_english("Two Ribeyes, please.")
    respelt = lexicon(ribeyes="ribbeyes").respell(text)
    assert respelt.text == "Two ribbeyes, please."
    assert [(token.first, token.last) for token in respelt.tokens] == [(t.first, t.last) for t in text.tokens]


def test_ipa_replaces_the_reading_whatever_its_stress() -> None:
    words = lexicon(yuan="/juːˈɑːn/")
    text = say_as_english("199 yuan")
    assert "".join(words.correct(list("tˈɛn jˌuːən fɔːɹ"), text)) == "tˈɛn juːˈɑːn fɔːɹ"
    assert "".join(words.correct(list("jˈuːən."), text)) == "juːˈɑːn."
    assert "".join(words.correct(list("jˈuːənɪŋ"), text)) == "jˈuːənɪŋ"


def test_a_text_without_known_words_is_left_alone() -> None:
    words = lexicon(yuan="/juːˈɑːn/", ribeye="ribbeye")
    text = say_as_english("hello")
    symbols = list("həlˈoʊ")
    assert words.respell(text) is text
    assert words.correct(symbols, text) is symbols
