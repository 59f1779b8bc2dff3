"""What people are told of, and how each of them wants to be told."""

import sqlalchemy as sa

from alembic import op

revision = "0030"
down_revision = "0029"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event_key", sa.String(length=160), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("named", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("insured", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(subject_kind = '') = (subject = '')", name="ck_notification_subject"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_notification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("locator", name=op.f("uq_notification_locator")),
        sa.UniqueConstraint("user_id", "event_key", name="uq_notification_event"),
    )
    op.create_index("ix_notification_of_user", "notification", ["user_id", "id"], unique=False)
    op.create_index("ix_notification_read", "notification", ["read_at"], unique=False)
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "notification_mute",
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("named", sa.String(length=80), nullable=False),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_notification_mute_user_id")),
        sa.PrimaryKeyConstraint("user_id", "subject_kind", "subject", name=op.f("pk_notification_mute")),
    )
    op.create_table(
        "notification_preference",
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("in_portal", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("sms", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_notification_preference_user_id")),
        sa.PrimaryKeyConstraint("user_id", "event", name=op.f("pk_notification_preference")),
    )
