"""What somebody was told in the portal: listed, counted, read, muted. Everybody sees their own and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlmodel import col

from portal_app.models.notifications import Notification, NotificationMute
from portal_app.services import audit
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.notifications.kinds import KINDS, href_of
from portal_app.services.scope import in_scope, visible
from portal_app.services.topics import Topic

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One notification. `href` leads to the record, `label` is the kind in words; `read_at` is None for one that is
    unread, `mutable` says that there is a record that can be muted, `muted` that it is."""

    locator: str
    kind: str
    label: str
    sign: str
    subject_kind: str
    subject: str
    href: str
    title: str
    insured: str
    body: str
    created_at: datetime
    read_at: datetime | None
    mutable: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of notifications, the newest first; how many there are of those asked for, and how many are unread."""

    rows: tuple[NotificationView, ...]
    total: int
    unread: int


@dataclass(frozen=True, slots=True)
class Muted:
    """A record that one is not told of. `locator` and `subject_kind` name it."""

    subject_kind: str
    locator: str
    named: str
    href: str
    muted_at: datetime


@reads(Gate.SIGNED_IN)
def page(tx: Tx, *, offset: int = 0, count: int = 50, unread: bool = False) -> Inbox:
    """One's own notifications, all or the unread ones."""
    row, mute = Notification, NotificationMute
    asked = [_listed(tx), *([col(row.read_at).is_(None)] if unread else [])]
    is_muted = exists().where(
        col(mute.user_id) == col(row.user_id),
        col(mute.subject_kind) == col(row.subject_kind),
        col(mute.subject) == col(row.subject),
    )
    found = tx.db.execute(
        select(row, is_muted)
        .where(*asked)
        .order_by(col(row.id).desc())
        .offset(max(offset, 0))
        .limit(min(max(count, 1), MOST_ROWS))
    ).all()
    total = tx.db.scalar(select(func.count()).select_from(row).where(*asked)) or 0
    return Inbox(tuple(_view(each, muted) for each, muted in found), total, unread_count(tx))


@reads(Gate.SIGNED_IN)
def one(tx: Tx, *, locator: str) -> NotificationView:
    """One notification of one's own. Raises NotFound."""
    return _view(found := _own(tx, locator), _is_muted(tx, found))


@reads(Gate.SIGNED_IN)
def unread_count(tx: Tx) -> int:
    """How many of one's own are unread."""
    unread = (_listed(tx), col(Notification.read_at).is_(None))
    return tx.db.scalar(select(func.count()).select_from(Notification).where(*unread)) or 0


@writes(Gate.SIGNED_IN)
def read(tx: Tx, *, locator: str) -> None:
    """Mark one as read; one that was read stays as it is. Raises NotFound."""
    found = _own(tx, locator)
    if found.read_at is None:
        found.read_at = tx.now
        tx.changes(Topic.NOTIFICATIONS, Topic.BELL)


@writes(Gate.SIGNED_IN)
def read_all(tx: Tx) -> int:
    """Mark all of one's own as read. Returns how many were not."""
    unread = (_listed(tx), col(Notification.read_at).is_(None))
    done = tx.db.execute(update(Notification).where(*unread).values(read_at=tx.now).returning(col(Notification.id)))
    count = len(done.all())
    if count:
        tx.changes(Topic.NOTIFICATIONS, Topic.BELL)
    return count


@writes(Gate.SIGNED_IN)
def mute(tx: Tx, *, locator: str) -> str:
    """Be told nothing more of the record of this notification, in whatever way. Returns what the record is called.
    Raises NotFound, also where it is about no record."""
    found = _own(tx, locator)
    if not found.subject:
        raise NotFound
    if _is_muted(tx, found):
        return found.named
    tx.db.add(
        NotificationMute(
            user_id=found.user_id,
            subject_kind=found.subject_kind,
            subject=found.subject,
            named=found.named,
            muted_at=tx.now,
        )
    )
    _note(tx, "notifications.muted", found.subject_kind, found.subject)
    return found.named


@writes(Gate.SIGNED_IN)
def unmute_of(tx: Tx, *, locator: str) -> str:
    """Be told again of the record of this notification. Returns what it is called. Raises NotFound where it is not
    muted."""
    found = _own(tx, locator)
    return unmute(tx, subject=found.subject)


@writes(Gate.SIGNED_IN)
def unmute(tx: Tx, *, subject: str) -> str:
    """Be told again of the record with that locator. Returns what it is called. Raises NotFound where it is not
    muted."""
    mine = (in_scope(tx.actor, NotificationMute), col(NotificationMute.user_id) == tx.actor.user_id)
    told = (col(NotificationMute.subject_kind), col(NotificationMute.named))
    gone = delete(NotificationMute).where(*mine, col(NotificationMute.subject) == subject).returning(*told)
    if (found := tx.db.execute(gone).first()) is None:
        raise NotFound
    subject_kind, named = found
    _note(tx, "notifications.unmuted", subject_kind, subject)
    return str(named)


@reads(Gate.SIGNED_IN)
def muted(tx: Tx) -> tuple[Muted, ...]:
    """The records that one has muted, the last one first."""
    newest = (col(NotificationMute.muted_at).desc(), col(NotificationMute.subject))
    return tuple(map(_muted, tx.db.scalars(visible(tx.actor, NotificationMute).order_by(*newest))))


@reads(Gate.SIGNED_IN)
def muted_one(tx: Tx, *, subject: str) -> Muted:
    """One of them. Raises NotFound."""
    asked = visible(tx.actor, NotificationMute).where(col(NotificationMute.subject) == subject)
    if (found := tx.db.scalars(asked).first()) is None:
        raise NotFound
    return _muted(found)


def _muted(row: NotificationMute) -> Muted:
    return Muted(row.subject_kind, row.subject, row.named, href_of(row.subject_kind, row.subject), row.muted_at)


def _note(tx: Tx, action: str, subject_kind: str, subject: str) -> None:
    detail = {"kind": subject_kind, "record": subject}
    audit.record(tx, action, subject_kind="user", subject=tx.actor.locator, detail=detail)
    tx.changes(Topic.NOTIFICATIONS)


def _listed(tx: Tx) -> ColumnElement[bool]:
    return and_(in_scope(tx.actor, Notification), col(Notification.shown))


def _own(tx: Tx, locator: str) -> Notification:
    asked = visible(tx.actor, Notification).where(col(Notification.locator) == locator, col(Notification.shown))
    found: Notification | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def _is_muted(tx: Tx, row: Notification) -> bool:
    key = {"user_id": row.user_id, "subject_kind": row.subject_kind, "subject": row.subject}
    return tx.db.get(NotificationMute, key) is not None


def _view(row: Notification, muted: bool) -> NotificationView:
    kind = KINDS.get(row.kind)
    return NotificationView(
        locator=row.locator,
        kind=row.kind,
        label=kind.label if kind else row.title,
        sign=kind.sign if kind else "bell",
        subject_kind=row.subject_kind,
        subject=row.subject,
        href=href_of(row.subject_kind, row.subject, row.kind),
        title=row.title,
        insured=row.insured,
        body=row.body,
        created_at=row.created_at,
        read_at=row.read_at,
        mutable=bool(row.subject),
        muted=muted,
    )
