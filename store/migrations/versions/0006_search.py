"""Finding products by what people call them, the shop's vocabulary, and the audit trail's trigger."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    for name in ("candidates.sql", "views.sql", "audit.sql"):
        op.get_bind().exec_driver_sql((SQL / name).read_text())


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_append_only ON audit")
    op.execute("DROP TRIGGER audit_not_emptied ON audit")
    op.execute("DROP VIEW catalogue_terms")
    op.execute("DROP FUNCTION product_candidates, word_query, refuse_change")
