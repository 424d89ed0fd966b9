"""Tests of promotions: an exposure may be an impression, once."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exposures", sa.Column("impression_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_exposures_impression_id"), "exposures", ["impression_id"])
    op.create_foreign_key(
        op.f("fk_exposures_impression_id"), "exposures", "impressions", ["impression_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_exposures_impression_id"), "exposures", type_="foreignkey")
    op.drop_constraint(op.f("uq_exposures_impression_id"), "exposures", type_="unique")
    op.drop_column("exposures", "impression_id")
