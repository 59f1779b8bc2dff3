"""The day on which a submission was certified, and the sum of a file as it was sent."""

import sqlalchemy as sa

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("submission", sa.Column("certified_on", sa.Date(), nullable=True))
    op.add_column(
        "submission_document", sa.Column("sent_digest", sa.String(length=64), server_default="", nullable=False)
    )
