"""The vector extension, and the functions that make words comparable (generated columns of products need them)."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.get_bind().exec_driver_sql((SQL / "words.sql").read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION product_search, trigrams, plain_words")
