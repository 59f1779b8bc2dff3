"""That a person asked whether the audit trail's chain holds, and what was found."""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "chain_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_by", sa.String(length=254), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("unsealed", sa.Integer(), nullable=False),
        sa.Column("problems_found", sa.Integer(), nullable=False),
        sa.Column("problems", sa.String(length=4000), nullable=False),
        sa.CheckConstraint("problems_found >= 0", name="ck_chain_check_found"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_check")),
    )
