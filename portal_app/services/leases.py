"""Leases with a fencing token: one holder at a time, and a late one is recognised."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, or_, select, text, update
from sqlmodel import col

from portal_app.models.jobs import Lease
from portal_app.models.types import UtcDateTime
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.errors import DomainError


class Lost(DomainError):
    default = "Another process took this work over."


@dataclass(frozen=True)
class Held:
    """Proof of a lease: hand it to every write that needs it."""

    name: str
    holder: str
    token: int


@writes(Gate.SYSTEM)
def acquire(tx: Tx, *, name: str, holder: str, seconds: int) -> Held | None:
    """Take the lease where it is free or run out, or None. A new holder gets a higher token than all before it."""
    until = tx.now + timedelta(seconds=seconds)
    tx.db.execute(
        text(
            "INSERT INTO lease (name, holder, token, expires_at) VALUES (:name, '', 0, :now) ON CONFLICT DO NOTHING"
        ).bindparams(bindparam("now", type_=UtcDateTime), name=name),
        {"now": tx.now},
    )
    taken = tx.db.execute(
        update(Lease)
        .where(col(Lease.name) == name, or_(col(Lease.expires_at) <= tx.now, col(Lease.holder) == ""))
        .values(holder=holder, token=col(Lease.token) + 1, expires_at=until)
        .returning(col(Lease.token))
    ).scalar()
    return Held(name, holder, taken) if taken is not None else None


@writes(Gate.SYSTEM)
def renew(tx: Tx, *, lease: Held, seconds: int) -> None:
    """Keep the lease for longer. Raises Lost where somebody else holds it now."""
    still_held(tx, lease)
    tx.db.execute(
        update(Lease).where(col(Lease.name) == lease.name).values(expires_at=tx.now + timedelta(seconds=seconds))
    )


@writes(Gate.SYSTEM)
def release(tx: Tx, *, lease: Held) -> None:
    """Give the lease back, where it is still ours."""
    tx.db.execute(
        update(Lease)
        .where(col(Lease.name) == lease.name, col(Lease.token) == lease.token)
        .values(holder="", expires_at=tx.now)
    )


def still_held(tx: Tx, lease: Held) -> None:
    """Hold a write against the lease, inside its transaction. Raises Lost where a newer token was given out."""
    token = tx.db.scalar(select(col(Lease.token)).where(col(Lease.name) == lease.name).with_for_update())
    if token != lease.token:
        raise Lost
