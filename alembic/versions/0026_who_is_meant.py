"""Who held a code since when, whom a feed means by one, and two statuses as a conflict."""

import sqlalchemy as sa

from alembic import op

revision = "0026"
down_revision = "0025"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('same_time_twice', 'producer_code'", "kind IN ('same_time_twice', 'producer_code', 'status'"


def upgrade() -> None:
    op.create_table(
        "feed_producer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_feed_producer_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_producer")),
        sa.UniqueConstraint("feed", "code", name="uq_feed_producer"),
    )
    # A row about a producer is named by its code; whoever holds that today was meant so far.
    op.execute(
        "INSERT INTO feed_producer (feed, code, producer_id)"
        " SELECT source_record.feed, producer_code.code, producer_code.producer_id FROM source_record"
        " JOIN producer_code ON producer_code.code = source_record.source_id WHERE source_record.kind = 'producers'"
    )
    op.create_table(
        "producer_code_holder",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("code_id", ROW_ID, nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["producer_code.id"], name=op.f("fk_producer_code_holder_code_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_code_holder_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_code_holder")),
    )
    op.create_index("ix_producer_code_holder", "producer_code_holder", ["code_id", "since", "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _widen_on_sqlite()
    else:
        op.execute("ALTER TABLE feed_conflict DROP CONSTRAINT ck_conflictkind")
        op.execute(f"ALTER TABLE feed_conflict ADD CONSTRAINT ck_conflictkind CHECK ({KINDS[1]}))")


def _widen_on_sqlite() -> None:
    """The words of the table are changed and its rows left alone."""
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    changed = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name = 'feed_conflict' AND instr(sql, :before) > 0"
        ).bindparams(before=KINDS[0], after=KINDS[1])
    ).rowcount
    if changed != 1:
        raise RuntimeError(f"the table of conflicts does not say {KINDS[0]}")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
