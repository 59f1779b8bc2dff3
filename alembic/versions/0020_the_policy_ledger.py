"""Transactions that people draft, issue and discard; what was reversed when and by which; who stood above whom."""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("'issued', 'reversed')", "'issued', 'reversed', 'discarded')")
ISSUED = (
    "CONSTRAINT ck_ledger_issued_at CHECK (state = 'draft' OR issued_at IS NOT NULL)",
    (
        "CONSTRAINT ck_ledger_issued_at CHECK (state IN ('draft', 'discarded') OR issued_at IS NOT NULL), "
        "CONSTRAINT ck_ledger_reversed_at CHECK (reversed_at IS NULL OR state = 'reversed')"
    ),
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    number, moment = ("INTEGER", "DATETIME") if sqlite else ("BIGINT", "TIMESTAMP WITH TIME ZONE")
    for column in (
        f"reversed_at {moment}",
        f"reversed_by_id {number} CONSTRAINT fk_ledger_transaction_reversed_by_id REFERENCES ledger_transaction (id)",
        f"age {number}",
        "seen VARCHAR(26) DEFAULT '' NOT NULL",
        "instructions JSON DEFAULT '[]' NOT NULL",
    ):
        op.execute(f"ALTER TABLE ledger_transaction ADD COLUMN {column}")
    if sqlite:
        _constrain_on_sqlite()
    else:
        _constrain()
    # What was reversed so far was applied again in the same moment.
    op.execute(
        "UPDATE ledger_transaction SET reversed_at = (SELECT min(again.issued_at) FROM ledger_transaction AS again"
        " WHERE again.policy_id = ledger_transaction.policy_id AND again.reapplies_id = ledger_transaction.id)"
        " WHERE state = 'reversed'"
    )
    op.create_table(
        "producer_parent",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("parent_id", ROW_ID, nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_parent_producer_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["producer.id"], name=op.f("fk_producer_parent_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_parent")),
    )
    op.create_index("ix_producer_parent", "producer_parent", ["producer_id", "since", "id"])


def _constrain() -> None:
    for name, check in (
        ("ck_transactionstate", f"state IN ('draft', {STATES[1]}"),
        ("ck_ledger_issued_at", "state IN ('draft', 'discarded') OR issued_at IS NOT NULL"),
    ):
        op.execute(f"ALTER TABLE ledger_transaction DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE ledger_transaction ADD CONSTRAINT {name} CHECK ({check})")
    op.execute(
        "ALTER TABLE ledger_transaction ADD CONSTRAINT ck_ledger_reversed_at"
        " CHECK (reversed_at IS NULL OR state = 'reversed')"
    )


def _constrain_on_sqlite() -> None:
    """The words of the table are changed and its rows left alone: it is one of the largest, and refers to itself."""
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    for before, after in (STATES, ISSUED):
        changed = connection.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
                " WHERE type = 'table' AND name = 'ledger_transaction' AND instr(sql, :before) > 0"
            ).bindparams(before=before, after=after)
        ).rowcount
        if changed != 1:
            raise RuntimeError(f"the ledger's table does not say {before}")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
