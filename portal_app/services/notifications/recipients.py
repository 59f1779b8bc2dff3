"""Who can be told of a record: people who are let in, and who see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import SQLModel, col

from portal_app.models.enums import Grant, SessionStage
from portal_app.models.identity import User, UserGrant
from portal_app.models.notifications import NotificationMute
from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.scope import visible


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told. `number` is their own, proved, or empty."""

    id: int
    locator: str
    name: str
    email: str
    number: str


def recipients(tx: Tx, to: Collection[int], about: SQLModel) -> list[Recipient]:
    """Those of the users `to` who are not shut out, see the record, and have not muted it."""
    wanted = select(User).where(col(User.id).in_(to), col(User.disabled_at).is_(None)).order_by(col(User.id))
    people = tx.db.scalars(wanted).all()
    grants = _grants(tx, to)
    muted = _muted(tx, to, about)
    able = [each for each in people if each.id not in muted and _sees(tx, as_actor(each, grants), about)]
    return [recipient(each) for each in able]


def recipient(user: User) -> Recipient:
    number = user.phone if user.phone is not None and user.phone_verified_at is not None else ""
    return Recipient(user.id or 0, user.locator, user.name, user.email, number or "")


def as_actor(user: User, grants: Mapping[int, frozenset[Grant]]) -> Actor:
    """The person as they would be once signed in fully: for the rule of rows, and for nothing else."""
    return Actor(
        "user",
        user.name,
        user_id=user.id,
        locator=user.locator,
        email=user.email,
        role=user.role,
        producer_id=user.producer_id,
        grants=grants.get(user.id or 0, frozenset()),
        stage=SessionStage.FULL,
        enrolled=True,
        may_write=False,
    )


def _sees(tx: Tx, actor: Actor, about: SQLModel) -> bool:
    model = type(about)
    number = model.id  # type: ignore[attr-defined]
    seen = visible(actor, model).with_only_columns(number).where(number == about.id)  # type: ignore[attr-defined]
    return tx.db.scalar(seen) is not None


def _grants(tx: Tx, to: Collection[int]) -> dict[int, frozenset[Grant]]:
    rows = select(col(UserGrant.user_id), col(UserGrant.granted)).where(col(UserGrant.user_id).in_(to))
    found: dict[int, set[Grant]] = {}
    for user_id, granted in tx.db.execute(rows):
        found.setdefault(user_id, set()).add(granted)
    return {user_id: frozenset(each) for user_id, each in found.items()}


def _muted(tx: Tx, to: Collection[int], about: SQLModel) -> set[int]:
    kind, locator = subject_of(about)
    mute = NotificationMute
    same = (col(mute.user_id).in_(to), col(mute.subject_kind) == kind, col(mute.subject) == locator)
    return set(tx.db.scalars(select(col(mute.user_id)).where(*same)))


def subject_of(about: SQLModel) -> tuple[str, str]:
    """The name of the record's table and its locator, by which its link is known."""
    return str(about.__tablename__), str(about.locator)  # type: ignore[attr-defined]
