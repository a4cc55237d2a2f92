"""``talkback persona import``: from transcripts and recordings of talks to a room's persona profile."""

import argparse
import sys
from pathlib import Path

from dialogue.contract import ModelError
from dialogue.persona_import.building import draft_of, profile_of
from dialogue.persona_import.listening import Ears, Manner, listen
from dialogue.persona_import.transcript import TRANSCRIPTS, Talk, TalkUnreadable, read_transcript
from dialogue.persona_profile import PROFILE_FILE, PersonaProfile, written


def import_persona(options: argparse.Namespace, ears: Ears | None = None) -> int:
    """Measure the talks and write the profile; returns 0, or 1 with a sentence that says what is wrong."""
    try:
        talks, manners = _read(options, ears)
        profile, lacking = profile_of(talks, manners, options.language)
        _write(options.room, profile, talks)
    except (TalkUnreadable, ModelError) as error:
        print(f"talkback: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"talkback: {options.room} can't be written: {error.strerror or error}", file=sys.stderr)
        return 1
    _tell(profile, lacking)
    return 0


def _read(options: argparse.Namespace, ears: Ears | None) -> tuple[list[Talk], list[Manner]]:
    talks: list[Talk] = []
    manners: list[Manner] = []
    for path in options.talk:
        if not path.is_file():
            raise TalkUnreadable(f"there is no file {path}")
        if path.suffix.casefold() in TRANSCRIPTS:
            talks.append(read_transcript(path, options.speaker))
        else:
            ears = ears or _packaged(options.model)
            if options.speaker:
                raise TalkUnreadable(f"{path}: in a recording --speaker can't be told apart; give its transcript")
            talk, manner = listen(path, ears, _say)
            talks.append(talk)
            manners.append(manner)
        _say(f"{path.name}: {len(talks[-1].sentences)} sentences")
        if len(talks[-1].speakers) > 1:
            told = ", ".join(f"{who} ({count:,} words)" for who, count in talks[-1].speakers.items())
            first = next(iter(talks[-1].speakers))
            _say(f"  of {told}; all of it counts as the founder's. --speaker '{first}' takes one of them alone")
    return talks, manners


def _packaged(model: str) -> Ears:
    from dialogue.hearing import FasterWhisper  # seconds
    from dialogue.settings import HearingSettings

    _say("loading the hearing model")
    return FasterWhisper(HearingSettings(model=model) if model else HearingSettings())


def _write(room: Path, profile: PersonaProfile, talks: list[Talk]) -> None:
    room.mkdir(parents=True, exist_ok=True)
    path = room / PROFILE_FILE
    if path.exists():
        path.replace(path.with_suffix(".yaml.before"))
        _say(f"the profile that was there is kept as {path.name}.before")
    path.write_text(written(profile), "utf-8")
    _say(f"wrote {path}")
    persona = room / "persona.md"
    if not persona.exists():
        persona.write_text(draft_of(profile, talks, room.name.replace("-", " ").title()), "utf-8")
        _say(f"wrote {persona}, a draft: fill in what stands in brackets, then run talkback doctor {room}")


def _tell(profile: PersonaProfile, lacking: list[str]) -> None:
    measured = profile.measured
    if measured.sentence_words is not None:
        median, long_ = measured.sentence_words
        _say(f"sentences: {measured.sentences}, half of them up to {median:.0f} words, nine of ten up to {long_:.0f}")
    _say(f"openings: {', '.join(profile.openings) or 'none'}")
    _say(f"catch phrases: {' / '.join(profile.catch_phrases) or 'none'}")
    if profile.rhythm is not None:
        rhythm = profile.rhythm
        _say(f"rhythm, against the voice: rate {rhythm.rate}, pauses {rhythm.pause}, melody {rhythm.pitch_range}")
    for sentence in lacking:
        _say(f"too little: {sentence}")


def _say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)
