"""Feeds bring billing, claims and an index of documents."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMED = ("column_map", "feed_file", "quarantined_row", "source_record", "sync_run")
BEFORE = "'policies', 'commissions')"
AFTER = "'policies', 'billing', 'claims', 'documents', 'commissions')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _widen_on_sqlite()
    else:
        for table in NAMED:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_feedkind")
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ck_feedkind CHECK (kind IN ('producers', 'clients', {AFTER})"
            )
    _billing()
    _claims()
    _documents()


def _widen_on_sqlite() -> None:
    """The words of the tables are changed and their rows left alone, as SQLite recommends for a CHECK that becomes
    wider: these tables are the largest, and others refer to them."""
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    widened = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name IN :named AND instr(sql, :before) > 0"
        ).bindparams(sa.bindparam("named", NAMED, expanding=True), before=BEFORE, after=AFTER)
    ).rowcount
    if widened != len(NAMED):
        raise RuntimeError(f"{widened} of {len(NAMED)} tables name the kinds of feeds as they should")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


def _from_a_feed(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table whose rows a feed names."""
    op.create_table(
        table,
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        *columns,
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f(f"fk_{table}_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("locator", name=op.f(f"uq_{table}_locator")),
        sa.UniqueConstraint("feed", "source_id", name=f"uq_{table}_source"),
    )
    op.create_index(f"ix_{table}_policy_id", table, ["policy_id"])


def _one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _money(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _billing() -> None:
    _from_a_feed(
        "policy_billing",
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("term_effective", sa.Date(), nullable=True),
        sa.Column("mode", _one_of("ck_billmode", "agency", "direct"), nullable=False),
        sa.Column("payment_plan", sa.String(length=80), nullable=False),
        *(_money(name) for name in ("billed", "paid", "balance", "past_due")),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        _money("next_due"),
        sa.Column("last_paid_on", sa.Date(), nullable=True),
        _money("last_paid"),
    )


def _claims() -> None:
    _from_a_feed(
        "claim",
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("status", _one_of("ck_claimstatus", "open", "reopened", "closed", "denied"), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=True),
        _money("paid"),
        _money("reserved"),
        sa.Column("adjuster", sa.String(length=120), nullable=False),
        sa.Column("adjuster_phone", sa.String(length=40), nullable=False),
        sa.CheckConstraint("reported_on >= lost_on", name="ck_claim_reported"),
        sa.CheckConstraint("closed_on >= lost_on", name="ck_claim_closed"),
    )


def _documents() -> None:
    categories = ("declarations", "policy", "endorsement", "certificate", "id_card", "billing_statement", "claim")
    categories += ("application", "notice", "correspondence", "other")
    _from_a_feed(
        "policy_document",
        sa.Column("policy_id", ROW_ID, nullable=True),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("category", _one_of("ck_documentcategory", *categories), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("term_effective", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_policy_document_account_id")),
        sa.CheckConstraint("(policy_id IS NULL) <> (account_id IS NULL)", name="ck_policy_document_of_one"),
    )
    op.create_index("ix_policy_document_account_id", "policy_document", ["account_id"])
