"""The ledger over the API, as a program uses it."""

from typing import Any

import pytest
from sqlalchemy import insert

from portal_app.models.enums import Origin, TransactionKind, TransactionState
from portal_app.models.types import new_locator
from portal_app.services.sync import bulk
from tests.routes.api.conftest import Cast, Person
from tests.world import NOW, Agency

BEGUN = {
    "number": "HO-101", "line": "homeowners", "carrier": "Granite Mutual", "effective": "2026-06-01",
    "expiration": "2027-06-01", "status": "active", "premium": "1234.50", "producer_code": "HL-maya",
    "account": "C-HO-101", "insured_name": "Maya's Client",
    "coverages": [{"name": "Dwelling", "limit": "$300,000", "deductible": "$1,000", "premium": "900.00"}],
}  # fmt: skip
WHEN = "2026-12-01T12:00:00Z"
# The requirements' own examples.
SET = [{"action": "producers", "setProducerCode": "HL-daniel", "clearProducerCode": False}]
OF_RECORD = [{"action": "producers", "setProducerCodeOfRecord": "HL-branch", "revertProducerCodeOfRecord": False}]


@pytest.fixture
def place(cast: Cast, agency: Agency) -> str:
    """The address of Maya's policy, which was issued on 1 June 2026."""
    policy = agency.policies["maya"]
    row = {
        "locator": new_locator(), "policy_id": policy.id, "kind": TransactionKind.ISSUANCE,
        "state": TransactionState.ISSUED, "origin": Origin.PORTAL, "term_effective": policy.effective,
        "effective_at": NOW.replace(month=6, day=1, hour=4), "known_at": NOW, "issued_at": NOW, "changes": BEGUN,
    }  # fmt: skip
    with cast.door.database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])
    return f"/policies/{policy.locator}"


@pytest.fixture
def writer(cast: Cast) -> Person:
    return cast.writing(cast.principal)


def test_the_fixture_speaks_of_what_is_there(place: str, cast: Cast) -> None:
    assert cast.principal.json(place)["number"] == "HO-101"


@pytest.mark.criterion("LEDGER-40")
def test_a_change_is_drafted_changed_and_issued(place: str, writer: Person) -> None:
    drafted = writer.done("POST", f"{place}/change", {"effectiveTime": WHEN, "instructions": SET})
    assert (drafted["kind"], drafted["state"], drafted["effectiveAt"]) == ("change", "draft", WHEN)
    assert drafted["instructions"] == SET
    assert [each["producerInfo"] for each in drafted["segments"]] == [
        {"producerCode": "HL-daniel", "producerCodeOfRecord": "HL-maya"}
    ]
    assert writer.json(place)["producerCode"] == "HL-maya"
    path = f"/transactions/{drafted['locator']}"
    changed = writer.done("PATCH", path, {"instructions": SET + OF_RECORD})
    assert changed["processed"] == [
        {"action": "producers", "setProducerCode": "HL-daniel"},
        {"action": "producers", "setProducerCodeOfRecord": "HL-branch"},
    ]

    named = f"draftVersion={changed['draftVersion']}"
    seen = {"draftVersion": drafted["draftVersion"]}
    assert writer.send("PATCH", path, {"instructions": SET} | seen).status_code == 409
    for step in ("issue", "discard"):
        assert writer.send("POST", f"{path}/{step}?draftVersion={drafted['draftVersion']}").status_code == 409
        assert writer.send("POST", f"{path}/{step}?draftVersion=").status_code == 422

    issued = writer.done("POST", f"{path}/issue?{named}")

    assert (issued["locator"], issued["state"]) == (drafted["locator"], "issued")
    shown, [term] = writer.json(place), writer.json(f"{place}/terms")["items"]
    assert (shown["producerCode"], shown["codeOfRecord"]) == ("HL-maya", "HL-maya"), "the other takes effect later"
    assert term["producerInfo"] == {"producerCode": "HL-daniel", "producerCodeOfRecord": "HL-branch"}
    assert writer.json(path) == issued
    assert writer.send("POST", f"{path}/issue").status_code == 409
    assert writer.send("PATCH", path, {"instructions": SET}).status_code == 409


@pytest.mark.criterion("LEDGER-40")
def test_renewed_cancelled_reinstated_and_discarded(place: str, writer: Person) -> None:
    for verb, body in (
        ("renew", {}),
        ("cancel", {"effectiveTime": "2027-07-01T00:00:00-04:00"}),
        ("reinstate", {"effectiveTime": "2027-07-02T04:00:00Z", "instructions": SET}),
    ):
        drafted = writer.done("POST", f"{place}/{verb}", body)
        writer.done("POST", f"/transactions/{drafted['locator']}/issue")
    given_up = writer.done("POST", f"{place}/cancel", {"effectiveTime": WHEN})
    assert writer.done("POST", f"/transactions/{given_up['locator']}/discard")["state"] == "discarded"

    listed = writer.json(f"{place}/transactions")
    told = [(each["kind"], each["state"]) for each in listed["items"]]
    assert told == [
        ("cancellation", "discarded"),
        ("reinstatement", "issued"),
        ("cancellation", "issued"),
        ("renewal", "issued"),
        ("issuance", "issued"),
    ]
    assert (listed["total"], listed["listCompleted"]) == (5, True)
    assert listed["version"] == listed["items"][1]["locator"]
    terms = writer.json(f"{place}/terms")
    assert [(each["effective"], each["status"]) for each in terms["items"]] == [
        ("2027-06-01", "active"),
        ("2026-06-01", "active"),
    ]
    segments = writer.json(f"{place}/terms/2027-06-01/segments")["items"]
    assert [each["status"] for each in segments] == ["active", "cancelled", "active"]
    assert segments[0]["endsAt"] == segments[1]["beginsAt"] == "2027-07-01T04:00:00Z"
    assert writer.get(f"{place}/terms/2029-06-01/segments").status_code == 404
    assert [each["kind"] for each in writer.json(f"{place}/transactions", offset=4)["items"]] == ["issuance"]


@pytest.mark.criterion("SNAP-10")
def test_a_snapshot_by_either_clock(place: str, writer: Person) -> None:
    drafted = writer.done("POST", f"{place}/change", {"effectiveTime": WHEN, "instructions": SET})
    writer.done("POST", f"/transactions/{drafted['locator']}/issue")
    found = writer.json(f"{place}/snapshot", date="2027-01-01T00:00:00Z", byIssuedTime="false")
    assert found["producerInfo"] == {"producerCode": "HL-daniel", "producerCodeOfRecord": "HL-maya"}
    assert [each["name"] for each in found["producers"]] == ["Daniel Kim", "North Branch", "Harbor Lane Insurance"]
    assert found["coverages"][0]["premium"] == "900.00"
    assert (found["inForce"], found["segment"]["transaction"]) == (True, drafted["locator"])
    early = writer.json(f"{place}/snapshot", date="2026-07-01T00:00:00Z")
    assert early["producerInfo"]["producerCode"] == "HL-maya"
    assert writer.json(f"{place}/snapshot", date="2030-01-01T00:00:00Z", byIssuedTime="true")["at"].startswith("2030")
    missing = writer.get(f"{place}/snapshot", date="2025-01-01T00:00:00Z")
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        "Nothing of this policy was in effect by 2025-01-01T00:00:00Z.",
    )


@pytest.mark.criterion("SNAP-10")
@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        (
            "2025-01-01T00:00:00",
            "It lacks its zone. Should be a time with its zone, such as 2025-01-01T00:00:00Z.",
        ),
        ("2025-01-01", "Should be a time with its zone, such as 2025-01-01T00:00:00Z."),
        ("1735689600", "Should be a time with its zone, such as 2025-01-01T00:00:00Z."),
        ("2025-02-30T00:00:00Z", "There is no such time."),
    ],
)
def test_a_date_without_a_zone_is_refused_in_a_sentence(place: str, writer: Person, date: str, sentence: str) -> None:
    answer = writer.get(f"{place}/snapshot", date=date)
    assert answer.status_code == 422
    assert answer.json()["problems"] == {"date": sentence}


@pytest.mark.criterion("LEDGER-41")
@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"effectiveTime": WHEN}, {"instructions": "A change needs an instruction."}),
        (
            {"effectiveTime": "2025-01-01T00:00:00Z", "instructions": SET},
            {"effectiveTime": "No term of the policy is in force at that moment."},
        ),
        (
            {"effectiveTime": WHEN, "instructions": [SET[0] | {"clearProducerCode": True}]},
            {"instructions": "An instruction cannot both set and clear the producer code."},
        ),
        (
            {"effectiveTime": WHEN, "instructions": [{"action": "producers", "setProducerCode": "?"}]},
            {"instructions": "There is no producer code ?."},
        ),
    ],
)
def test_what_cannot_be_is_told_by_field(
    place: str, writer: Person, body: dict[str, Any], problems: dict[str, str]
) -> None:
    answer = writer.send("POST", f"{place}/change", body)
    assert answer.status_code == 422
    assert answer.json()["problems"] == problems


@pytest.mark.criterion("LEDGER-41")
def test_another_action_or_field_is_refused(place: str, writer: Person) -> None:
    for instruction in ({"action": "drivers"}, SET[0] | {"setDriver": "x"}, SET[0] | {"clearProducerCode": "no"}):
        answer = writer.send("POST", f"{place}/change", {"effectiveTime": WHEN, "instructions": [instruction]})
        assert answer.status_code == 422


@pytest.mark.criterion("LEDGER-41")
def test_who_writes_and_who_reads_over_the_api(place: str, cast: Cast, writer: Person) -> None:
    body = {"effectiveTime": WHEN, "instructions": SET}
    drafted = writer.done("POST", f"{place}/change", body)
    path = f"/transactions/{drafted['locator']}"
    assert cast.principal.post(f"{place}/change", body).status_code == 403, "a token that only reads"
    for person in (cast.csr, cast.maya, cast.admin, cast.read_only):
        for verb, address in (("POST", f"{place}/change"), ("PATCH", path)):
            assert cast.writing(person).send(verb, address, body).status_code == 403
        assert cast.writing(person).send("POST", f"{path}/issue").status_code == 403
    for person, status in ((cast.csr, 200), (cast.maya, 200), (cast.read_only, 200), (cast.daniel, 404)):
        for address in (path, f"{place}/transactions", f"{place}/terms", f"{place}/terms/2026-06-01/segments"):
            assert person.get(address).status_code == status
        assert person.get(f"{place}/snapshot", date=WHEN).status_code == status
    assert cast.admin.get(path).status_code == 403
    assert writer.send("PATCH", path, {"version": drafted["locator"]}).status_code == 409


@pytest.mark.criterion("LEDPAGE-24")
def test_the_difference_of_two_terms_over_the_api(place: str, cast: Cast, writer: Person) -> None:
    alone = writer.get(f"{place}/difference")
    assert (alone.status_code, alone.json()["detail"]) == (
        404,
        "There is no earlier term of this policy to compare with.",
    )
    for verb, body in (("change", {"effectiveTime": WHEN, "instructions": SET}), ("renew", {})):
        drafted = writer.done("POST", f"{place}/{verb}", body)
        writer.done("POST", f"/transactions/{drafted['locator']}/issue")
    found = writer.json(f"{place}/difference")
    assert (found["before"], found["after"]) == ("2026-06-01", "2027-06-01")
    compared = found["compared"]
    assert (compared["premiumChange"], compared["premiumPercent"]) == ("0.00", "0.0")
    changed = {each["name"]: each["after"] for each in compared["fields"] if each["mark"] != "same"}
    assert changed == {"effective": "2027-06-01", "expiration": "2028-06-01", "producerCodeOfRecord": "HL-daniel"}
    assert compared["coverages"][0]["before"]["premium"] == "900.00"
    moments = {"before": "2026-11-30T00:00:00Z", "after": "2026-12-02T00:00:00Z"}
    between = writer.json(f"{place}/snapshot/difference", **moments, byIssuedTime="false")
    assert [each["name"] for each in between["fields"] if each["mark"] != "same"] == ["producerCode"]
    turned = writer.json(f"{place}/difference", **{"from": "2027-06-01", "to": "2026-06-01"})
    assert (turned["before"], turned["after"]) == ("2027-06-01", "2026-06-01")
    for query, status, names in (
        ({"from": "2026-06-01", "to": "2026-06-01"}, 422, ["to"]),
        ({"from": "June"}, 422, ["from"]),
        ({"between": "2026-06-01"}, 422, ["between"]),
        ({"from": "2020-06-01"}, 404, []),
    ):
        answer = writer.get(f"{place}/difference", **query)
        assert (answer.status_code, list(answer.json().get("problems", []))) == (status, names)
    asked = [each.get(f"{place}/difference").status_code for each in (cast.read_only, cast.maya, cast.admin)]
    assert asked == [200, 200, 403]


@pytest.mark.criterion("LEDGER-42")
def test_what_a_draft_would_do_over_the_api(place: str, cast: Cast, writer: Person) -> None:
    later = {"effectiveTime": "2026-12-10T12:00:00Z", "instructions": OF_RECORD}
    issued = writer.done("POST", f"{place}/change", later)["locator"]
    writer.done("POST", f"/transactions/{issued}/issue")
    drafted = writer.done("POST", f"{place}/change", {"effectiveTime": WHEN, "instructions": SET})
    path = f"/transactions/{drafted['locator']}"
    told = writer.json(f"{path}/outlook")
    assert (told["problem"], told["moved"]) == ("", False)
    assert told["again"] == [{"locator": issued, "kind": "change", "effectiveAt": "2026-12-10T12:00:00Z"}]
    codes = [
        [each["producerInfo"]["producerCode"] for each in some] for some in (told["draft"]["segments"], told["now"])
    ]
    assert codes == [["HL-daniel", "HL-daniel"], ["HL-maya", "HL-maya"]]
    assert [each.get(f"{path}/outlook").status_code for each in (cast.csr, cast.read_only)] == [403, 403]
    writer.done("POST", f"{path}/discard")
    assert writer.get(f"{path}/outlook").status_code == 409


@pytest.mark.criterion("BIND-24")
def test_a_moratorium_that_stops_the_issue_is_told_over_the_api(place: str, writer: Person) -> None:
    storm = {
        "name": "Storm Ida", "peril": "Wind", "reason": "A named storm is near.", "actions": ["endorse"],
        "beginsAt": "2026-11-20T12:00:00Z",
    }  # fmt: skip
    writer.done("POST", "/moratoria", storm)
    change = {"effectiveTime": "2026-12-01T12:00:00Z", "instructions": SET}
    path = f"/transactions/{writer.done('POST', f'{place}/change', change)['locator']}"
    answer = writer.send("POST", f"{path}/issue")
    assert answer.status_code == 409
    said = "The moratorium Storm Ida (Wind) stops endorsements until somebody ends it: A named storm is near."
    assert answer.json()["detail"] == said
    (kept,) = writer.json(f"{path}/authority-decisions")["items"]
    assert (kept["outcome"], kept["issue"]) == ("deny", "refused")
    assert writer.json(path)["state"] == "draft"
