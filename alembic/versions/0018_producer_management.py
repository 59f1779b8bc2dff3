"""Producers and codes are managed here: what came of their validation, their version, who made them, and numbers that
are given by plan. A draft code may wait for its number. A person may be granted underwriting."""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERED = "CONSTRAINT ck_producer_code_numbered CHECK (code IS NOT NULL OR state IN ('draft', 'discarded'))"
# Table, what its words are, and what they become.
ON_SQLITE = (
    ("producer_code", "code VARCHAR(128) NOT NULL", f"code VARCHAR(128) {NUMBERED}"),
    ("user_grant", "'downline', 'commissions')", "'downline', 'commissions', 'underwriting')"),
)


def upgrade() -> None:
    for table in ("producer", "producer_code"):
        op.add_column(table, sa.Column("data_text", sa.String(), server_default="", nullable=False))
        op.add_column(table, sa.Column("validation", sa.JSON(), nullable=True))
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        op.add_column(table, sa.Column("created_by", sa.String(length=254), server_default="", nullable=False))
    op.create_table(
        "number_sequence",
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan", name="pk_number_sequence"),
    )
    _media()
    if op.get_bind().dialect.name == "sqlite":
        _widen_on_sqlite()
        return
    op.execute("ALTER TABLE producer_code ALTER COLUMN code DROP NOT NULL")
    op.execute(f"ALTER TABLE producer_code ADD {NUMBERED}")
    granted = "CHECK (granted IN ('downline', 'commissions', 'underwriting'))"
    op.execute(f"ALTER TABLE user_grant DROP CONSTRAINT ck_grant, ADD CONSTRAINT ck_grant {granted}")


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("locator", name="uq_media_locator"),
    )
    op.create_table(
        "media_version",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("media_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("size > 0", name="ck_media_version_size"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_media_version_media_id"),
        sa.PrimaryKeyConstraint("id", name="pk_media_version"),
        sa.UniqueConstraint("locator", name="uq_media_version_locator"),
    )
    op.create_index("ix_media_version_media_id", "media_version", ["media_id"])


def _widen_on_sqlite() -> None:
    """The words of the tables are changed and their rows left alone, as SQLite recommends for what becomes wider:
    policies refer to one of them."""
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    for table, before, after in ON_SQLITE:
        widened = connection.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
                " WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
            ),
            {"table": table, "before": before, "after": after},
        ).rowcount
        if widened != 1:
            raise RuntimeError(f"the table {table} is not as it should be")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
