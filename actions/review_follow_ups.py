"""Questions that may go on about reviews: "and the camera?" after what customers say of it."""

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.opinion_question import goes_on_about_reviews
from actions.reviews import ReviewsAction
from actions.turn import Turn


class AlsoOfReviews(ShopAction):
    """Hands a turn to the reviews when it goes on about them, else answers it itself."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._reviews = ReviewsAction(services)

    async def serve(self, turn: Turn) -> None:
        if goes_on_about_reviews(turn):
            await self._reviews.serve(turn)
        else:
            await super().serve(turn)
