"""One voice for the whole show: what the packaged voices give, judged by others than ourselves.

    python -m tests.bench.voice                 Piper, 120 lines in all emotions, as the show plays them
    python -m tests.bench.voice --received      the same after the room's own Opus encoder and a decoder: what a viewer hears
    python -m tests.bench.voice --voice kokoro  another voice
    python -m tests.bench.voice --quick         24 lines: a look, not a result

Quality: DNSMOS P.835 (package `speechmos`); likeness: the speaker encoder of `Resemblyzer`, windows of five seconds taken at random moments
of the run. Both packages give their weights only, the front ends are ours (tests/bench/speech_quality.py).
"""

import argparse
import asyncio
import itertools
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from dialogue.contract import Comment
from dialogue.phrasebook import Phrasebook
from dialogue.readback import ReadBack
from render.contract import Emotion, Speech, Voice
from render.loudness import loudness, true_peak
from render.settings import VoiceSettings
from render.voices import open_voice
from render.voices.pitch_track import track_pitch
from rtc.audio_encoder import DECODER_DELAY_S, AudioEncoder
from rtc.contract import SAMPLE_RATE, SLICE_SAMPLES, Pcm
from tests.bench.conditions import conditions, markdown, verdict
from tests.bench.speech_quality import RATE, at_16k, dnsmos, package_file, speaker_embedding, without_long_pauses

LINES = (
    "Hello everybody, good to see so many of you tonight.",
    "We cut it at the farm and freeze it within the hour, so it comes to you as fresh as it was.",
    "The box of ten costs ¥199.00, and that is ten pieces of 150 g.",
    "The pan is cast iron, and it lasts longer than I will.",
    "Two days, cooled, and shipping is free from three packs on.",
    "Honestly, I would take the ribeye; it is the one we sell most.",
    "We roast on Mondays and send it out the same evening.",
    "No, the honey is not heated, and it comes from our own hives.",
    "You can keep it in the freezer for six months without any trouble.",
    "That is a good question, and the short answer is yes.",
    "It is 26 × 24 × 21 cm, so it fits under a normal cupboard.",
    "The linen is washed twice before we sew it, which makes it soft from the first day.",
    "I don't know that, and I would rather ask than guess.",
    "There are forty left at this price, and the offer ends at 8:30 pm.",
    "Put it in the fridge the evening before, then let it rest for ten minutes.",
    "It comes back to us if you don't like it, within thirty days.",
    "My grandmother had one of these, and she never let anybody touch it.",
    "The small one holds 1.5 L, the large one three.",
    "Thank you for waiting, we are a bit slow today.",
    "Who else has a question about the coffee?",
)
QUESTIONS = (
    ("Lin", "is the steak frozen?"),
    ("coffee_marco", "how much is the ribeye"),
    ("Ana", "do you ship to Berlin?"),
    ("Pete88", "whats in the gift box"),
    ("小明", "can i freeze it again?"),
    ("Tom", "How long does the honey keep once it is open?"),
    ("Yara", "does the pan work on induction and can it go in the oven"),
    ("Kim", "when do you roast the coffee"),
    ("Sofia Rossi", "is it cheaper if I take three?"),
    ("Bo", "Is there a discount today?"),
    ("Mei", "what does it weigh"),
    ("Jonas", "i bought the small one last year and love it"),
)
NEEDED_OVERALL = 3.3
NEEDED_LIKENESS = 0.92
NEEDED_FIRST_CLAUSE_MS = 150
ALLOWED_LU = 1.0
WINDOW = 5 * RATE
PAUSE_SECONDS = 0.32


@dataclass(frozen=True, slots=True)
class Take:
    emotion: Emotion
    text: str
    speech: Speech
    pcm: Pcm
    """As played, or as received."""
    wall_s: float


def received(pcm: Pcm) -> Pcm:
    """A clause after the room's Opus encoder and a decoder, aligned again."""
    encoder, decoder = AudioEncoder(), av.CodecContext.create("libopus", "r")
    decoder.sample_rate = SAMPLE_RATE
    # a decoder gives two equal channels; one of them is taken, for mixing them down would add 3 dB
    both = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    slices = -(-pcm.size // SLICE_SAMPLES) + 1
    padded = np.zeros(slices * SLICE_SAMPLES, np.int16)
    padded[: pcm.size] = pcm
    pieces: list[NDArray[np.float32]] = []
    for index in range(slices):
        for packet in encoder.encode(padded[index * SLICE_SAMPLES : (index + 1) * SLICE_SAMPLES], index):
            for frame in decoder.decode(packet):
                pieces += [piece.to_ndarray()[0] for piece in both.resample(frame)]
    heard = np.concatenate(pieces)[round(DECODER_DELAY_S * SAMPLE_RATE) :][: pcm.size]
    return np.round(np.clip(heard, -1, 1) * 32767).astype(np.int16)


async def perform(voice: Voice, count: int, seed: int, *, through_opus: bool) -> list[Take]:
    """Say `count` lines, every emotion as often as the others, in an order that the seed decides."""
    order = random.Random(seed)
    wanted = [(emotion, text) for text in LINES for emotion in Emotion]
    order.shuffle(wanted)
    # a short run takes whole texts in every emotion, so that emotions are compared on the same words
    if count < len(wanted):
        few = set(LINES[: max(1, count // len(Emotion))])
        wanted = [(emotion, text) for emotion, text in wanted if text in few]
    takes = []
    for emotion, text in wanted:
        began = time.perf_counter()
        speech = await voice.speak(text, language="en", emotion=emotion, energy=0.5)
        wall = time.perf_counter() - began
        takes.append(Take(emotion, text, speech, received(speech.pcm) if through_opus else speech.pcm, wall))
    return takes


async def first_clauses(voice: Voice) -> list[float]:
    """Milliseconds from the read-back's text to its PCM, each read-back new to the voice."""
    readback = ReadBack(Phrasebook(7), voice.languages)
    times = []
    for number, (viewer, text) in enumerate(QUESTIONS):
        said = readback.text(Comment(str(number), viewer, text, "en", 0.0))
        began = time.perf_counter()
        await voice.speak(said, language="en", emotion=Emotion.WARM, energy=0.6)
        times.append((time.perf_counter() - began) * 1000)
    return times


@dataclass(frozen=True, slots=True)
class Melody:
    """Of one line."""

    middle: float
    """Median pitch, semitones above 100 Hz."""
    span: float
    """From the 20th to the 80th percentile, semitones: what lies outside is mostly creak, an octave below."""
    rate: float
    """Phonemes a second, pauses left out; 0 where the voice gives none."""


def signal_of(pcm: Pcm) -> NDArray[np.float32]:
    return pcm.astype(np.float32) / np.float32(32768)


def melody(take: Take) -> Melody:
    heights = track_pitch(signal_of(take.pcm), SAMPLE_RATE).semitones()
    spoken = [phoneme for phoneme in take.speech.phonemes if phoneme.symbol]
    seconds = sum(phoneme.end - phoneme.start for phoneme in spoken) / SAMPLE_RATE
    low, middle, high = np.percentile(heights, [20, 50, 80]) if heights.size else (0.0, 0.0, 0.0)
    return Melody(float(middle), float(high - low), len(spoken) / seconds if seconds else 0.0)


def against_its_text(own: Melody, all_of_text: Sequence[Melody]) -> Melody:
    """A line's range and rate as factors against the mean of the same text in all emotions: what the words make of it is taken out."""
    span = np.mean([other.span for other in all_of_text])
    rate = np.mean([other.rate for other in all_of_text])
    return Melody(own.middle, own.span / max(1e-9, float(span)), own.rate / max(1e-9, float(rate)))


def likeness(run: NDArray[np.float32], windows: int, seed: int) -> NDArray[np.float64]:
    """Likeness of all pairs of windows of five seconds at random moments of the run."""
    order = random.Random(seed)
    starts = [order.randrange(max(1, run.size - WINDOW)) for _ in range(windows)]
    vectors = np.array([speaker_embedding(without_long_pauses(run[start : start + WINDOW])) for start in starts])
    pairs: NDArray[np.float64] = (vectors @ vectors.T)[np.triu_indices(windows, 1)]
    return pairs


def joined(takes: Iterable[Take]) -> NDArray[np.float32]:
    """The run as the show plays it, at 16 kHz: lines with the pause between them."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE), np.float32)
    return np.concatenate([piece for take in takes for piece in (at_16k(take.pcm), pause)])


def overall_scores(run: NDArray[np.float32]) -> list[float]:
    """DNSMOS overall of each nine seconds."""
    size = 9 * RATE + RATE // 100
    return [dnsmos(run[start : start + size])[0] for start in range(0, max(1, run.size - size), 9 * RATE)]


def separation(one: Sequence[float], other: Sequence[float]) -> float:
    """Difference of the means in units of the spread within each (pooled standard deviation)."""
    spread = (np.var(one) + np.var(other)) / 2
    return float(abs(np.mean(one) - np.mean(other)) / max(1e-9, np.sqrt(spread)))


async def bench(options: argparse.Namespace) -> int:
    from pydantic import TypeAdapter

    settings = TypeAdapter(VoiceSettings).validate_python({"backend": options.voice})
    began = time.perf_counter()
    voice = await open_voice(settings)
    try:
        loaded_s = time.perf_counter() - began
        times = await first_clauses(voice)
        takes = await perform(voice, 24 if options.quick else 120, options.seed, through_opus=options.received)
    finally:
        await voice.close()
    levels = [loudness(signal_of(take.pcm)) for take in takes]
    peaks = [true_peak(signal_of(take.pcm)) for take in takes]
    run = joined(takes)
    scores = overall_scores(run)
    pairs = likeness(run, 24 if options.quick else 80, options.seed)
    seconds = sum(take.speech.pcm.size for take in takes) / SAMPLE_RATE
    rtf = sum(take.wall_s for take in takes) / seconds
    where = "as received (Opus)" if options.received else "as played"
    print(f"\n{voice.name}, {len(takes)} lines, {seconds / 60:.1f} min of speech, {where}\n")
    rows = [
        (
            "DNSMOS overall, median (lowest) of 9 s",
            f"{statistics.median(scores):.2f} ({min(scores):.2f})",
            f"≥ {NEEDED_OVERALL}",
        ),
        (
            "likeness of 5 s windows, lowest / 5th percentile / median",
            f"{pairs.min():.3f} / {np.percentile(pairs, 5):.3f} / {np.median(pairs):.3f}",
            f"≥ {NEEDED_LIKENESS}",
        ),
        ("loudness of a line, LUFS, from … to", f"{min(levels):.1f} … {max(levels):.1f}", "-16 ± 1"),
        ("highest true peak, dBTP", f"{max(peaks):.2f}", "≤ -1 as played"),
        (
            "read-back to PCM, ms, median (p95)",
            f"{statistics.median(times):.0f} ({np.percentile(times, 95):.0f})",
            f"≤ {NEEDED_FIRST_CLAUSE_MS}",
        ),
        ("seconds of work for a second of speech", f"{rtf:.3f}", ""),
        ("start, s", f"{loaded_s:.1f}", ""),
    ]
    print(markdown(("figure", "measured", "bar"), rows))
    by: dict[Emotion, list[Melody]] = defaultdict(list)
    likened: dict[Emotion, list[Melody]] = defaultdict(list)
    melodies = [(take, melody(take)) for take in takes]
    for take, own in melodies:
        by[take.emotion].append(own)
        likened[take.emotion].append(against_its_text(own, [m for other, m in melodies if other.text == take.text]))

    def told(values: Sequence[float]) -> str:
        return f"{np.mean(values):.1f} ± {np.std(values):.1f}"

    print("\nEach emotion, mean ± spread between its lines\n")
    print(
        markdown(
            ("emotion", "pitch range, semitones", "phonemes a second", "pitch, semitones above 100 Hz"),
            [
                (emotion, told([m.span for m in lines]), told([m.rate for m in lines]), told([m.middle for m in lines]))
                for emotion, lines in by.items()
            ],
        )
    )
    print(
        "\nHow far emotions lie apart, each line against the mean of its own words, in units of the spread within each\n"
    )
    apart = []
    contrasts = list(itertools.combinations((Emotion.NEUTRAL, Emotion.EXCITED, Emotion.SORRY), 2))
    for one, other in contrasts:
        span = separation([m.span for m in likened[one]], [m.span for m in likened[other]])
        rate = separation([m.rate for m in likened[one]], [m.rate for m in likened[other]])
        apart.append((f"{one} and {other}", span, rate))
    print(
        markdown(("pair", "pitch range", "rate"), [(name, f"{span:.1f}", f"{rate:.1f}") for name, span, rate in apart])
    )
    print(f"\n{conditions()}")
    short = (
        [f"DNSMOS {statistics.median(scores):.2f} < {NEEDED_OVERALL}"]
        if statistics.median(scores) < NEEDED_OVERALL
        else []
    )
    short += [f"likeness {pairs.min():.3f} < {NEEDED_LIKENESS}"] if pairs.min() < NEEDED_LIKENESS else []
    short += ["loudness outside -16 ± 1 LUFS"] if max(abs(level + 16) for level in levels) > ALLOWED_LU else []
    short += ["true peak above -1 dBTP"] if not options.received and max(peaks) > -0.99 else []
    if statistics.median(times) > NEEDED_FIRST_CLAUSE_MS:
        short.append(f"read-back {statistics.median(times):.0f} ms > {NEEDED_FIRST_CLAUSE_MS} ms")
    short += [f"{name}: not further apart than their own spread" for name, *both in apart if min(both) < 1]
    return verdict(short)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.voice", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--voice", default="piper", choices=["piper", "kokoro"])
    parser.add_argument("--received", action="store_true", help="judge what comes out of the Opus decoder")
    parser.add_argument("--quick", action="store_true", help="24 lines: a look, not a result")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for package, weights in (("speechmos", "dnsmos_models/sig_bak_ovr.onnx"), ("resemblyzer", "pretrained.pt")):
        if package_file(package, weights) is None:
            parser.exit(
                2, f"the package {package} is not installed: `make setup`, or pip install --no-deps {package}\n"
            )
    import torch

    torch.set_num_threads(1)
    sys.exit(asyncio.run(bench(options)))


if __name__ == "__main__":
    main()
