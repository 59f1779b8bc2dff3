"""Time-based one-time codes (RFC 6238, 30 seconds, six digits), each good once."""

from datetime import datetime

import pyotp
from sqlalchemy import update
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services.door import Tx

STEP_SECONDS = 30
AROUND = (-1, 0, 1)
# Beyond what is accepted, how far a phone's clock is looked for, so that a person can be told what is wrong.
CLOCK_SEARCH = 20


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time-step, at most one off, for which the code is right. Only the server's clock counts."""
    return _find(secret, code, step_of(now), AROUND)


def clock_is_off(secret: str, code: str, now: datetime) -> bool:
    """Whether the code would be right at a time within ten minutes of now: then the phone's clock is wrong, not the
    secret."""
    return _find(secret, code, step_of(now), range(-CLOCK_SEARCH, CLOCK_SEARCH + 1)) is not None


def _find(secret: str, code: str, now: int, around: "range | tuple[int, ...]") -> int | None:
    code = "".join(code.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    generator = pyotp.TOTP(secret)
    found = None
    for offset in around:
        if pyotp.utils.strings_equal(generator.generate_otp(now + offset), code):
            found = now + offset
    return found


def take(tx: Tx, user: User, code: str) -> bool:
    """Accept a code once: the newest used step is stored by compare-and-set, so of two uses at one moment one wins,
    and an older code never comes back."""
    if user.totp_secret is None or (step := matching_step(user.totp_secret, code, tx.now)) is None:
        return False
    taken = tx.db.execute(
        update(User)
        .where(col(User.id) == user.id, col(User.totp_last_step) < step)
        .values(totp_last_step=step)
        .returning(col(User.id))
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None
