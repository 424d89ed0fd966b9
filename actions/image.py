"""A picture without words: what looks like it is what is looked for."""

from actions.visual_search import FindSimilarAction


class ImageAction(FindSimilarAction):
    name, intent = "action_image", "send_image"
