"""`/accounts`: the clients whose policies one may see."""

import pytest
from sqlmodel import col, update

from portal_app.models.accounts import Account
from portal_app.services import accounts
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast


@pytest.mark.criterion("API-12")
def test_accounts_are_found_by_name(cast: Cast) -> None:
    answer = cast.principal.json("/accounts", text="daniel")
    locator = answer["items"][0].pop("locator")
    assert answer == {
        "items": [{"name": "Daniel's Client", "kind": "person", "city": "", "state": "", "policies": 1}],
        "total": 1,
        "listCompleted": True,
    }
    assert cast.principal.json(f"/accounts/{locator}")["name"] == "Daniel's Client"


@pytest.mark.criterion("API-12")
@pytest.mark.parametrize("asked", [{}, {"text": "client"}, {"text": "maya"}, {"offset": 1, "count": 2}], ids=str)
def test_a_list_holds_the_rows_of_the_service(cast: Cast, door: Door, asked: dict[str, str]) -> None:
    for person in (cast.principal, cast.maya):
        found = door.run(accounts.find_accounts, cast.actor(person), **asked)
        answer = person.json("/accounts", **asked)
        assert [item["locator"] for item in answer["items"]] == [row.locator for row in found.rows]
        assert answer["total"] == found.total
        assert answer["listCompleted"] is (found.offset + len(found.rows) >= found.total)


@pytest.mark.criterion("API-13")
def test_an_account_shows_its_policies_and_hides_what_is_personal(cast: Cast, door: Door) -> None:
    locator = cast.maya.json("/accounts")["items"][0]["locator"]
    with door.database.write() as db:
        secret = {"tax_id": "900-12-3456", "birth_date": "1970-02-03", "driver_license": "K9988776"}
        db.execute(update(Account).where(col(Account.locator) == locator).values(**secret))
    answer = cast.maya.get(f"/accounts/{locator}")
    found = answer.json()
    assert [policy["number"] for policy in found["policies"]] == ["HO-101"]
    assert (found["totalPolicies"], found["premiumInForce"]) == (1, "1234.50")
    assert (found["taxIdMasked"][-4:], found["birthYear"]) == ("3456", "1970")
    for hidden in ("900", "900-12", "02-03", "K9988776"):
        assert hidden not in answer.text
