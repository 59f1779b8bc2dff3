from portal_app.models.enums import FeedKind
from portal_app.services.sync import bulk
from portal_app.services.sync.runs import run_feed
from sqlalchemy import select
from tests.services.sync.feed import *

def test_smoke(door, feed, database):
    feed.export(FeedKind.PRODUCERS, producer("HL", "House"), producer("HL-1", parent_code="HL"))
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy(), policy("P2", client_id="nobody"), policy("P3", effective=date(2025,6,1)), policy("P3"))
    for r in run_feed(door, feed="memory"): print(r)
    for r in run_feed(door, feed="memory"): print(r)
    with database.read() as db:
        for t in (bulk.POLICY, bulk.POLICY_TERM, bulk.LEDGER, bulk.VEHICLE, bulk.QUARANTINED, bulk.SOURCE_RECORD):
            for r in db.execute(select(t)).mappings(): print(dict(r))
    assert 0
