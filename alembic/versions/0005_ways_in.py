"""Second factors by text message, recovery codes, links for a new password, and when both factors were proved last."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    moment, secret = ("DATETIME", "BLOB") if op.get_bind().dialect.name == "sqlite" else ("TIMESTAMPTZ", "BYTEA")
    op.execute(f"ALTER TABLE portal_user ADD COLUMN totp_pending {secret}")
    op.execute("ALTER TABLE portal_user ADD COLUMN phone VARCHAR(16)")
    op.execute(
        f"ALTER TABLE portal_user ADD COLUMN phone_verified_at {moment}"
        " CONSTRAINT ck_user_verified_has_phone CHECK (phone_verified_at IS NULL OR phone IS NOT NULL)"
    )
    op.execute(f"ALTER TABLE user_session ADD COLUMN confirmed_at {moment}")
    op.execute(
        "ALTER TABLE set_up_link ADD COLUMN purpose VARCHAR(24) DEFAULT 'set_up' NOT NULL"
        " CONSTRAINT ck_linkpurpose CHECK (purpose IN ('set_up', 'reset'))"
    )
    _recovery_codes()
    _text_codes()


def _recovery_codes() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"])


def _text_codes() -> None:
    op.create_table(
        "text_code",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("session_id", ROW_ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("failures >= 0", name="ck_text_code_failures"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_text_code_user_id")),
        sa.ForeignKeyConstraint(["session_id"], ["user_session.id"], name=op.f("fk_text_code_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_code")),
    )
    op.create_index("ix_text_code_number", "text_code", ["number_hash", "sent_at"])
    op.create_index("ix_text_code_user", "text_code", ["user_id", "sent_at"])
    op.create_index("ix_text_code_sent", "text_code", ["sent_at"])
    op.create_index("ix_text_code_session_id", "text_code", ["session_id"])
