"""Training: losses that teach what they should, batches of look-alikes, checkpoints that go on, an equal export."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional

from ml_tools.training import Checkpoints, average_into
from ml_tools.visual_search.augmentation import plain, views
from ml_tools.visual_search.datasets import Goods
from ml_tools.visual_search.export import onnx_bytes
from ml_tools.visual_search.losses import Proxies, contrast, cross_entropy, total_loss
from ml_tools.visual_search.model import OUTPUTS
from ml_tools.visual_search.network import FROZEN_BLOCKS, ColourHistogram, VisualNetwork
from ml_tools.visual_search.retrieval import rankings, retrieval_metrics
from ml_tools.visual_search.stem import fast_stem
from ml_tools.visual_search.train import ALIKE, PICTURES, batches_of
from ml_tools.visual_search.vocabulary import ATTRIBUTES, UNKNOWN, Labels

LABELS = Labels({name: ["a", "b", "c"] for name in ATTRIBUTES})


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return VisualNetwork(LABELS).eval()


def random_pixels(count, seed=1):
    return np.random.default_rng(seed).integers(0, 255, (count, 224, 224, 3), dtype=np.uint8)


def test_the_exported_graph_gives_what_torch_gives_for_any_number_of_pictures(network):
    session = onnxruntime.InferenceSession(onnx_bytes(network), providers=["CPUExecutionProvider"])
    for count in (1, 3):
        pixels = random_pixels(count)
        outputs = dict(zip(OUTPUTS, session.run(list(OUTPUTS), {"pixels": pixels}), strict=True))
        with torch.no_grad():
            seen = network(plain(torch.from_numpy(pixels), 224))
        for name, part in seen.parts.items():
            assert np.allclose(outputs[f"part_{name}"], part.numpy(), atol=1e-3)
            assert np.allclose(np.linalg.norm(outputs[f"part_{name}"], axis=1), 1, atol=1e-4)
        assert np.allclose(outputs["logits_kind"], seen.logits["kind"].numpy(), atol=1e-2)


def test_the_fast_stem_is_the_networks_own_frozen_beginning(network):
    pictures = plain(torch.from_numpy(random_pixels(2)), 160)
    with torch.no_grad():
        assert torch.allclose(fast_stem(network, "cpu")(pictures), network.stem(pictures), atol=1e-3)
    for block in network.backbone._blocks[:FROZEN_BLOCKS]:
        assert not any(parameter.requires_grad for parameter in block.parameters())


def test_a_training_step_lowers_the_loss_and_leaves_the_frozen_part_alone(network):
    torch.manual_seed(1)
    network = VisualNetwork(LABELS)
    network.train()
    frozen = network.backbone._blocks[0]._depthwise_conv.weight.clone()
    proxies = Proxies(LABELS)
    optimizer = torch.optim.AdamW([*network.parameters(), *proxies.parameters()], lr=3e-3)
    pictures = plain(torch.from_numpy(random_pixels(6)), 64)
    targets = {name: torch.tensor([0, 1, 2, 0, 1, 2]) for name in (*ATTRIBUTES, "garment")}
    losses = []
    for _ in range(12):
        loss, terms = total_loss(network(pictures), proxies, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]
    assert losses[-1] < losses[len(losses) // 2]
    assert set(terms) >= {"kind", "colour", "product", "kind_proxy"}
    assert torch.equal(network.backbone._blocks[0]._depthwise_conv.weight, frozen)


def test_pictures_without_a_label_teach_nothing():
    logits = torch.tensor([[5.0, 0.0], [0.0, 5.0]])
    assert float(cross_entropy(logits, torch.tensor([UNKNOWN, UNKNOWN]))) == 0
    known, half = cross_entropy(logits, torch.tensor([1, 1])), cross_entropy(logits, torch.tensor([1, UNKNOWN]))
    assert float(known) > float(half) > 0


def test_the_contrast_is_low_when_both_views_agree_and_high_when_they_do_not():
    one = functional.normalize(torch.randn(6, 96, generator=torch.Generator().manual_seed(1)), dim=1)
    assert float(contrast(torch.cat([one, one]))) < 0.1
    assert float(contrast(torch.cat([one, one.roll(1, 0)]))) > 2


def test_the_histogram_tells_colours_apart_wherever_they_are():
    histogram = ColourHistogram()
    early = torch.zeros(3, 80, 4, 4)
    red_left = -torch.ones(1, 3, 16, 16)
    red_left[:, 0, :, :8] = 1
    found = histogram(torch.cat([red_left, red_left.flip(3), -red_left]), early)
    assert torch.allclose(found[0], found[1], atol=1e-4)
    assert not torch.allclose(found[0], found[2], atol=0.1)
    assert torch.allclose(found.sum(1), torch.tensor(2.0))


def test_views_stay_in_range_differ_and_repeat_with_their_seed():
    pixels = torch.from_numpy(random_pixels(4))
    first = views(pixels, 96, torch.Generator().manual_seed(1))
    assert first.shape == (4, 3, 96, 96)
    assert first.min() >= -1
    assert first.max() <= 1
    assert torch.equal(first, views(pixels, 96, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, views(pixels, 96, torch.Generator().manual_seed(2)))


def test_batches_hold_groups_of_one_kind_and_every_row_at_most_once():
    kinds = np.repeat(np.arange(10), 128)
    batches = list(batches_of(kinds, np.random.default_rng(1)))
    rows = np.concatenate(batches)
    assert len(set(rows.tolist())) == len(rows) > 0.9 * len(kinds)
    assert {len(batch) for batch in batches} == {PICTURES}
    alike = [len(set(kinds[batch[at : at + ALIKE]].tolist())) for batch in batches for at in range(0, PICTURES, ALIKE)]
    assert np.mean(np.array(alike) == 1) > 0.7


def test_a_training_that_was_stopped_goes_on_where_it_was(tmp_path):
    def made():
        torch.manual_seed(1)
        module = torch.nn.Linear(4, 2)
        return module, torch.optim.AdamW(module.parameters(), lr=0.1)

    def step(module, optimizer):
        optimizer.zero_grad()
        module(torch.ones(3, 4)).square().sum().backward()
        optimizer.step()

    straight, optimizer = made()
    for _ in range(4):
        step(straight, optimizer)
    first, optimizer = made()
    checkpoints = Checkpoints(tmp_path / "training")
    assert checkpoints.restore({"net": first}, optimizer) == 0
    for _ in range(2):
        step(first, optimizer)
    checkpoints.keep({"net": first}, optimizer, 2)
    again, optimizer = made()
    assert checkpoints.restore({"net": again}, optimizer) == 2
    for _ in range(2):
        step(again, optimizer)
    assert torch.allclose(again.weight, straight.weight)
    checkpoints.forget()
    assert checkpoints.restore({"net": again}, optimizer) == 0


def test_the_average_moves_a_share_of_the_way():
    old, new = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.constant_(old.weight, 0.0)
    torch.nn.init.constant_(new.weight, 1.0)
    average_into(old, new, 0.9)
    assert old.weight.item() == pytest.approx(0.1)


def test_precision_and_mean_average_precision_of_a_known_ranking():
    gallery = np.array([[1, 0], [0.9, 0.1], [0, 1]], dtype=np.float32)
    labels = {"kind": np.array(["x", "y", "x"])}
    found = retrieval_metrics(np.array([[1, 0]], dtype=np.float32), gallery, {"kind": np.array(["x"])}, labels)
    assert found["P@1 kind"] == 1
    assert found["MAP kind"] == pytest.approx((1 + 2 / 3) / 2)
    unlabelled = retrieval_metrics(gallery, gallery, {"kind": np.array(["x", "", "y"])}, labels)
    assert unlabelled["P@1 kind"] == pytest.approx(0.5)


def test_the_nearest_few_are_the_head_of_the_whole_ranking():
    rng = np.random.default_rng(1)
    gallery, queries = rng.normal(size=(300, 8)).astype(np.float32), rng.normal(size=(5, 8)).astype(np.float32)
    whole = np.concatenate([order for _, order in rankings(queries, gallery)])
    few = np.concatenate([order for _, order in rankings(queries, gallery, most=7)])
    assert np.array_equal(whole[:, :7], few)


def test_goods_know_how_many_they_are():
    assert len(Goods(random_pixels(3), {})) == 3
