"""Finding the newest events of a visit, for recommendations to people who have not signed in."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_session_at", "events", ["session", "at"])


def downgrade() -> None:
    op.drop_index("ix_events_session_at", table_name="events")
