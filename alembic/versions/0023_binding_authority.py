"""Binding authority: grants, moratoria, the revision of both, and what was decided by them."""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "authority_revision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_authority_revision_alone"),
        sa.CheckConstraint("number >= 0", name="ck_authority_revision_number"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_revision")),
    )
    op.create_table(
        "moratorium",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("peril", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("zip_prefixes", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("carriers", sa.JSON(), nullable=False),
        sa.Column("stops_new", sa.Boolean(), nullable=False),
        sa.Column("stops_endorse", sa.Boolean(), nullable=False),
        sa.Column("stops_renew", sa.Boolean(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ck_moratorium_ended"),
        sa.CheckConstraint("name <> '' AND peril <> '' AND reason <> ''", name="ck_moratorium_told"),
        sa.CheckConstraint("ends_at > begins_at", name="ck_moratorium_window"),
        sa.CheckConstraint("stops_new OR stops_endorse OR stops_renew", name="ck_moratorium_actions"),
        sa.CheckConstraint("version >= 1", name="ck_moratorium_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moratorium")),
        sa.UniqueConstraint("locator", name=op.f("uq_moratorium_locator")),
    )
    op.create_index("ix_moratorium_standing", "moratorium", ["ended_at", "begins_at"], unique=False)
    op.create_table(
        "authority_grant",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grantee", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=True),
        sa.Column("producer_id", ROW_ID, nullable=True),
        sa.Column("producer_code_id", ROW_ID, nullable=True),
        sa.Column("carrier_id", ROW_ID, nullable=True),
        sa.Column("line_id", ROW_ID, nullable=True),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("allows_new", sa.Boolean(), nullable=False),
        sa.Column("allows_endorse", sa.Boolean(), nullable=False),
        sa.Column("allows_renew", sa.Boolean(), nullable=False),
        sa.Column("max_premium", sa.BigInteger(), nullable=True),
        sa.Column("max_insured_value", sa.BigInteger(), nullable=True),
        sa.Column("max_limit", sa.BigInteger(), nullable=True),
        sa.Column("min_deductible", sa.BigInteger(), nullable=True),
        sa.Column("max_deductible", sa.BigInteger(), nullable=True),
        sa.Column("max_losses", sa.BigInteger(), nullable=True),
        sa.Column("allowed_classes", sa.JSON(), nullable=False),
        sa.Column("excluded_classes", sa.JSON(), nullable=False),
        sa.Column("backdating_days", sa.Integer(), nullable=True),
        sa.Column("binder_days", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=254), nullable=False),
        sa.CheckConstraint("grantee IN ('code', 'producer', 'role', 'agency')", name="ck_granteekind"),
        sa.CheckConstraint("role IN ('principal', 'producer', 'csr', 'admin', 'read_only')", name="ck_role"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ck_authority_grant_ended"),
        sa.CheckConstraint("(grantee = 'code') = (producer_code_id IS NOT NULL)", name="ck_authority_grant_code"),
        sa.CheckConstraint("(grantee = 'producer') = (producer_id IS NOT NULL)", name="ck_authority_grant_producer"),
        sa.CheckConstraint("(grantee = 'role') = (role IS NOT NULL)", name="ck_authority_grant_role"),
        sa.CheckConstraint("allows_new OR allows_endorse OR allows_renew", name="ck_authority_grant_actions"),
        sa.CheckConstraint("backdating_days BETWEEN 0 AND 365", name="ck_authority_grant_backdating"),
        sa.CheckConstraint("binder_days BETWEEN 1 AND 365", name="ck_authority_grant_binder"),
        sa.CheckConstraint("expires_on >= effective_on", name="ck_authority_grant_days"),
        sa.CheckConstraint(
            "max_premium >= 0 AND max_insured_value >= 0 AND max_limit >= 0 AND max_losses >= 0",
            name="ck_authority_grant_amounts",
        ),
        sa.CheckConstraint(
            "min_deductible >= 0 AND max_deductible >= 0 AND max_deductible >= min_deductible",
            name="ck_authority_grant_deductible",
        ),
        sa.CheckConstraint("version >= 1", name="ck_authority_grant_version"),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_authority_grant_carrier_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line_of_business.id"], name=op.f("fk_authority_grant_line_id")),
        sa.ForeignKeyConstraint(
            ["producer_code_id"], ["producer_code.id"], name=op.f("fk_authority_grant_producer_code_id")
        ),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_authority_grant_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_grant")),
        sa.UniqueConstraint("locator", name=op.f("uq_authority_grant_locator")),
    )
    op.create_index(op.f("ix_authority_grant_producer_code_id"), "authority_grant", ["producer_code_id"], unique=False)
    op.create_index(op.f("ix_authority_grant_producer_id"), "authority_grant", ["producer_id"], unique=False)
    op.create_index("ix_authority_grant_standing", "authority_grant", ["ended_at", "effective_on"], unique=False)
    op.create_table(
        "authority_decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("quote_id", ROW_ID, nullable=True),
        sa.Column("policy_id", ROW_ID, nullable=True),
        sa.Column("transaction_locator", sa.String(length=26), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=True),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("failing", sa.Integer(), nullable=False),
        sa.Column("binder_days", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.CheckConstraint("action IN ('new', 'endorse', 'renew')", name="ck_bindaction"),
        sa.CheckConstraint("outcome IN ('bind', 'refer', 'deny')", name="ck_bindoutcome"),
        sa.CheckConstraint("(outcome = 'bind') = (failing = 0)", name="ck_authority_decision_bind"),
        sa.CheckConstraint(
            "(policy_id IS NULL) = (transaction_locator = '')", name="ck_authority_decision_transaction"
        ),
        sa.CheckConstraint("quote_id IS NULL OR policy_id IS NULL", name="ck_authority_decision_on_one"),
        sa.CheckConstraint("revision >= 0", name="ck_authority_decision_revision"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_authority_decision_policy_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_authority_decision_quote_id")),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_authority_decision_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_decision")),
        sa.UniqueConstraint("locator", name=op.f("uq_authority_decision_locator")),
    )
    op.create_index("ix_authority_decision_quote", "authority_decision", ["quote_id", "id"], unique=False)
    op.create_index(
        "ix_authority_decision_transaction", "authority_decision", ["transaction_locator", "id"], unique=False
    )
    op.create_index("ix_authority_decision_user", "authority_decision", ["user_id", "id"], unique=False)
    op.execute("INSERT INTO authority_revision (id, number) VALUES (1, 0)")
