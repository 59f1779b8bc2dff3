"""What lets somebody in beside their password, ended."""

from sqlalchemy import delete, update
from sqlmodel import col

from portal_app.models.enums import SessionEnd
from portal_app.models.identity import ApiToken, RecoveryCode, User
from portal_app.services.door import Tx
from portal_app.services.identity import sessions


def end(tx: Tx, user: User, reason: SessionEnd) -> None:
    """End the person's sessions and API tokens."""
    sessions.end_all(tx, user.id or 0, reason)
    valid = (col(ApiToken.user_id) == user.id, col(ApiToken.revoked_at).is_(None))
    tx.db.execute(update(ApiToken).where(*valid).values(revoked_at=tx.now))


def forget_factor(tx: Tx, user: User) -> None:
    """Take the second factor back, so that another one is set up at the next sign-in."""
    user.totp_secret, user.totp_enrolled_at = None, None
    user.phone, user.phone_verified_at = None, None
    tx.db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    tx.db.flush()


def forget_unproved(tx: Tx, user: User) -> None:
    """Forget a second factor that was shown or named, but that no code has proved: somebody else may know it."""
    if user.totp_enrolled_at is None:
        user.totp_secret = None
    if user.phone_verified_at is None:
        user.phone = None
    tx.db.flush()
