"""What subscribers are told of producers, clients and what hangs on policies, where a feed brings it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import ClaimStatus, FeedKind
from portal_app.models.webhooks import Webhook
from portal_app.services.sync import bulk
from tests.services.sync.feed import MemoryFeed, billing, claim, client, document, policy, producer
from tests.services.sync.test_policies import Stored, Sync
from tests.world import NOW, Clock

OUTBOX = metadata.tables["outbox_message"]


def subscribe(database: Database, *patterns: str) -> None:
    about = {"url": "https://there.test", "secret": "whsec_x", "created_by": "ada@agency.test", "created_at": NOW}
    with database.write() as db:
        db.add(Webhook(**about, patterns=list(patterns)))


def heard(stored: Stored) -> list[tuple[str, dict[str, Any]]]:
    return [(each["payload"]["event"], json.loads(each["payload"]["body"])["data"]) for each in stored(OUTBOX)]


@pytest.mark.criterion("HOOK-21")
def test_what_a_feed_brings_is_told_to_who_asks_as_new_and_as_changed(
    feed: MemoryFeed, sync: Sync, stored: Stored, database: Database, clock: Clock
) -> None:
    subscribe(database, "producers.*", "account.*", "policy.billing.*", "policy.claim.*", "policy.document.*")
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())
    feed.export(FeedKind.BILLING, billing())
    feed.export(FeedKind.CLAIMS, claim())
    feed.export(FeedKind.DOCUMENTS, document(), document("D-2", policy=None, client_id="C1"))
    sync()

    [maya], [code], [ada], [held] = (
        stored(table) for table in (bulk.PRODUCER, bulk.PRODUCER_CODE, bulk.ACCOUNT, bulk.POLICY)
    )
    [owed], [lost], filed = stored(bulk.BILLING), stored(bulk.CLAIM), stored(bulk.DOCUMENT)
    about = {"policyLocator": held["locator"]}
    began = {"type": "Producer", "producerState": "validated", "version": 1}
    numbered = {"type": "ProducerCode", "producerCodeState": "validated", "version": 1, "code": "HL-1"}
    assert heard(stored) == [
        ("producers.producer.create", {"locator": maya["locator"], **began}),
        ("producers.producercode.create", {"locator": code["locator"], **numbered}),
        ("account.create", {"locator": ada["locator"], "kind": "person"}),
        ("policy.billing.create", {"locator": owed["locator"], **about}),
        ("policy.claim.create", {"locator": lost["locator"], **about}),
        ("policy.document.create", {"locator": filed[0]["locator"], **about}),
        ("policy.document.create", {"locator": filed[1]["locator"], "accountLocator": ada["locator"]}),
    ]

    clock.forward(minutes=1)
    feed.replace(FeedKind.PRODUCERS, producer(name="Maya Grey"), at=clock.now)
    feed.replace(FeedKind.CLIENTS, client(name="Ada Reed"), at=clock.now)
    feed.replace(FeedKind.BILLING, billing(balance=Decimal(0)), at=clock.now)
    feed.replace(FeedKind.CLAIMS, claim(status=ClaimStatus.CLOSED), at=clock.now)
    feed.replace(FeedKind.DOCUMENTS, document(), document("D-2", policy=None, client_id="C1"), at=clock.now)
    sync()
    assert heard(stored)[7:] == [
        ("producers.producer.update", {"locator": maya["locator"], **began, "version": 2}),
        ("account.update", {"locator": ada["locator"], "kind": "person"}),
        ("policy.billing.update", {"locator": owed["locator"], **about}),
        ("policy.claim.update", {"locator": lost["locator"], **about}),
    ], "what is there already is not told again"


@pytest.mark.criterion("HOOK-21")
def test_nothing_is_written_where_nobody_asks_for_it(
    feed: MemoryFeed, sync: Sync, stored: Stored, database: Database
) -> None:
    subscribe(database, "quote.*")
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())
    feed.export(FeedKind.BILLING, billing())
    sync()
    assert (heard(stored), len(stored(bulk.BILLING))) == ([], 1)
