"""What is written down of a person when they are added or changed, and what speaks against it."""

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import Grant, Role
from portal_app.models.identity import User
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import MATRIX
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.producers.standing import why_not_anew

JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Draft:
    """A person as an administrator writes them down. `producer_code` is any code of the producer that they are."""

    email: str
    name: str
    role: Role
    producer_code: str = ""
    grants: frozenset[Grant] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    """The same in order: the address as it is kept, and the producer behind the code."""

    email: str
    name: str
    role: Role
    producer: Producer | None
    grants: frozenset[Grant]


def checked(tx: Tx, draft: Draft, user_id: int | None = None) -> Checked:
    """Raises Invalid with every problem at once. `user_id` is who they are already, if anybody: whose address it may
    be, and whose producer, also one who is at their end by now."""
    problems: dict[str, str] = {}
    email = _email(tx, draft.email, user_id, problems)
    if sentence := wrong_with_name(draft.name.strip()):
        problems["name"] = sentence
    if beyond := draft.grants - MATRIX[draft.role].may_be_granted:
        told = ", ".join(sorted(each.label for each in beyond))
        problems["grants"] = f"{draft.role.label} cannot be given: {told}."
    producer = _producer_of(tx, draft.producer_code.strip(), user_id, problems)
    if draft.role is Role.PRODUCER and not draft.producer_code.strip():
        problems["producer_code"] = "A producer needs a producer code: it decides whose book they see."
    if problems:
        raise Invalid(problems)
    return Checked(email, draft.name.strip(), draft.role, producer, draft.grants)


def wrong_with_name(name: str) -> str:
    """Why it cannot be somebody's name, or empty. What breaks a line or turns the writing round could make a mail or a
    log say what nobody wrote; the joiners that some scripts need stay."""
    if not 1 <= len(name) <= 120:
        return "Enter a name, at most 120 characters."
    unseen = [each for each in name if each not in JOINERS and unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp")]
    return "Enter a name without line breaks or characters that cannot be seen." if unseen else ""


def _email(tx: Tx, typed: str, user_id: int | None, problems: dict[str, str]) -> str:
    try:
        address = validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        problems["email"] = "Enter an email address such as name@example.com."
        return ""
    if tx.db.scalar(select(col(User.id)).where(col(User.email) == address)) not in (None, user_id):
        problems["email"] = "Somebody with this email address is there already."
    return address


def _producer_of(tx: Tx, code: str, user_id: int | None, problems: dict[str, str]) -> Producer | None:
    if not code:
        return None
    found = tx.db.scalars(select(ProducerCode).where(col(ProducerCode.code) == code)).first()
    if found is None:
        problems["producer_code"] = f"There is no producer code {code}."
        return None
    is_theirs = select(col(User.id)).where(col(User.id) == user_id, col(User.producer_id) == found.producer_id)
    if tx.db.scalar(is_theirs) is None and (why := why_not_anew(tx, found)):
        problems["producer_code"] = why
    return tx.db.get_one(Producer, found.producer_id)
