"""The model card that ships beside the network, written from its manifest: its figures are the measured ones."""

from ml_tools.artefacts import Manifest

ROWS = (
    ("Retrieval, kind: P@1 / P@10 / MAP", ("P@1 kind", "P@10 kind", "MAP kind")),
    ("Retrieval, colour: P@1 / P@10 / MAP", ("P@1 colour", "P@10 colour", "MAP colour")),
    (
        "Retrieval, kind and colour together: P@1 / P@10 / MAP",
        ("P@1 kind and colour", "P@10 kind and colour", "MAP kind and colour"),
    ),
    ("Tags: kind / colour / colour within the first three", ("tag kind", "tag colour", "tag colour in 3")),
    ("Tags: pattern / style / audience", ("tag pattern", "tag style", "tag audience")),
    ("Share of tags accepted without a person / how often those are right", ("accepted", "accepted right")),
    (
        '"Nothing close": said of what is sold / of what is not (its sub-category taken out)',
        ("nothing close, wrongly", "nothing close, rightly"),
    ),
    ("clothing-cc0, validation photos, kind of garment", ("clothing-cc0 accuracy",)),
)

TEXT = """# Visual search network

- **What:** EfficientNet-Lite0 with a soft colour histogram that is learnt with it, heads for kind, colour, pattern,
  style, audience and garment, and a vector of 256 numbers (kind 96, colour 64, the very product 96). Version
  {version}.
- **Made by:** `shopclerk train visual-search` (`python -m ml_tools.visual_search.train`), seed fixed, about an hour
  on two cores. `network.onnx` serves on CPUs, `network.safetensors` on CUDA; `calibration.json` holds what was
  chosen on the validation split (weights of the parts, temperatures, thresholds); `manifest.json` the sha256 of
  each file.
- **Data:** the training split (80 % of the products, by a hash of their id) of Fashion Product Images, 7,819 photos
  of one shop, published by its author under MIT; no photo ships. 3,068 photos of the Clothing dataset (CC0).
  Pictures drawn by this project's code from other seeds than the demo store's. Backbone: ImageNet weights of
  `efficientnet_lite0` (Apache-2.0), read weights-only, in training alone.
- **Licence of these weights:** {licence}.

## Figures

Measured by `shopclerk evaluate visual-search` on products that neither training nor calibration saw (12 %),
searched among the other 88 %; labels that the network does not know count as wrong.

| what | figure |
|---|---|
{rows}

## Limits

- Fashion of one Indian shop from 2011 to 2017, photographed on white, is what it knows best; real rooms, drawings
  and other kinds of goods are found by likeness, but named by the nearest word it knows. Kinds with fewer than five
  examples are unknown to it.
- The shop's colour names are a person's choice among forty; two people would often disagree. Multi-coloured goods
  get one.
- It sees 224 x 224 pixels: no text, no fine weave, no brand. It must not be used to tell fakes from originals.
- Audience (women, men, kids) is what the shop's catalogue said of such goods, not who may wear them.
- People in pictures are neither recognised nor described.
"""


def card_text(manifest: Manifest) -> str:
    """Markdown; figures that were not measured are left out."""
    rows = [
        f"| {title} | {' / '.join(f'{manifest.quality[name]:.3f}' for name in names)} |"
        for title, names in ROWS
        if all(name in manifest.quality for name in names)
    ]
    return TEXT.format(version=manifest.version, licence=manifest.licence, rows="\n".join(rows))
