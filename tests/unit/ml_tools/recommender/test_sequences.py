"""Sequence models: they learn what follows what, read histories of any length alike, and can be written down."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from common.errors import BadRequest, Conflict
from ml_tools.recommender.interactions import ProductFeatures, interactions_of
from ml_tools.recommender.models.base import NEVER
from ml_tools.recommender.models.gru4rec import GRU4Rec
from ml_tools.recommender.models.sasrec import SASRec
from ml_tools.recommender.models.sequence_batches import batches, windows
from ml_tools.recommender.models.sequence_loss import Rivals, RivalSource, cross_entropy
from ml_tools.recommender.models.sequence_training import held_out
from ml_tools.training import Checkpoints

PRODUCTS = 12
UNTOUCHED = PRODUCTS - 1
TINY = {"width": 16, "window": 6, "epochs": 12, "batch": 256, "rate": 0.02, "dropout": 0.1, "patience": 12}


def chains(count=160, seed=1):
    """Products 0 to 9 follow each other in a ring, from anywhere; 10 comes now and then, 11 never."""
    rng = np.random.default_rng(seed)
    rings = [(rng.integers(10) + np.arange(rng.integers(3, 12))) % 10 for _ in range(count)]
    return [np.append(ring, 10) if rng.random() < 0.1 else ring for ring in rings]


def history(*products):
    return np.array(products, dtype=np.int32)


@pytest.fixture(scope="module")
def data():
    return interactions_of(chains(), PRODUCTS)


@pytest.fixture(scope="module", params=[SASRec, GRU4Rec], ids=["sasrec", "gru4rec"])
def model(request, data):
    return request.param(**TINY).fit(data)


def test_what_follows_what_is_learnt(model):
    after = model.scores([history((first - 1) % 10, first) for first in range(10)])
    assert (after.argmax(axis=1) == (np.arange(10) + 1) % 10).mean() >= 0.9


def test_order_matters(model):
    there, back = model.scores([history(1, 2, 3), history(3, 2, 1)])
    assert there.argmax() == 4
    assert not np.allclose(there[: PRODUCTS - 1], back[: PRODUCTS - 1], atol=1e-2)


def test_a_history_scores_the_same_alone_and_among_others(model):
    histories = [history(3), history(1, 2, 3, 4, 5), history(7, 8), history(), history(2, 3, 4)]
    together = model.scores(histories)
    alone = np.concatenate([model.scores([one]) for one in histories])
    assert np.allclose(together, alone, atol=1e-4)


def test_the_last_place_alone_is_what_all_places_end_with(model):
    encoder = model.encoder().eval()
    vectors, lengths = torch.randn(3, 6, TINY["width"]), torch.tensor([6, 1, 4])
    everywhere = encoder(vectors)[torch.arange(3), lengths - 1]
    assert torch.allclose(encoder.last(vectors, lengths), everywhere, atol=1e-5)


def test_only_the_window_counts(model):
    assert np.allclose(model.scores([history(9, 9, 0, 1, 2, 3, 4, 5)]), model.scores([history(0, 1, 2, 3, 4, 5)]))


def test_an_empty_history_wants_what_is_popular(model):
    scores = model.scores([history()])[0]
    assert scores[10] < scores[:10].min()
    assert len(model.next(history(), 3)) == 3


def test_scores_are_the_dot_product_that_a_server_does_itself(model):
    histories = [history(4, 5), history()]
    scores = model.encode(histories) @ model.product_vectors().T
    assert np.allclose(scores[:, model.placed], model.scores(histories)[:, model.placed], atol=1e-5)
    assert model.encode([]).shape == (0, TINY["width"])


def test_a_product_that_nobody_touched_has_no_score_without_content(model):
    assert not model.placed[UNTOUCHED]
    assert model.scores([history(1, 2)])[0, UNTOUCHED] == NEVER
    assert len(model.next(history(1, 2), PRODUCTS)) == PRODUCTS - 3
    assert len(model.similar(UNTOUCHED, 3)) == 0


def test_a_model_that_was_written_down_scores_the_same(model):
    histories = [history(1, 2), history(5), history()]
    again = type(model)().restore(model.state(), PRODUCTS)
    assert np.array_equal(again.scores(histories), model.scores(histories))
    assert again.recipe == model.recipe
    assert all(array.dtype != object for array in model.state().values())
    with pytest.raises(Conflict):
        type(model)().restore(model.state(), PRODUCTS + 1)


def test_fits_of_the_same_seed_are_equal_and_leave_the_random_numbers_of_others_alone(model, data):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    again = type(model)(**TINY).fit(data)
    assert torch.equal(torch.rand(1), expected)
    assert np.allclose(again.scores([history(1, 2)]), model.scores([history(1, 2)]))


def test_a_stopped_fit_goes_on_where_it_was(data, tmp_path, model):
    class Stopped(Exception):
        pass

    def stop_after_five(line):
        if line.startswith("epoch 6/"):
            raise Stopped

    checkpoints = Checkpoints(tmp_path / "kept")
    with pytest.raises(Stopped):
        type(model)(**TINY, checkpoints=checkpoints).fit(data, stop_after_five)
    lines = []
    resumed = type(model)(**TINY, checkpoints=checkpoints).fit(data, lines.append)
    assert lines[0].startswith("epoch 6/")
    assert np.allclose(resumed.scores([history(1, 2)]), model.scores([history(1, 2)]), atol=1e-5)


@pytest.mark.parametrize("kind", [SASRec, GRU4Rec])
@pytest.mark.parametrize("histories", [[], [[0]], [[0, 0, 0]], [[]]], ids=["nobody", "one look", "one product", "none"])
def test_next_to_no_data_is_fine(kind, histories):
    model = kind(**TINY | {"epochs": 1}).fit(interactions_of(histories, 1))
    assert model.scores([history(), history(0), history(*[0] * 10_000)]).shape == (3, 1)


def features_of_two_worlds(products):
    """Even and odd products share a word each and look alike."""
    world = np.arange(products) % 2
    image = np.zeros((products, 4), dtype=np.float32)
    image[np.arange(products), world] = 1
    attributes = csr_matrix((np.ones(products), (np.arange(products), world)), shape=(products, 2))
    return ProductFeatures(image=image, attributes=attributes)


@pytest.fixture(scope="module")
def with_content():
    rng = np.random.default_rng(3)
    histories = [rng.integers(0, 9, size=8) * 2 + world for world in (0, 1) for _ in range(60)]
    data = interactions_of(histories, 20, features_of_two_worlds(20))  # 18 and 19 are in no history
    return SASRec(**TINY, content=True).fit(data)


def test_content_places_an_untouched_product_among_its_like(with_content):
    even, odd = with_content.scores([history(0, 4, 2), history(1, 5, 3)])
    assert with_content.placed.all()
    assert even[18] > even[19]
    assert odd[19] > odd[18]
    assert even[18] > even[1::2].max()


def test_a_later_product_is_placed_by_its_features_alone(with_content):
    later = with_content.place(features_of_two_worlds(2))
    assert np.allclose(later, with_content.product_vectors()[18:], atol=1e-5)
    again = SASRec().restore(with_content.state(), 20)
    assert np.allclose(again.place(features_of_two_worlds(2)), later)


def test_without_content_a_later_product_cannot_be_placed(model):
    with pytest.raises(BadRequest):
        model.place(features_of_two_worlds(1))


def test_an_unknown_option_is_refused():
    with pytest.raises(BadRequest, match="depth"):
        SASRec(depth=3)


def test_every_product_but_the_first_is_a_target_once():
    histories = [np.arange(length) for length in (0, 1, 2, 7, 8, 9, 40)]
    data = interactions_of(histories, 40)
    slices = windows(data.starts, 7, np.random.default_rng(2))
    targets = np.concatenate([np.arange(first + 1, end) for first, end in slices])
    firsts = data.starts[:-1][np.diff(data.starts) > 0]
    assert sorted(targets) == sorted(set(range(len(data))) - set(firsts))
    assert np.diff(slices).max() <= 8


def test_batches_keep_to_their_size_and_pair_inputs_with_what_followed(data):
    for batch in batches(data, 6, 40, np.random.default_rng(0)):
        assert batch.inputs.numel() <= 40
        ring = batch.targets < 10
        assert torch.equal((batch.inputs[batch.counts][ring] + 1) % 10, batch.targets[ring])


def test_the_loss_and_its_gradients_are_those_of_a_softmax():
    generator = torch.Generator().manual_seed(0)
    wanted, table = (torch.randn(n, 5, generator=generator, requires_grad=True) for n in (9, 6))
    targets = torch.randint(0, 6, (9,), generator=generator)
    plain = torch.nn.functional.cross_entropy(wanted @ table.T, targets)
    expected = torch.autograd.grad(plain, [wanted, table])
    everyone = Rivals(torch.arange(6), torch.zeros(6))
    ours = cross_entropy(wanted, targets, table[targets], everyone, table, torch.float32)
    assert torch.allclose(ours, plain)
    for got, right in zip(torch.autograd.grad(ours, [wanted, table]), expected, strict=True):
        assert torch.allclose(got, right, atol=1e-6)


def test_drawn_rivals_stand_for_all():
    popularity = np.array([0, 1, 4, 9, 100], dtype=float)
    source, rng = RivalSource(popularity, 3, 0.5), np.random.default_rng(0)
    sums = np.zeros(5)
    for _ in range(4000):
        rivals = source.draw(rng)
        sums[rivals.products.numpy()] += np.exp(-rivals.log_expected.numpy())
    assert np.allclose(sums / 4000, [0, 1, 1, 1, 1], atol=0.15)


def test_held_out_products_are_out_of_what_is_learnt(data):
    rest, histories, targets = held_out(data, 1)
    assert len(rest) == len(data) - len(targets) > 0
    assert all(len(one) >= 2 for one in histories)
