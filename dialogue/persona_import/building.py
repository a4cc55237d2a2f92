"""From talks to a profile and a draft of `persona.md`; says what is too little. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from dialogue.persona_import.habits import LEAST_SENTENCES, habits_of
from dialogue.persona_import.listening import Manner
from dialogue.persona_import.sample_lines import WANTED, sample_lines
from dialogue.persona_import.transcript import Talk, TalkUnreadable
from dialogue.persona_profile import Measured, PersonaProfile
from render.settings import RhythmProfile

Language = Literal["en", "zh"]
LEAST_SPEECH_S: Final = 60.0
"""With less the voice's habits can't be told from chance."""
_LEAST_PAUSES: Final = 8
VOICE_PER_MINUTE: Final = {"en": 260.0, "zh": 260.0}
"""Words (of Chinese, characters) a minute of the packaged voices while they speak: Piper 261, Kokoro 243–287; measured as talks are."""
VOICE_PAUSE_S: Final = 0.36
"""Of the packaged English voice, over a paragraph."""
VOICE_RANGE: Final = {"en": 8.4, "zh": 12.0}
"""Semitones: Piper over a paragraph, Kokoro over four sentences."""
_RATES: Final = (0.85, 1.2)
"""Further from its own speed a voice sounds stretched, whatever the founder does."""


def profile_of(
    talks: Sequence[Talk], manners: Sequence[Manner], language: Language | None
) -> tuple[PersonaProfile, list[str]]:
    """The profile, and what there was too little of; raises `TalkUnreadable` if nothing can be said at all."""
    chosen = language or _language(talks)
    sentences = [s for talk in talks if talk.language == chosen for s in talk.sentences]
    if not sentences:
        raise TalkUnreadable(f"none of the talks is in '{chosen}'; --language chooses another")
    lacking = [
        f"{talk.name} is in '{talk.language}' and was left out; --language {talk.language} takes those"
        for talk in talks
        if talk.language != chosen
    ]
    habits = habits_of(sentences, chosen)
    enough = len(sentences) >= LEAST_SENTENCES
    if not enough:
        lacking.append(
            f"{len(sentences)} sentences are too few for openings and catch phrases; {LEAST_SENTENCES} at least"
        )
    rhythm, measured, missing = _rhythm([t for t in talks if t.language == chosen], manners, chosen)
    profile = PersonaProfile(
        language=chosen,
        openings=habits.openings if enough else (),
        opening_share=habits.opening_share if enough else 0.0,
        catch_phrases=habits.catch_phrases if enough else (),
        breath_words=min(12, max(6, round(1.1 * habits.median_words))) if enough else None,
        rhythm=rhythm,
        measured=measured.model_copy(
            update={
                "talks": tuple(talk.name for talk in talks if talk.language == chosen),
                "words": sum(len(sentence.split()) for sentence in sentences),
                "sentences": len(sentences),
                "sentence_words": (habits.median_words, habits.long_words),
            }
        ),
    )
    if enough and not habits.openings:
        lacking.append("no opening comes back three times, so none was taken")
    if enough and not habits.catch_phrases:
        lacking.append("no phrase comes back three times, so none was taken")
    return profile, [*lacking, *missing]


def draft_of(profile: PersonaProfile, talks: Sequence[Talk], name: str) -> str:
    """A `persona.md` to begin from: sample lines are the founder's own sentences; the rest is for a person to write."""
    zh = profile.language == "zh"
    sentences = [s for talk in talks if talk.language == profile.language for s in talk.sentences]
    lines = list(dict.fromkeys([*profile.catch_phrases[:3], *sample_lines(sentences, profile.language)]))[:WANTED]
    while len(lines) < 3:
        lines.append("（请写一句平时说的话）" if zh else "(write a sentence as they would say it)")
    spoken = "\n".join(f"- {line}" for line in lines)
    real = (
        "不是真人，我是创始人的数字分身，是AI。您的问题我是现场回答的。\n\nNo, I'm an AI, the digital double of the founder."
        if zh
        else "No, I'm not a person. I'm an AI, the digital double of the founder, and I answer from the shop's notes."
    )
    return f"""# {name} {{#name}}

## Who {{#who}}

(Write in three sentences who {name} is, what the shop is, and what they care about. The host on screen is their digital double, an AI.)

## How they speak {{#voice}}

{spoken}

## Stories {{#stories}}

### A story {{#first}}

(Write one that may be told, in two or three sentences. A second paragraph is a second way to tell it.)

## Asked {{#asked}}

### Are you real? | 你是真人吗 {{#real}}

Asked as: are you real | are you human | is this an AI | is this recorded | 你是真人吗 | 你是AI吗 | 这是录播吗

{real}

## Never {{#never}}

- Never claim to be human, or to have tasted, used, seen or felt anything.
- Never promise a price, a gift or a date that is not in the notes.
"""


def _language(talks: Sequence[Talk]) -> Language:
    counts = Counter({"en": 0, "zh": 0})
    for talk in talks:
        counts[talk.language] += len(talk.sentences)
    return "zh" if counts["zh"] > counts["en"] else "en"


def _rhythm(
    talks: Sequence[Talk], manners: Sequence[Manner], language: Language
) -> tuple[RhythmProfile | None, Measured, list[str]]:
    """Factors against the packaged voice, what they rest on, and what there was too little of."""
    lacking: list[str] = []
    words, seconds = sum(t.timed_words for t in talks), sum(t.timed_seconds for t in talks)
    speech = sum(manner.speech_s for manner in manners)
    pauses = [pause for manner in manners for pause in manner.pauses_s]
    ranges = [manner.pitch_range for manner in manners if manner.pitch_range is not None]
    per_minute = words / seconds * 60 if seconds >= LEAST_SPEECH_S else None
    pause = float(np.median(pauses)) if len(pauses) >= _LEAST_PAUSES and speech >= LEAST_SPEECH_S else None
    spread = float(np.median(ranges)) if ranges and speech >= LEAST_SPEECH_S else None
    if not manners:
        lacking.append("without a recording pauses and melody are not known; rhythm keeps the voice's own")
    elif speech < LEAST_SPEECH_S:
        lacking.append(
            f"{speech:.0f} s of speech are too little for pauses and melody; {LEAST_SPEECH_S:.0f} s at least"
        )
    if per_minute is None:
        lacking.append("neither a recording nor subtitles of a minute or more: the speed is not known")
    # subtitles last a little longer than the words in them, so a rate that only they tell is no measurement of the voice
    rate = per_minute / VOICE_PER_MINUTE[language] if per_minute is not None and manners else None
    factors = {
        "rate": _within(rate, *_RATES),
        "pause": _within(pause / VOICE_PAUSE_S if pause is not None else None, 0.4, 2.5),
        "pitch_range": _within(spread / VOICE_RANGE[language] if spread is not None else None, 0.6, 1.6),
    }
    known = {name: factor for name, factor in factors.items() if factor is not None}
    measured = Measured(
        speech_seconds=round(speech, 1),
        words_a_minute=round(per_minute, 0) if per_minute is not None else None,
        pause_seconds=round(pause, 2) if pause is not None else None,
        pitch_range_semitones=round(spread, 1) if spread is not None else None,
    )
    return (RhythmProfile(**known) if known else None), measured, lacking


def _within(factor: float | None, least: float, most: float) -> float | None:
    return round(min(most, max(least, factor)), 2) if factor is not None else None
