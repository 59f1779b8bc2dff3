"""Dry runs of feeds, and the approval without which a feed's first import waits."""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dry_run",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("ordered_by", sa.String(length=254), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dry_run")),
        sa.UniqueConstraint("locator", name=op.f("uq_dry_run_locator")),
        sa.CheckConstraint("found IS NULL OR ended_at IS NOT NULL", name="ck_dry_run_found"),
    )
    op.create_index(
        "uq_dry_run_open",
        "dry_run",
        ["feed"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "feed_approval",
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("approved_by", sa.String(length=254), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_approval")),
    )
