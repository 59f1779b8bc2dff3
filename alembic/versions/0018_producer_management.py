"""Producers and codes are managed here: what came of their validation, their version, who made them, and numbers that
are given by plan. A draft code may wait for its number."""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"

BEFORE = "code VARCHAR(128) NOT NULL"
CHECK = "CONSTRAINT ck_producer_code_numbered CHECK (code IS NOT NULL OR state IN ('draft', 'discarded'))"


def upgrade() -> None:
    for table in ("producer", "producer_code"):
        op.add_column(table, sa.Column("data_text", sa.String(), server_default="", nullable=False))
        op.add_column(table, sa.Column("validation", sa.JSON(), nullable=True))
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        op.add_column(table, sa.Column("created_by", sa.String(length=254), server_default="", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        _free_the_code_on_sqlite()
    else:
        op.execute("ALTER TABLE producer_code ALTER COLUMN code DROP NOT NULL")
        op.execute(f"ALTER TABLE producer_code ADD {CHECK}")
    op.create_table(
        "number_sequence",
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan", name="pk_number_sequence"),
    )


def _free_the_code_on_sqlite() -> None:
    """The words of the table are changed and its rows left alone, as SQLite recommends for a NOT NULL that goes:
    policies refer to this table."""
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    freed = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name = 'producer_code' AND instr(sql, :before) > 0"
        ),
        {"before": BEFORE, "after": f"code VARCHAR(128) {CHECK}"},
    ).rowcount
    if freed != 1:
        raise RuntimeError("the table of producer codes is not as it should be")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
