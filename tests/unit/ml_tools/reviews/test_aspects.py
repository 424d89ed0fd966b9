"""Aspects with the models that ship, against what the demo's phrases were written for; and the aspects of a shop."""

import pytest

from common.settings import settings
from ml_tools.reviews.aspect_model.model import Verdict
from ml_tools.reviews.aspects import AspectReader, aspect_of, encoder, version_of
from ml_tools.reviews.found import found_aspects
from tests.reviews_kit import NoModel, WordReader
from tests.unit.ml_tools.reviews.demo_phrases import phrases


@pytest.fixture(scope="module")
def encode():
    return encoder(settings().models_dir, threads=1)


@pytest.fixture(scope="module")
def reader() -> AspectReader:
    from ml_tools.reviews.aspect_model.model import AspectModel
    from ml_tools.reviews.sentiment.reader import SentimentReader

    models = settings().models_dir
    return AspectReader(SentimentReader.open(models, threads=1), AspectModel.open(models))


def test_the_demos_phrases_are_read_as_they_were_meant(reader: AspectReader) -> None:
    """F1 over (aspect, sentiment) pairs; what is said besides the phrase's own aspect counts as wrong."""
    written = list(phrases())
    right = wrong = missed = turned = 0
    for phrase, opinions in zip(written, reader.read([phrase.text for phrase in written]), strict=True):
        hits = [one for one in opinions if one.aspect in phrase.aspects and one.positive == phrase.positive]
        right += bool(hits)
        missed += not hits
        wrong += len(opinions) - len(hits)
        turned += any(one.positive != phrase.positive for one in opinions)
    assert len(written) > 150
    assert 2 * right / (2 * right + wrong + missed) >= 0.8
    assert turned / len(written) < 0.08


def test_a_batch_reads_as_single_sentences_do(reader: AspectReader) -> None:
    texts = ["The battery is great.", "", "Runs small but comfy.", "👍"]
    assert reader.read(texts) == [reader.read([text])[0] for text in texts]


class Judge(NoModel):
    """Finds that every sentence praises the price, and nothing of the fabric."""

    aspects = frozenset({"price", "fabric"})

    def verdicts(self, texts, said):
        return [[Verdict("price", True, 0.7)] for _ in said]


def test_of_aspects_that_the_model_judges_the_words_do_not_tell_alone() -> None:
    reader = AspectReader(WordReader(), Judge())
    (opinions,) = reader.read(["Soft fabric, blurry camera, and it is cheap."])
    assert ("price", True, 0.7) in {(one.aspect, one.positive, one.confidence) for one in opinions}
    assert ("camera", False) in {(one.aspect, one.positive) for one in opinions}
    assert not any(one.aspect == "fabric" for one in opinions)


def test_the_sentiment_is_asked_once_for_what_people_write_again() -> None:
    sentiment = WordReader()
    reader = AspectReader(sentiment, NoModel())
    reader.read(["The battery lasts.", "The battery lasts."])
    reader.read(["The battery lasts.", "My fabric."])
    assert sentiment.texts == ["the battery lasts.", "my fabric."]
    assert reader.read([]) == []


def test_the_polarity_of_a_named_aspect_comes_from_the_reader_where_words_are_silent() -> None:
    class Sure(WordReader):
        def _one(self, text):
            return super()._one("great")

    (opinions,) = AspectReader(Sure(), NoModel()).read(["The battery lasts three days."])
    assert [(one.aspect, one.positive) for one in opinions] == [("battery", True)]
    (unsure,) = AspectReader(WordReader(), NoModel()).read(["The battery lasts three days."])
    assert unsure == []


@pytest.mark.parametrize(
    ("words", "slug"),
    [("battery life", "battery"), ("does it fit", "size_fit"), ("delivery", "delivery"), ("the lid", "own_lid"),
     ("tax law", None)],
)  # fmt: skip
def test_an_aspect_is_understood(encode, words: str, slug: str | None) -> None:
    assert aspect_of(words, {"own_lid": "Lid"}, encode) == slug


def test_found_aspects_are_frequent_nouns_that_no_list_knows(encode) -> None:
    reviews = [(n % 5, f"I like it. The lid came off on day {n}.") for n in range(20)]
    reviews += [(n % 5, "The battery is good. The Zephyr is nice.") for n in range(20)]
    (lid,) = found_aspects(reviews, ["Zephyr kettle"], encode)
    assert (lid.slug, lid.name, lid.words, lid.reviews) == ("own_lid", "Lid", ("lid",), 20)
    one_product = [(1, text) for _, text in reviews]
    assert found_aspects(one_product, ["Zephyr kettle"], encode) == []
    assert found_aspects([], [], encode) == []


def test_a_found_aspect_is_read_and_changes_the_version() -> None:
    (opinions,) = AspectReader(WordReader(), NoModel(), {"own_lid": ["lid"]}).read(["The lid is bad."])
    assert [(one.aspect, one.positive) for one in opinions] == [("own_lid", False)]
    assert version_of("1", {"own_lid": ["lid"]}) != version_of("1", {})
    assert version_of("1", {}) != version_of("2", {})
