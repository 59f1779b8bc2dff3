"""Who did what to which record, and the chain that shows when somebody tampered with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference, sealed


class AuditEvent(SQLModel, table=True):
    """One deed. `detail` (before and after) is encrypted; the row is never changed but for the number that the sealer
    gives it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_subject", "subject_kind", "subject"),
        Index("ix_audit_unsealed", "id", sqlite_where=text("sealed IS NULL"), postgresql_where=text("sealed IS NULL")),
    )

    id: int | None = key()
    locator: str = locator()
    at: datetime = moment(index=True)
    actor: str = column(Holds.CONTACT, max_length=254)
    actor_kind: str = column(Holds.PLAIN, max_length=16)
    action: str = column(Holds.PLAIN, max_length=64)
    subject_kind: str = column(Holds.PLAIN, "", max_length=40)
    subject: str = column(Holds.PLAIN, "", max_length=64)
    address: str = column(Holds.CONTACT, "", max_length=45)
    request_id: str = column(Holds.PLAIN, "", max_length=40)
    detail: dict[str, Any] = sealed()
    sealed: int | None = column(Holds.PLAIN, None, unique=True)


class ChainCheck(SQLModel, table=True):
    """That a person asked whether the chain holds, and what the worker found. `problems` are sentences, one a line: the
    first of `problems_found`."""

    __tablename__ = "chain_check"
    __table_args__ = (CheckConstraint("problems_found >= 0", name="ck_chain_check_found"),)

    id: int | None = key()
    ordered_by: str = column(Holds.CONTACT, max_length=254)
    ordered_at: datetime = moment()
    done_at: datetime | None = moment(None)
    sealed: int = column(Holds.PLAIN, 0)
    unsealed: int = column(Holds.PLAIN, 0)
    problems_found: int = column(Holds.PLAIN, 0)
    problems: str = column(Holds.PLAIN, "", max_length=4000)


class AuditSeal(SQLModel, table=True):
    """One link of the chain: number, the event it seals, and a keyed hash over the link before and the event's
    content."""

    __tablename__ = "audit_seal"

    number: int = column(Holds.PLAIN, primary_key=True)
    event_id: int = reference("audit_event.id", unique=True)
    link: bytes = column(Holds.PLAIN, sa_type=LargeBinary)
    sealed_at: datetime = moment()
