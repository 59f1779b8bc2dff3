"""Codes that look alike are told apart, a numbering plan may count each type by itself, and licenses and appointments
keep what came of their last validation. Files of licenses wait until they were looked at."""

import unicodedata

import sqlalchemy as sa

from alembic import op

revision = "0038"
down_revision = "0037"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODES = sa.table("producer_code", sa.column("id"), sa.column("code"), sa.column("likeness"))


def upgrade() -> None:
    op.add_column("producer_code", sa.Column("likeness", sa.String(length=384), nullable=True))
    _bear_likeness()
    op.create_index("uq_producer_code_likeness", "producer_code", ["likeness"], unique=True)
    _count_parts()
    for table in ("producer_license", "producer_appointment"):
        op.add_column(table, sa.Column("validation", sa.JSON(), nullable=True))
    _waiting_files()


def _bear_likeness() -> None:
    """The oldest of codes that look alike bears the likeness."""
    db = op.get_bind()
    first: dict[str, int] = {}
    codes = sa.select(CODES.c.id, CODES.c.code).where(CODES.c.code.is_not(None)).order_by(CODES.c.id)
    for number, code in db.execute(codes):
        first.setdefault(_likeness(code), number)
    given = [{"row": number, "like": likeness} for likeness, number in first.items() if likeness]
    if given:
        bears = sa.update(CODES).where(CODES.c.id == sa.bindparam("row")).values(likeness=sa.bindparam("like"))
        db.execute(bears, given)


def _likeness(code: str) -> str:
    seen = (each for each in unicodedata.normalize("NFC", code) if unicodedata.category(each)[0] not in "CZ")
    return "".join(seen).casefold()[:384]


def _count_parts() -> None:
    op.rename_table("number_sequence", "number_sequence_before")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_number_sequence", "number_sequence_before")
    op.create_table(
        "number_sequence",
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "part", name=op.f("pk_number_sequence")),
    )
    op.execute(
        "INSERT INTO number_sequence (plan, part, next_number) SELECT plan, '', next_number FROM number_sequence_before"
    )
    op.drop_table("number_sequence_before")


def _waiting_files() -> None:
    op.create_table(
        "license_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=op.f("fk_license_file_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_file")),
        sa.UniqueConstraint("locator", name=op.f("uq_license_file_locator")),
        sa.UniqueConstraint("user_id", name=op.f("uq_license_file_user_id")),
    )
    op.create_index(op.f("ix_license_file_created_at"), "license_file", ["created_at"], unique=False)
