"""What tests do with producers, in one word."""

from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role
from portal_app.services.door import Door, Tx
from portal_app.services.producers import change, create
from portal_app.services.producers.change import CodeChanges, DataChanges, ProducerChanges
from portal_app.services.producers.create import NumberFailed
from portal_app.services.producers.views import CodeView, ProducerView
from portal_app.services.webhooks import events
from tests.world import actor

ADMIN = actor(Role.ADMIN)


def producer(door: Door, kind: str = "Free", **given: Any) -> ProducerView:
    """A draft of a producer of this type."""
    return door.run(create.create_producer, ADMIN, **({"type": kind} | given))


def code(door: Door, owner: ProducerView, kind: str = "Unplanned", **given: Any) -> CodeView:
    """A draft of a code of this type."""
    made = door.run(create.create_code, ADMIN, producer_locator=owner.locator, type=kind, **given)
    assert not isinstance(made, NumberFailed), made.sentence
    return made


def patch(door: Door, it: ProducerView, *, version: int | None = None, **given: Any) -> ProducerView:
    data = DataChanges(given.pop("set_data", {}), given.pop("remove_data", ()), given.pop("whole", None))
    changes = ProducerChanges(data, **given)
    return door.run(change.change_producer, ADMIN, locator=it.locator, changes=changes, version=version)


def patch_code(door: Door, it: CodeView, *, version: int | None = None, **given: Any) -> CodeView:
    data = DataChanges(given.pop("set_data", {}), given.pop("remove_data", ()), given.pop("whole", None))
    changes = CodeChanges(data, **given)
    return door.run(change.change_code, ADMIN, locator=it.locator, changes=changes, version=version)


def deeds(door: Door, locator: str) -> list[str]:
    with door.database.read() as db:
        found = select(AuditEvent.action).where(AuditEvent.subject == locator).order_by(AuditEvent.id)
        return list(db.scalars(found))


def listen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every event that is told from now on, with its record."""
    heard: list[tuple[str, str]] = []

    def tell(tx: Tx, event: str, *, locator: str, data: dict[str, Any]) -> None:
        heard.append((event, locator))

    monkeypatch.setattr(events, "tell", tell)
    return heard
