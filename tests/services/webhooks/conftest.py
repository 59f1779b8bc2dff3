"""A door with a real sender, a receiver on this machine, and what is told to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from integrations.webhooks.sender import HttpSender
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.ports import Ports
from portal_app.services.webhooks import hooks
from portal_app.services.webhooks.events import tell
from tests import receiver as receivers
from tests.receiver import Receiver
from tests.world import Agency, Clock, make_door

TEST = system("test")
LOOPBACK = ["127.0.0.0/8"]
OUTBOX, ATTEMPTS, WEBHOOK = (metadata.tables[each] for each in ("outbox_message", "webhook_attempt", "webhook"))
MAYA, DANIEL = "01J0000000000000000000MAYA", "01J00000000000000000DAN1E1"


@pytest.fixture
def clock() -> Clock:
    """It is now: who verifies a signature looks at the clock on the wall."""
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receivers.receiver() as told:
        yield told


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(webhooks=HttpSender(LOOPBACK)))
    yield door
    door.threads.shutdown()


@writes(Gate.SYSTEM)
def happen(tx: Tx, *, event: str, locator: str = MAYA, **data: Any) -> None:
    tell(tx, event, locator=locator, data=data)


def hooked(door: Door, agency: Agency, there: Receiver, *events: str) -> hooks.Made:
    return door.run(hooks.create, agency.admin(), url=there.url, events=events or ("*",), description="Billing")


def happened(door: Door, event: str = "producers.producer.update", locator: str = MAYA, **data: Any) -> None:
    door.run(happen, TEST, event=event, locator=locator, **data)


def rows(door: Door, table: Any = OUTBOX) -> list[dict[str, Any]]:
    with door.database.read() as db:
        return [dict(row) for row in db.execute(select(table).order_by(table.c.id)).mappings()]


def actions(door: Door) -> list[str]:
    with door.database.read() as db:
        return list(db.scalars(select(metadata.tables["audit_event"].c.action)))


@writes(Gate.SYSTEM)
def outbox_due_now(tx: Tx, *, locator: str) -> None:
    tx.db.execute(update(OUTBOX).where(OUTBOX.c.locator == locator).values(due_at=tx.now))
