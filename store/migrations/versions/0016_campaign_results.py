"""What campaigns cost and brought: by slot and segment, how far it was counted, and what was learnt of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _results()
    _counted()
    op.create_table(
        "campaign_knowledge",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaign_knowledge")),
    )
    op.create_index(
        "ix_impressions_order_id", "impressions", ["order_id"], postgresql_where=sa.text("order_id IS NOT NULL")
    )


def _results() -> None:
    op.create_table(
        "promotion_results",
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("segment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("impressions", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("conversions", sa.Integer(), nullable=False),
        sa.Column("revenue", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.CheckConstraint("place IN (0, 1)", name=op.f("ck_promotion_results_place_known")),
        sa.CheckConstraint("seen IN (0, 1, 2)", name=op.f("ck_promotion_results_seen_known")),
        sa.CheckConstraint(
            "conversions <= impressions AND clicks <= impressions", name=op.f("ck_promotion_results_counts_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_promotion_results_promotion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "promotion_id", "day", "slot", "place", "seen", "segment_id", name=op.f("pk_promotion_results")
        ),
    )
    op.create_index("ix_promotion_results_day", "promotion_results", ["day"])


def _counted() -> None:
    op.create_table(
        "promotion_days_counted",
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("impressions", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("conversions", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_promotion_days_counted_promotion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promotion_id", "day", name=op.f("pk_promotion_days_counted")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_impressions_order_id", table_name="impressions")
    for table in ("campaign_knowledge", "promotion_days_counted", "promotion_results"):
        op.drop_table(table)
