"""A/B tests: experiments, where they run, their arms, and who was shown what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stopped_at >= started_at", name=op.f("ck_experiments_stopped_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments")),
        sa.UniqueConstraint("name", name=op.f("uq_experiments_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_experiments_public_id")),
    )
    _create_surfaces()
    _create_arms()
    _create_exposures()


def _create_surfaces() -> None:
    op.create_table(
        "experiment_surfaces",
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("surface", sa.String(length=40), nullable=False),
        sa.Column("running", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments.id"],
            name=op.f("fk_experiment_surfaces_experiment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("experiment_id", "surface", name=op.f("pk_experiment_surfaces")),
    )
    op.create_index(
        "uq_experiment_surfaces_running",
        "experiment_surfaces",
        ["surface"],
        unique=True,
        postgresql_where=sa.text("running"),
    )


def _create_arms() -> None:
    op.create_table(
        "experiment_arms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.CheckConstraint("share > 0 AND share < 1", name=op.f("ck_experiment_arms_share_in_range")),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_experiment_arms_experiment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_arms")),
        sa.UniqueConstraint("experiment_id", "name", name=op.f("uq_experiment_arms_experiment_id_name")),
        sa.UniqueConstraint("experiment_id", "position", name=op.f("uq_experiment_arms_experiment_id_position")),
    )


def _create_exposures() -> None:
    op.create_table(
        "exposures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("arm_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("session", sa.String(length=40), nullable=True),
        sa.Column("surface", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("product_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_exposures_experiment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["arm_id"], ["experiment_arms.id"], name=op.f("fk_exposures_arm_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_exposures_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposures")),
    )
    op.create_index(op.f("ix_exposures_customer_id"), "exposures", ["customer_id"])
    op.create_index("ix_exposures_experiment_id_unit_at", "exposures", ["experiment_id", "unit", "at"])


def downgrade() -> None:
    op.drop_table("exposures")
    op.drop_table("experiment_arms")
    op.drop_table("experiment_surfaces")
    op.drop_table("experiments")
