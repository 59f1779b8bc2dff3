"""A transaction says by which it was reversed and which it applies again; that it could name one that it reverses was
never used."""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"

NAME = "fk_ledger_transaction_reverses_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _let_go_on_sqlite()
    op.execute("ALTER TABLE ledger_transaction DROP COLUMN reverses_id")


def _let_go_on_sqlite() -> None:
    """SQLite drops no column that a constraint of its table names. The constraint is taken out of the table's words, so
    that the rows, which refer to each other, stay where they are."""
    connection = op.get_bind()
    words = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'ledger_transaction'")
    before = connection.execute(words).scalar_one()
    at = before.index(f"CONSTRAINT {NAME} ")
    end = before.index(",", before.index("ledger_transaction", before.index("REFERENCES", at)))
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = 'ledger_transaction'"),
        {"sql": before[:at] + before[end + 1 :].lstrip()},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
