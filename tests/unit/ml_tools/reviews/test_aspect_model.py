"""The model of aspects: its features, its fit, and what it makes of broken files."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from common.settings import settings
from ml_tools.artefacts import open_artefact
from ml_tools.errors import BrokenArtefact
from ml_tools.reviews.aspect_model.labelled import Labelled
from ml_tools.reviews.aspect_model.model import TOOL, WORDS, AspectModel, Vocabulary, ngrams, shown
from ml_tools.reviews.aspect_model.train import FEWEST, by_words, chosen, f1, fit, judged_pairs, train, vocabulary_of
from ml_tools.reviews.aspect_model.words import Said, hinted, said
from ml_tools.reviews.clauses import listed

PAIRS = [("fabric", True), ("fabric", False), ("look", True), ("look", False)]
SILENT = Said(frozenset(), frozenset())


def test_ngrams_are_of_one_to_three_words() -> None:
    assert list(ngrams("It\u2019s so SOFT!")) == ["it's", "so", "soft", "it's so", "so soft", "it's so soft"]
    assert list(ngrams("\U0001f44d")) == []


def test_vectors_are_of_unit_length_and_rare_words_weigh_more() -> None:
    vocabulary = vocabulary_of(["so soft", "so soft", "so fine", "so fine", "so", "once"])
    assert set(vocabulary.places) == {"so", "soft", "fine", "so soft", "so fine"}
    found = vocabulary.vectors(["so soft", "nothing known", ""]).toarray()
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0, 0])
    assert found[0, vocabulary.places["soft"]] > found[0, vocabulary.places["so"]] > 0


def test_words_are_told_as_cues_and_as_names() -> None:
    sentence = "The fabric is soft but it looks ugly, and so is the zipper"
    found = said(sentence, hinted(sentence, listed()), listed())
    assert {("fabric", True), ("look", False)} <= found.cues
    assert {"fabric", "look", "quality"} <= found.named
    vocabulary = Vocabulary({"soft": 0}, np.ones(1, dtype=np.float32))
    features = shown(vocabulary, PAIRS, [sentence, ""], [found, SILENT]).toarray()
    assert features[0].tolist() == [1, 1, 0, 0, 1, 1, 1, 1, 1]
    assert features[1].tolist() == [0] * 9


def test_what_the_words_miss_is_learnt_from_what_people_labelled() -> None:
    rows = [Labelled(f"It hangs like a curtain, number {n}", frozenset({("look", False)})) for n in range(30)]
    rows += [Labelled(f"The fabric is soft, number {n}", frozenset({("fabric", True)})) for n in range(30)]
    rows += [Labelled(f"My order, number {n}", frozenset()) for n in range(30)]
    words = by_words(rows)
    model = AspectModel(PAIRS, *fit(rows, words, PAIRS), 0.4)
    unseen = ["hangs like a curtain", "soft fabric", "an order for my sister"]
    found = model.verdicts(unseen, by_words([Labelled(text, frozenset()) for text in unseen]))
    assert [{(one.aspect, one.positive) for one in row} for row in found] == [
        {("look", False)}, {("fabric", True)}, set(),
    ]  # fmt: skip
    assert chosen(model, rows, words)[1] == 1.0
    assert model.verdicts([], []) == []


def test_aspects_of_few_labels_are_left_to_the_words() -> None:
    rows = [Labelled("", frozenset({("look", True), ("look", False)})) for _ in range(FEWEST)]
    rows += [Labelled("", frozenset({("camera", True)})) for _ in range(FEWEST - 1)]
    assert judged_pairs(rows) == [("look", True), ("look", False)]


def test_f1_counts_pairs_that_are_wholly_right() -> None:
    assert f1([frozenset()], [set()]) == 0.0
    assert f1([frozenset({("look", True)})], [{("look", False)}]) == 0.0
    assert f1([frozenset({("look", True)})], [{("look", True), ("fabric", True)}]) == pytest.approx(2 / 3)


def test_what_is_written_is_read_again_as_it_was(tmp_path: Path) -> None:
    rows = [Labelled(f"Soft fabric {n % 3}", frozenset({("fabric", True)})) for n in range(FEWEST)]
    rows += [Labelled(f"It was late {n % 3}", frozenset()) for n in range(FEWEST)]
    manifest = train(rows, rows, tmp_path / TOOL)
    model = AspectModel.open(tmp_path)
    assert model.aspects == {"fabric"}
    assert manifest.quality["F1"] == 1.0
    assert "1.000" in (tmp_path / TOOL / "MODEL_CARD.md").read_text()
    assert len(model.verdicts(["Soft fabric", "late"], by_words(rows[:1] + rows[-1:]))[0]) == 1


def broken(folder: Path, content: bytes) -> Path:
    """The artefact that ships with other words, and a manifest that fits them."""
    whole = open_artefact(settings().models_dir / TOOL)
    folder.mkdir()
    for name in whole.manifest.files:
        (folder / name).write_bytes(content if name == WORDS else whole.read(name))
    files = {**whole.manifest.files, WORDS: hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(whole.manifest.model_copy(update={"files": files}).model_dump_json())
    return folder


@pytest.mark.parametrize(
    "words", [{}, [], {"pairs": [], "ngrams": [], "threshold": 0.4}, {"pairs": [["look", True]], "ngrams": ["a"]}]
)
def test_words_that_do_not_fit_are_a_broken_artefact(tmp_path: Path, words: object) -> None:
    folder = broken(tmp_path / TOOL, json.dumps(words).encode())
    with pytest.raises(BrokenArtefact):
        AspectModel.open(tmp_path)
    assert folder.is_dir()


def test_the_model_that_ships_tells_praise_from_blame() -> None:
    model = AspectModel.open(settings().models_dir)
    texts = ["The fabric is so soft.", "The fabric is scratchy.", "It was a gift for my sister."]
    found = model.verdicts(texts, by_words([Labelled(text, frozenset()) for text in texts]))
    assert [{(one.aspect, one.positive) for one in row} for row in found] == [
        {("fabric", True)}, {("fabric", False)}, set(),
    ]  # fmt: skip
    assert all(0 < one.probability <= 1 for row in found for one in row)
