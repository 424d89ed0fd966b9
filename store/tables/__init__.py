"""The SQL schema as SQLAlchemy tables. Alembic migrations are the only thing that changes a database."""

from store.tables.base import Base
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
from store.tables.visual import ImageEmbedding, ProductTag

__all__ = [
    "Account", "AuditEntry", "Base", "Cart", "CartLine", "Category", "Choice", "Conversation", "Customer", "DemoTruth",
    "Event", "Experiment", "ExperimentArm", "ExperimentSurface", "Exposure", "Forecast", "ForecastOutcome",
    "ImageEmbedding", "ImportRun", "Impression", "Order", "OrderLine", "PasswordReset", "PriceChange", "Product",
    "ProductImage", "ProductTag", "Promotion", "PromotionAccount", "PromotionBelief", "PromotionClick", "PromotionDay",
    "Review", "Session", "StockDay", "Ticket", "TrackerEvent", "TrackerSnapshot", "Turn", "Upload", "Variant",
]  # fmt: skip
