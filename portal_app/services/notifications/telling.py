"""Telling people of what happened: in the portal, by mail and by text message, in the transaction in which it
happened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from portal_app.models import metadata
from portal_app.models.types import new_locator
from portal_app.services import mail, texts
from portal_app.services.door import Tx
from portal_app.services.mail import Attached
from portal_app.services.notifications import preferences
from portal_app.services.notifications.kinds import KINDS, Kind, href_of
from portal_app.services.notifications.mails import Notice, written
from portal_app.services.notifications.recipients import Recipient, recipients, subject_of
from portal_app.services.topics import Topic

# A mail server takes rarely more than this; what is larger is told of, and waits in the portal.
MOST_ATTACHED = 10 * 1024 * 1024
LONGEST_NAMED, LONGEST_INSURED = 80, 200

_ROWS = metadata.tables["notification"]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told, to whomever. `insured` is the client's name, which stands in no subject line and no text message;
    `words` are whole sentences, such as the reason of a declination; `items` what is asked for, one by one."""

    kind: Kind
    event_key: str
    subject_kind: str
    subject: str
    named: str
    insured: str
    words: str
    items: tuple[str, ...]
    attachment: Attached | None

    @property
    def title(self) -> str:
        return self.kind.title.format(named=self.named)

    @property
    def body(self) -> str:
        return "\n".join([*([self.words] if self.words else []), *(f"• {each}" for each in self.items)])


def notify(
    tx: Tx,
    kind: str,
    *,
    about: SQLModel,
    to: Collection[int | None],
    named: str,
    key: str = "",
    insured: str = "",
    words: str = "",
    items: Sequence[str] = (),
    attachment: Attached | None = None,
) -> int:
    """Tell the users with the ids `to` what happened to the record `about`, as each of them prefers; mail and text
    messages wait in the outbox of this transaction. `named` is what the record is called, such as its number. Called
    again with the same kind, record and `key` (which tells one event of a kind from the next, such as the locator of
    the quote or of the line in the timeline) it tells nobody twice. Nobody is told who is shut out, has muted the
    record, or does not see it; whoever sees it must be allowed to read the `attachment`. Returns how many were told.
    Raises ValueError where a declination comes without `words` or a request without `items`."""
    line = KINDS[kind]
    if (line.needs == "reason" and not words.strip()) or (line.needs == "items" and not any(items)):
        raise ValueError(f"{kind} is told with its {line.needs}")
    tx.db.flush()
    subject_kind, subject = subject_of(about)
    told = Told(
        line,
        f"{kind}:{subject}:{key}",
        subject_kind,
        subject,
        " ".join(named.split())[:LONGEST_NAMED],
        " ".join(insured.split())[:LONGEST_INSURED],
        words.strip(),
        tuple(each.strip() for each in items if each.strip()),
        attachment,
    )
    people = recipients(tx, {each for each in to if each is not None}, about)
    wanted = preferences.of_people(tx, [each.id for each in people], line)
    return sum(_tell(tx, told, each, wanted[each.id]) for each in people)


def told_of(tx: Tx, kind: str, about: SQLModel, among: Collection[int | None]) -> set[int]:
    """Which of the users with these ids were told that of the record, however they prefer to be told."""
    _, subject = subject_of(about)
    # By the person first: of these there are few, and the index goes by them.
    own = (_ROWS.c.user_id.in_(among), _ROWS.c.kind == kind, _ROWS.c.subject == subject)
    return set(tx.db.scalars(select(_ROWS.c.user_id).where(*own)))


def _tell(tx: Tx, told: Told, person: Recipient, wanted: preferences.Wanted) -> bool:
    """Whether they were told now, and not before."""
    if not _written_down(tx, told, person, shown=wanted.in_portal):
        return False
    order = f"notice:{person.locator}:{told.subject}"
    if wanted.mail:
        _mail(tx, told, person, order)
    if wanted.sms and person.number:
        link = tx.settings.origin + href_of(told.subject_kind, told.subject, told.kind.name)
        text = f"{tx.settings.agency_name}: {told.title}\n{link}"
        texts.send(tx, number=person.number, text=text, record_key=order)
    if wanted.in_portal:
        tx.changes(Topic.NOTIFICATIONS, Topic.BELL)
    return wanted.in_portal or wanted.mail or wanted.sms


def _written_down(tx: Tx, told: Told, person: Recipient, *, shown: bool) -> bool:
    """Whether it was not there yet: the database has the last word, also of two at the same moment."""
    row = {
        "locator": new_locator(),
        "user_id": person.id,
        "kind": told.kind.name,
        "event_key": told.event_key,
        "subject_kind": told.subject_kind,
        "subject": told.subject,
        "named": told.named,
        "title": told.title,
        "insured": told.insured,
        "body": told.body,
        "shown": shown,
        "created_at": tx.now,
        "read_at": None if shown else tx.now,
    }
    return add(tx, row)


def add(tx: Tx, row: dict[str, Any]) -> bool:
    """Write a row unless the same event was told to the same person before. Returns whether it was written."""
    connection = tx.db.connection()
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    once = insert(_ROWS).on_conflict_do_nothing(index_elements=["user_id", "event_key"])
    return connection.execute(once.values(row).returning(_ROWS.c.id)).first() is not None


def _mail(tx: Tx, told: Told, person: Recipient, order: str) -> None:
    if tx.ports.mailer is None:
        return
    attached = told.attachment if told.attachment and told.attachment.size <= MOST_ATTACHED else None
    notice = Notice(
        agency=tx.settings.agency_name,
        name=person.name,
        lead=told.kind.lead.format(named=told.named),
        insured=told.insured,
        words=told.words,
        items=told.items,
        attached=attached.filename if attached else "",
        too_large=told.attachment.filename if told.attachment and not attached else "",
        link=tx.settings.origin + href_of(told.subject_kind, told.subject, told.kind.name),
        preferences=f"{tx.settings.origin}/preferences",
    )
    text, html = written(notice)
    mail.send(
        tx,
        recipient=person.email,
        subject=told.title,
        text=text,
        html=html,
        attached=(attached,) if attached else (),
        record_key=order,
    )
