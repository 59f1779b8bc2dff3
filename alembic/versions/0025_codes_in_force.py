"""A policy is found under the producer code that is in force, and knows when another one takes effect."""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"

# Where something takes effect later, the next roll-over writes the policy anew.
DUE = """UPDATE policy SET codes_change_at = CURRENT_TIMESTAMP WHERE id IN (
    SELECT policy_id FROM ledger_transaction WHERE state = 'issued' AND effective_at > issued_at)"""


def upgrade() -> None:
    op.add_column("policy", sa.Column("codes_change_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_policy_codes_change_at", "policy", ["codes_change_at"])
    op.execute(DUE)
