"""A new password for who forgot theirs: asked for on the sign-in page, by a link that is mailed to the person alone.

Whatever address is typed, the answer is the same and takes the same time: who it belongs to is looked up by the worker.
A reset neither signs in nor takes the place of the second factor.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from portal_app.encryption import keyring
from portal_app.models.enums import LinkPurpose, Role
from portal_app.models.identity import User
from portal_app.services import audit, mail, outbox
from portal_app.services.access import Gate, Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Forbidden
from portal_app.services.identity import set_up, throttle, told, users

TOPIC = "reset"
LASTS = timedelta(minutes=60)
OF_AN_ADDRESS = 10
OF_A_PERSON = 3


@writes(Gate.PUBLIC)
def ask(tx: Tx, *, email: str) -> bool:
    """Have a link mailed to whoever has that address, if anybody has, where there is a mail server. Returns False only
    where too many were asked for from one place."""
    email = email.strip().lower()[:254]
    if throttle.count(tx, f"reset from {throttle.network_of(tx.actor.address)}") > OF_AN_ADDRESS:
        return False
    if throttle.count(tx, f"reset of {email}") <= OF_A_PERSON and tx.ports.mailer is not None:
        outbox.enqueue(tx, TOPIC, record_key=record_key(email), payload={"email": email})
    return True


def record_key(email: str) -> str:
    """What orders the requests of one person in the outbox, without naming them."""
    return f"reset:{keyring().lookup(email).hex()[:16]}"


@writes(Gate.SYSTEM)
def mail_link(tx: Tx, *, email: str) -> None:
    """Mail the link, valid for an hour; nothing for an address that nobody active has."""
    user = tx.db.scalars(select(User).where(col(User.email) == email, col(User.disabled_at).is_(None))).first()
    if user is None or user.password_hash is None:
        return
    link = set_up.make_link(tx, user.id, LASTS, LinkPurpose.RESET, asked_for=True)
    audit.record(tx, "password.reset_asked", subject_kind="user", subject=user.locator)
    mail.send(
        tx,
        recipient=user.email,
        subject=f"A new password for the {tx.settings.agency_name} portal",
        text=f"Choose a new password within an hour, by this link:\n\n{link}\n\n"
        "If you did not ask for it, you need not do anything: your password stays as it is.",
        until=tx.now + LASTS,
        record_key=set_up.mail_key(user.id, LinkPurpose.RESET),
    )


@writes(Permission.MANAGE_USERS)
def link_for(tx: Tx, *, who: str) -> str:
    """A link that an administrator hands over, where there is no mail server. Raises NotFound, Forbidden or
    Conflict."""
    user = users.find(tx, who)
    if user.id == tx.actor.user_id:
        raise Forbidden("Change your own password in your preferences.")
    users.not_shut_out(user)
    audit.record(tx, "password.reset_link_made", subject_kind="user", subject=user.locator)
    told.person(tx, user, "made a link by which a new password can be set for you within an hour.")
    if user.role is Role.PRINCIPAL:
        told.principals(tx, user, "made a link for a new password of a Principal")
    return set_up.make_link(tx, user.id, LASTS, LinkPurpose.RESET)
