"""All actions, each once; adding a topic means adding its actions here."""

from typing import cast

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.campaigns import CampaignValueAction, PromotionForSegmentAction
from actions.catalogue import PriceAction, SizeAction, StockAction
from actions.clarify import ClarifyAction
from actions.comparison import CompareAction
from actions.confirmation import AffirmAction, DenyAction
from actions.context import Question
from actions.damage import DamageAction
from actions.deals import DealsAction
from actions.delivery import DeliveryAction
from actions.experiments import ExperimentReportAction
from actions.follow_up import ChooseListedAction, FollowUpAction
from actions.forecast_files import ForecastChartAction, ForecastCsvAction
from actions.forecasts import ChangeHorizonAction, CompareLastYearAction, ForecastAction
from actions.handoff import InsultAction, TalkToHumanAction
from actions.image import ImageAction
from actions.orders import CancelOrderAction, OrderStatusAction, ReturnOrderAction
from actions.promotion_reports import PromotionReportAction
from actions.reasons import WhyRecommendedAction
from actions.recommendations import GoesWithAction, OthersAlsoBoughtAction, RecommendAction, RefineAction
from actions.reports import BestSellersAction, RevenueAction
from actions.review_rankings import BestReviewedAction, ComplaintsAction, WorstReviewedAction
from actions.reviews import ReviewsAction
from actions.sales_advice import SalesDriversAction, SellMoreAction, WhatIfAction
from actions.search import SearchAction
from actions.smalltalk import CapabilitiesAction, OutOfScopeAction
from actions.specification import AdvantagesAction, SpecificationAction
from actions.stock_advice import OrderQuantityAction, RunOutAction, StockRunoutAction
from actions.tagging import TagProductsAction
from actions.track_record import TrackRecordAction
from actions.visual_search import FindSimilarAction

TOPICS: tuple[type[ShopAction], ...] = (
    PriceAction, StockAction, SizeAction, SpecificationAction, AdvantagesAction, CompareAction,
    SearchAction, RefineAction, FindSimilarAction,
    RecommendAction, GoesWithAction, OthersAlsoBoughtAction, WhyRecommendedAction, DealsAction,
    ReviewsAction, BestReviewedAction, WorstReviewedAction, ComplaintsAction, DeliveryAction,
    OrderStatusAction, CancelOrderAction, ReturnOrderAction, DamageAction, AffirmAction, DenyAction,
    ForecastAction, CompareLastYearAction, ForecastChartAction, ForecastCsvAction, TrackRecordAction,
    RunOutAction, OrderQuantityAction, WhatIfAction, SellMoreAction, SalesDriversAction,
    BestSellersAction, RevenueAction, StockRunoutAction,
    TagProductsAction, ExperimentReportAction,
    PromotionReportAction, PromotionForSegmentAction, CampaignValueAction,
    TalkToHumanAction, InsultAction, CapabilitiesAction, OutOfScopeAction, ImageAction,
)  # fmt: skip

# Those that ask another action's question again.
REPEATING = (FollowUpAction, ChooseListedAction, ChangeHorizonAction)


def all_actions(services: Services) -> list[ShopAction]:
    """Every action, ready to run; those that hand a turn on know the others."""
    topics = [topic(services) for topic in TOPICS]
    repeatable = {cast(Question, action.intent): action for action in topics if action.repeatable}
    repeating = [action(services, repeatable) for action in REPEATING]
    roles = {action.intent: action.role for action in [*topics, *repeating]}
    return [*topics, *repeating, ClarifyAction(services, roles)]
