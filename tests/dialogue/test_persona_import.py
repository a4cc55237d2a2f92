"""From talks to a profile: what is read, what counts as a habit, and what is too little."""

import argparse
import io
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dialogue.contract import Heard
from dialogue.persona_import.building import profile_of
from dialogue.persona_import.habits import habits_of
from dialogue.persona_import.listening import RATE_HZ, decoded, listen, manner_of, stretches
from dialogue.persona_import.sample_lines import sample_lines
from dialogue.persona_import.transcript import TalkUnreadable, read_transcript, talk_of
from dialogue.persona_profile import PersonaProfile, read_profile, with_rhythm, written
from dialogue.phrasebook import Phrasebook
from dialogue.room_content import RoomContent
from dialogue.wording import Wording
from render.settings import PiperSettings, RhythmProfile
from server.persona_command import import_persona

SRT = """1
00:00:01,000 --> 00:00:03,000
JOE: So, here's the <i>honest</i> version.

2
00:00:03,000 --> 00:00:06,000
It hums. [laughter]
"""
VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\n大家好，我是雨晴。\n\n00:04.000 --> 00:06.000\n茶要等水。\n"
SAID = [
    *["So, we began with one freezer.", "Look, a pan is a pan.", "Here's the honest version."] * 4,
    *["So, it was the best winter ever.", "It was 40 yuan then.", "Nobody knows why it hums."] * 3,
]


def test_subtitles_are_read_without_times_names_and_noises() -> None:
    talk = talk_of(SRT, "talk.srt")
    assert talk.sentences == ("So, here's the honest version.", "It hums.")
    assert (talk.timed_words, talk.timed_seconds) == (7, 5.0)
    chinese = talk_of(VTT, "talk.vtt")
    assert chinese.language == "zh"
    assert chinese.sentences == ("大家好，我是雨晴。", "茶要等水。")


INTERVIEW = """**Adam Stone:** So, how did it begin?

**Joe Marsh:** So, it began with one freezer.
We had no plan &amp; no money.

[\\05:12] **Adam Stone:** Wow.
**Joe Marsh:** You know, freezers hum.
"""


def test_of_an_interview_one_speaker_can_be_taken() -> None:
    both = talk_of(INTERVIEW, "i.md")
    assert both.speakers == {"Joe Marsh": 17, "Adam Stone": 6}
    joe = talk_of(INTERVIEW, "i.md", "joe")
    assert joe.sentences == ("So, it began with one freezer.", "We had no plan & no money.", "You know, freezers hum.")
    assert joe.speakers == {}
    with pytest.raises(TalkUnreadable, match="Ann says nothing; its speakers: Joe Marsh, Adam Stone"):
        talk_of(INTERVIEW, "i.md", "Ann")


def test_of_subtitles_a_speakers_cues_alone_are_timed() -> None:
    text = SRT + "\n3\n00:00:07,000 --> 00:00:09,500\nANN: Does it?\n"
    joe = talk_of(text, "talk.srt", "Joe")
    assert (joe.sentences, joe.timed_words, joe.timed_seconds) == (
        ("So, here's the honest version.", "It hums."),
        7,
        5.0,
    )
    assert talk_of(text, "talk.srt", "ann").timed_seconds == 2.5


@pytest.mark.parametrize(("raw", "words"), [(b"\x00\x01" * 99, "not text"), (b"1\n2\n", "no words")])
def test_what_is_no_transcript_is_said_so(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(raw)
    with pytest.raises(TalkUnreadable, match=words):
        read_transcript(path)


def test_habits_are_what_comes_back_and_may_be_said() -> None:
    habits = habits_of(SAID, "en")
    assert habits.openings == ("So", "Look")
    assert "Here's the honest version." in habits.catch_phrases
    assert not any("best" in phrase or "40" in phrase for phrase in habits.catch_phrases)
    assert 4 <= habits.median_words <= 6


def test_in_an_interview_the_words_that_lead_sentences_are_openings() -> None:
    said = [
        *[
            "So we began with one freezer.",
            "And so we had no money.",
            "It was, you know, a cold year.",
            "I mean, it hummed.",
        ]
        * 3,
        *["Again, it was cold.", "I think, it was March.", "Yeah, it was.", "For us, it was new."] * 3,
        *["I don't know."] * 5,
    ]
    habits = habits_of(said, "en")
    assert habits.openings == ("So", "You know", "I mean")
    assert habits.opening_share == pytest.approx(0.3)
    assert not {"I don't know.", "I think, it was March."} & set(habits.catch_phrases)


def test_sample_lines_are_understood_by_themselves_and_come_from_the_whole_talk() -> None:
    good = [
        f"We look after {thing} ourselves." for thing in ("pans", "eggs", "tea", "bread", "wool", "salt", "oil", "jam")
    ]
    spoilt = [
        "That's what he said then.",
        "I met Mike in the shop there.",
        "We paid 40 yuan for it.",
        "I think we may do it.",
    ]
    spoilt += [
        "We were so - I mean -- we ran.",
        "We have the best pans of all.",
        "Is that what we want here?",
        "We ran.",
    ]
    sentences = [sentence for pair in zip(spoilt, good, strict=True) for sentence in pair]
    assert sample_lines(sentences, "en") == good
    assert sample_lines(["所以我们开了店。", "我们自己照看每一口锅。"], "zh") == ["我们自己照看每一口锅。"]


def test_too_little_is_said_and_nothing_is_made_up() -> None:
    profile, lacking = profile_of([talk_of("So, hello. So, what. So, there.", "short.txt")], [], None)
    assert (profile.openings, profile.catch_phrases, profile.rhythm) == ((), (), None)
    assert any("too few" in sentence for sentence in lacking)
    assert any("recording" in sentence for sentence in lacking)


def tones(seconds: float, tone_s: float, pause_s: float) -> NDArray[np.float32]:
    """A voice that sounds and rests in turn, gliding up by four semitones in each stretch."""
    t = np.arange(int(tone_s * RATE_HZ)) / RATE_HZ
    pitch = 120 * 2 ** (t / tone_s * 4 / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    tone = sum(np.sin(k * phase) / k for k in range(1, 12)) * 0.1
    one = np.concatenate([tone, np.zeros(int(pause_s * RATE_HZ))])
    return np.tile(one, int(seconds / (tone_s + pause_s))).astype(np.float32)


def test_pauses_and_melody_of_a_known_sound_are_found() -> None:
    samples = tones(30, 1.5, 0.5)
    spoken = stretches(samples)
    manner = manner_of(samples, spoken)
    assert manner.speech_s == pytest.approx(22.5, rel=0.05)
    assert np.median(manner.pauses_s) == pytest.approx(0.5, abs=0.05)
    assert manner.pitch_range == pytest.approx(3.6, abs=0.5)


class FakeEars:
    """Hears the same sentence in every piece."""

    def transcribe(self, audio: bytes, vocabulary: str = "") -> Heard:
        with wave.open(io.BytesIO(audio)) as file:
            seconds = file.getnframes() / file.getframerate()
        assert seconds <= 20
        return Heard("Look, here we are. " * 8, "en", seconds)


def wav(path: Path, samples: NDArray[np.float32]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def test_a_recording_gives_words_speed_and_rhythm(tmp_path: Path) -> None:
    told: list[str] = []
    path = wav(tmp_path / "talk.wav", tones(150, 1.5, 0.5))
    talk, manner = listen(path, FakeEars(), told.append)
    profile, _ = profile_of([talk], [manner], "en")
    assert profile.rhythm is not None
    assert profile.rhythm.pause == pytest.approx(0.5 / 0.36, abs=0.15)
    assert profile.measured.speech_seconds == pytest.approx(112.5, rel=0.05)
    assert any("minutes" in line for line in told)


def test_what_holds_no_sound_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_text("nothing of the kind", "utf-8")
    with pytest.raises(TalkUnreadable, match="can't be read as a recording"):
        decoded(path)


def test_the_profile_is_read_back_and_a_wrong_one_says_where(tmp_path: Path) -> None:
    profile = PersonaProfile(openings=("So",), opening_share=0.2, rhythm=RhythmProfile(rate=1.1))
    path = tmp_path / "persona_profile.yaml"
    path.write_text(written(profile), "utf-8")
    assert read_profile(path) == (profile, [])
    path.write_text("version: 1\nopening_share: 7\n", "utf-8")
    (problem,) = read_profile(path)[1]
    assert problem.field == "opening_share"
    assert problem.line == 2


def test_wording_and_voice_take_it_up(demo: RoomContent) -> None:
    profile = PersonaProfile(openings=("Look",), opening_share=0.5, rhythm=RhythmProfile(rate=1.1))
    wording = Wording(Phrasebook(1), demo.ordinary_words(), profile)
    said = [told[0] for _ in range(40) if (told := wording.pitch("storage", demo.catalogue["RB-10"])) is not None]
    assert any(text.startswith("Look, ") for text in said)
    assert not all(text.startswith("Look, ") for text in said)
    assert with_rhythm(PiperSettings(), profile).rhythm.rate == 1.1
    assert with_rhythm(PiperSettings(rhythm=RhythmProfile()), profile).rhythm.rate == 1.0


def test_the_command_writes_a_profile_and_a_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("\n".join(SAID), "utf-8")
    options = argparse.Namespace(talk=[talk], room=tmp_path / "rooms" / "mine", language=None, speaker="", model="")
    assert import_persona(options) == 0
    assert "openings: So, Look" in capsys.readouterr().out
    assert (options.room / "persona.md").read_text("utf-8").startswith("# Mine")
    assert read_profile(options.room / "persona_profile.yaml")[1] == []
    options.talk = [tmp_path / "missing.txt"]
    assert import_persona(options) == 1
    assert "there is no file" in capsys.readouterr().err
