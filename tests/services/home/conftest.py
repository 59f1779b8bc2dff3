from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from portal_app.models.enums import Origin, SessionStage, TransactionKind, TransactionState
from portal_app.models.identity import UserSession
from portal_app.models.policies import Policy
from portal_app.models.types import new_locator
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.sync import bulk
from tests.routes.api.test_transactions import BEGUN
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Cast
from tests.world import Agency, Clock

SignsIn = Callable[[Actor], Actor]


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))


@pytest.fixture
def signs_in(door: Door, clock: Clock) -> SignsIn:
    """The person in a session of now."""

    def sign_in(person: Actor) -> Actor:
        with door.database.write() as db:
            row = UserSession(token_hash=new_locator().encode(), user_id=person.user_id or 0, **at(clock.now))
            db.add(row)
            db.flush()
            return replace(person, session_id=row.id)

    return sign_in


def at(now: datetime) -> dict[str, object]:
    return {"stage": SessionStage.FULL, "created_at": now, "last_seen_at": now, "expires_at": now}


def issue(door: Door, policy: Policy, known_at: datetime, kind: TransactionKind = TransactionKind.ISSUANCE) -> str:
    """A transaction as the ledger keeps one that was issued here. Returns the policy's locator."""
    row = {
        "locator": new_locator(), "policy_id": policy.id, "kind": kind, "state": TransactionState.ISSUED,
        "origin": Origin.PORTAL, "term_effective": policy.effective,
        "effective_at": datetime(2026, 6, 1, 4, tzinfo=UTC), "known_at": known_at, "issued_at": known_at,
        "changes": BEGUN,
    }  # fmt: skip
    with door.database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])
    return policy.locator
