"""The SQL schema as SQLAlchemy tables. Alembic migrations are the only thing that changes a database."""

from store.tables.base import Base
from store.tables.campaigns import CampaignKnowledge, PromotionDayCounted, PromotionResult
from store.tables.catalogue import Category, PriceChange, Product, ProductImage, StockDay, Variant
from store.tables.conversations import (
    Choice,
    Conversation,
    Ticket,
    TrackerEvent,
    TrackerSnapshot,
    Turn,
    Upload,
)
from store.tables.customers import Account, Customer, PasswordReset, Session
from store.tables.experiments import Experiment, ExperimentArm, ExperimentSurface, Exposure
from store.tables.marketing import DemoTruth, Forecast, ForecastOutcome, Impression, Promotion
from store.tables.operations import AuditEntry, ImportRun
from store.tables.orders import Cart, CartLine, Event, Order, OrderLine, Review
from store.tables.promotions import PromotionAccount, PromotionBelief, PromotionClick, PromotionDay
from store.tables.reviews import FoundAspect, ReviewAspect, ReviewDay, ReviewReading, ReviewTotal
from store.tables.search import ProductAppeal, ProductEmbedding, SearchTerm
from store.tables.visual import ImageEmbedding, ProductTag

__all__ = [
    "Account", "AuditEntry", "Base", "CampaignKnowledge", "Cart", "CartLine", "Category", "Choice", "Conversation",
    "Customer", "DemoTruth", "Event", "Experiment", "ExperimentArm", "ExperimentSurface", "Exposure", "Forecast",
    "ForecastOutcome", "FoundAspect", "ImageEmbedding", "ImportRun", "Impression", "Order", "OrderLine",
    "PasswordReset", "PriceChange", "Product", "ProductAppeal", "ProductEmbedding", "ProductImage", "ProductTag",
    "Promotion", "PromotionAccount", "PromotionBelief", "PromotionClick", "PromotionDay", "PromotionDayCounted",
    "PromotionResult", "Review", "ReviewAspect", "ReviewDay", "ReviewReading", "ReviewTotal", "SearchTerm", "Session",
    "StockDay", "Ticket", "TrackerEvent", "TrackerSnapshot", "Turn", "Upload", "Variant",
]  # fmt: skip
