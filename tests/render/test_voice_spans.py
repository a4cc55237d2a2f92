"""Where phonemes and words lie in the audio, from the durations of a model's symbols."""

import numpy as np

from render.contract import PhonemeSpan
from render.speech_text import say_as_english
from render.voices.phoneme_spans import place, segment
from render.voices.word_spans import WordPhoneme, assign_words, estimate_words, written_words

RATE = 22_050


def audio_and_ends(*symbols: tuple[str, float, float]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Symbols with length in seconds and loudness; 0.05 s of silence before and after."""
    silence = np.zeros(round(0.05 * RATE), np.float32)
    pieces = [silence]
    ends = [silence.size]
    noise = np.random.default_rng(0)
    for _, seconds, level in symbols:
        pieces.append((noise.normal(size=round(seconds * RATE)) * level).astype(np.float32))
        ends.append(ends[-1] + pieces[-1].size)
    return [symbol for symbol, _, _ in symbols], np.array(ends), np.concatenate([*pieces, silence])


def test_marks_join_the_phoneme_they_belong_to() -> None:
    symbols, ends, audio = audio_and_ends(("s", 0.1, 0.1), ("ˈ", 0.05, 0.2), ("i", 0.1, 0.2), ("ː", 0.1, 0.2))
    found = [item for item in segment(symbols, ends, audio, RATE) if item.symbol]
    assert [item.symbol for item in found] == ["s", "ˈiː"]
    assert abs(found[1].start - 0.15) < 0.002
    assert abs(found[1].end - 0.40) < 0.006


def test_a_silent_comma_is_a_pause_and_a_sounding_space_is_shared() -> None:
    symbols, ends, audio = audio_and_ends(
        ("a", 0.1, 0.2), (" ", 0.06, 0.1), ("b", 0.1, 0.2), (",", 0.2, 0.0), (" ", 0.05, 0.0), ("o", 0.1, 0.2)
    )
    found = segment(symbols, ends, audio, RATE)
    assert [item.symbol for item in found] == ["", "a", "b", "", "o", ""]
    assert [item.group for item in found] == [None, 0, 1, None, 2, None]
    assert abs(found[1].end - 0.18) < 0.002
    assert abs(found[3].start - 0.31) < 0.006
    assert abs(found[3].end - 0.56) < 0.006
    assert all(one.end == other.start for one, other in zip(found, found[1:], strict=False))
    assert found[0].start == 0
    assert abs(found[-1].end - audio.size / RATE) < 1e-6


def test_placed_spans_tile_the_mastered_audio() -> None:
    symbols, ends, audio = audio_and_ends(("a", 0.1, 0.2), (",", 0.2, 0.0), ("o", 0.1, 0.2), (".", 0.1, 0.0))
    found = segment(symbols, ends, audio, RATE)
    words = [None if item.group is None else item.group for item in found]
    trimmed, size = 2000, 20_000
    placed = place(found, words, 48_000, trimmed, size)
    assert placed[0].span.start == 0
    assert placed[-1].span.end == size
    assert all(one.span.end == other.span.start for one, other in zip(placed, placed[1:], strict=False))
    assert [item.word for item in placed if item.span.symbol] == [0, 1]


READINGS = {
    "one": "wˈʌn",
    "of": "ʌv",
    "the": "ðə",
    "box": "bˈɑːks",
    "is": "ɪz",
    "open": "ˈoʊpən",
    "x": "",
    "USB": "jˌuːˌɛsbˈiː",
}


def test_groups_equal_to_words_are_matched_one_to_one() -> None:
    groups = [list("wʌn"), list("bɑks")]
    assert assign_words(groups, ["one", "box"], READINGS.__getitem__) == [0, 0, 0, 1, 1, 1, 1]


def test_joined_words_are_told_apart_by_their_sounds() -> None:
    groups = [list("wʌn"), list("ʌvðə"), list("bɑks"), list("ɪz")]
    words = ["one", "of", "the", "box", "is"]
    assert assign_words(groups, words, READINGS.__getitem__) == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4]


def test_a_split_word_and_a_silent_word() -> None:
    groups = [list("juɛs"), list("bi"), list("oʊpən")]
    assert assign_words(groups, ["USB", "x", "open"], READINGS.__getitem__) == [0] * 6 + [2] * 5
    assert assign_words([list("abc")], [], READINGS.__getitem__) == [0, 0, 0]
    assert assign_words([], ["one"], READINGS.__getitem__) == []


def test_written_words_get_the_time_of_all_their_spoken_words() -> None:
    text = "Only ¥199.00 🙂 now."
    tokens = say_as_english(text).tokens
    phonemes = [WordPhoneme(PhonemeSpan("a", i * 100, i * 100 + 90), i) for i in range(6) if i != 2]
    spans = written_words(tokens, phonemes)
    assert [(text[s.first : s.last], s.start, s.end) for s in spans] == [
        ("Only", 0, 90),
        ("¥199.00 🙂", 100, 490),
        ("now.", 500, 590),
    ]


def test_estimated_words_share_the_time_by_length() -> None:
    tokens = say_as_english("Yes, it is wonderful.").tokens
    spans = estimate_words(tokens, 0, 48_000)
    assert spans[0].start == 0
    assert spans[-1].end == 48_000
    assert spans[0].end < spans[1].start
    assert spans[3].end - spans[3].start > spans[1].end - spans[1].start
    assert estimate_words((), 0, 100) == ()
