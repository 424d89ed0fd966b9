"""The weights that ship: what they say of plain cases, alone and in batches, and of texts of any form."""

import shutil

import numpy as np
import pytest

from common.settings import settings
from ml_tools.errors import BrokenArtefact
from ml_tools.reviews.sentiment.reader import CALIBRATION, GRAPH, TOOL, SentimentReader

GLAD = [
    "I love this phone, it does everything I want.",
    "Excellent quality for the price, would buy again.",
    "The battery lasts two days. Great!",
    "Fits perfectly and the fabric is so soft.",
    "Not bad at all, I am really happy with it.",
    "Works great, easy to set up.",
]
SORRY = [
    "Terrible. It broke after two days and nobody answers my mails.",
    "Do not waste your money on this.",
    "I do not like it, the fabric is thin and scratchy.",
    "It never worked, I had to return it.",
    "The worst purchase I have ever made.",
    "Very disappointed, it looks nothing like the picture.",
]
ODD = ["", "!!!", "👍👍", "<p>Great &amp; <b>cheap</b>, I love it</p>", "sehr gut, aber nicht für mich", "ok", "\ud83d"]


@pytest.fixture(scope="module")
def reader() -> SentimentReader:
    return SentimentReader.open(settings().models_dir)


def test_plain_cases_are_told_apart(reader: SentimentReader) -> None:
    assert [one.sentiment for one in reader.read(GLAD)] == ["positive"] * len(GLAD)
    assert all(one.positive < 0.4 and one.sentiment != "positive" for one in reader.read(SORRY))


def test_a_text_is_read_the_same_alone_and_in_any_batch(reader: SentimentReader) -> None:
    texts = [*GLAD, *ODD, *SORRY]
    alone = [reader.read([text])[0] for text in texts]
    together = reader.read(texts)
    backwards = reader.read(texts[::-1])[::-1]
    for one, other, third in zip(alone, together, backwards, strict=True):
        assert one.reason == other.reason == third.reason
        # int8: what a batch holds moves the scale of its activations.
        assert one.positive == pytest.approx(other.positive, abs=0.08)
        assert one.positive == pytest.approx(third.positive, abs=0.08)


def test_what_cannot_be_judged_says_why(reader: SentimentReader) -> None:
    found = reader.read(ODD)
    assert [one.reason for one in found[:2]] == ["empty", "no_words"]
    assert found[2].sentiment == found[3].sentiment == "positive"
    assert found[4].reason == "other_language"
    assert found[6].reason == "empty"
    assert all(one.positive == 0.5 for one in found if one.reason not in (None, "not_sure"))


def test_ten_thousand_words_are_read_in_pieces(reader: SentimentReader) -> None:
    glad, sorry = " ".join(GLAD * 250), " ".join(SORRY * 250)
    assert len(glad.split()) > 9_000
    assert [one.sentiment for one in reader.read([glad, sorry])] == ["positive", "negative"]
    assert reader.read([glad + " " + sorry])[0].sentiment == "mixed"


@pytest.mark.parametrize("text", ["ok", "It is ok.", "could be better", "great phone", "fine I guess", "not bad"])
def test_what_makes_one_statement_is_not_mixed(reader: SentimentReader, text: str) -> None:
    assert reader.read([text])[0].sentiment != "mixed"


def test_what_says_good_and_bad_is_mixed_also_when_short(reader: SentimentReader) -> None:
    text = "Good phone. Bad battery."
    assert reader.read([text, "ok", text])[2].sentiment == "mixed"


def test_no_texts_give_no_readings(reader: SentimentReader) -> None:
    assert reader.read([]) == []


def test_emoji_alone_are_understood_where_they_are_plain(reader: SentimentReader) -> None:
    found = reader.read(["😍👍", "😡👎", "😍 😡", "🤖"])
    assert [one.sentiment for one in found] == ["positive", "negative", "mixed", "unclear"]
    assert found[3].reason == "no_words"


def test_the_manifest_tells_what_was_measured(reader: SentimentReader) -> None:
    quality = reader.manifest.quality
    assert quality["amazon accuracy"] > 0.94
    assert quality["clothing AUC"] > 0.96


@pytest.mark.parametrize("name", [GRAPH, CALIBRATION])
def test_a_damaged_file_is_refused(tmp_path, name: str) -> None:
    shutil.copytree(settings().models_dir / TOOL, tmp_path / TOOL)
    path = tmp_path / TOOL / name
    path.write_bytes(path.read_bytes()[:-7] + b"changed")
    with pytest.raises(BrokenArtefact, match="damaged"):
        SentimentReader.open(tmp_path)


def test_torch_and_onnx_weights_agree(reader: SentimentReader) -> None:
    import torch

    from ml_tools.artefacts import open_artefact
    from ml_tools.reviews.sentiment.network import SentimentNetwork, bare_encoder
    from ml_tools.reviews.sentiment.reader import WEIGHTS
    from ml_tools.reviews.sentiment.train import logits_of

    network = SentimentNetwork(bare_encoder())
    tensors = open_artefact(settings().models_dir / TOOL).tensors(WEIGHTS)
    network.load_state_dict({key: torch.from_numpy(value).float() for key, value in tensors.items()})
    texts = [*GLAD, *SORRY]
    difference = np.abs(logits_of(network, texts)[:, 0] - reader.logits(texts)[:, 0])
    assert difference.mean() < 0.5
