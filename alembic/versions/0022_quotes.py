"""Quotes, and what underwriting flagged on them and on transactions of policies."""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quote",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("line_id", ROW_ID, nullable=False),
        sa.Column("carrier_id", ROW_ID, nullable=False),
        sa.Column("producer_code_id", ROW_ID, nullable=True),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("expiration", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("premium", sa.BigInteger(), nullable=True),
        sa.Column("insured_value", sa.BigInteger(), nullable=True),
        sa.Column("limit_amount", sa.BigInteger(), nullable=True),
        sa.Column("deductible", sa.BigInteger(), nullable=True),
        sa.Column("losses", sa.BigInteger(), nullable=True),
        sa.Column("class_codes", sa.JSON(), nullable=False),
        sa.Column("terms", sa.String(length=4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("underwritten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'underwritten', 'blocked', 'declined', 'rejected', 'discarded')", name="ck_quotestate"
        ),
        sa.CheckConstraint("expiration > effective", name="ck_quote_term"),
        sa.CheckConstraint("version >= 1", name="ck_quote_version"),
        sa.CheckConstraint(
            "premium >= 0 AND insured_value >= 0 AND limit_amount >= 0 AND deductible >= 0 AND losses >= 0",
            name="ck_quote_amounts",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_quote_account_id")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_quote_carrier_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line_of_business.id"], name=op.f("fk_quote_line_id")),
        sa.ForeignKeyConstraint(["producer_code_id"], ["producer_code.id"], name=op.f("fk_quote_producer_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("locator", name=op.f("uq_quote_locator")),
    )
    op.create_index("ix_quote_account", "quote", ["account_id", "id"], unique=False)
    op.create_index("ix_quote_producer_code", "quote", ["producer_code_id", "state"], unique=False)
    op.create_table(
        "underwriting_flag",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("quote_id", ROW_ID, nullable=True),
        sa.Column("policy_id", ROW_ID, nullable=True),
        sa.Column("transaction_locator", sa.String(length=26), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("tag", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("producer_code", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("cause IN ('producer', 'person')", name="ck_flagcause"),
        sa.CheckConstraint("level IN ('info', 'approve', 'block', 'decline', 'reject')", name="ck_flaglevel"),
        sa.CheckConstraint("(cause = 'producer') = (producer_code <> '')", name="ck_flag_producer_code"),
        sa.CheckConstraint("(policy_id IS NULL) = (transaction_locator = '')", name="ck_flag_transaction"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="ck_flag_removed"),
        sa.CheckConstraint("(quote_id IS NULL) <> (policy_id IS NULL)", name="ck_flag_on_one"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_underwriting_flag_policy_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_underwriting_flag_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_underwriting_flag")),
        sa.UniqueConstraint("locator", name=op.f("uq_underwriting_flag_locator")),
    )
    op.create_index("ix_flag_quote", "underwriting_flag", ["quote_id", "id"], unique=False)
    op.create_index("ix_flag_transaction", "underwriting_flag", ["transaction_locator", "id"], unique=False)
    op.create_index(
        "uq_flag_of_quote",
        "underwriting_flag",
        ["quote_id", "producer_code"],
        unique=True,
        sqlite_where=sa.text("cause = 'producer' AND quote_id IS NOT NULL"),
        postgresql_where=sa.text("cause = 'producer' AND quote_id IS NOT NULL"),
    )
    op.create_index(
        "uq_flag_of_transaction",
        "underwriting_flag",
        ["transaction_locator", "producer_code"],
        unique=True,
        sqlite_where=sa.text("cause = 'producer' AND policy_id IS NOT NULL"),
        postgresql_where=sa.text("cause = 'producer' AND policy_id IS NOT NULL"),
    )
