"""What the underwriters said who were asked to bind a quote and refused."""

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("quote", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("refused_by", sa.String(length=254), server_default="", nullable=False))
    op.execute(
        "ALTER TABLE quote ADD COLUMN refusal VARCHAR(2000) DEFAULT '' NOT NULL CONSTRAINT ck_quote_refusal"
        " CHECK ((refused_at IS NULL) = (refused_by = '') AND (refused_at IS NULL) = (refusal = ''))"
    )
