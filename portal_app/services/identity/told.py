"""Who is told by mail that somebody's access was touched: the person, and every Principal where it was a Principal's
and none of them did it. See docs/decisions/0011-nothing-goes-unseen.md."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services import mail
from portal_app.services.door import Tx


def person(tx: Tx, user: User, what: str, *, at: str = "") -> None:
    """Tell them, or whoever reads the address `at`, what the actor has done."""
    mail.send(
        tx,
        recipient=at or user.email,
        subject=f"Your access to the {tx.settings.agency_name} portal was changed",
        text=f"{tx.actor.name} {what}\n\nIf you do not know why, ask your agency at once.",
    )


def principals(tx: Tx, user: User, what: str) -> None:
    """Tell the other Principals what was done about a Principal by somebody who is none."""
    if tx.actor.role is Role.PRINCIPAL:
        return
    active = (col(User.role) == Role.PRINCIPAL, col(User.disabled_at).is_(None), col(User.password_hash).is_not(None))
    for address in tx.db.scalars(select(col(User.email)).where(*active, col(User.id) != user.id)):
        mail.send(
            tx,
            recipient=address,
            subject=f"A Principal's access to the {tx.settings.agency_name} portal was touched",
            text=f"{tx.actor.name} {what}: {user.name}, {user.email}.\n\nThe audit trail of the portal shows the "
            "whole of it. If you do not know why, ask at once.",
        )
