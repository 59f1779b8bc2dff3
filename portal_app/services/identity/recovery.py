"""Codes for the day on which the phone is gone: ten, each good once, shown when they are made and never again."""

import secrets

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from portal_app.encryption import keyring
from portal_app.models.identity import RecoveryCode, User
from portal_app.services import audit, mail
from portal_app.services.door import Tx

COUNT = 10
# Without letters and digits that look alike; ten of them are fifty bits.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10


def make(tx: Tx, user: User) -> tuple[str, ...]:
    """Ten new codes, such as `K7RQF-3M9XW`; all older ones are void."""
    codes = tuple("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(COUNT))
    tx.db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    tx.db.add_all(RecoveryCode(user_id=user.id or 0, code_hash=_hash(user, code), created_at=tx.now) for code in codes)
    audit.record(tx, "mfa.recovery_codes_made", subject_kind="user", subject=user.locator)
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def take(tx: Tx, user: User, typed: str) -> bool:
    """Accept a code once, and tell the person by mail."""
    taken = tx.db.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == user.id,
            col(RecoveryCode.used_at).is_(None),
            col(RecoveryCode.code_hash) == _hash(user, plain(typed)),
        )
        .values(used_at=tx.now)
        .returning(col(RecoveryCode.id))
    )
    if taken.first() is None:
        return False
    left = remaining(tx, user.id)
    audit.record(tx, "mfa.recovery_code_used", subject_kind="user", subject=user.locator, detail={"left": left})
    mail.send(
        tx,
        recipient=user.email,
        subject="A recovery code was used for your portal account",
        text=f"Somebody signed in to your account with a recovery code. You have {left} left. "
        "If that was not you, tell your agency's administrator at once.",
    )
    return True


def remaining(tx: Tx, user_id: int | None) -> int:
    mine = (col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None))
    return tx.db.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def plain(typed: str) -> str:
    return "".join(letter for letter in typed[:64].upper() if letter in LETTERS)


def looks_like_one(typed: str) -> bool:
    """Whether it can only be a recovery code: codes of phones have digits alone."""
    return len(plain(typed)) == LENGTH and any(letter.isalpha() for letter in typed)


def _hash(user: User, code: str) -> bytes:
    return keyring().lookup(f"recovery code:{user.id}:{code}")
