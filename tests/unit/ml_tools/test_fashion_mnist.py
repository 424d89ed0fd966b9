"""The reference on Fashion-MNIST: small enough, reads only sound files, learns, and what ships is what was trained."""

import gzip
import struct

import numpy as np
import pytest
import torch

from common.errors import BadRequest
from common.settings import settings
from ml_tools.artefacts import open_artefact
from ml_tools.training import Checkpoints
from ml_tools.visual_search.fashion_mnist import data
from ml_tools.visual_search.fashion_mnist.artefact import TOOL, classifier, evaluate, write
from ml_tools.visual_search.fashion_mnist.augmentation import MOVE, hide, move, views
from ml_tools.visual_search.fashion_mnist.network import Classifier, FashionNetwork, parameters
from ml_tools.visual_search.fashion_mnist.selection import Memory, worth_seeing
from ml_tools.visual_search.fashion_mnist.train import Training, train

SHIPPED = settings().models_dir / TOOL
SIDE = data.SIDE


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for one another make such small steps slow where others compute too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def separable(count: int, *, seed: int = 0) -> data.Pictures:
    """Pictures whose label is where a bright bar lies, alike in the mirror."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(data.CLASSES), count)
    pixels = rng.integers(0, 60, (count, SIDE, SIDE), dtype=np.uint8)
    for picture, label in zip(pixels, labels, strict=True):
        picture[4 + 2 * label : 6 + 2 * label] = 255
    return data.Pictures(pixels, labels.astype(np.int64))


def write_idx(path, array: np.ndarray, *, kind: int = 8, shape=None) -> None:
    dimensions = array.shape if shape is None else shape
    head = struct.pack(f">BBBB{len(dimensions)}I", 0, 0, kind, len(dimensions), *dimensions)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))


def write_dataset(folder, pictures: data.Pictures, *, part: str = "train") -> None:
    write_idx(folder / f"{part}-images-idx3-ubyte.gz", pictures.pixels)
    write_idx(folder / f"{part}-labels-idx1-ubyte.gz", pictures.labels)


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_network_is_small_and_gives_a_logit_per_class():
    network = FashionNetwork()
    assert parameters(network) <= 1_000_000
    assert network(torch.zeros(3, 1, SIDE, SIDE)).shape == (3, 10)


def test_an_idx_file_is_read_as_it_was_written(tmp_path):
    array = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    write_idx(tmp_path / "some.gz", array)
    assert data.read_idx(tmp_path / "some.gz").tolist() == array.tolist()


def test_training_and_validation_share_no_picture_and_leave_none_out(tmp_path):
    count = data.VALIDATION + 7
    pixels = np.zeros((count, SIDE, SIDE), dtype=np.uint8)
    pixels[:, 0, 0] = np.arange(count) % 251
    write_dataset(tmp_path, data.Pictures(pixels, np.arange(count) % 10))
    first, last = data.training(tmp_path), data.validation(tmp_path)
    assert (len(first), len(last)) == (7, data.VALIDATION)
    assert np.array_equal(np.concatenate([first.pixels, last.pixels]), pixels)
    assert np.concatenate([first.labels, last.labels]).tolist() == (np.arange(count) % 10).tolist()


def test_a_missing_dataset_says_how_to_get_it(tmp_path):
    with pytest.raises(BadRequest, match="dataset-fashion-mnist"):
        data.test(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        gzip.compress(b""),
        gzip.compress(b"\x00\x00\x08\x03\x00\x00"),
        gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x05abc"),
        gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x02abc"),
        gzip.compress(b"\x00\x00\x0d\x01\x00\x00\x00\x01abcd"),
        gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x03abc")[:-9],
    ],
    ids=["empty", "no gzip", "nothing in it", "cut head", "too short", "too long", "floats", "cut gzip"],
)
def test_a_broken_idx_file_is_refused(tmp_path, content):
    (tmp_path / "some.gz").write_bytes(content)
    with pytest.raises(BadRequest, match=r"some\.gz"):
        data.read_idx(tmp_path / "some.gz")


def test_labels_that_do_not_fit_the_pictures_are_refused(tmp_path):
    pictures = separable(6)
    write_dataset(tmp_path, data.Pictures(pictures.pixels, pictures.labels[:-1]), part="t10k")
    with pytest.raises(BadRequest, match="do not match"):
        data.test(tmp_path)
    write_dataset(tmp_path, data.Pictures(pictures.pixels, np.full(6, 10)), part="t10k")
    with pytest.raises(BadRequest, match="label 10"):
        data.test(tmp_path)


def test_views_are_random_repeatable_and_between_0_and_1():
    pixels = torch.from_numpy(separable(16).pixels)
    first, again, other = views(pixels, generator()), views(pixels, generator()), views(pixels, generator(2))
    assert first.shape == (16, 1, SIDE, SIDE)
    assert first.min() >= 0
    assert first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_moved_picture_is_cut_or_mirrored_and_never_changed_otherwise():
    dot = torch.zeros(400, SIDE, SIDE, dtype=torch.uint8)
    dot[:, 10, 5] = 200
    found = move(dot, generator()).nonzero()
    assert len(found) == 400
    assert set(found[:, 1].tolist()) == set(range(10 - MOVE, 10 + MOVE + 1))
    straight, mirrored = set(range(5 - MOVE, 5 + MOVE + 1)), set(range(22 - MOVE, 22 + MOVE + 1))
    assert set(found[:, 2].tolist()) == straight | mirrored


def test_about_half_of_the_pictures_are_partly_hidden():
    hidden = (hide(torch.zeros(600, SIDE, SIDE), generator()) > 0).float().mean(dim=(1, 2))
    assert 0.4 < (hidden > 0).float().mean() < 0.6
    assert hidden.max() < 0.4


def test_hard_pictures_are_always_seen_and_easy_ones_count_for_those_left_out():
    losses = torch.cat([torch.zeros(9000), torch.ones(1000)])
    rows, weights = worth_seeing(losses, generator())
    assert len(set(rows.tolist())) == len(rows) < 6000
    assert set(range(9000, 10_000)) <= set(rows.tolist())
    assert set(weights[rows >= 9000].tolist()) == {1.0}
    assert float(weights[rows < 9000].sum()) == pytest.approx(9000, rel=0.03)


def test_every_picture_is_seen_before_its_loss_is_known():
    rows, weights = worth_seeing(Memory(50).losses, generator())
    assert sorted(rows.tolist()) == list(range(50))
    assert set(weights.tolist()) == {1.0}


@pytest.mark.parametrize("workers", [1, 2])
def test_steps_lower_the_loss_on_pictures_that_can_be_told_apart(workers):
    training = Training(separable(32), epochs=1, workers=workers)
    training.set_rate(0.02)
    losses = [training.step(torch.arange(32), torch.ones(32), generator(at)).mean() for at in range(6)]
    assert losses[-1] < 0.9 * losses[0]
    assert training.memory.losses.min() > 0


def test_workers_together_make_the_gradient_of_the_whole_batch():
    """With batch statistics that are given, how a batch is divided changes nothing; weights count as they should."""
    rows, weights = torch.arange(10), torch.tensor([1.0, 2.0] * 5)
    gradients = []
    for workers in (1, 2):
        training = Training(separable(10), epochs=1, workers=workers)
        for replica in training.replicas:
            replica.eval()
        training.set_rate(0.0)
        training.step(rows, weights, generator())
        gradients.append(torch.cat([weight.grad.flatten() for weight in training.network.parameters()]))
    assert gradients[0].norm() > 0.1
    assert torch.cosine_similarity(gradients[0], gradients[1], dim=0) > 0.999
    assert float(gradients[1].norm()) == pytest.approx(float(gradients[0].norm()), rel=0.02)


def test_a_stopped_training_goes_on_where_it_was(tmp_path):
    """Two epochs in one go, or stopped after the first: the same weights. And a finished one is not trained again."""
    pictures, checkpoints = separable(48), Checkpoints(tmp_path / "kept")
    whole = Training(pictures, epochs=2)
    for number in range(2):
        whole.epoch(number)
        if number == 0:
            parts = {"network": whole.network, "averaged": whole.averaged, "memory": whole.memory}
            checkpoints.keep(parts, whole.optimizer, 1)
    resumed = train(pictures, separable(20, seed=1), checkpoints, epochs=2)
    for expected, found in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.allclose(expected, found, atol=1e-5)
    again = train(pictures, separable(20, seed=1), checkpoints, epochs=2)
    assert again.memory.seconds == resumed.memory.seconds


def test_what_ships_classifies_as_the_network_that_was_trained(tmp_path):
    torch.manual_seed(3)
    network, pictures = FashionNetwork().eval(), separable(12)
    artefact = write(network, tmp_path, {"epochs": 1})
    found = classifier(artefact, threads=1)(pictures.pixels)
    with torch.no_grad():
        expected = Classifier(network)(torch.from_numpy(pictures.pixels)).numpy()
    assert found == pytest.approx(expected, abs=1e-4)
    assert artefact.manifest.quality == {"epochs": 1, "parameters": parameters(network)}
    measured = evaluate(artefact, data.Pictures(pictures.pixels, expected.argmax(axis=1)), threads=1)
    assert measured.accuracy == 1.0
    assert measured.parameters == parameters(network)


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no trained artefact lies in models/")
def test_the_shipped_artefact_is_whole_good_and_blind_to_mirrors():
    artefact = open_artefact(SHIPPED)
    assert artefact.manifest.quality["parameters"] <= 1_000_000
    assert artefact.manifest.quality["validation_accuracy"] >= 0.94
    pixels = separable(20).pixels
    pixels[:, :, :9] = 0  # so that a picture and its mirror image differ
    classify = classifier(artefact, threads=1)
    found, mirrored = classify(pixels), classify(np.ascontiguousarray(pixels[:, :, ::-1]))
    assert found.shape == (20, len(data.CLASSES))
    assert found.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-4)
    assert mirrored == pytest.approx(found, abs=1e-4)
