"""Embeddings of pictures with their index, proposed tags, and the queue of jobs (Procrastinate's tables)."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JOBS = "jobs"  # the queue has a schema of its own: its tables are Procrastinate's, not ours


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    _create_embeddings()
    _create_tags()
    op.execute(f"CREATE SCHEMA {JOBS}")
    op.execute(f"SET LOCAL search_path TO {JOBS}")
    # Past SQLAlchemy: the schema's per cent signs are no placeholders.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]
    op.execute("SET LOCAL search_path TO DEFAULT")


def _create_embeddings() -> None:
    op.create_table(
        "image_embeddings",
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("embedding", HALFVEC(256), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.Column("seen", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("embedded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["product_images.id"], name=op.f("fk_image_embeddings_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_image_embeddings_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_embeddings")),
    )
    op.create_index(op.f("ix_image_embeddings_product_id"), "image_embeddings", ["product_id"])
    op.create_index(
        "ix_image_embeddings_embedding",
        "image_embeddings",
        ["embedding"],
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
        postgresql_with={"m": 16, "ef_construction": 96},
    )


def _create_tags() -> None:
    op.create_table(
        "product_tags",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("alternatives", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'accepted', 'rejected')", name=op.f("ck_product_tags_status_known")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_product_tags_confidence_in_range")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_tags_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_tags")),
        sa.UniqueConstraint("product_id", "attribute", name=op.f("uq_product_tags_product_id_attribute")),
    )
    op.create_index(
        "ix_product_tags_waiting", "product_tags", ["attribute", "id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )  # fmt: skip


def downgrade() -> None:
    op.execute(f"DROP SCHEMA {JOBS} CASCADE")
    op.drop_table("product_tags")
    op.drop_table("image_embeddings")
    op.execute("DROP EXTENSION vector")
