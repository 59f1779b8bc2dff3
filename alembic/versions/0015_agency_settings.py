"""What the agency sets for itself in the app, and how long an answer may take in each line of business."""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"

# Business days. An agency changes them in the app.
RESPONSE_DAYS = {
    "personal_auto": 1,
    "homeowners": 1,
    "umbrella": 2,
    "bop": 2,
    "general_liability": 3,
    "workers_compensation": 3,
    "commercial_auto": 3,
    "commercial_property": 5,
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE line_of_business ADD COLUMN response_days INTEGER DEFAULT 2 NOT NULL"
        " CONSTRAINT ck_line_response_days CHECK (response_days BETWEEN 1 AND 60)"
    )
    line = sa.table("line_of_business", sa.column("code", sa.String), sa.column("response_days", sa.Integer))
    for code, days in RESPONSE_DAYS.items():
        op.execute(line.update().where(line.c.code == code).values(response_days=days))
    _settings()
    op.create_table(
        "settings_change",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_settings_change")),
    )


def _settings() -> None:
    settings = op.create_table(
        "agency_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_name", sa.String(length=80), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("concurrent_sessions", sa.Boolean(), nullable=True),
        sa.Column("hourly_minute", sa.Integer(), nullable=True),
        sa.Column("daily_hour", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name="ck_agency_settings_single"),
        sa.CheckConstraint("version >= 0", name="ck_agency_settings_version"),
        sa.CheckConstraint("hourly_minute BETWEEN 0 AND 59", name="ck_agency_settings_minute"),
        sa.CheckConstraint("daily_hour BETWEEN 0 AND 23", name="ck_agency_settings_hour"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_settings")),
    )
    op.bulk_insert(settings, [{"id": 1, "version": 0}])
