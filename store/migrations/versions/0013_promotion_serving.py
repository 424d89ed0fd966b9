"""Serving promotions: what was shown and why, clicks in their order, budgets, counts by day, and what was learnt."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COUNTS = """
    INSERT INTO promotion_days (promotion_id, day, impressions, clicks, conversions, spent)
    SELECT i.promotion_id, (i.shown_at AT TIME ZONE 'UTC')::date, count(*), count(i.clicked_at), count(i.order_id),
           count(i.clicked_at) * p.cost_per_click
    FROM impressions AS i JOIN promotions AS p ON p.id = i.promotion_id GROUP BY 1, 2, p.cost_per_click
"""
_ACCOUNTS = """
    INSERT INTO promotion_accounts (promotion_id, spent) SELECT promotion_id, sum(spent) FROM promotion_days GROUP BY 1
"""


def upgrade() -> None:
    _promotions()
    _impressions()
    _clicks()
    _accounts()
    _days()
    _beliefs()
    op.execute(_COUNTS)
    op.execute(_ACCOUNTS)


def _promotions() -> None:
    cost = sa.Column("cost_per_click", sa.Numeric(precision=8, scale=2), server_default="0.25", nullable=False)
    op.add_column("promotions", cost)
    op.add_column("promotions", sa.Column("daily_cap", sa.Integer(), server_default="3", nullable=False))
    op.create_check_constraint(op.f("ck_promotions_cost_not_negative"), "promotions", "cost_per_click >= 0")
    op.create_check_constraint(op.f("ck_promotions_daily_cap_in_range"), "promotions", "daily_cap BETWEEN 1 AND 100")


def _impressions() -> None:
    for column in (
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("surface", sa.String(length=20), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("signals", sa.ARRAY(sa.REAL()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ):
        op.add_column("impressions", column)
    op.create_unique_constraint(op.f("uq_impressions_key"), "impressions", ["key"])
    op.create_index("ix_impressions_customer_id_shown_at", "impressions", ["customer_id", "shown_at"])
    op.create_index("ix_impressions_session_shown_at", "impressions", ["session", "shown_at"])


def _clicks() -> None:
    op.create_table(
        "promotion_clicks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("impression_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["impression_id"], ["impressions.id"], name=op.f("fk_promotion_clicks_impression_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_clicks")),
        sa.UniqueConstraint("impression_id", name=op.f("uq_promotion_clicks_impression_id")),
    )


def _accounts() -> None:
    op.create_table(
        "promotion_accounts",
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("pace", sa.Float(), server_default="1", nullable=False),
        sa.CheckConstraint("pace > 0 AND pace <= 1", name=op.f("ck_promotion_accounts_pace_in_range")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_promotion_accounts_promotion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_promotion_accounts")),
    )


def _days() -> None:
    op.create_table(
        "promotion_days",
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("impressions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clicks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("conversions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("spent", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_promotion_days_promotion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("promotion_id", "day", name=op.f("pk_promotion_days")),
    )


def _beliefs() -> None:
    op.create_table(
        "promotion_beliefs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("impression_id", sa.BigInteger(), nullable=False),
        sa.Column("click_id", sa.BigInteger(), nullable=False),
        sa.Column("examples", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_promotion_beliefs")),
    )


def downgrade() -> None:
    for table in ("promotion_beliefs", "promotion_days", "promotion_accounts", "promotion_clicks"):
        op.drop_table(table)
    op.drop_index("ix_impressions_session_shown_at", table_name="impressions")
    op.drop_index("ix_impressions_customer_id_shown_at", table_name="impressions")
    op.drop_constraint(op.f("uq_impressions_key"), "impressions")
    for column in ("received_at", "signals", "model", "place", "surface", "key"):
        op.drop_column("impressions", column)
    op.drop_constraint(op.f("ck_promotions_daily_cap_in_range"), "promotions")
    op.drop_constraint(op.f("ck_promotions_cost_not_negative"), "promotions")
    op.drop_column("promotions", "daily_cap")
    op.drop_column("promotions", "cost_per_click")
