"""The model card that ships beside the model, written from its manifest: its figures are the measured ones."""

from ml_tools.artefacts import Manifest

TEXT = """# Aspects of reviews

- **What:** tells of which aspects a sentence of a review speaks, and whether in praise or in blame: a logistic
  regression for each of both, over n-grams of one to three words and what the aspect words say. Version {version}.
  English.
- **Made by:** `shopclerk train review-aspects` (`python -m ml_tools.reviews.aspect_model.train`); seconds.
  `model.safetensors` holds the weights (float16), `words.json` the n-grams, `manifest.json` the sha256 of each file.
- **Data:** 3,650 sentences of `amazon-reviews` (from a repository under MIT) and `womens-clothing-reviews` (CC0), parts
  "development", "tuning" and "choice" of `data/reviews/aspect_labels.csv`. All but the first 150 were labelled by a
  language model that read each by itself. No review ships; n-grams of up to three words do.
- **Licence of these weights:** {licence}.

## Figures

F1 of pairs (aspect, praised or not) of the aspects that the model judges, on {sentences} sentences (part "choice") that
neither the words nor the measured model had learnt from; its threshold was chosen there, out of six.

| words alone | with the model |
|---|---|
| {words} | {model} |

What ships has learnt from these sentences as well. On the test sentences:
`python -m benchmarks.review_aspects --part test`.

## Limits

- Learnt from reviews of apps and of women's clothing. Of aspects with fewer than 15 labelled sentences (battery,
  camera, delivery and the like) and of a shop's own the words alone tell.
- A sentence is read without its neighbours: what "it" means is not known.
- What counts as an opinion is a matter of taste: "I wear a medium" is none, "it fits" is one.
- It says what a sentence states, not whether it is true. It must not be used to judge people.
"""


def card_text(manifest: Manifest) -> str:
    """Markdown; KeyError when something was not measured."""
    measured = manifest.quality
    return TEXT.format(
        version=manifest.version, licence=manifest.licence, sentences=measured["sentences"],
        words=f"{measured['words alone F1']:.3f}", model=f"{measured['F1']:.3f}",
    )  # fmt: skip
