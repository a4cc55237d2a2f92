"""The data: which speakers say which texts, and who and what is kept for the test.

``python -m render.training.recipe --out DATA`` writes one ``.npz`` an utterance into ``DATA/train``,
``DATA/texts`` (speakers of the training, texts they never said in it) and ``DATA/speakers`` (neither speaker nor text was
ever heard). It goes on where it was stopped.
"""

import argparse
import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np

from render.training.speakers import FliteSpeaker, KokoroSpeaker, PiperSpeaker, Speaker, save
from render.voices.kokoro_files import default_voices_folder, voice_names
from rtc.contract import SAMPLE_RATE

# Chosen before anything was trained: both sexes, four accents and languages, and one flite voice of each kind of recording.
HELD_OUT: Final = frozenset(
    {
        "kokoro:af_bella",
        "kokoro:am_michael",
        "kokoro:bf_emma",
        "kokoro:bm_george",
        "kokoro:zf_xiaoyi",
        "kokoro:zm_yunxi",
    }
    | {"kokoro:jf_alpha", "kokoro:pm_alex", "flite:awb", "flite:rms"}
)
_FLITE: Final = ("slt", "kal16", "awb", "rms")
_SEED: Final = 20
_MORE_MANDARIN: Final = 3
"""Few of the voices speak it, so each of them reads so many times as much."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One utterance to be made."""

    part: str
    speaker: Speaker
    text: str
    number: int

    @property
    def file_name(self) -> str:
        return f"{self.number:04d}-{self.speaker.name.replace(':', '-')}.npz"


def texts(language: str, part: str) -> list[str]:
    """Sentences of ``en`` or ``zh`` for ``train`` or ``test``; no sentence is in both."""
    name = {"en": "english", "zh": "mandarin"}[language]
    source = resources.files("render.training") / "corpus" / f"{name}_{part}.txt"
    return source.read_text(encoding="utf-8").split("\n")[:-1]


def shuffled_words(sentences: Sequence[str], chance: np.random.Generator) -> str:
    """A new order of words out of several sentences: sounds meet that no sentence brings together."""
    words = " ".join(sentences).replace(".", "").replace(",", "").replace("?", "").replace("!", "").split()
    picked = chance.choice(len(words), size=int(chance.integers(7, 13)), replace=False)
    joined = " ".join(words[place] for place in picked)
    comma = int(chance.integers(2, 6))
    return " ".join(word + ("," if place == comma else "") for place, word in enumerate(joined.split())) + "."


def shuffled_clauses(sentences: Sequence[str], chance: np.random.Generator) -> str:
    """Two or three clauses out of different Mandarin sentences."""
    clauses = [clause for sentence in sentences for clause in re.split("[，。？、]", sentence) if clause]
    return "，".join(chance.choice(clauses, size=int(chance.integers(2, 4)), replace=False)) + "。"


def plan(speakers: Sequence[Speaker], rounds: dict[str, int], tests: int) -> Iterator[Assignment]:
    """Say who reads what: `rounds` utterances by kind of speaker for the training, `tests` sentences for each test.

    Speakers take turns, so that a recipe that is stopped early has heard all of them.
    """
    number = 0
    for speaker in speakers:
        unseen = texts(speaker.language, "test")
        part = "speakers" if speaker.name in HELD_OUT else "texts"
        few = tests if speaker.name in HELD_OUT or not speaker.name.startswith("kokoro") else 1
        order = np.random.default_rng([_SEED, *speaker.name.encode()]).permutation(len(unseen))
        for place in order[:few]:
            number += 1
            yield Assignment(part, speaker, unseen[int(place)], number)
    turns = {
        speaker.name: rounds.get(speaker.name.split(":")[0], 0) * (_MORE_MANDARIN if speaker.language == "zh" else 1)
        for speaker in speakers
        if speaker.name not in HELD_OUT
    }
    for turn in range(max(turns.values(), default=0)):
        for speaker in speakers:
            if turn >= turns.get(speaker.name, 0):
                continue
            number += 1
            chance = np.random.default_rng([_SEED, turn, *speaker.name.encode()])
            known = texts(speaker.language, "train")
            text = known[int(chance.integers(len(known)))]
            if turn % 2:
                text = shuffled_clauses(known, chance) if speaker.language == "zh" else shuffled_words(known, chance)
            yield Assignment("train", speaker, text, number)


def found_speakers(kokoro_voices: Path, piper_models: Sequence[str]) -> list[Speaker]:
    """All speakers that can be had here, the packaged Piper voice first; says what is missing."""
    speakers: list[Speaker] = [PiperSpeaker(), *(PiperSpeaker(model) for model in piper_models)]
    if shutil.which("flite"):
        speakers += [FliteSpeaker(voice) for voice in _FLITE]
    else:
        print("flite is not installed: going without its four voices (Debian, Ubuntu: apt-get install flite)")
    if not voice_names(kokoro_voices):
        print(f"there are no voices in {kokoro_voices}: going without Kokoro (make kokoro)")
    else:
        speakers += [
            KokoroSpeaker(kokoro_voices, name, steady=f"kokoro:{name}" in HELD_OUT)
            for name in voice_names(kokoro_voices)
        ]
    return speakers


def main() -> None:
    """Make the data."""
    parser = argparse.ArgumentParser(prog="python -m render.training.recipe", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the data (about 6 MB a minute)")
    parser.add_argument("--kokoro-voices", type=Path, default=default_voices_folder(), help="folder of Kokoro's voices")
    parser.add_argument("--piper", action="append", default=[], help="path of a further Piper voice; may be repeated")
    parser.add_argument(
        "--kokoro-rounds", type=int, default=8, help="utterances of each Kokoro voice (0.4 CPU seconds a second)"
    )
    parser.add_argument("--piper-rounds", type=int, default=240)
    parser.add_argument("--flite-rounds", type=int, default=150)
    parser.add_argument("--tests", type=int, default=10, help="test sentences for each speaker that is held out")
    options = parser.parse_args()
    rounds = {"kokoro": options.kokoro_rounds, "piper": options.piper_rounds, "flite": options.flite_rounds}
    make(options.out, plan(found_speakers(options.kokoro_voices, options.piper), rounds, options.tests))


def make(out: Path, assignments: Iterable[Assignment]) -> None:
    """Have everything said that is not in `out` yet."""
    made = 0.0
    for assignment in assignments:
        path = out / assignment.part / assignment.file_name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(assignment.file_name.encode()).digest()
        speech = assignment.speaker.say(assignment.text, np.random.default_rng(list(digest[:8])))
        unfinished = path.with_name("unfinished.tmp.npz")
        save(speech, assignment.speaker.name, assignment.speaker.language, assignment.text, unfinished)
        unfinished.rename(path)
        before, made = made, made + speech.pcm.size / SAMPLE_RATE
        if before // 60 != made // 60:
            print(f"{made / 60:.0f} min of speech, {assignment.part}, {assignment.speaker.name}", flush=True)


if __name__ == "__main__":
    main()
