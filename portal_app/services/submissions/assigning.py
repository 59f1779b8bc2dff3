"""Who handles a submission: somebody who may underwrite, or a contact at the carrier."""

from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionEventKind, SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import DomainError, Forbidden, Invalid
from portal_app.services.routing.in_force import underwriters
from portal_app.services.submissions import contacts, telling, timeline
from portal_app.services.submissions.lifecycle import Step, check_step
from portal_app.services.submissions.moving import move
from portal_app.services.submissions.rows import held
from portal_app.services.submissions.views import SubmissionRow, shown

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Assignee:
    """Somebody who may be given a submission."""

    locator: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: `problem` is empty where it was assigned."""

    locator: str
    number: str
    problem: str


@reads(Permission.UNDERWRITE)
def assignees(tx: Tx) -> tuple[Assignee, ...]:
    """Everybody who may be given a submission, by name."""
    able = underwriters(tx)
    people = tx.db.scalars(select(User).where(col(User.email).in_(able)).order_by(col(User.name), col(User.email)))
    return tuple(Assignee(each.locator, each.name, each.email) for each in people)


@writes(Permission.UNDERWRITE)
def pick_up(tx: Tx, *, locator: str, version: int | None = None) -> SubmissionRow:
    """Take a submission oneself. Raises NotFound, and Conflict where it cannot be assigned any more."""
    if tx.actor.user_id is None:
        raise Forbidden
    row = held(tx, locator, version)
    _give(tx, row, tx.db.get_one(User, tx.actor.user_id), "")
    return shown(tx, [row])[0]


@writes(Permission.UNDERWRITE)
def assign(tx: Tx, *, locator: str, to: str = "", contact: str = "", version: int | None = None) -> SubmissionRow:
    """Give a submission to somebody who may underwrite (`to`, a locator), or to a carrier's contact (an email address):
    one of the two. Raises NotFound; Invalid for somebody who cannot be given it; Conflict where it cannot be assigned
    any more, or somebody changed it since."""
    user, contact = _handler(tx, to, contact)
    row = held(tx, locator, version)
    _give(tx, row, user, contact)
    return shown(tx, [row])[0]


@writes(Permission.UNDERWRITE)
def assign_many(tx: Tx, *, locators: Sequence[str], to: str = "", contact: str = "") -> tuple[Outcome, ...]:
    """Give each of up to 200 submissions to the same; what cannot be assigned is told beside the others, which are.
    Raises Invalid for somebody who cannot be given any."""
    if len(locators) > MOST_AT_ONCE:
        raise Invalid({"locators": f"Choose at most {MOST_AT_ONCE} at once."})
    user, contact = _handler(tx, to, contact)
    # In one order, so that two of these never wait for each other.
    done = {each: _outcome(tx, each, user, contact) for each in sorted(set(locators))}
    return tuple(done[each] for each in dict.fromkeys(locators))


def _outcome(tx: Tx, locator: str, user: User | None, contact: str) -> Outcome:
    number = ""
    try:
        row = held(tx, locator)
        number = row.number or ""
        _give(tx, row, user, contact)
    except DomainError as refused:
        return Outcome(locator, number, refused.sentence)
    return Outcome(locator, number, "")


def _give(tx: Tx, row: Submission, user: User | None, contact: str) -> None:
    """Nothing where they have it already and it is being reviewed."""
    check_step(row.status, Step.ASSIGN)
    assignee = user.id if user else None
    if (row.assignee_id, row.contact) == (assignee, contact) and row.status is not SubmissionStatus.PENDING:
        return
    before, handled = row.contact, row.assignee_id
    row.assignee_id, row.contact = assignee, contact
    move(tx, row, Step.ASSIGN)
    to = user.email if user else contact
    event = timeline.note(tx, row, SubmissionEventKind.ASSIGNED, to=to)
    words = f"{user.name if user else contact} handles it."
    telling.people(tx, row, "submission_assigned", key=event.locator, words=words)
    if handled is not None and handled != assignee:
        telling.whose_it_was(tx, row, handled, key=event.locator, words=words)
    if before and before != contact:
        contacts.no_longer(tx, row, before, "Somebody else handles it now.")
    if contact and contact != before:
        contacts.send(tx, row)


def _handler(tx: Tx, to: str, contact: str) -> tuple[User | None, str]:
    if bool(to) is bool(contact.strip()):
        raise Invalid({"to": "Choose an underwriter, or enter the email address of a carrier's contact."})
    if not to:
        return None, _address(contact)
    user = tx.db.scalars(select(User).where(col(User.locator) == to)).first()
    if user is None or user.email not in underwriters(tx):
        raise Invalid({"to": "Choose somebody who may underwrite."})
    return user, ""


def _address(typed: str) -> str:
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid({"contact": "Enter an email address, such as uw@carrier.com."}) from None
