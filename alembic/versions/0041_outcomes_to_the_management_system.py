"""What became of a submission goes to the management system too, once for each line of its timeline about it."""

import sqlalchemy as sa

from alembic import op

revision = "0041"
down_revision = "0040"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('submission', 'task', 'policy', 'outcome', 'task_outcome')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("ams_handover", sa.Column("event", sa.String(length=26), nullable=False, server_default=""))
        op.alter_column("ams_handover", "event", server_default=None)
        op.drop_constraint("ck_handoverkind", "ams_handover")
        op.create_check_constraint(op.f("ck_handoverkind"), "ams_handover", KINDS)
        op.drop_constraint("uq_ams_handover_kind", "ams_handover")
        op.create_unique_constraint("uq_ams_handover_kind", "ams_handover", ["submission_id", "kind", "event"])
    else:
        _anew()


def _anew() -> None:
    """SQLite keeps the checks of a table as it was made. No other table refers to this one."""
    op.rename_table("ams_handover", "ams_handover_before")
    op.create_table(
        "ams_handover",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("event", sa.String(length=26), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.String(length=254), nullable=False),
        sa.Column("message", sa.String(length=26), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.CheckConstraint(KINDS, name="ck_handoverkind"),
        sa.CheckConstraint("sent_at IS NULL OR message <> ''", name="ck_ams_handover_sent"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_ams_handover_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ams_handover")),
        sa.UniqueConstraint("locator", name=op.f("uq_ams_handover_locator")),
        sa.UniqueConstraint("submission_id", "kind", "event", name="uq_ams_handover_kind"),
    )
    op.execute(
        "INSERT INTO ams_handover"
        " (id, locator, submission_id, kind, event, ordered_at, ordered_by, message, sent_at, reference)"
        " SELECT id, locator, submission_id, kind, '', ordered_at, ordered_by, message, sent_at, reference"
        " FROM ams_handover_before"
    )
    op.drop_table("ams_handover_before")
