"""Column maps that people saved, each version kept."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"

KINDS = "'producers', 'clients', 'policies', 'commissions'"


def upgrade() -> None:
    op.create_table(
        "column_map",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=True),
        sa.Column("saved_by", sa.String(length=254), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_feedkind"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_map")),
        sa.UniqueConstraint("feed", "kind", "version", name="uq_column_map"),
    )
