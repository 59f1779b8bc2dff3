"""What Home adds up is read from indexes alone: of the whole agency, and of one book."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("DROP INDEX ix_policy_book")
    op.execute(
        "CREATE INDEX ix_policy_book ON policy (producer_code_id, status, expiration, effective, line_id, premium)"
    )
    op.execute(
        "CREATE INDEX ix_policy_status ON policy (status, expiration, effective, line_id, premium, producer_code_id)"
    )
