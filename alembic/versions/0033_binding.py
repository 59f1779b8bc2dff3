"""What becomes of a quote of a submission: offered, referred, bound; and what a timeline tells of it."""

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0032"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "'begun', 'submitted', 'routed', 'assigned', 'moved', 'asked', 'answered', 'cancelled', 'added', 'removed', "
    "'quoted', 'refused', 'referred', 'confirmed'"
)


def upgrade() -> None:
    op.execute(
        "ALTER TABLE quote ADD COLUMN offer VARCHAR(24) DEFAULT 'not_offered' NOT NULL CONSTRAINT ck_quoteoffer"
        " CHECK (offer IN ('not_offered', 'offered', 'bound', 'not_taken'))"
    )
    for name in ("offered_at", "referred_at", "bound_at"):
        op.add_column("quote", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("bound_by", sa.String(length=254), server_default="", nullable=False))
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for name, table in (("document_id", "submission_document"), ("referred_by_id", "portal_user")):
        op.execute(f"ALTER TABLE quote ADD COLUMN {name} {number} CONSTRAINT fk_quote_{name} REFERENCES {table} (id)")
    op.create_index(
        "uq_quote_bound",
        "quote",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("offer = 'bound'"),
        postgresql_where=sa.text("offer = 'bound'"),
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
