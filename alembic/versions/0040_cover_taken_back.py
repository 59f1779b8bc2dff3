"""Whether cover that was required of a producer is still asked for."""

import sqlalchemy as sa

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("cover_requirement", sa.Column("asked", sa.Boolean(), server_default=sa.true(), nullable=False))
