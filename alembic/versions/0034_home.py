"""By what Home finds what happened since somebody signed in last, and what waits for underwriters."""

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_index("ix_session_of_user", "user_session", ["user_id", "id"], unique=False)
    op.create_index("ix_submission_event_at", "submission_event", ["at", "id"], unique=False)
    op.create_index("ix_ledger_known", "ledger_transaction", ["known_at", "id"], unique=False)
    drafted = sa.text("state = 'draft'")
    op.create_index(
        "ix_ledger_draft", "ledger_transaction", ["id"], unique=False, sqlite_where=drafted, postgresql_where=drafted
    )
    op.create_index("ix_quote_state", "quote", ["state", "id"], unique=False)
