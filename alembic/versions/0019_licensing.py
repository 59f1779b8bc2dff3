"""Licenses, appointments, continuing education and errors-and-omissions cover of producers."""

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0018"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _licenses()
    _appointments()
    _education()
    _cover()


def _licenses() -> None:
    op.create_table(
        "producer_license",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("npn", sa.String(length=10), nullable=False),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("resident", sa.Boolean(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'validated' OR (effective_at IS NOT NULL AND (expires_at IS NULL OR expires_at > effective_at))",
            name="ck_producer_license_times",
        ),
        sa.CheckConstraint("version >= 1", name="ck_producer_license_version"),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_license_producer_id")),
        sa.CheckConstraint("state IN ('draft', 'validated', 'discarded')", name="ck_credentialstate"),
        sa.CheckConstraint(
            "status IN ('active', 'inactive', 'expired', 'suspended', 'revoked', 'surrendered', 'cancelled')",
            name="ck_licensestatus",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_license")),
        sa.UniqueConstraint("locator", name=op.f("uq_producer_license_locator")),
    )
    op.create_index("ix_producer_license_number", "producer_license", ["number"])
    op.create_index(op.f("ix_producer_license_producer_id"), "producer_license", ["producer_id"])
    op.create_table(
        "producer_license_line",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("license_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["license_id"], ["producer_license.id"], name=op.f("fk_producer_license_line_license_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_license_line")),
        sa.UniqueConstraint("license_id", "line", name="uq_producer_license_line"),
    )
    op.create_table(
        "producer_license_code",
        sa.Column("license_id", ROW_ID, nullable=False),
        sa.Column("producer_code_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["license_id"], ["producer_license.id"], name=op.f("fk_producer_license_code_license_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_code_id"], ["producer_code.id"], name=op.f("fk_producer_license_code_producer_code_id")
        ),
        sa.PrimaryKeyConstraint("license_id", "producer_code_id", name=op.f("pk_producer_license_code")),
    )
    op.create_index(op.f("ix_producer_license_code_producer_code_id"), "producer_license_code", ["producer_code_id"])


def _appointments() -> None:
    op.create_table(
        "producer_appointment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("carrier_id", ROW_ID, nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("just_in_time", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'validated' OR (carrier_id IS NOT NULL AND effective_on IS NOT NULL "
            "AND (terminated_on IS NULL OR terminated_on >= effective_on))",
            name="ck_producer_appointment_days",
        ),
        sa.CheckConstraint("version >= 1", name="ck_producer_appointment_version"),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_producer_appointment_carrier_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_appointment_producer_id")),
        sa.CheckConstraint("state IN ('draft', 'validated', 'discarded')", name="ck_credentialstate"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_appointment")),
        sa.UniqueConstraint("locator", name=op.f("uq_producer_appointment_locator")),
    )
    op.create_index(op.f("ix_producer_appointment_carrier_id"), "producer_appointment", ["carrier_id"])
    op.create_index(op.f("ix_producer_appointment_producer_id"), "producer_appointment", ["producer_id"])
    op.create_table(
        "producer_appointment_code",
        sa.Column("appointment_id", ROW_ID, nullable=False),
        sa.Column("producer_code_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["producer_appointment.id"], name=op.f("fk_producer_appointment_code_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_code_id"], ["producer_code.id"], name=op.f("fk_producer_appointment_code_producer_code_id")
        ),
        sa.PrimaryKeyConstraint("appointment_id", "producer_code_id", name=op.f("pk_producer_appointment_code")),
    )
    op.create_index(
        op.f("ix_producer_appointment_code_producer_code_id"), "producer_appointment_code", ["producer_code_id"]
    )
    op.create_table(
        "producer_appointment_license",
        sa.Column("appointment_id", ROW_ID, nullable=False),
        sa.Column("license_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["producer_appointment.id"], name=op.f("fk_producer_appointment_license_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["license_id"], ["producer_license.id"], name=op.f("fk_producer_appointment_license_license_id")
        ),
        sa.PrimaryKeyConstraint("appointment_id", "license_id", name=op.f("pk_producer_appointment_license")),
    )
    op.create_index(op.f("ix_producer_appointment_license_license_id"), "producer_appointment_license", ["license_id"])


def _education() -> None:
    op.create_table(
        "education_requirement",
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("ethics_hours", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours >= ethics_hours AND ethics_hours >= 0", name="ck_education_requirement_hours"),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name="ck_education_requirement_months"),
        sa.PrimaryKeyConstraint("jurisdiction", name=op.f("pk_education_requirement")),
    )
    op.create_table(
        "education_cycle",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("ethics_hours", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on > begins_on", name="ck_education_cycle_days"),
        sa.CheckConstraint("hours >= ethics_hours AND ethics_hours >= 0", name="ck_education_cycle_hours"),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_education_cycle_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_education_cycle")),
        sa.UniqueConstraint("locator", name=op.f("uq_education_cycle_locator")),
        sa.UniqueConstraint("producer_id", "jurisdiction", "begins_on", name="uq_education_cycle"),
    )
    op.create_index(op.f("ix_education_cycle_ends_on"), "education_cycle", ["ends_on"])
    op.create_table(
        "education_completion",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("cycle_id", ROW_ID, nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("ethics", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hours > 0", name="ck_education_completion_hours"),
        sa.ForeignKeyConstraint(["cycle_id"], ["education_cycle.id"], name=op.f("fk_education_completion_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_education_completion")),
        sa.UniqueConstraint("cycle_id", "course", "completed_on", name="uq_education_completion"),
        sa.UniqueConstraint("locator", name=op.f("uq_education_completion_locator")),
    )


def _cover() -> None:
    op.create_table(
        "producer_cover",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("carrier", sa.String(length=120), nullable=False),
        sa.Column("policy_number", sa.String(length=64), nullable=False),
        sa.Column("each_claim", sa.BigInteger(), nullable=False),
        sa.Column("aggregate", sa.BigInteger(), nullable=False),
        sa.Column("retention", sa.BigInteger(), nullable=False),
        sa.Column("retroactive_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("each_claim > 0 AND aggregate >= each_claim", name="ck_producer_cover_limits"),
        sa.CheckConstraint("expires_on >= effective_on", name="ck_producer_cover_days"),
        sa.CheckConstraint("retention >= 0", name="ck_producer_cover_retention"),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_producer_cover_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_cover")),
        sa.UniqueConstraint("locator", name=op.f("uq_producer_cover_locator")),
    )
    op.create_index(op.f("ix_producer_cover_expires_on"), "producer_cover", ["expires_on"])
    op.create_index(op.f("ix_producer_cover_producer_id"), "producer_cover", ["producer_id"])
    op.create_table(
        "cover_requirement",
        sa.Column("producer_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("each_claim", sa.BigInteger(), nullable=False),
        sa.Column("aggregate", sa.BigInteger(), nullable=False),
        sa.Column("stops_bind", sa.Boolean(), nullable=False),
        sa.CheckConstraint("each_claim >= 0 AND aggregate >= each_claim", name="ck_cover_requirement"),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_cover_requirement_producer_id")),
        sa.PrimaryKeyConstraint("producer_id", name=op.f("pk_cover_requirement")),
    )
