"""Views of lists that people keep, and with which of them each begins."""

import sqlalchemy as sa

from alembic import op

revision = "0037"
down_revision = "0036"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("agencys", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("listing IN ('submissions', 'policies')", name="ck_listing"),
        sa.CheckConstraint("shared OR NOT agencys", name="ck_saved_view_agencys"),
        sa.CheckConstraint("version >= 1", name="ck_saved_view_version"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_saved_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("locator", name=op.f("uq_saved_view_locator")),
        sa.UniqueConstraint("user_id", "listing", "name_key", name="uq_saved_view_name"),
    )
    op.create_index("ix_saved_view_shared", "saved_view", ["listing", "shared"], unique=False)
    op.create_index(
        "uq_saved_view_agencys",
        "saved_view",
        ["listing"],
        unique=True,
        sqlite_where=sa.text("agencys"),
        postgresql_where=sa.text("agencys"),
    )
    op.create_table(
        "start_view",
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.Column("view_id", ROW_ID, nullable=True),
        sa.CheckConstraint("listing IN ('submissions', 'policies')", name="ck_listing"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_start_view_user_id")),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_start_view_view_id")),
        sa.PrimaryKeyConstraint("user_id", "listing", name=op.f("pk_start_view")),
    )
