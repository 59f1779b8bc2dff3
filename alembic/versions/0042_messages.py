"""Messages: a thread for each submission or policy, what is written in it, and who has read how far."""

import sqlalchemy as sa

from alembic import op

revision = "0042"
down_revision = "0041"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message_thread",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=True),
        sa.Column("policy_id", ROW_ID, nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(submission_id IS NULL) <> (policy_id IS NULL)", name="ck_message_thread_of_one"),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_message_thread_policy_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_message_thread_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_thread")),
        sa.UniqueConstraint("locator", name=op.f("uq_message_thread_locator")),
        sa.UniqueConstraint("policy_id", name=op.f("uq_message_thread_policy_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_message_thread_submission_id")),
    )
    op.create_index("ix_message_thread_newest", "message_thread", ["last_message_at", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=False),
        sa.Column("author_id", ROW_ID, nullable=False),
        sa.Column("side", sa.String(length=24), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('producer', 'agency')", name="ck_messageside"),
        sa.ForeignKeyConstraint(["author_id"], ["portal_user.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["message_thread.id"], name=op.f("fk_message_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("locator", name=op.f("uq_message_locator")),
        sa.UniqueConstraint("thread_id", "author_id", "token", name="uq_message_token"),
    )
    op.create_index("ix_message_of", "message", ["thread_id", "id"], unique=False)
    op.create_table(
        "message_reader",
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=False),
        sa.Column("read_until", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["message_thread.id"], name=op.f("fk_message_reader_thread_id")),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_message_reader_user_id")),
        sa.PrimaryKeyConstraint("user_id", "thread_id", name=op.f("pk_message_reader")),
    )
    op.create_index("ix_message_reader_thread", "message_reader", ["thread_id"], unique=False)
