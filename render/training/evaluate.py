"""How well a mouth made from audio does what the mouth that knows the phonemes does.

``python -m render.training.evaluate --data DATA`` reads the test parts of `render.training.recipe` and prints a table for the
network, for the rules of `render.audio_viseme` and for a jaw that follows the loudness. What is taken for true is
`render.viseme` with the phonemes' own times: a good animator, not a camera.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.audio_viseme import LOOK_AHEAD_SECONDS as RULES_LOOK_AHEAD_SECONDS
from render.audio_viseme import audio_mouth_track
from render.avatar_pack import MOUTH_KEYS
from render.contract import PhonemeSpan
from render.mouth_listener import LOOK_AHEAD_SECONDS, MouthListener, MouthNetwork, heard_mouth_track
from render.mouth_weights import Track, finish, opening
from render.training.examples import is_bilabial
from render.training.speakers import Utterance, load
from render.viseme import mouth_track
from rtc.contract import FRAME_RATE, SAMPLE_RATE, Pcm

Driver = Callable[[Utterance, Pcm], Track]
"""Makes the mouth of an utterance, of which it hears `pcm` (perhaps with noise)."""

FRAME_SECONDS: Final = 1 / FRAME_RATE
TOLERANCE_SECONDS: Final = 0.040
CLOSED_WEIGHT: Final = 0.5
_MBP: Final = MOUTH_KEYS.index("mbp")
_FV: Final = MOUTH_KEYS.index("fv")
_REST: Final = MOUTH_KEYS.index("rest")
_AA: Final = MOUTH_KEYS.index("aa")
_PARTED: Final = 0.15
"""An opening at which the lips are seen to be apart: that of an s."""
_LARGEST_LAG: Final = 4
_LABIODENTALS: Final = frozenset("fv")


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one driver on one set of utterances."""

    correlation: float
    """Of the opening with the phoneme-driven one, at the same frame."""
    best_correlation: float
    best_lag_ms: float
    """Positive: the driver is late."""
    closed: float
    """Share of p, b, m with the lips closed in a frame whose middle lies within 40 ms of the phoneme's."""
    on_teeth: float
    """Share of f, v likewise."""
    false_closures_a_minute: float
    """Runs of closed frames with no p, b, m within 80 ms, where the teacher's lips are parted."""
    same_key: float
    """Share of frames of speech whose largest key is the teacher's."""
    overlap: float
    """Mean over frames of the weight that both put on the same keys, 0 to 1."""
    seconds: float
    bilabials: int


def score(utterances: Sequence[Utterance], heard: Sequence[Pcm], driver: Driver) -> Score:
    """Compare a driver with the phoneme-driven mouth."""
    theirs = [driver(utterance, pcm) for utterance, pcm in zip(utterances, heard, strict=True)]
    true = [mouth_track(utterance.speech, 0.5) for utterance in utterances]
    at_lag = {lag: _correlation(true, theirs, lag) for lag in range(-_LARGEST_LAG, _LARGEST_LAG + 1)}
    best = max(at_lag, key=lambda lag: at_lag[lag])
    lips = [_hit(u.speech.phonemes, track, is_bilabial, _MBP) for u, track in zip(utterances, theirs, strict=True)]
    teeth = [_hit(u.speech.phonemes, track, _is_labiodental, _FV) for u, track in zip(utterances, theirs, strict=True)]
    false = sum(_false_closures(u.speech.phonemes, a, b) for u, a, b in zip(utterances, theirs, true, strict=True))
    seconds = sum(utterance.speech.pcm.size for utterance in utterances) / SAMPLE_RATE
    a, b = np.concatenate(true), np.concatenate(theirs)
    speaking = a[:, _REST] < 0.9
    return Score(
        correlation=at_lag[0],
        best_correlation=at_lag[best],
        best_lag_ms=best * FRAME_SECONDS * 1000,
        closed=_share(lips),
        on_teeth=_share(teeth),
        false_closures_a_minute=false * 60 / seconds,
        same_key=float(np.mean(a[speaking].argmax(axis=1) == b[speaking].argmax(axis=1))),
        overlap=float(np.minimum(a, b)[speaking].sum(axis=1).mean()),
        seconds=seconds,
        bilabials=sum(len(hits) for hits in lips),
    )


def recalls(utterances: Sequence[Utterance], driver: Driver) -> dict[str, tuple[float, int]]:
    """For each key: in what share of the frames in which the teacher shows it most the driver does too, and how many they are."""
    a = np.concatenate([mouth_track(utterance.speech, 0.5) for utterance in utterances]).argmax(axis=1)
    b = np.concatenate([driver(utterance, utterance.speech.pcm) for utterance in utterances]).argmax(axis=1)
    return {
        key: (float(np.mean(b[a == place] == place)), int(np.sum(a == place)))
        for place, key in enumerate(MOUTH_KEYS)
        if np.any(a == place)
    }


def confusion(utterances: Sequence[Utterance], driver: Driver) -> NDArray[np.float64]:
    """Row: key the teacher shows most; column: mean weights of the driver in those frames. Shape (13, 13)."""
    a = np.concatenate([mouth_track(utterance.speech, 0.5) for utterance in utterances]).argmax(axis=1)
    b = np.concatenate([driver(utterance, utterance.speech.pcm) for utterance in utterances])
    rows = [
        b[a == place].mean(axis=0) if np.any(a == place) else np.zeros(len(MOUTH_KEYS))
        for place in range(len(MOUTH_KEYS))
    ]
    return np.array(rows, np.float64)


def by_phonemes(utterance: Utterance, pcm: Pcm) -> Track:
    """The teacher itself: what a table's figures can reach."""
    return mouth_track(utterance.speech, 0.5)


def by_network(network: MouthNetwork | None = None) -> Driver:
    """The network, hearing the audio frame by frame as a live show would."""

    def drive(utterance: Utterance, pcm: Pcm) -> Track:
        if network is None:
            return heard_mouth_track(pcm)
        listener = MouthListener(network)
        return np.concatenate([listener.feed(pcm), listener.end()])

    return drive


def by_rules(utterance: Utterance, pcm: Pcm) -> Track:
    """The rules of `render.audio_viseme`."""
    return audio_mouth_track(pcm)


def by_loudness(utterance: Utterance, pcm: Pcm) -> Track:
    """The commonest shortcut: the jaw opens with the level (RMS) of the frame, and nothing else moves."""
    frames = -(-pcm.size * FRAME_RATE // SAMPLE_RATE)
    size = SAMPLE_RATE // FRAME_RATE
    padded = np.pad(pcm.astype(np.float64), (0, frames * size - pcm.size)).reshape(frames, size)
    level_db = 10 * np.log10((padded**2).mean(axis=1) + 1)
    loudest = np.percentile(level_db, 95)
    wide = np.clip((level_db - (loudest - 30)) / 30, 0, 1)
    track = np.zeros((frames, len(MOUTH_KEYS)))
    track[:, _AA] = wide
    # Where the jaw is shut the lips are taken as closed, or it could close on nothing at all.
    track[:, _MBP] = np.where(wide < 0.25, 1 - wide, 0)
    track[:, _REST] = 1 - track.sum(axis=1)
    return finish(track, 0.0)


def noisy(pcm: Pcm, ratio_db: float, chance: np.random.Generator, babble: Sequence[Pcm]) -> Pcm:
    """Add noise at a signal-to-noise ratio (RMS over the utterance): by turns pink noise and several people talking."""
    voice = pcm.astype(np.float64)
    if chance.random() < 0.5:
        spectrum = np.fft.rfft(chance.normal(size=pcm.size))
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(spectrum.size), 20)), pcm.size)
    else:
        noise = np.zeros(pcm.size)
        for place in chance.integers(0, len(babble), 5):
            noise += np.resize(babble[place], pcm.size) / (np.std(babble[place]) + 1)
    noise *= np.std(voice) / (np.std(noise) + 1e-9) * 10 ** (-ratio_db / 20)
    mixed = voice + noise
    result: Pcm = (mixed * min(1.0, 32000 / np.abs(mixed).max())).astype(np.int16)
    return result


def conditions(utterances: Sequence[Utterance], seed: int = 5) -> dict[str, list[Pcm]]:
    """What is heard: clean, at 20 and at 10 dB signal to noise, and clean but 25 dB quieter, as from a timid microphone."""
    chance = np.random.default_rng(seed)
    clean = [utterance.speech.pcm for utterance in utterances]
    quiet: list[Pcm] = [(pcm.astype(np.float64) * 10 ** (-25 / 20)).astype(np.int16) for pcm in clean]
    return {
        "clean": clean,
        "20 dB": [noisy(pcm, 20, chance, clean) for pcm in clean],
        "10 dB": [noisy(pcm, 10, chance, clean) for pcm in clean],
        "-25 dB": quiet,
    }


def cost_ms(network: MouthNetwork, pcm: Pcm) -> tuple[float, float]:
    """CPU milliseconds (thread time) a 40 ms frame takes, median and 95th percentile, fed frame by frame."""
    listener = MouthListener(network)
    frame = SAMPLE_RATE // FRAME_RATE
    times = []
    for start in range(0, pcm.size - frame, frame):
        began = time.thread_time()
        listener.feed(pcm[start : start + frame])
        times.append((time.thread_time() - began) * 1000)
    return float(np.median(times)), float(np.percentile(times, 95))


def table(utterances: Sequence[Utterance], drivers: dict[str, Driver]) -> str:
    """All conditions and drivers, one row each."""
    head = "heard   driver     opening r  best r (lag)    p b m closed  false/min  f v  same key  overlap"
    rows = [head]
    for condition, heard in conditions(utterances).items():
        for name, driver in drivers.items():
            if name == "phonemes" and condition != "clean":
                continue
            got = score(utterances, heard, driver)
            rows.append(
                f"{condition:7} {name:10} {got.correlation:9.3f}  {got.best_correlation:.3f} ({got.best_lag_ms:+3.0f} ms) "
                f"{got.closed:13.1%} {got.false_closures_a_minute:10.1f} {got.on_teeth:4.0%} {got.same_key:9.1%} {got.overlap:8.1%}"
            )
    return "\n".join(rows)


def _correlation(true: Sequence[Track], theirs: Sequence[Track], lag: int) -> float:
    pairs = [
        (opening(a)[max(0, -lag) : len(a) - max(0, lag)], opening(b)[max(0, lag) : len(b) - max(0, -lag)])
        for a, b in zip(true, theirs, strict=True)
    ]
    a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
    # A driver that does not move at all follows nothing.
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def _is_labiodental(span: PhonemeSpan) -> bool:
    return any(letter in _LABIODENTALS for letter in span.symbol)


def _hit(spans: Sequence[PhonemeSpan], track: Track, wanted: Callable[[PhonemeSpan], bool], key: int) -> list[bool]:
    middles = (np.arange(len(track)) + 0.5) * FRAME_SECONDS
    hits = []
    for span in spans:
        if wanted(span):
            near = np.abs(middles - (span.start + span.end) / 2 / SAMPLE_RATE) <= TOLERANCE_SECONDS
            hits.append(bool((track[near, key] >= CLOSED_WEIGHT).any()))
    return hits


def _false_closures(spans: Sequence[PhonemeSpan], track: Track, true: Track) -> int:
    closed = track[:, _MBP] >= CLOSED_WEIGHT
    edges = np.flatnonzero(np.diff(np.concatenate([[False], closed, [False]]).astype(np.int8)))
    real = [(span.start / SAMPLE_RATE - 0.08, span.end / SAMPLE_RATE + 0.08) for span in spans if is_bilabial(span)]
    false = 0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = first * FRAME_SECONDS, last * FRAME_SECONDS
        apart = not any(start < stop and end > begin for begin, stop in real)
        false += apart and float(opening(true[first:last]).max()) > _PARTED
    return false


def _share(hits: Sequence[Sequence[bool]]) -> float:
    joined = [hit for found in hits for hit in found]
    return float(np.mean(joined)) if joined else float("nan")


def read_part(folder: Path) -> list[Utterance]:
    """Stored utterances of one part of the data; raises `SystemExit` where there are none."""
    paths = sorted(path for path in folder.glob("*.npz") if not path.name.startswith("unfinished"))
    if not paths:
        raise SystemExit(f"there is no speech in {folder}: make it with python -m render.training.recipe")
    return [load(path) for path in paths]


def report(data: Path, network: MouthNetwork) -> str:
    """All tables for the test parts in a folder, as text."""
    drivers = {"phonemes": by_phonemes, "network": by_network(network), "rules": by_rules, "loudness": by_loudness}
    unseen = read_part(data / "speakers")
    parts = {
        "speakers and texts never heard": unseen,
        "of these Kokoro in English": [u for u in unseen if u.speaker.startswith("kokoro") and u.language == "en"],
        "of these Kokoro in Mandarin": [u for u in unseen if u.language == "zh"],
        "of these Flite": [u for u in unseen if u.speaker.startswith("flite")],
        "speakers of the training, texts never heard": read_part(data / "texts"),
    }
    median, late = cost_ms(network, np.concatenate([utterance.speech.pcm for utterance in unseen[:20]]))
    told = [
        f"look-ahead from a frame's middle: network {LOOK_AHEAD_SECONDS * 1000:.1f} ms, "
        f"rules {RULES_LOOK_AHEAD_SECONDS * 1000:.0f} ms",
        f"CPU time a 40 ms frame, network, fed frame by frame: median {median:.2f} ms, 95 % {late:.2f} ms",
    ]
    for title, utterances in parts.items():
        if utterances:
            seconds = sum(utterance.speech.pcm.size for utterance in utterances) / SAMPLE_RATE
            lips = sum(is_bilabial(span) for utterance in utterances for span in utterance.speech.phonemes)
            speakers = len({utterance.speaker for utterance in utterances})
            told.append(f"\n{title}: {len(utterances)} utterances, {speakers} speakers, {seconds:.0f} s, {lips} p b m")
            told.append(table(utterances, drivers))
    told.append(
        "\nframes in which the teacher shows a key most: share in which the driver does too (clean, never heard)"
    )
    found = {name: recalls(unseen, driver) for name, driver in drivers.items() if name != "phonemes"}
    for key, (_, count) in found["network"].items():
        told.append(
            f"  {key:5} {count:6} frames  " + "  ".join(f"{name} {got[key][0]:5.1%}" for name, got in found.items())
        )
    told.append("\nmean weights of the network in those frames, in % (row: the teacher's key)")
    told.append("        " + " ".join(f"{key:>5}" for key in MOUTH_KEYS))
    for key, row in zip(MOUTH_KEYS, confusion(unseen, drivers["network"]), strict=True):
        if row.any():
            told.append(f"  {key:5} " + " ".join(f"{share:5.0%}" for share in row))
    return "\n".join(told)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m render.training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that render.training.recipe has filled")
    parser.add_argument("--weights", type=Path, help="default: the packaged ones")
    options = parser.parse_args()
    print(report(options.data, MouthNetwork.load(options.weights)))


if __name__ == "__main__":
    main()
