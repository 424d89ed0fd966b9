"""Reviews are read newest first: an index in the order of writing."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_reviews_written_at_id", "reviews", ["written_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_reviews_written_at_id", table_name="reviews")
