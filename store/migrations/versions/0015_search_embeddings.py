"""Finding products by meaning: embeddings of their words, the shop's vocabulary, and how often products are chosen."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_embeddings",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("embedding", HALFVEC(384), nullable=False),
        sa.Column("embedded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_embeddings_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_embeddings")),
    )
    op.create_index(
        "ix_product_embeddings_embedding",
        "product_embeddings",
        ["embedding"],
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
        postgresql_with={"m": 16, "ef_construction": 96},
    )
    op.create_table(
        "search_terms",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "term", "value", name=op.f("pk_search_terms")),
    )
    op.create_table(
        "product_appeal",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("clicks", sa.Float(), nullable=False),
        sa.Column("expected_clicks", sa.Float(), nullable=False),
        sa.Column("touches", sa.Float(), nullable=False),
        sa.Column("appeal", sa.Float(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_appeal_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_appeal")),
    )


def downgrade() -> None:
    op.drop_table("product_appeal")
    op.drop_table("search_terms")
    op.drop_table("product_embeddings")
