"""A quote of a submission goes its way over the API: drawn up, offered, refused, referred and bound, once for a key."""

import json

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from portal_app.models.authority import AuthorityDecision
from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Grant
from portal_app.models.identity import UserGrant
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier
from portal_app.services.authority import grants
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast, Person
from tests.routes.api.test_submissions import filled
from tests.services.binding.acting import GIVEN
from tests.services.submissions.acting import LINE, form
from tests.world import NOW


@pytest.fixture
def maya(door: Door, cast: Cast) -> Person:
    with door.database.write() as db:
        db.add(
            ConfigurationVersion(
                kind="intake-form", name=LINE, version=1, content=json.dumps(form()), shipped="0" * 64, made_at=NOW,
                made_by="test",
            )
        )  # fmt: skip
        db.add(UserGrant(user_id=cast.csr.user.id or 0, granted=Grant.UNDERWRITING, granted_by="test", granted_at=NOW))
    return cast.writing(cast.maya)


def offered(door: Door, maya: Person, underwriter: Person, premium: str) -> str:
    with door.database.read() as db:
        carrier = db.scalars(select(Carrier.locator)).first()
    submission = filled(maya)
    maya.done("POST", f"/submissions/{submission}/submit", {"statementAgreed": True})
    underwriter.done("POST", f"/submissions/{submission}/pick-up", {})
    terms = {
        "line": LINE, "carrier": carrier, "effective": "2027-01-15", "expiration": "2028-01-15", "jurisdiction": "RI",
        "postalCode": "02903", "premium": premium,
    }  # fmt: skip
    assert maya.post(f"/submissions/{submission}/quotes", terms).status_code == 403
    quote = str(underwriter.done("POST", f"/submissions/{submission}/quotes", terms)["locator"])
    assert maya.json(f"/submissions/{submission}/quotes")["total"] == 0
    underwriter.done("POST", f"/quotes/{quote}/underwrite")
    assert underwriter.done("POST", f"/quotes/{quote}/offer", {})["offer"] == "offered"
    assert maya.json(f"/submissions/{submission}/quotes")["items"][0]["submission"] == submission
    return quote


def keyed(who: Person, quote: str, body: object) -> Response:
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": "bind-1", "Content-Type": "application/json"}
    return who.client.post(f"/api/v1/quotes/{quote}/bind", content=json.dumps(body), headers=headers)


@pytest.mark.criterion("BOUND-12")
def test_a_quote_is_bound_once_for_a_key(door: Door, cast: Cast, maya: Person) -> None:
    underwriter = cast.writing(cast.csr)
    door.run(grants.add, cast.agency.admin(), terms=GIVEN)
    quote = offered(door, maya, underwriter, "1450.00")
    can = maya.json(f"/quotes/{quote}/bindability")
    assert (can["canBind"], can["reasons"], can["binderUntil"]) == (True, [], "2027-02-13")
    answers = [keyed(maya, quote, {"version": can["version"]}) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    done = answers[0].json()
    assert (done["bound"], done["number"], done["quote"]["offer"]) == (True, "BND-2026-000001", "bound")
    assert maya.json(f"/policies/{done['policy']}")["number"] == "BND-2026-000001"
    assert maya.post(f"/quotes/{quote}/bind", {}).status_code == 409
    other = keyed(maya, quote, {})
    assert (other.status_code, list(other.json()["problems"])) == (422, ["idempotencyKey"])
    file = maya.get(f"/submissions/{done['quote']['submission']}/evidence")
    assert (file.status_code, file.headers["content-type"], file.content[:5]) == (200, "application/pdf", b"%PDF-")
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(LedgerTransaction)) == 1
        assert db.scalar(select(func.count()).select_from(AuthorityDecision)) == 1


@pytest.mark.criterion("BOUND-12")
def test_what_is_refused_is_told_and_referred(door: Door, cast: Cast, maya: Person) -> None:
    underwriter = cast.writing(cast.csr)
    quote = offered(door, maya, underwriter, "25000.00")
    refused = maya.done("POST", f"/quotes/{quote}/bind", {})
    assert (refused["bound"], refused["policy"], refused["mayRefer"]) == (False, "", True)
    assert [each["rule"] for each in refused["reasons"] if not each["referable"]] == []
    assert maya.json(f"/authority-decisions/{refused['decision']}")["outcome"] == "refer"
    referred = maya.done("POST", f"/quotes/{quote}/refer", {"note": "The client waits."})
    assert (referred["canBind"], referred["mayRefer"]) == (False, False)
    assert underwriter.json(f"/quotes/{quote}/bindability")["mayRefuse"] is True
    unexplained = underwriter.post(f"/quotes/{quote}/refuse", {"reason": " "})
    assert (unexplained.status_code, list(unexplained.json()["problems"])) == (422, ["reason"])
    assert underwriter.done("POST", f"/quotes/{quote}/refuse", {"reason": "Too dear."})["refusal"] == "Too dear."
    assert maya.post(f"/quotes/{quote}/refuse", {"reason": "No"}).status_code == 403
    maya.done("POST", f"/quotes/{quote}/refer", {"note": "It is not."})
    assert underwriter.done("POST", f"/quotes/{quote}/bind", {"noLoss": True})["bound"] is True
