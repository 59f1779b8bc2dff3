"""Whether single keys do something for a person."""

from alembic import op

revision = "0011"
down_revision = "0006"


def upgrade() -> None:
    true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    op.execute(f"ALTER TABLE portal_user ADD COLUMN single_keys BOOLEAN DEFAULT {true} NOT NULL")
