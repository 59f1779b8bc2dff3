"""What goes to the agency's management system: where to, what was ordered, and what a timeline tells of it."""

import sqlalchemy as sa

from alembic import op

revision = "0036"
down_revision = "0035"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "'begun', 'submitted', 'routed', 'assigned', 'moved', 'asked', 'answered', 'cancelled', 'added', 'removed', "
    "'quoted', 'refused', 'referred', 'confirmed', 'sent', 'not_sent'"
)


def upgrade() -> None:
    for name in ("ams_mail", "ams_tasks"):
        op.add_column("agency_settings", sa.Column(name, sa.String(length=254), nullable=True))
    op.add_column("agency_settings", sa.Column("ams_attach", sa.Boolean(), nullable=True))
    op.execute(
        "ALTER TABLE agency_settings ADD COLUMN ams_attach_mb INTEGER CONSTRAINT ck_agency_settings_ams_attach_mb"
        " CHECK (ams_attach_mb BETWEEN 1 AND 25)"
    )
    op.create_table(
        "ams_handover",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.String(length=254), nullable=False),
        sa.Column("message", sa.String(length=26), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('submission', 'task', 'policy')", name="ck_handoverkind"),
        sa.CheckConstraint("sent_at IS NULL OR message <> ''", name="ck_ams_handover_sent"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_ams_handover_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ams_handover")),
        sa.UniqueConstraint("locator", name=op.f("uq_ams_handover_locator")),
        sa.UniqueConstraint("submission_id", "kind", name="uq_ams_handover_kind"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_submissioneventkind", "submission_event")
        op.create_check_constraint(op.f("ck_submissioneventkind"), "submission_event", f"kind IN ({KINDS})")
    else:
        _events_anew()


def _events_anew() -> None:
    """SQLite keeps the checks of a table as it was made. No other table refers to this one."""
    op.rename_table("submission_event", "submission_event_before")
    op.create_table(
        "submission_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_submissioneventkind"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_event_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_event")),
        sa.UniqueConstraint("locator", name=op.f("uq_submission_event_locator")),
    )
    op.execute(
        'INSERT INTO submission_event (id, locator, submission_id, kind, at, "by", about)'
        ' SELECT id, locator, submission_id, kind, at, "by", about FROM submission_event_before'
    )
    op.drop_table("submission_event_before")
    op.create_index("ix_submission_event_of", "submission_event", ["submission_id", "id"], unique=False)
    op.create_index("ix_submission_event_at", "submission_event", ["at", "id"], unique=False)
