"""A/B tests: what is compared with what, on which surfaces, and who was shown which products by which arm."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id, PublicId


class Experiment(Base):
    """A test that runs until `stopped_at`; an arm is drawn from the public id, so that a new test shuffles anew."""

    __tablename__ = "experiments"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    started_at: Mapped[CreatedAt]
    stopped_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("stopped_at >= started_at", name="stopped_after_start"),)


class ExperimentSurface(Base):
    """Where an experiment runs or ran; on each surface at most one runs."""

    __tablename__ = "experiment_surfaces"

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True)
    surface: Mapped[str] = mapped_column(String(40), primary_key=True)
    running: Mapped[bool] = mapped_column(default=True, server_default="true")

    __table_args__ = (
        Index("uq_experiment_surfaces_running", "surface", unique=True, postgresql_where=text("running")),
    )


class ExperimentArm(Base):
    """`policy` is what the arm's units get, `share` the part of all units in it; position 0 is the control."""

    __tablename__ = "experiment_arms"

    id: Mapped[Id]
    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    policy: Mapped[str] = mapped_column(String(40))
    share: Mapped[float] = mapped_column(Float)

    __table_args__ = (
        UniqueConstraint("experiment_id", "position"),
        UniqueConstraint("experiment_id", "name"),
        CheckConstraint("share > 0 AND share < 1", name="share_in_range"),
    )


class Exposure(Base):
    """One answer that somebody was shown. `unit` is who is counted: a customer's public id, else a guest's subject.

    `product_ids` are those of a recommender's list; an answer of promotions is one impression each."""

    __tablename__ = "exposures"

    id: Mapped[Id]
    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id", ondelete="CASCADE"))
    arm_id: Mapped[int] = mapped_column(ForeignKey("experiment_arms.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    session: Mapped[str | None] = mapped_column(String(40))
    surface: Mapped[str] = mapped_column(String(40))
    at: Mapped[CreatedAt]
    product_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    impression_id: Mapped[int | None] = mapped_column(ForeignKey("impressions.id", ondelete="SET NULL"), unique=True)

    __table_args__ = (Index("ix_exposures_experiment_id_unit_at", "experiment_id", "unit", "at"),)
