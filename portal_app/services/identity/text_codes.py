"""Codes by text message: six digits, for one attempt to sign in, for ten minutes, once."""

import secrets
from datetime import timedelta
from enum import StrEnum

import phonenumbers
from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import col

from portal_app.encryption import keyring
from portal_app.models.identity import TextCode, User
from portal_app.services import audit, outbox, texts
from portal_app.services.door import Tx

LASTS = timedelta(minutes=10)
GUESSES = 5
"""So many wrong codes void the one that was sent."""
PAUSE = timedelta(seconds=30)
OF_A_USER = (5, timedelta(hours=1))
OF_A_NUMBER = (10, timedelta(days=1))
OF_THE_AGENCY = (500, timedelta(days=1))
REGION = "US"


class Unsent(StrEnum):
    """Why no code was sent."""

    NOT_SET_UP = "texts_off"
    TOO_MANY = "texts_limit"
    TOO_SOON = "texts_soon"
    NUMBER = "number"


SENTENCES = {
    Unsent.NOT_SET_UP: "Text messages are not set up here. Use an authenticator app.",
    Unsent.TOO_MANY: "No more codes can be sent for now. Use your authenticator app, or try again later.",
    Unsent.TOO_SOON: "A code was sent a moment ago. Wait half a minute before asking for another one.",
    Unsent.NUMBER: "Enter a mobile number such as (401) 555-0123, or with a country code such as +44 7400 123456.",
}


def number_of(typed: str) -> str | None:
    """The number as E.164, or None where it is none that can be texted. Without a country code it is an American
    one."""
    try:
        parsed = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def send(tx: Tx, user: User, number: str) -> Unsent | None:
    """Send a code for this session's attempt; an older one of the attempt is void."""
    if tx.ports.texts is None:
        return Unsent.NOT_SET_UP
    if (limit := _limit(tx, user, number)) is not None:
        audit.record(tx, "mfa.text_refused", subject_kind="user", subject=user.locator, detail={"why": limit.value})
        return limit
    _void(tx)
    # Whatever attempt it was for: of two codes that came at once nobody knows which is theirs.
    outbox.take_out(tx, order := f"code:{user.locator}")
    code = f"{secrets.randbelow(10**6):06d}"
    tx.db.add(
        TextCode(
            user_id=user.id or 0,
            session_id=tx.actor.session_id or 0,
            code_hash=_hash(tx, number, code),
            number_hash=keyring().lookup(number),
            sent_at=tx.now,
            expires_at=tx.now + LASTS,
        )
    )
    text = f"{code} is your code for the {tx.settings.agency_name} portal. Nobody who works there will ask you for it."
    texts.send(tx, number=number, text=text, until=tx.now + LASTS, record_key=order)
    audit.record(tx, "mfa.text_sent", subject_kind="user", subject=user.locator)
    return None


def take(tx: Tx, number: str, code: str) -> bool:
    """Accept the code that was sent to this number for this session, once."""
    code = "".join(code.split())
    mine = (*_open(tx), col(TextCode.number_hash) == keyring().lookup(number))
    taken = tx.db.execute(
        update(TextCode)
        .where(*mine, col(TextCode.code_hash) == _hash(tx, number, code), col(TextCode.failures) < GUESSES)
        .values(used_at=tx.now)
        .returning(col(TextCode.id))
    )
    if taken.first() is not None:
        return True
    tx.db.execute(update(TextCode).where(*mine).values(failures=col(TextCode.failures) + 1))
    return False


def _limit(tx: Tx, user: User, number: str) -> Unsent | None:
    sent, by = col(TextCode.sent_at), keyring().lookup(number)
    mine = col(TextCode.user_id) == user.id
    if _count(tx, mine, sent > tx.now - PAUSE):
        return Unsent.TOO_SOON
    for (most, within), whose in (
        (OF_A_USER, mine),
        (OF_A_NUMBER, col(TextCode.number_hash) == by),
        (OF_THE_AGENCY, col(TextCode.id) > 0),
    ):
        if _count(tx, whose, sent > tx.now - within) >= most:
            return Unsent.TOO_MANY
    return None


def _count(tx: Tx, *which: ColumnElement[bool]) -> int:
    return tx.db.scalar(select(func.count()).select_from(TextCode).where(*which)) or 0


def _void(tx: Tx) -> None:
    tx.db.execute(update(TextCode).where(*_open(tx)).values(used_at=tx.now))


def _open(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    return (
        col(TextCode.session_id) == tx.actor.session_id,
        col(TextCode.used_at).is_(None),
        col(TextCode.expires_at) > tx.now,
    )


def _hash(tx: Tx, number: str, code: str) -> bytes:
    return keyring().lookup(f"text code:{tx.actor.session_id}:{number}:{code}")
