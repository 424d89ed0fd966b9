"""Forecasts of categories and of the whole shop; what became of each forecast."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("forecasts", "product_id", nullable=True)
    op.add_column("forecasts", sa.Column("category_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_forecasts_category_id"), "forecasts", "categories", ["category_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_forecasts_category_id"), "forecasts", ["category_id"])
    op.create_index(op.f("ix_forecasts_as_of"), "forecasts", ["as_of"])
    op.create_check_constraint(
        op.f("ck_forecasts_one_subject"), "forecasts", "product_id IS NULL OR category_id IS NULL"
    )
    op.create_table(
        "forecast_outcomes",
        sa.Column("forecast_id", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("lo80", sa.Double(), nullable=False),
        sa.Column("hi80", sa.Double(), nullable=False),
        sa.Column("lo95", sa.Double(), nullable=False),
        sa.Column("hi95", sa.Double(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("error_percent", sa.Double(), nullable=True),
        sa.Column("smape", sa.Double(), nullable=False),
        sa.Column("inside80", sa.Double(), nullable=False),
        sa.Column("inside95", sa.Double(), nullable=False),
        sa.Column("week_expected", sa.Double(), nullable=False),
        sa.Column("week_sold", sa.Integer(), nullable=False),
        sa.Column("week_deviation", sa.Double(), nullable=False),
        sa.CheckConstraint("days >= 1", name=op.f("ck_forecast_outcomes_days_passed")),
        sa.CheckConstraint("counted BETWEEN 0 AND days", name=op.f("ck_forecast_outcomes_counted_in_range")),
        sa.CheckConstraint(
            "lo95 <= lo80 AND lo80 <= hi80 AND hi80 <= hi95", name=op.f("ck_forecast_outcomes_bands_ordered")
        ),
        sa.CheckConstraint(
            "inside80 BETWEEN 0 AND 1 AND inside95 BETWEEN 0 AND 1", name=op.f("ck_forecast_outcomes_shares_in_range")
        ),
        sa.CheckConstraint("smape BETWEEN 0 AND 200", name=op.f("ck_forecast_outcomes_smape_in_range")),
        sa.CheckConstraint("week_deviation > 0", name=op.f("ck_forecast_outcomes_deviation_positive")),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecasts.id"], name=op.f("fk_forecast_outcomes_forecast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("forecast_id", name=op.f("pk_forecast_outcomes")),
    )


def downgrade() -> None:
    op.drop_table("forecast_outcomes")
    op.drop_constraint(op.f("ck_forecasts_one_subject"), "forecasts")
    op.drop_index(op.f("ix_forecasts_as_of"), table_name="forecasts")
    op.drop_index(op.f("ix_forecasts_category_id"), table_name="forecasts")
    op.drop_constraint(op.f("fk_forecasts_category_id"), "forecasts")
    op.drop_column("forecasts", "category_id")
    op.execute("DELETE FROM forecasts WHERE product_id IS NULL")  # the older schema has no place for them
    op.alter_column("forecasts", "product_id", nullable=False)
