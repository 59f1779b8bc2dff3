"""the house"""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=128), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("person", "business", name="ck_accountkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("tax_id", sa.LargeBinary(), nullable=True),
        sa.Column("tax_id_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("driver_license", sa.LargeBinary(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("feed", "source_id", name="uq_account_source"),
        sa.UniqueConstraint("locator", name=op.f("uq_account_locator")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("ix_account_name", ["name", "id"], unique=False)
        batch_op.create_index("ix_account_tax_id_lookup", ["tax_id_lookup"], unique=False)

    op.create_table(
        "attempt_count",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("window_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_attempt_count")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("locator", name=op.f("uq_audit_event_locator")),
        sa.UniqueConstraint("sealed", name=op.f("uq_audit_event_sealed")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_subject", ["subject_kind", "subject"], unique=False)
        batch_op.create_index(
            "ix_audit_unsealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("sealed IS NULL"),
            postgresql_where=sa.text("sealed IS NULL"),
        )

    op.create_table(
        "carrier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("naic", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier")),
        sa.UniqueConstraint("locator", name=op.f("uq_carrier_locator")),
        sa.UniqueConstraint("name", name=op.f("uq_carrier_name")),
    )
    op.create_table(
        "feed_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "producers",
                "clients",
                "policies",
                "commissions",
                name="ck_feedkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_file")),
        sa.UniqueConstraint("feed", "kind", "digest", name="uq_feed_file"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "used_for",
            sa.Enum("demo", "agency", name="ck_databaseuse", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_instance_single"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("token >= 0", name="ck_lease_token"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "line_of_business",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_of_business")),
        sa.UniqueConstraint("code", name=op.f("uq_line_of_business_code")),
    )
    op.create_table(
        "name_word",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_word")),
        sa.UniqueConstraint("word", name=op.f("uq_name_word_word")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("record_key", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.CheckConstraint("delivered_at IS NULL OR dead_at IS NULL", name="ck_outbox_one_end"),
        sa.CheckConstraint("delivered_at IS NULL OR payload IS NULL", name="ck_outbox_erased"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("locator", name=op.f("uq_outbox_message_locator")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_waiting",
            ["record_key", "id"],
            unique=False,
            sqlite_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
        )

    op.create_table(
        "producer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual",
                "organisation",
                name="ck_producerkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("npn", sa.String(length=10), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "validated",
                "suspended",
                "retired",
                "discarded",
                name="ck_producerstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="ck_producer_not_own_parent"),
        sa.ForeignKeyConstraint(["parent_id"], ["producer.id"], name=op.f("fk_producer_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer")),
        sa.UniqueConstraint("locator", name=op.f("uq_producer_locator")),
    )
    with op.batch_alter_table("producer", schema=None) as batch_op:
        batch_op.create_index("ix_producer_parent_id", ["parent_id"], unique=False)

    op.create_table(
        "sync_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "producers",
                "clients",
                "policies",
                "commissions",
                name="ck_feedkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "succeeded",
                "failed",
                "interrupted",
                name="ck_runstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ck_run_ended"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
        sa.UniqueConstraint("locator", name=op.f("uq_sync_run_locator")),
    )
    with op.batch_alter_table("sync_run", schema=None) as batch_op:
        batch_op.create_index("ix_run_feed", ["feed", "kind", "id"], unique=False)
        batch_op.create_index(
            "ix_run_running",
            ["feed"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_seal_event_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "portal_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "principal",
                "producer",
                "csr",
                "admin",
                "read_only",
                name="ck_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("producer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name="ck_user_email_lower"),
        sa.CheckConstraint("failed_attempts >= 0", name="ck_user_failed"),
        sa.CheckConstraint("totp_enrolled_at IS NULL OR totp_secret IS NOT NULL", name="ck_user_enrolled_has_secret"),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_portal_user_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_user")),
        sa.UniqueConstraint("email", name=op.f("uq_portal_user_email")),
        sa.UniqueConstraint("locator", name=op.f("uq_portal_user_locator")),
    )
    with op.batch_alter_table("portal_user", schema=None) as batch_op:
        batch_op.create_index("ix_portal_user_producer_id", ["producer_id"], unique=False)

    op.create_table(
        "producer_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("producer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "validated",
                "suspended",
                "retired",
                "discarded",
                name="ck_producerstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_code_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_code")),
        sa.UniqueConstraint("code", name=op.f("uq_producer_code_code")),
        sa.UniqueConstraint("locator", name=op.f("uq_producer_code_locator")),
    )
    with op.batch_alter_table("producer_code", schema=None) as batch_op:
        batch_op.create_index("ix_producer_code_producer_id", ["producer_id"], unique=False)

    op.create_table(
        "quarantined_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "producers",
                "clients",
                "policies",
                "commissions",
                name="ck_feedkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=2000), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["sync_run.id"], name=op.f("fk_quarantined_row_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_row")),
        sa.UniqueConstraint("feed", "kind", "content_hash", name="uq_quarantined"),
        sa.UniqueConstraint("locator", name=op.f("uq_quarantined_row_locator")),
    )
    with op.batch_alter_table("quarantined_row", schema=None) as batch_op:
        batch_op.create_index("ix_quarantined_source", ["feed", "kind", "source_id"], unique=False)

    op.create_table(
        "source_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "producers",
                "clients",
                "policies",
                "commissions",
                name="ck_feedkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["feed_file.id"], name=op.f("fk_source_record_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("feed", "kind", "source_id", name="uq_source_record"),
    )
    with op.batch_alter_table("source_record", schema=None) as batch_op:
        batch_op.create_index("ix_source_record_batch_id", ["batch_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("locator", name=op.f("uq_api_token_locator")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_user_id", ["user_id"], unique=False)

    op.create_table(
        "policy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("feed", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("producer_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code_of_record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("insured_name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("expiration", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "pending",
                "cancelled",
                "expired",
                "non_renewed",
                name="ck_policystatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("premium", sa.BigInteger(), nullable=False),
        sa.Column("vins", sa.String(), nullable=False),
        sa.Column("streets", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expiration > effective", name="ck_policy_term"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_policy_account_id")),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_policy_carrier_id")),
        sa.ForeignKeyConstraint(["code_of_record_id"], ["producer_code.id"], name=op.f("fk_policy_code_of_record_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line_of_business.id"], name=op.f("fk_policy_line_id")),
        sa.ForeignKeyConstraint(["producer_code_id"], ["producer_code.id"], name=op.f("fk_policy_producer_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("feed", "source_id", name="uq_policy_source"),
        sa.UniqueConstraint("locator", name=op.f("uq_policy_locator")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index("ix_policy_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_policy_book_effective", ["producer_code_id", "effective"], unique=False)
        batch_op.create_index("ix_policy_book_name", ["producer_code_id", "insured_name", "id"], unique=False)
        batch_op.create_index("ix_policy_carrier_id", ["carrier_id"], unique=False)
        batch_op.create_index("ix_policy_effective", ["effective", "id"], unique=False)
        batch_op.create_index("ix_policy_expiration", ["expiration"], unique=False)
        batch_op.create_index("ix_policy_line_effective", ["line_id", "effective"], unique=False)
        batch_op.create_index("ix_policy_line_name", ["line_id", "insured_name", "id"], unique=False)
        batch_op.create_index("ix_policy_name", ["insured_name", "id"], unique=False)
        batch_op.create_index("ix_policy_number", ["number_key"], unique=False)

    op.create_table(
        "set_up_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_set_up_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_up_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_set_up_link_token_hash")),
    )
    op.create_table(
        "user_grant",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "granted",
            sa.Enum("downline", "commissions", name="ck_grant", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("granted_by", sa.String(length=254), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_user_grant_user_id")),
        sa.PrimaryKeyConstraint("user_id", "granted", name=op.f("pk_user_grant")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("password", "full", name="ck_sessionstage", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "signed_out",
                "idle",
                "absolute",
                "replaced",
                "advanced",
                "role_changed",
                "revoked",
                name="ck_sessionend",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("notice", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ck_session_end_has_reason"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("locator", name=op.f("uq_user_session_locator")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_session_live",
            ["user_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "coverage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("limit_text", sa.String(length=80), nullable=False),
        sa.Column("deductible", sa.String(length=80), nullable=False),
        sa.Column("premium", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_coverage_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        sa.UniqueConstraint("policy_id", "position", name="uq_coverage"),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issuance",
                "renewal",
                "change",
                "cancellation",
                "reinstatement",
                name="ck_transactionkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "issued",
                "reversed",
                name="ck_transactionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum("feed", "portal", name="ck_origin", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("term_effective", sa.Date(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reapplies_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_version", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.CheckConstraint("(origin = 'feed') = (source_record_id IS NOT NULL)", name="ck_ledger_feed_has_source"),
        sa.CheckConstraint("state = 'draft' OR issued_at IS NOT NULL", name="ck_ledger_issued_at"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_ledger_transaction_policy_id")),
        sa.ForeignKeyConstraint(
            ["reapplies_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_transaction_reapplies_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_transaction_reverses_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_record_id"], ["source_record.id"], name=op.f("fk_ledger_transaction_source_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("locator", name=op.f("uq_ledger_transaction_locator")),
    )
    with op.batch_alter_table("ledger_transaction", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_policy", ["policy_id", "id"], unique=False)

    op.create_table(
        "policy_address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_address_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_address")),
        sa.UniqueConstraint("policy_id", "position", name="uq_policy_address"),
    )
    op.create_table(
        "policy_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("expiration", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "pending",
                "cancelled",
                "expired",
                "non_renewed",
                name="ck_policystatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("premium", sa.BigInteger(), nullable=False),
        sa.Column("producer_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code_of_record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("expiration > effective", name="ck_term"),
        sa.ForeignKeyConstraint(
            ["code_of_record_id"], ["producer_code.id"], name=op.f("fk_policy_term_code_of_record_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_term_policy_id")),
        sa.ForeignKeyConstraint(
            ["producer_code_id"], ["producer_code.id"], name=op.f("fk_policy_term_producer_code_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_term")),
        sa.UniqueConstraint("policy_id", "effective", name="uq_term"),
    )
    op.create_table(
        "vehicle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("vin", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_vehicle_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("policy_id", "position", name="uq_vehicle"),
    )
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.create_index("ix_vehicle_vin", ["vin"], unique=False)
