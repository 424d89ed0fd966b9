"""What was read in reviews: sentiment, aspects by sentence, and how far each review is to be trusted."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / "review_readings.sql"
_TRIGGERS = {"reviews_change": "reviews", "products_move": "products"}
_FUNCTIONS = (
    "forget_reading", "forget_readings_of_product", "count_readings", "count_aspects", "weigh_anew",
    "weigh_aspects_anew",
)  # fmt: skip


def upgrade() -> None:
    _readings()
    _aspects()
    _counts()
    _found()
    op.create_index("ix_reviews_customer_id_written_at", "reviews", ["customer_id", "written_at"])
    op.create_index("ix_reviews_product_id_written_at", "reviews", ["product_id", "written_at"])
    # Past SQLAlchemy, which would take `:=` for a parameter.
    op.get_bind().connection.driver_connection.execute(SQL.read_text(encoding="utf-8"))  # type: ignore[union-attr]


def _readings() -> None:
    op.create_table(
        "review_readings",
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("sentiment", sa.String(length=8), nullable=False),
        sa.Column("probability", sa.REAL(), nullable=False),
        sa.Column("confidence", sa.REAL(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("weight", sa.SmallInteger(), server_default="100", nullable=False),
        sa.Column("doubts", sa.ARRAY(sa.String(length=20)), server_default="{}", nullable=False),
        sa.Column("bands", sa.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "sentiment IN ('positive', 'negative', 'mixed', 'unclear')", name=op.f("ck_review_readings_sentiment_known")
        ),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_review_readings_weight_in_range")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_readings_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_readings")),
    )
    shown = ["product_id", "category_id", "sentiment", "weight", "rating"]
    op.create_index("ix_review_readings_written_on", "review_readings", ["written_on"], postgresql_include=shown)
    op.create_index("ix_review_readings_product_id_written_on", "review_readings", ["product_id", "written_on"])
    op.create_index("ix_review_readings_bands", "review_readings", ["bands"], postgresql_using="gin")
    op.create_index("ix_review_readings_model_version", "review_readings", ["model_version"])


def _aspects() -> None:
    op.create_table(
        "review_aspects",
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("aspect", sa.String(length=60), nullable=False),
        sa.Column("positive", sa.Boolean(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("confidence", sa.REAL(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), server_default="100", nullable=False),
        sa.CheckConstraint('start >= 0 AND "end" > start', name=op.f("ck_review_aspects_stretch_not_empty")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review_readings.review_id"], name=op.f("fk_review_aspects_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "aspect", "positive", name=op.f("pk_review_aspects")),
    )
    for columns in (
        ["product_id", "aspect", "written_on"],
        ["category_id", "aspect", "positive", "written_on"],
        ["aspect", "positive", "written_on"],
    ):
        op.create_index(f"ix_review_aspects_{'_'.join(columns)}", "review_aspects", columns)


def _counts() -> None:
    def number(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)

    op.create_table(
        "review_days",
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("aspect", sa.String(length=60), nullable=False),
        *map(
            number,
            ("mentions", "positive", "negative", "positive_weight", "negative_weight", "doubtful", "rated", "stars"),
        ),
        sa.PrimaryKeyConstraint("category_id", "day", "aspect", name=op.f("pk_review_days")),
    )
    op.create_index("ix_review_days_aspect_day", "review_days", ["aspect", "day"])
    op.create_table(
        "review_totals",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        *map(number, ("reviews", "positive_weight", "negative_weight", "rated", "stars")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_review_totals_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_review_totals")),
    )


def _found() -> None:
    op.create_table(
        "found_aspects",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("words", sa.ARRAY(sa.String(length=60)), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_found_aspects")),
    )


def downgrade() -> None:
    for trigger, table in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for table in ("found_aspects", "review_totals", "review_days", "review_aspects", "review_readings"):
        op.drop_table(table)
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ix_reviews_product_id_written_at", table_name="reviews")
    op.drop_index("ix_reviews_customer_id_written_at", table_name="reviews")
