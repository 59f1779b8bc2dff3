"""Which links a stranger may have asked for; and a new authenticator's secret belongs to the session that asked."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    false, secret = ("0", "BLOB") if sqlite else ("false", "BYTEA")
    op.execute(f"ALTER TABLE set_up_link ADD COLUMN asked_for BOOLEAN DEFAULT {false} NOT NULL")
    op.execute(f"ALTER TABLE user_session ADD COLUMN totp_pending {secret}")
    op.execute("ALTER TABLE portal_user DROP COLUMN totp_pending")
