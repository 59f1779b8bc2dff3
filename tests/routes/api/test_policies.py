"""`/policies`: the search of the page, with its filters and its order, and one policy with all that belongs to it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.models.policies import Carrier, Policy
from portal_app.routes.api import shapes
from portal_app.services.door import Door
from portal_app.services.policies import search
from portal_app.services.policies.views import Query, Sort
from tests.routes.api.conftest import Cast
from tests.world import Agency

NOBODY = "01J00000000000000000000000"


def numbers(answer: Any) -> list[str]:
    return [item["number"] for item in answer["items"]]


@pytest.mark.criterion("API-07")
def test_a_list_answers_items_total_and_whether_it_is_complete(cast: Cast) -> None:
    answer = cast.maya.json("/policies", text="maya")
    policy = cast.agency.policies["maya"]
    account = answer["items"][0].pop("accountLocator")
    assert answer == {
        "items": [
            {
                "locator": policy.locator,
                "insuredName": "Maya's Client",
                "number": "HO-101",
                "line": "Homeowners",
                "carrier": "Granite Mutual",
                "effective": "2026-06-01",
                "expiration": "2027-06-01",
                "premium": "1234.50",
                "status": "active",
                "matched": "insured",
                "matchedText": "",
            }
        ],
        "total": 1,
        "listCompleted": True,
        "corrected": [],
        "asOf": None,
    }
    assert cast.maya.json(f"/accounts/{account}")["name"] == "Maya's Client"


@pytest.mark.criterion("API-07")
def test_pages_join_without_gap_or_overlap(cast: Cast, book: Agency) -> None:
    whole = cast.maya.json("/policies")
    assert (whole["total"], whole["listCompleted"]) == (4, True)
    parts = [cast.maya.json("/policies", offset=offset, count=2) for offset in (0, 2)]
    assert [part["listCompleted"] for part in parts] == [False, True]
    assert numbers(parts[0]) + numbers(parts[1]) == numbers(whole)
    behind = cast.maya.json("/policies", offset=1_000_000_000)
    assert (behind["items"], behind["total"], behind["listCompleted"]) == ([], 4, True)


@pytest.mark.criterion("API-08")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "orchard"},
        {"text": "HO-10"},
        {"text": "1HGCM82633A004351"},
        {"text": "orchrad"},
        {"line": "personal_auto"},
        {"line": "no_such_line"},
        {"status": "cancelled"},
        {"effective_from": date(2026, 2, 15), "effective_to": date(2026, 3, 15)},
        {"expiring_from": date(2027, 2, 1), "expiring_to": date(2027, 2, 28)},
        {"effective_from": date(9999, 12, 31), "effective_to": date(1, 1, 1)},
        {"sort": Sort.EFFECTIVE, "descending": True},
        {"sort": Sort.CARRIER, "offset": 1, "count": 2},
        {"text": "orchard", "status": "active", "sort": Sort.PREMIUM, "count": 1},
    ],
    ids=str,
)
def test_a_list_holds_the_rows_of_the_service(cast: Cast, book: Agency, door: Door, asked: dict[str, Any]) -> None:
    names = {"effective_from": "effectiveFrom", "effective_to": "effectiveTo"}
    names |= {"expiring_from": "expiringFrom", "expiring_to": "expiringTo"}
    sent = {names.get(name, name): str(value).lower() if value is True else str(value) for name, value in asked.items()}
    for person in (cast.principal, cast.maya, cast.daniel):
        found = door.run(search.find, cast.actor(person), query=Query(**asked))
        answer = person.json("/policies", **sent)
        assert [item["locator"] for item in answer["items"]] == [row.locator for row in found.rows]
        assert answer["total"] == found.total
        assert [(each["asked"], each["taken"]) for each in answer["corrected"]] == list(found.corrected)


@pytest.mark.criterion("API-08")
def test_carrier_and_account_are_given_by_locator(cast: Cast, book: Agency, door: Door) -> None:
    with door.database.read() as db:
        carrier = db.scalars(select(col(Carrier.locator)).where(col(Carrier.name) == "Basin Casualty")).one()
    assert numbers(cast.maya.json("/policies", carrier=carrier)) == ["PA-200", "PA-201", "PA-202"]
    account = cast.maya.json("/policies", text="PA-201")["items"][0]["accountLocator"]
    assert numbers(cast.maya.json("/policies", account=account)) == ["PA-201"]
    assert cast.maya.json("/policies", carrier=NOBODY)["total"] == 0


@pytest.mark.criterion("API-08")
def test_what_the_filters_can_be_is_told_by_the_book_that_one_sees(cast: Cast, book: Agency) -> None:
    filters = cast.maya.json("/policies/filters")
    assert {each["label"] for each in filters["carriers"]} == {"Basin Casualty", "Granite Mutual"}
    assert {"value": "non_renewed", "label": "Non-renewed"} in filters["statuses"]
    for name, choices in (
        ("carrier", filters["carriers"]),
        ("line", filters["lines"]),
        ("status", filters["statuses"]),
    ):
        assert sum(cast.maya.json("/policies", **{name: each["value"]})["total"] for each in choices) == 4, name
    assert [each["label"] for each in cast.daniel.json("/policies/filters")["carriers"]] == ["Granite Mutual"]
    assert cast.admin.get("/policies/filters").status_code == 403


@pytest.mark.criterion("API-09")
def test_everybody_sees_their_own_book_and_nobody_elses(cast: Cast) -> None:
    seen = {name: set(numbers(getattr(cast, name).json("/policies"))) for name in ("maya", "daniel")}
    assert seen == {"maya": {"HO-101"}, "daniel": {"HO-102"}}
    for person in (cast.principal, cast.csr, cast.read_only):
        assert set(numbers(person.json("/policies"))) == {"HO-101", "HO-102", "HO-103", "HO-104"}
    assert cast.daniel.json("/policies", text="maya")["total"] == 0


@pytest.mark.criterion("API-09")
def test_an_administrator_sees_no_business(cast: Cast) -> None:
    locator = cast.agency.policies["maya"].locator
    for path in ("/policies", f"/policies/{locator}", "/accounts", f"/accounts/{locator}"):
        answer = cast.admin.get(path)
        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")


@pytest.mark.criterion("API-10")
@pytest.mark.parametrize("noun", ["policies", "accounts"])
def test_somebody_elses_record_and_none_are_the_same_answer(cast: Cast, noun: str) -> None:
    theirs = cast.principal.json("/policies", text="Daniel")["items"][0]
    locator = theirs["locator" if noun == "policies" else "accountLocator"]
    assert cast.daniel.get(f"/{noun}/{locator}").status_code == 200
    refused = [
        cast.maya.get(f"/{noun}/{each}") for each in (locator, NOBODY, "x", "%00", "%0A", locator.lower(), "a" * 3000)
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1


@pytest.mark.criterion("API-11")
def test_a_policy_is_fetched_with_all_that_belongs_to_it(cast: Cast, whole: Policy) -> None:
    found = cast.maya.json(f"/policies/{whole.locator}")
    assert found["premium"] == "1234.50"
    assert found["producerCode"] == found["codeOfRecord"] == "HL-maya"
    assert found["producer"] == "Maya Alvarez"
    assert found["coverages"] == [{"name": "Dwelling", "limit": "350,000", "deductible": "1,000", "premium": "900.00"}]
    assert found["vehicles"] == [{"vin": "1HGCM82633A004352", "description": "2024 Honda Accord"}]
    assert len(found["locations"]) == 1
    assert found["locations"][0].startswith("12 Harbor Lane")
    assert found["terms"] == [
        {
            "number": "HO-101",
            "effective": "2026-06-01",
            "expiration": "2027-06-01",
            "status": "active",
            "premium": "1234.50",
        }
    ]
    entry = found["history"][0]
    assert (entry["kind"], entry["origin"], entry["termEffective"]) == ("issuance", "portal", "2026-06-01")
    assert (entry["effectiveAt"], entry["knownAt"]) == ("2026-06-01T04:00:00Z", "2026-11-20T15:00:00Z")
    assert (found["feed"], found["asOf"]) == ("test", "2026-11-20T15:00:00Z")


@pytest.mark.criterion("API-11")
def test_every_item_of_a_list_is_fetched_by_its_locator(cast: Cast, book: Agency) -> None:
    for noun in ("policies", "accounts"):
        items = cast.principal.json(f"/{noun}")["items"]
        assert len(items) == 7
        for item in items:
            assert cast.principal.json(f"/{noun}/{item['locator']}")["locator"] == item["locator"]


@pytest.mark.criterion("API-11")
def test_money_is_text_with_two_decimals_whatever_its_size() -> None:
    class Priced(shapes.Shape):
        amount: shapes.Money

    texts = [
        Priced(amount=Decimal(amount)).model_dump()["amount"] for amount in ("0", "-1E+3", "12.5", "90071992547409.93")
    ]
    assert texts == ["0.00", "-1000.00", "12.50", "90071992547409.93"]
