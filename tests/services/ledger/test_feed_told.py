"""What subscribers are told of a policy that a feed changes."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import FeedKind, PolicyStatus, TransactionKind
from portal_app.models.webhooks import Webhook
from portal_app.services.sync import bulk
from portal_app.services.webhooks import queue
from tests.services.ledger.conftest import Desk
from tests.services.sync.feed import MemoryFeed, policy
from tests.services.sync.test_policies import Stored
from tests.world import NOW, Clock

OUTBOX = metadata.tables["outbox_message"]


@pytest.mark.criterion("HOOK-20")
def test_what_a_feed_brings_to_a_policy_is_told_to_who_asks_and_written_for_nobody_else(
    desk: Desk, feed: MemoryFeed, sync: Callable[[], Any], clock: Clock, stored: Stored, database: Database
) -> None:
    def told() -> list[tuple[str, str]]:
        queued = [each["payload"] for each in stored(OUTBOX) if each["topic"] == queue.TOPIC]
        return [(each["event"].removeprefix("policy.transaction."), each["record"]) for each in queued]

    def says(**given: Any) -> None:
        clock.forward(minutes=1)
        feed.replace(FeedKind.POLICIES, policy(description="Second car sold", **given), at=clock.now)
        sync()

    hook: dict[str, Any] = {
        "url": "https://there.test",
        "secret": "whsec_x",
        "created_by": "ada@agency.test",
        "created_at": NOW,
    }
    with database.write() as db:
        db.add(Webhook(**hook, patterns=["quote.*"]))
    says(premium=Decimal(900))
    assert told() == []

    with database.write() as db:
        db.add(Webhook(**hook, patterns=["policy.transaction.*"]))
    ended = {"status": PolicyStatus.CANCELLED, "cancelled_on": date(2026, 8, 1)}
    says(premium=Decimal(300), **ended)
    rows = stored(bulk.LEDGER)
    [cancelled] = [each for each in rows if each["kind"] is TransactionKind.CANCELLATION]
    [overtaken] = [each for each in rows if each["reversed_by_id"] == cancelled["id"]]
    assert told() == [("issue", cancelled["locator"]), ("reverse", overtaken["locator"])]
    body = next(each["payload"]["body"] for each in stored(OUTBOX) if each["topic"] == queue.TOPIC)
    assert json.loads(body)["data"] == {
        "locator": cancelled["locator"],
        "policyLocator": desk.locator,
        "kind": "cancellation",
        "effectiveTime": "2026-08-01T04:00:00Z",
    }
    # What is there already is not told again.
    says(premium=Decimal(300), **ended)
    assert len(told()) == 2
