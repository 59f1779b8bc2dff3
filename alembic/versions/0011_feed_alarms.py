"""Which runs ended because who answered was not the agency's system."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("sync_run", sa.Column("alarm", sa.Boolean(), nullable=False, server_default=sa.false()))
