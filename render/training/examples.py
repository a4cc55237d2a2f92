"""From utterances to what the network is trained on: spectra and teacher's weights every 10 ms, changed anew for every batch.

What changes the sound's time or formants (another speed, a room) is done once on the audio, in a few variants. Noise, gain,
tone and small differences of vocal tract are added to the power spectra themselves, which costs next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS
from render.contract import PhonemeSpan, Speech
from render.mouth_listener import (
    BANDS,
    HIGHEST_HZ,
    HOP,
    LOWEST_HZ,
    START_DB,
    WINDOW,
    LevelTracker,
    features,
    level_db,
    mel_power,
)
from render.training.speakers import Utterance, load
from render.viseme import mouth_track
from render.voices.mastering import resample
from rtc.contract import SAMPLE_RATE, Pcm

Array = NDArray[np.float32]

HOPS_PER_SECOND: Final = SAMPLE_RATE // HOP
BILABIALS: Final = frozenset("pbmɓ")
_KEYS: Final = len(MOUTH_KEYS)
_REST: Final = MOUTH_KEYS.index("rest")


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance, or a variant of it, in hops."""

    power: NDArray[np.float16]
    """Mel power in dB, shape (hops, bands)."""
    weights: NDArray[np.float16]
    """The teacher's mouth, shape (hops, 13)."""
    closures: tuple[int, ...]
    """Hops in the middle of each p, b or m."""
    speaker: str


def is_bilabial(span: PhonemeSpan) -> bool:
    return any(letter in BILABIALS for letter in span.symbol)


def spectra(signal: Array) -> Array:
    """Mel power of each hop of a signal in -1 to 1, in dB, shape (hops, bands)."""
    hops = -(-signal.size // HOP)
    before = (WINDOW - HOP) // 2
    padded = np.pad(signal, (before, hops * HOP - signal.size + WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:hops]
    result: Array = 10 * np.log10(mel_power(windows) + 1e-9)
    return result


def _floats(pcm: Pcm) -> Array:
    return (pcm / 32768).astype(np.float32)


def _linear(decibels: Array) -> Array:
    result: Array = np.power(np.float32(10), decibels / 10)
    return result


def example(speech: Speech, speaker: str) -> Example:
    """Spectra of an utterance with the mouth that `render.viseme` gives it."""
    power = spectra(_floats(speech.pcm))
    weights = mouth_track(speech, 0.5, frame_rate=HOPS_PER_SECOND)[: len(power)]
    middles = tuple((span.start + span.end) // 2 // HOP for span in speech.phonemes if is_bilabial(span))
    return Example(power.astype(np.float16), weights.astype(np.float16), middles, speaker)


def variant(speech: Speech, chance: np.random.Generator) -> Speech:
    """The same words by someone larger or smaller, faster or slower (resampled), perhaps in a room."""
    factor = float(np.exp(chance.uniform(-0.17, 0.17)))
    signal = resample(_floats(speech.pcm), round(SAMPLE_RATE * factor))
    if chance.random() < 0.5:
        signal = _in_a_room(signal, chance)
    spans = tuple(
        PhonemeSpan(span.symbol, round(span.start / factor), round(span.end / factor)) for span in speech.phonemes
    )
    pcm = (np.clip(signal, -1, 1) * 32767).astype(np.int16)
    return Speech(pcm, spans)


def _in_a_room(signal: Array, chance: np.random.Generator) -> Array:
    """Add an exponentially decaying diffuse tail, 3 to 15 dB below the direct sound, 0.15 to 0.5 s long (RT60)."""
    decay_seconds = float(chance.uniform(0.15, 0.5))
    time = np.arange(int(decay_seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = chance.normal(size=time.size) * 10 ** (-3 * time / decay_seconds)
    tail[: SAMPLE_RATE // 500] = 0
    tail *= 10 ** (-float(chance.uniform(3, 15)) / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = 1 << (signal.size + tail.size - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(tail, size), size)[: signal.size]
    result: Array = (wet / max(1.0, float(np.abs(wet).max()))).astype(np.float32)
    return result


def prepare(paths: Sequence[Path], variants: int, seed: int) -> list[Example]:
    """Examples of stored utterances, each as it is and in `variants` further variants."""
    found: list[Example] = []
    for place, path in enumerate(paths):
        heard: Utterance = load(path)
        found.append(example(heard.speech, heard.speaker))
        chance = np.random.default_rng([seed, place])
        found += [example(variant(heard.speech, chance), heard.speaker) for _ in range(variants)]
    return found


def noises(examples: Sequence[Example], chance: np.random.Generator, seconds: int) -> list[Array]:
    """Spectra of noises, mean power one, each (hops, bands): steady, hum, music-like, knocks, and other people talking."""
    size = seconds * SAMPLE_RATE
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    made: list[Array] = []
    for slope in (0.0, 0.5, 0.8, 1.0, 1.3):
        spectrum = chance.normal(size=hertz.size) + 1j * chance.normal(size=hertz.size)
        made.append(np.fft.irfft(spectrum / np.maximum(hertz, 40) ** slope, size).astype(np.float32))
    time = np.arange(size) / SAMPLE_RATE
    for mains in (50, 60):
        harmonics = [np.sin(2 * np.pi * mains * n * time + n) / n for n in range(1, 12)]
        made.append((np.sum(harmonics, axis=0) + 0.1 * chance.normal(size=size)).astype(np.float32))
    for _ in range(4):
        music = np.zeros(size)
        sounding = np.arange(int(1.5 * SAMPLE_RATE)) / SAMPLE_RATE
        for _ in range(5 * seconds):
            note = 110 * 2 ** (chance.integers(0, 36) / 12)
            start = int(chance.integers(0, size - sounding.size))
            tone = sum(np.sin(2 * np.pi * note * n * sounding) / n**1.5 for n in range(1, 7))
            music[start : start + sounding.size] += np.exp(-3 * sounding) * tone
        made.append(music.astype(np.float32))
    for _ in range(2):
        knocks = np.zeros(size)
        for start in chance.integers(0, size - 4800, 50):
            knocks[start : start + 4800] += chance.normal(size=4800) * np.exp(
                -np.arange(4800) / chance.uniform(100, 900)
            )
        made.append((knocks + 0.01 * chance.normal(size=size)).astype(np.float32))
    powers = [_linear(spectra(noise / (2 * np.abs(noise).max()))) for noise in made]
    for _ in range(10):
        babble = np.zeros((seconds * HOPS_PER_SECOND, BANDS), np.float32)
        for index in chance.integers(0, len(examples), 6 * seconds // 2):
            voice = _linear(examples[index].power.astype(np.float32))
            start = int(chance.integers(-100, len(babble) - 50))
            voice = voice[max(0, -start) : len(babble) - start]
            babble[max(0, start) : max(0, start) + len(voice)] += voice
        powers.append(babble)
    return [(power / np.mean(10 ** (level_db(power) / 10))).astype(np.float32) for power in powers]


class Batches:
    """Draws random stretches of speech with everything that a microphone may do to it."""

    def __init__(self, examples: Sequence[Example], hops: int, seed: int, *, noise_seconds: int = 12) -> None:
        self._hops = hops
        self.chance = np.random.default_rng(seed)
        self._by_speaker: dict[str, list[Example]] = {}
        for item in examples:
            self._by_speaker.setdefault(item.speaker, []).append(item)
        self._speakers = sorted(self._by_speaker)
        sizes = np.array([len(self._by_speaker[name]) for name in self._speakers], float)
        self._shares = np.sqrt(sizes) / np.sqrt(sizes).sum()
        self._noises = noises(examples, np.random.default_rng(seed + 1), noise_seconds)
        self._warps = [_warp(float(factor)) for factor in np.linspace(0.92, 1.08, 9)]

    def draw(self, count: int) -> tuple[Array, Array, Array]:
        """What the network hears (count, hops, bands), what it should do (count, hops, 13), middles of closures (count, hops)."""
        drawn = [self._stretch() for _ in range(count)]
        power = np.stack([item[0] for item in drawn])
        loud = np.array([item[3] for item in drawn], np.float32)
        power = self._disturb(power, loud)
        gain_db = self.chance.uniform(-42, -8, count).astype(np.float32)
        power *= (10 ** (gain_db / 10) / loud)[:, None, None]
        guess = gain_db + self.chance.normal(0, 4, count).astype(np.float32)
        guess = np.where(self.chance.random(count) < 0.35, np.float32(START_DB), guess)
        levels = LevelTracker(guess).follow(level_db(power).T).T
        return features(power, levels), np.stack([item[1] for item in drawn]), np.stack([item[2] for item in drawn])

    def _stretch(self) -> tuple[Array, Array, Array, float]:
        """Utterances of one speaker in a row with pauses between: linear power, weights, middles, and mean power of the speech."""
        speaker = self._speakers[int(self.chance.choice(len(self._speakers), p=self._shares))]
        known = self._by_speaker[speaker]
        power = np.full((self._hops, BANDS), 1e-9, np.float32)
        weights = np.zeros((self._hops, _KEYS), np.float32)
        weights[:, _REST] = 1
        middles = np.zeros(self._hops, np.float32)
        place = int(self.chance.integers(0, 60))
        skip_first = self.chance.random() < 0.7
        spoken: list[Array] = []
        while place < self._hops:
            item = known[int(self.chance.integers(len(known)))]
            skipped = int(self.chance.integers(0, max(1, len(item.power) - 80))) if skip_first else 0
            skip_first = False
            piece = item.power[skipped : skipped + self._hops - place].astype(np.float32)
            power[place : place + len(piece)] = _linear(piece)
            weights[place : place + len(piece)] = item.weights[skipped : skipped + len(piece)]
            for middle in item.closures:
                if skipped <= middle < skipped + len(piece):
                    middles[place + middle - skipped] = 1
            spoken.append(power[place : place + len(piece)])
            place += len(piece) + int(self.chance.choice([3, 15, 40, 90]))
        total = level_db(np.concatenate(spoken))
        active = total[total > total.max() - 30]
        return power, weights, middles, float(np.mean(10 ** (active / 10)))

    def _disturb(self, power: Array, loud: Array) -> Array:
        count = len(power)
        for place in np.flatnonzero(self.chance.random(count) < 0.5):
            warp = self._warps[int(self.chance.integers(len(self._warps)))]
            power[place] = 10 ** ((10 * np.log10(power[place] + 1e-9)) @ warp / 10)
        across = np.linspace(-1, 1, BANDS)
        tone_db = self.chance.normal(0, 3, (count, 1)) * across
        for waves in (1, 2, 3):
            tone_db += self.chance.normal(0, 1.5, (count, 1)) * np.cos(
                np.pi * waves * across + self.chance.uniform(0, 6)
            )
        power = power * (10 ** (tone_db / 10)).astype(np.float32)[:, None, :]
        for place in np.flatnonzero(self.chance.random(count) < 0.75):
            noise = self._noises[int(self.chance.integers(len(self._noises)))]
            start = int(self.chance.integers(0, max(1, len(noise) - self._hops)))
            noise = np.resize(noise[start : start + self._hops], (self._hops, BANDS))
            ratio_db = float(self.chance.uniform(3, 45))
            noise = noise * np.float32(loud[place] * 10 ** (-ratio_db / 10))
            clean = power[place]
            # Speech and noise add as amplitudes: their product's sign is chance, averaged over a band's bins.
            phase = self.chance.normal(0, 0.35, noise.shape).astype(np.float32)
            power[place] = np.maximum(clean + noise + 2 * np.sqrt(clean * noise) * phase, 0.02 * (clean + noise))
        return power


def _warp(factor: float) -> Array:
    """Matrix that moves the mel bands by a factor of frequency, by linear interpolation, shape (bands, bands)."""
    mel_low, mel_high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    centres = np.linspace(mel_low, mel_high, BANDS + 2)[1:-1]
    hertz = 700 * (10 ** (centres / 2595) - 1) * factor
    wanted = np.clip((2595 * np.log10(1 + hertz / 700) - centres[0]) / (centres[1] - centres[0]), 0, BANDS - 1)
    below = np.minimum(wanted.astype(int), BANDS - 2)
    share = wanted - below
    matrix = np.zeros((BANDS, BANDS), np.float32)
    matrix[below, np.arange(BANDS)] = 1 - share
    matrix[below + 1, np.arange(BANDS)] += share
    return matrix
