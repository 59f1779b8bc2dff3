"""What two sides say of one policy, for a person to decide."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feed_conflict",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("term_effective", sa.Date(), nullable=False),
        sa.Column("first", sa.String(length=128), nullable=False),
        sa.Column("second", sa.String(length=128), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.String(length=24), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("kind IN ('same_time_twice', 'producer_code')", name="ck_conflictkind"),
        sa.CheckConstraint("resolution IN ('first', 'second', 'both', 'gone')", name="ck_resolution"),
        sa.CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", name="ck_conflict_resolved"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_feed_conflict_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_conflict")),
        sa.UniqueConstraint("locator", name=op.f("uq_feed_conflict_locator")),
        sa.UniqueConstraint("policy_id", "kind", "term_effective", "first", "second", name="uq_feed_conflict"),
    )
    op.create_index("ix_conflict_feed", "feed_conflict", ["feed", "kind"])
