"""The trail of deeds: a row in the same transaction, sealed into a keyed chain seconds later, verified on demand."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from portal_app.encryption import keyring
from portal_app.models import metadata
from portal_app.models.audit import AuditEvent, AuditSeal
from portal_app.models.types import new_locator
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, request_id, writes
from portal_app.services.topics import Topic

BATCH = 500
FIRST = b"\x00" * 32
PAGE = 1000
ANCHORS = "anchors.jsonl"
LONGEST_LINE = 1024

# What is noted of these is shown on pages that others have open.
OF_PRODUCERS = ("producer", "producer_code", "license", "appointment", "education", "cover", "media")
OF_AUTHORITY = ("authority_grant", "moratorium")
TOPICS = {
    "user": Topic.USERS,
    "feed": Topic.FEEDS,
    "trail": Topic.TRAIL,
    "webhook": Topic.WEBHOOKS,
    **dict.fromkeys(OF_PRODUCERS, Topic.PRODUCERS),
    **dict.fromkeys(OF_AUTHORITY, Topic.AUTHORITY),
}
# But for these: they are many, and a mark would be one more write in each sign-in.
COMING_AND_GOING = ("sign_in.", "session.")

# The table and not the model: a row of the trail is written in a quarter of the time of an object.
_EVENTS = metadata.tables["audit_event"]
_WRITE = insert(_EVENTS)


def record(
    tx: Tx,
    action: str,
    *,
    subject_kind: str = "",
    subject: str = "",
    detail: dict[str, Any] | None = None,
    actor: str = "",
) -> None:
    """Write what was done, in the transaction that does it. `detail` is JSON, encrypted; `actor` names somebody who
    is not signed in yet."""
    tx.db.flush()
    if subject_kind in TOPICS and not action.startswith(COMING_AND_GOING):
        tx.changes(TOPICS[subject_kind])
    tx.db.connection().execute(
        _WRITE,
        {
            "locator": new_locator(),
            "at": tx.now,
            "actor": actor or tx.actor.email or tx.actor.name,
            "actor_kind": tx.actor.kind,
            "action": action,
            "subject_kind": subject_kind,
            "subject": subject,
            "address": tx.actor.address,
            "request_id": request_id(),
            "detail": detail or {},
        },
    )


@writes(Gate.SYSTEM)
def seal(tx: Tx, *, lease: leases.Held) -> tuple[int, bytes] | None:
    """Chain up to 500 rows that are not sealed yet. Returns the last number and link, or None where nothing was to do.
    Raises leases.Lost where another sealer took over."""
    leases.still_held(tx, lease)
    last = tx.db.scalars(select(AuditSeal).order_by(col(AuditSeal.number).desc()).limit(1)).first()
    number, link = (last.number, last.link) if last else (0, FIRST)
    waiting = select(AuditEvent).where(col(AuditEvent.sealed).is_(None)).order_by(col(AuditEvent.id)).limit(BATCH)
    events = tx.db.scalars(waiting).all()
    for event in events:
        number += 1
        link = keyring().link(link, _content(event, number))
        tx.db.add(AuditSeal(number=number, event_id=event.id or 0, link=link, sealed_at=tx.now))
        tx.db.execute(update(AuditEvent).where(col(AuditEvent.id) == event.id).values(sealed=number))
    return (number, link) if events else None


@reads(Gate.SYSTEM)
def head(tx: Tx) -> tuple[int, bytes] | None:
    """The last number and link of the chain, or None where nothing is sealed yet."""
    found = tx.db.execute(
        select(col(AuditSeal.number), col(AuditSeal.link)).order_by(col(AuditSeal.number).desc()).limit(1)
    ).first()
    return (found.number, found.link) if found else None


def anchor(folder: Path, number: int, link: bytes, at: datetime) -> None:
    """Write the head of the chain outside the database, synced, so that a cut tail is missed. Raises OSError where it
    cannot be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps({"number": number, "link": link.hex(), "at": at.isoformat()}) + "\n"
    with (folder / ANCHORS).open("ab") as file:
        # What was written before its process died or the disk was full is no anchor: the next takes its place.
        file.truncate(_whole(folder / ANCHORS))
        file.write(line.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def anchored(folder: Path) -> int | None:
    """The number of the last anchor that was written whole, 0 where there is none; None where the file is gone, which
    is for `verify` to say."""
    path = folder / ANCHORS
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, _whole(path) - LONGEST_LINE))
        lines = file.read().split(b"\n")[:-1]
    try:
        return int(json.loads(lines[-1])["number"])
    except (IndexError, ValueError, KeyError, TypeError):
        return 0


def _whole(path: Path) -> int:
    """The length of the file up to the end of its last whole line."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - LONGEST_LINE)
        file.seek(start)
        return start + file.read().rfind(b"\n") + 1


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found. `problems` is empty where it holds; `unsealed` rows are not covered yet."""

    sealed: int
    unsealed: int
    problems: tuple[str, ...]


@reads(Gate.SYSTEM)
def verify(tx: Tx, *, anchors: Path) -> Verdict:
    """Recompute the whole chain and hold it against the anchors outside the database."""
    # Read first: what is anchored now is in the chain that is seen from here on, whatever is sealed meanwhile.
    heads = _heads(anchors / ANCHORS)
    problems: list[str] = []
    links: dict[int, bytes] = {0: FIRST}
    for seal_row, event in _sealed(tx.db):
        expected = len(links)
        if seal_row.number != expected:
            problems.append(f"Link {expected} is missing.")
            links.update(dict.fromkeys(range(expected, seal_row.number), b""))
        before = links[seal_row.number - 1]
        if event is None or event.sealed != seal_row.number:
            problems.append(f"The row behind link {seal_row.number} was removed or exchanged.")
        elif keyring().link(before, _content(event, seal_row.number)) != seal_row.link:
            problems.append(f"Link {seal_row.number} does not fit its row or the link before it.")
        links[seal_row.number] = seal_row.link
    problems += [f"Row {number} says that it is sealed, and no link holds it." for number in _unheld(tx.db)]
    problems += _anchor_problems(heads, links)
    unsealed = tx.db.scalar(select(func.count()).select_from(AuditEvent).where(col(AuditEvent.sealed).is_(None))) or 0
    return Verdict(len(links) - 1, unsealed, tuple(problems))


def _unheld(db: Session) -> Sequence[int | None]:
    """The rows that bear the number of a link which is not theirs."""
    seal_row = aliased(AuditSeal)
    held = exists().where(col(seal_row.number) == col(AuditEvent.sealed), col(seal_row.event_id) == col(AuditEvent.id))
    return db.scalars(
        select(col(AuditEvent.id)).where(col(AuditEvent.sealed).is_not(None), ~held).order_by(col(AuditEvent.id))
    ).all()


def _sealed(db: Session) -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
    last = 0
    while True:
        page = db.execute(
            select(AuditSeal, AuditEvent)
            .outerjoin(AuditEvent, col(AuditEvent.id) == col(AuditSeal.event_id))
            .where(col(AuditSeal.number) > last)
            .order_by(col(AuditSeal.number))
            .limit(PAGE)
        ).all()
        if not page:
            return
        yield from ((seal_row, event) for seal_row, event in page)
        last = page[-1][0].number
        db.expunge_all()


def _heads(path: Path) -> list[bytes] | None:
    """The anchors that were written whole; None where the file is gone."""
    return path.read_bytes()[: _whole(path)].splitlines() if path.exists() else None


def _anchor_problems(heads: list[bytes] | None, links: dict[int, bytes]) -> list[str]:
    if heads is None:
        return ["There are sealed rows but no anchor outside the database."] if len(links) > 1 else []
    problems = []
    for line in heads:
        try:
            head = json.loads(line)
            number, link = int(head["number"]), bytes.fromhex(head["link"])
        except (ValueError, KeyError, TypeError):
            problems.append("An anchor cannot be read.")
            continue
        if links.get(number) != link:
            problems.append(f"The chain was cut or rewritten: anchor {number} is not in it.")
    return problems


def _content(event: AuditEvent, number: int) -> bytes:
    parts: list[Any] = [
        number,
        event.id,
        event.locator,
        event.at.isoformat(),
        event.actor,
        event.actor_kind,
        event.action,
    ]
    parts += [event.subject_kind, event.subject, event.address, event.request_id, event.detail]
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
