"""A picture without words: said honestly that it cannot be searched by, with the way that works."""

from actions.base import ShopAction
from actions.turn import Turn
from common.caller import Role


class ImageAction(ShopAction):
    name, role, intent = "action_image", Role.GUEST, "send_image"

    async def answer(self, turn: Turn) -> None:
        turn.reply.say("utter_image_search_missing")
