"""Quotes and underwriting over the API, as a program uses them; the requirements' own bodies to the letter."""

from typing import Any

import pytest

from portal_app.models.enums import ProducerState
from portal_app.models.producers import ProducerCode
from tests.routes.api.conftest import Cast, Person
from tests.routes.api.test_transactions import SET, WHEN, place  # noqa: F401
from tests.services.quotes.acting import places, put
from tests.world import NOW, Agency

# The requirements' own example, at the top level when a quote is created and when it is updated.
EXAMPLE = {"producerCode": "9217262"}


@pytest.fixture
def writer(cast: Cast, agency: Agency) -> Person:
    with cast.door.database.write() as db:
        holder, valid = agency.maya.id or 0, ProducerState.VALIDATED
        db.add(ProducerCode(code=EXAMPLE["producerCode"], producer_id=holder, state=valid, created_at=NOW))
    return cast.writing(cast.principal)


@pytest.fixture
def body(cast: Cast, agency: Agency) -> dict[str, Any]:
    account, carrier = places(cast.door, agency)
    return {
        "account": account,
        "line": "homeowners",
        "carrier": carrier,
        "effective": "2027-01-01",
        "expiration": "2028-01-01",
        "premium": "1200.00",
    }


@pytest.mark.criterion("QUOTE-09")
def test_a_quote_takes_the_producer_code_when_it_is_created_and_when_it_is_updated(
    writer: Person, body: dict[str, Any], cast: Cast
) -> None:
    answer = writer.post("/quotes", body | EXAMPLE)
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/quotes/{made['locator']}")
    assert (made["producerCode"], made["producer"], made["state"]) == ("9217262", "Maya Alvarez", "draft")
    assert (made["premium"], made["deductible"], made["classCodes"], made["account"]) == (
        "1200.00",
        None,
        [],
        body["account"],
    )
    path = f"/quotes/{made['locator']}"
    assert writer.json(path) == made
    assert writer.done("PATCH", path, {"producerCode": None})["producerCode"] == ""
    changed = writer.done("PATCH", path, EXAMPLE)
    assert (changed["producerCode"], changed["version"], changed["premium"]) == ("9217262", 3, "1200.00")
    given = {"version": 3, "premium": None, "jurisdiction": "RI", "classCodes": ["91340"], "validUntil": "2026-12-31"}
    assert writer.done("PATCH", path, given)["premium"] is None
    assert writer.send("PATCH", path, given).status_code == 409
    assert cast.maya.json(path)["jurisdiction"] == "RI"
    assert cast.daniel.get(path).status_code == 404


@pytest.mark.criterion("QUOTE-09")
def test_what_cannot_be_is_told_by_field(writer: Person, body: dict[str, Any]) -> None:
    wrong = {"producerCode": "?", "expiration": "2026-01-01", "postalCode": "1", "insuredValue": "1.00"}
    answer = writer.post("/quotes", body | wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"] == {
        "producerCode": "There is no producer code ?.",
        "expiration": "The expiration date comes after the effective date.",
        "postalCode": "Enter a ZIP code of five digits, or of nine such as 02840-1234.",
    }
    assert list(writer.post("/quotes", EXAMPLE).json()["problems"]) == [
        "account",
        "line",
        "carrier",
        "effective",
        "expiration",
    ]
    assert writer.post("/quotes", body | {"premium": 12.5}).status_code == 422


@pytest.mark.criterion("QUOTE-09")
@pytest.mark.criterion("UW-08")
def test_a_quote_is_underwritten_flagged_reset_and_discarded(
    writer: Person, body: dict[str, Any], cast: Cast, agency: Agency
) -> None:
    put(cast.door, agency.branch, ProducerState.SUSPENDED)
    made = writer.done("POST", "/quotes", body | EXAMPLE)
    path = f"/quotes/{made['locator']}"

    before = cast.maya.json(f"{path}/underwriting")
    assert (before["outcome"], before["flags"], len(before["way"])) == ("failed", [], 4)

    failed = writer.done("POST", f"{path}/underwrite")

    assert (failed["outcome"], failed["quote"]["state"]) == ("failed", "draft")
    assert cast.principal.json(f"{path}/underwriting") == {name: failed[name] for name in failed if name != "quote"}
    assert [(each["kind"], each["called"], each["state"]) for each in failed["invalid"]] == [
        ("producer", "North Branch", "suspended")
    ]
    listed = writer.json(f"{path}/underwriting-flags")
    assert (listed["items"], listed["total"], listed["listCompleted"]) == (failed["flags"], 1, True)
    (flag,) = listed["items"]
    assert (flag["cause"], flag["level"], flag["producerCode"]) == ("producer", "info", "9217262")
    assert (flag["quote"], flag["transaction"], flag["removedAt"]) == (made["locator"], "", None)
    address = f"/underwriting-flags/{flag['locator']}"
    removed = writer.done("DELETE", address)
    assert removed["removedBy"] == cast.principal.user.email
    assert cast.maya.json(address) == removed, "the row is kept"
    assert writer.send("DELETE", address).status_code == 409
    added = writer.done("POST", f"{path}/underwriting-flags", {"level": "decline", "tag": "Old roof", "note": "1975"})
    assert (added["cause"], added["tag"]) == ("person", "Old roof")
    answer = writer.send("POST", f"{path}/underwriting-flags", {"level": "decline", "tag": " "})
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["tag"])

    done = writer.done("POST", f"{path}/underwrite?version={made['version']}")
    assert (done["outcome"], done["quote"]["state"], done["counting"]) == ("declined", "declined", [added["locator"]])
    assert writer.send("PATCH", path, EXAMPLE).status_code == 409
    assert writer.send("POST", f"{path}/reset?version=1").status_code == 409
    assert writer.done("POST", f"{path}/reset")["state"] == "draft"
    assert writer.done("POST", f"{path}/discard")["state"] == "discarded"
    assert writer.json("/quotes", state="discarded", producerCode="9217262", account=body["account"])["total"] == 1
    assert writer.json("/quotes", state="draft")["items"] == []
    impact = f"/producers/{agency.branch.locator}/impact"
    assert writer.json(impact)["quotes"] == 0
    writer.done("POST", "/quotes", body | EXAMPLE)
    assert writer.json(impact)["quotes"] == 1


@pytest.mark.criterion("UW-08")
def test_a_transaction_is_underwritten_and_flagged(
    place: str,  # noqa: F811
    writer: Person,
    cast: Cast,
    agency: Agency,
) -> None:
    put(cast.door, agency.daniel, ProducerState.SUSPENDED)
    drafted = writer.done("POST", f"{place}/change", {"effectiveTime": WHEN, "instructions": SET})
    path = f"/transactions/{drafted['locator']}"
    refused = writer.send("POST", f"{path}/issue")
    assert (refused.status_code, "the producer Daniel Kim is suspended" in refused.json()["detail"]) == (409, True)
    failed = writer.done("POST", f"{path}/underwrite")
    assert (failed["outcome"], failed["transaction"]["state"]) == ("failed", "draft")
    writer.done("POST", f"{path}/underwriting-flags", {"level": "info", "tag": "Asked Daniel"})
    flags = writer.json(f"{path}/underwriting-flags")["items"]
    assert [each["tag"] for each in flags] == ["Invalid Producer Qualification", "Asked Daniel"]
    writer.done("DELETE", f"/underwriting-flags/{flags[0]['locator']}")
    assert writer.done("POST", f"{path}/underwrite")["outcome"] == "passed"
    assert writer.done("POST", f"{path}/issue")["state"] == "issued"
    assert len(cast.csr.json(f"{path}/underwriting-flags")["items"]) == 2


@pytest.mark.criterion("UW-08")
def test_who_underwrites_over_the_api(writer: Person, body: dict[str, Any], cast: Cast) -> None:
    made = writer.done("POST", "/quotes", body | EXAMPLE)
    path = f"/quotes/{made['locator']}"
    flag = writer.done("POST", f"{path}/underwriting-flags", {"level": "info", "tag": "Seen"})
    address = f"/underwriting-flags/{flag['locator']}"
    sent: list[tuple[str, str, object]] = [
        ("POST", "/quotes", body),
        ("PATCH", path, EXAMPLE),
        ("POST", f"{path}/underwrite", None),
        ("POST", f"{path}/reset", None),
        ("POST", f"{path}/discard", None),
        ("POST", f"{path}/underwriting-flags", {"level": "info", "tag": "x"}),
        ("DELETE", address, None),
    ]
    for person in (cast.csr, cast.maya, cast.admin, cast.read_only):
        person = cast.writing(person)
        assert {person.send(*each).status_code for each in sent} == {403}
    for person, status in ((cast.csr, 200), (cast.maya, 200), (cast.read_only, 200), (cast.admin, 403)):
        assert {person.get(each).status_code for each in (path, f"{path}/underwriting-flags", address)} == {status}
    assert cast.daniel.get(address).status_code == 404
    assert cast.daniel.json("/quotes")["items"] == []
