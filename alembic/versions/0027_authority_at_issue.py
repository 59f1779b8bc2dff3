"""An answer of binding authority says what became of the transaction where it was given at its issue."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE authority_decision ADD COLUMN issue VARCHAR(24)"
        " CONSTRAINT ck_issueoutcome CHECK (issue IN ('issued', 'refused'))"
        " CONSTRAINT ck_authority_decision_issue CHECK (issue IS NULL OR policy_id IS NOT NULL)"
    )
