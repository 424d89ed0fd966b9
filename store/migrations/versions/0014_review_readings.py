"""What was read in reviews:  sentiment, aspects by sentence, and how far each review is to be trusted."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
