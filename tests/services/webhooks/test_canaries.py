"""What is secret of a webhook, looked for wherever it must not be."""

import asyncio
import io
import logging
from contextlib import redirect_stderr

import pytest
from sqlalchemy import select, text

from portal_app import logs
from portal_app.models import metadata
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.webhooks import hooks, trials
from tests.receiver import Receiver
from tests.servers import free_port
from tests.services.webhooks.conftest import happened
from tests.world import Agency, Clock

KEY = "c4n4ry-in-the-address"


@pytest.mark.criterion("HOOK-17")
def test_secrets_and_addresses_stand_in_no_log_no_audit_row_no_error_and_nowhere_readable(
    door: Door, agency: Agency, there: Receiver, clock: Clock
) -> None:
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure("debug")
        secrets = _a_life(door, agency, there, clock)
    logs.configure("info")
    assert "not delivered" in written.getvalue(), "what is looked through is the log"
    canaries = [KEY, *secrets, *(each.removeprefix("whsec_") for each in secrets)]

    events = metadata.tables["audit_event"]
    with door.database.read() as db:
        told = str(db.execute(select(events)).all())
        assert "webhook.secret_changed" in told
        errors = str(db.execute(text("SELECT last_error FROM outbox_message")).all())
        errors += str(db.execute(text("SELECT error FROM webhook_attempt")).all())
        raw = b"".join(
            bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode()
            for table in ("webhook", "webhook_attempt", "outbox_message", "audit_event")
            for row in db.execute(text(f"SELECT * FROM {table}"))
            for each in row
        )
    for canary in canaries:
        assert canary not in written.getvalue()
        assert canary not in told
        assert canary not in errors
        assert canary.encode() not in raw


def _a_life(door: Door, agency: Agency, there: Receiver, clock: Clock) -> list[str]:
    """Everything that can happen to a webhook. Returns its secrets."""
    admin, url = agency.admin(), f"{there.url}/{KEY}?key={KEY}"
    made = door.run(hooks.create, admin, url=url, events=["*"])
    again = door.run(hooks.rotate, admin, locator=made.locator)
    for status in (204, 500, 422):
        there.status = status
        happened(door)
        deliver_due(door, holder="me")
        clock.forward(hours=5)
    there.status = 500
    asyncio.run(trials.send_test(door, admin, locator=made.locator))
    away = f"http://127.0.0.1:{free_port()}/{KEY}"
    door.run(hooks.change, admin, locator=made.locator, version=1, url=away)
    deliver_due(door, holder="me")
    there.status = 410
    door.run(hooks.change, admin, locator=made.locator, version=2, url=url)
    clock.forward(hours=5)
    happened(door)
    deliver_due(door, holder="me")
    door.run(hooks.delete, admin, locator=made.locator)
    assert logging.getLogger().handlers
    return [made.secret, again.secret]
