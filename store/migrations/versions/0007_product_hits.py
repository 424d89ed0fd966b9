"""Searching products in words: names, texts, categories and colours together."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql((Path(__file__).parent.parent / "sql" / "hits.sql").read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION product_hits")
