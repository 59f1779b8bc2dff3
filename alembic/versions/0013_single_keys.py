"""Whether single keys do something for a person."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    op.execute(f"ALTER TABLE portal_user ADD COLUMN single_keys BOOLEAN DEFAULT {true} NOT NULL")
