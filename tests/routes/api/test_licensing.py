"""`/licenses`, `/appointments`, `/education-cycles`, `/covers` and what is asked of them, by programs."""

from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select, update

from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer
from portal_app.routes.api import problems
from portal_app.services.door import Door
from tests.routes.api.conftest import Cast, Person

NOBODY = "01J00000000000000000000000"
WHOLE = {
    "licenseNumber": "3000123",
    "jurisdictions": ["RI"],
    "lines": [{"line": "property"}, {"line": "casualty", "expirationDate": "2026-12-31"}],
    "effectiveTime": "2026-01-01T00:00:00-05:00",
    "expirationTime": "2027-01-01T05:00:00Z",
}
FILE = """NPN,State,License Number,Original Issue Date,Status,Expiration Date,LOA
1000001,RI,77,05/04/2020,Active,03/31/2027,Property
1000009,RI,78,05/04/2020,Active,03/31/2027,Property
"""


@pytest.fixture
def writer(cast: Cast) -> Person:
    return cast.writing(cast.admin)


@pytest.fixture
def maya(cast: Cast) -> str:
    return cast.agency.maya.locator


@pytest.fixture
def carrier(door: Door) -> str:
    with door.database.read() as db:
        return str(db.scalars(select(Carrier.locator).where(Carrier.name == "Granite Mutual")).one())


def license_of(writer: Person, producer: str, **given: Any) -> Any:
    made = writer.done("POST", "/licenses", WHOLE | {"producer": producer} | given)
    return writer.done("PATCH", f"/licenses/{made['locator']}/validate")


def untaken(answer: Response, status: int = 422) -> list[str]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, problems.MEDIA_TYPE), answer.text
    return list(answer.json().get("problems", {}))


@pytest.mark.criterion("LIC-30")
def test_a_license_goes_its_way(writer: Person, cast: Cast, maya: str) -> None:
    answer = writer.post("/licenses", WHOLE | {"producer": maya})
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/licenses/{made['locator']}")
    assert (made["state"], made["version"], made["producer"]["name"]) == ("draft", 1, "Maya Alvarez")
    assert (made["effectiveTime"], made["status"]) == ("2026-01-01T05:00:00Z", "active")
    assert made["lines"][1] == {"line": "casualty", "effectiveDate": None, "expirationDate": "2026-12-31"}
    place = f"/licenses/{made['locator']}"
    assert writer.done("PATCH", f"{place}/validate")["state"] == "validated"
    changed = writer.done("PATCH", place, {"version": 2, "type": "Agency", "expirationTime": None})
    assert (changed["version"], changed["type"], changed["expirationTime"]) == (3, "Agency", None)
    assert changed["jurisdictions"] == ["RI"]
    assert untaken(writer.send("PATCH", place, {"version": 2, "type": "Other"}), 409) == []
    assert untaken(writer.send("PATCH", place, {"version": 3, "lines": [], "licenseNumber": ""})) == [
        "licenseNumber",
        "lines",
    ]
    replaced = writer.done("PUT", place, WHOLE | {"version": 3})
    assert (replaced["type"], replaced["expirationTime"]) == ("", WHOLE["expirationTime"])
    assert cast.maya.json(place) == replaced
    assert writer.done("PATCH", f"{place}/discard")["state"] == "discarded"
    assert untaken(writer.send("PATCH", f"{place}/validate"), 409) == []


@pytest.mark.criterion("LIC-30")
def test_what_cannot_be_taken_is_named(writer: Person, maya: str) -> None:
    for given, *fields in (
        ({"licenceNumber": "1"}, "licenceNumber"),
        ({"effectiveTime": "2026-01-01"}, "effectiveTime"),
        ({"effectiveTime": 1767225600}, "effectiveTime"),
        ({"effectiveTime": "0001-01-01T00:00:00+14:00"}, "effectiveTime"),
        ({"effectiveTime": "2026-01-01T00:00:00"}, "effectiveTime"),
        ({"statusDate": "9999-12-31"}, "statusDate"),
        ({"status": "fine"}, "status"),
        ({"resident": "yes"}, "resident"),
        ({"lines": [{"name": "property"}]}, "lines[0].line", "lines[0].name"),
        ({"producerCodes": ["nobody"]}, "producerCodes"),
        ({"npn": "12345678901"}, "npn"),
        ({"producer": "x"}, "producer"),
    ):
        assert untaken(writer.post("/licenses", {"producer": maya} | given)) == fields, given
    assert untaken(writer.post("/licenses", {"producer": NOBODY}), 404) == []
    made = writer.done("POST", "/licenses", {"producer": maya})
    assert made["validationResult"] is None
    found = writer.done("PATCH", f"/licenses/{made['locator']}/validate")
    [item] = found["validationResult"]["validationItems"]
    assert (found["state"], found["validationResult"]["success"]) == ("draft", False)
    assert (item["elementType"], item["locator"]) == ("producerLicense", made["locator"])
    assert item["errors"] == [
        "licenseNumber: Give the license's number.",
        "jurisdictions: Name a state.",
        "lines: Name at least one line of authority.",
        "effectiveTime: Say when the license takes effect.",
    ]
    assert writer.json(f"/licenses/{made['locator']}") == found
    assert untaken(writer.send("PATCH", f"/licenses/{made['locator']}", {"version": "1"})) == ["version"]


@pytest.mark.criterion("LIC-30")
def test_lists_are_told_page_by_page(writer: Person, cast: Cast, maya: str) -> None:
    for number in range(3):
        license_of(writer, maya, licenseNumber=f"N-{number}")
    license_of(writer, cast.agency.daniel.locator)
    first, second = (cast.csr.json("/licenses", producer=maya, offset=offset, count=2) for offset in (0, 2))
    assert [each["licenseNumber"] for each in (*first["items"], *second["items"])] == ["N-0", "N-1", "N-2"]
    assert (first["total"], first["listCompleted"], second["listCompleted"]) == (3, False, True)
    assert cast.csr.json("/licenses")["total"] == 4


@pytest.mark.criterion("APPT-20")
def test_an_appointment_goes_its_way(writer: Person, cast: Cast, maya: str, carrier: str) -> None:
    resting = license_of(writer, maya)["locator"]
    body = {
        "producer": maya,
        "appointmentNumber": "A-77",
        "carrier": carrier,
        "jurisdictions": ["RI"],
        "lines": ["property"],
        "licenses": [resting],
        "producerCodes": ["HL-maya"],
        "effectiveDate": "2026-01-01",
    }
    made = writer.done("POST", "/appointments", body)
    place = f"/appointments/{made['locator']}"
    assert (made["carrierName"], made["naic"], made["licenses"]) == ("Granite Mutual", "99001", [resting])
    assert writer.done("PATCH", f"{place}/validate")["state"] == "validated"
    over = {"version": 2, "terminationDate": "2026-12-01"}
    assert untaken(writer.send("PATCH", place, over)) == ["reason"]
    assert writer.done("PATCH", place, over | {"reason": "Production"})["reason"] == "Production"
    same = {name: value for name, value in body.items() if name != "producer"}
    assert writer.done("PUT", place, same | {"version": 3})["terminationDate"] is None
    assert cast.maya.json("/appointments")["items"][0]["locator"] == made["locator"]
    assert cast.daniel.json("/appointments")["items"] == []
    assert writer.done("PATCH", f"{place}/discard")["state"] == "discarded"
    assert untaken(writer.post("/appointments", body | {"carrier": NOBODY})) == ["carrier"]


@pytest.mark.criterion("LIC-31")
def test_a_qualification_is_told_with_its_reasons(writer: Person, cast: Cast, maya: str, carrier: str) -> None:
    place = f"/producers/{maya}/qualification"
    unsaid = {"line": "homeowners", "state": "RI", "on": "2026-03-01"}
    assert cast.maya.json(place, **unsaid) == {"passes": True, "reasons": [], "wouldPass": ""}, "as is configured"
    asked = unsaid | {"check": "license"}
    found = cast.maya.json(place, **asked)
    would = "A license with the line Personal Lines or Property that is in force that day would."
    told = "No validated license for Rhode Island covers homeowners on Mar 1, 2026."
    reason = {"rule": "license", "passes": False, "found": told, "wouldPass": would}
    assert found == {"passes": False, "reasons": [reason], "wouldPass": would}
    license_of(writer, maya)
    assert cast.maya.json(place, **asked)["passes"]
    more = cast.csr.json(place, **(asked | {"check": "appointment"}), carrier=carrier)
    assert [each["passes"] for each in more["reasons"]] == [True, False]
    assert cast.csr.json(place, **(asked | {"check": "none"})) == {"passes": True, "reasons": [], "wouldPass": ""}
    for given, field in (
        ({"state": "ZZ"}, "state"),
        ({"state": "Rhode Island"}, "state"),
        ({"line": "Boats"}, "line"),
        ({"on": "2026-13-01"}, "on"),
        ({"check": "maybe"}, "check"),
        ({"carrier": "x"}, "carrier"),
    ):
        assert untaken(cast.csr.get(place, **(asked | given))) == [field], given
    assert untaken(cast.csr.get(place)) == ["line", "state"]
    assert untaken(cast.csr.get(place, **asked, carrier=NOBODY), 404) == []
    assert not cast.csr.json(place, **(asked | {"line": "boats", "on": "9999-12-31"}))["passes"]


@pytest.mark.criterion("CE-10")
def test_continuing_education_is_written_down(writer: Person, cast: Cast, maya: str) -> None:
    about = {"producer": maya, "jurisdiction": "RI", "beginsOn": "2026-01-01"}
    made = writer.done("POST", "/education-cycles", about)
    assert (made["endsOn"], made["hours"], made["ethicsHours"]) == ("2027-12-31", "24.00", "3.00")
    place = f"/education-cycles/{made['locator']}"
    course = {"course": "Ethics I", "completedOn": "2026-05-01", "hours": "1.5", "ethics": True}
    taken = writer.done("POST", f"{place}/completions", course | {"evidence": "Certificate 12"})
    assert (taken["standing"]["missing"], taken["standing"]["ethicsMissing"]) == ("22.50", "1.50")
    assert (taken["standing"]["by"], taken["completions"][0]["evidence"]) == ("2027-12-31", "Certificate 12")
    assert untaken(writer.post(f"{place}/completions", course), 409) == []
    assert untaken(writer.post(f"{place}/completions", course | {"hours": 2})) == ["hours"]
    assert untaken(writer.post(f"{place}/completions", course | {"completedOn": "2028-01-01"})) == ["completedOn"]
    assert writer.done("PATCH", place, {"version": 2, "hours": "20"})["standing"]["missing"] == "18.50"
    assert cast.maya.json(place)["version"] == 3
    assert untaken(cast.daniel.get(place), 404) == []
    assert untaken(writer.send("DELETE", f"{place}?version=3"), 409) == []
    one = f"{place}/completions/{taken['completions'][0]['locator']}"
    assert writer.send("DELETE", one).status_code == 204
    assert untaken(writer.send("DELETE", one), 404) == []
    assert untaken(writer.send("DELETE", f"{place}/completions/x"), 404) == []
    assert writer.send("DELETE", f"{place}?version=4").status_code == 204
    assert cast.csr.json("/education-cycles")["total"] == 0


@pytest.mark.criterion("CE-10")
def test_what_states_require_is_told_and_changed(writer: Person, cast: Cast) -> None:
    listed = cast.maya.json("/education-requirements", count=200)
    usual = {"version": 0, "hours": "24.00", "ethicsHours": "3.00", "months": 24}
    assert listed["items"][0] == usual | {"jurisdiction": "AL", "name": "Alabama"}
    place, given = "/education-requirements/RI", {"hours": "20", "ethicsHours": "2", "months": 12}
    assert writer.done("PUT", place, {"version": 0, **given})["version"] == 1
    assert untaken(writer.send("PUT", place, {"version": 0, **given, "months": 6}), 409) == []
    assert untaken(writer.send("PUT", place, {"version": 1, **given, "ethicsHours": "21"})) == ["ethicsHours"]
    assert untaken(writer.send("PUT", "/education-requirements/ZZ", {"version": 0, **given})) == ["jurisdiction"]
    assert untaken(writer.send("PUT", "/education-requirements/ri", {"version": 0, **given}), 404) == []


@pytest.mark.criterion("EO-10")
def test_cover_is_written_down_and_asked_for(writer: Person, cast: Cast, maya: str) -> None:
    body = {
        "producer": maya,
        "carrier": "Lakeside Specialty",
        "policyNumber": "EO-1",
        "eachClaim": "1000000.00",
        "aggregate": "2000000",
        "retention": "2500.5",
        "effectiveOn": "2026-01-01",
        "expiresOn": "2026-12-31",
    }
    made = writer.done("POST", "/covers", body)
    assert (made["aggregate"], made["retention"], made["retroactiveOn"]) == ("2000000.00", "2500.50", None)
    place = f"/covers/{made['locator']}"
    assert writer.done("PATCH", place, {"version": 1, "retention": "0.00"})["retention"] == "0.00"
    assert untaken(writer.send("PATCH", place, {"version": 1, "retention": "1.00"}), 409) == []
    for given, field in (
        ({"eachClaim": 5}, "eachClaim"),
        ({"aggregate": "1"}, "aggregate"),
        ({"carrier": ""}, "carrier"),
    ):
        assert untaken(writer.post("/covers", body | given)) == [field]
    asked = f"/producers/{maya}/cover-requirement"
    assert cast.maya.json(asked) == {
        "version": 0, "asked": False, "eachClaim": "0.00", "aggregate": "0.00", "stopsBind": False,
    }  # fmt: skip
    wanted = {"version": 0, "eachClaim": "1000000.01", "aggregate": "2000000.00", "stopsBind": True}
    assert writer.done("PUT", asked, wanted)["version"] == 1
    assert untaken(writer.send("PUT", asked, wanted | {"stopsBind": False}), 409) == []
    standing = cast.maya.json(f"/producers/{maya}/cover-standing", on="2026-06-01")
    assert (standing["passes"], standing["stopsBind"]) == (False, True)
    assert untaken(writer.send("DELETE", f"{asked}?version=0"), 409) == []
    assert writer.send("DELETE", f"{asked}?version=1").status_code == 204
    taken_back = cast.maya.json(asked)
    assert (taken_back["asked"], taken_back["version"], taken_back["eachClaim"]) == (False, 2, "0.00")
    assert cast.csr.json("/covers", producer=maya)["total"] == 1
    assert untaken(writer.send("DELETE", f"{place}?version=1"), 409) == []
    assert untaken(writer.send("DELETE", place)) == ["version"]
    assert writer.send("DELETE", f"{place}?version=2").status_code == 204
    assert untaken(writer.get(place), 404) == []


@pytest.mark.criterion("LAPSE-04")
def test_what_runs_out_is_told_with_counts(writer: Person, cast: Cast, maya: str) -> None:
    license_of(writer, maya)
    license_of(writer, cast.agency.daniel.locator, expirationTime="2026-11-20T05:00:00Z")
    whole = cast.csr.json("/licensing-runway")
    assert [(each["daysLeft"], each["within"]) for each in whole["items"]] == [(-1, "expired"), (41, "60")]
    assert whole["counts"] == {"expired": 1, "30": 0, "60": 1, "90": 0}
    assert cast.maya.json("/licensing-runway")["total"] == 1
    assert cast.csr.json("/licensing-runway", within="60")["items"][0]["producer"]["name"] == "Maya Alvarez"
    assert untaken(cast.csr.get("/licensing-runway", within="45")) == ["within"]


class Sender:
    """Sends files as they are."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def __call__(self, content: bytes, query: str = "") -> Response:
        about = {"Authorization": f"Bearer {self.person.token}", "Content-Type": "text/csv"}
        return self.person.client.post(f"/api/v1/licenses/imports{query}", content=content, headers=about)


@pytest.fixture
def numbered(door: Door, cast: Cast) -> None:
    with door.database.write() as db:
        db.execute(update(Producer).where(Producer.id == cast.agency.maya.id).values(npn="1000001"))


@pytest.mark.criterion("LIC-32")
def test_a_file_is_looked_at_and_then_applied_as_it_was(numbered: None, writer: Person, cast: Cast) -> None:
    send = Sender(writer)
    looked = send(FILE.encode("utf-8-sig")).json()
    assert (looked["applied"], looked["new"], looked["unchanged"]) == (False, 1, 0)
    assert looked["refused"] == [{"line": 3, "column": "NPN", "why": "belongs to no producer here"}]
    assert looked["entries"][0]["licenseNumber"] == "77"
    assert writer.json("/licenses")["total"] == 0
    assert untaken(send(FILE.encode(), "?apply=true")) == ["fingerprint"]
    query = f"?apply=true&fingerprint={looked['fingerprint']}"
    assert untaken(send(FILE.encode(), query), 409) == [], "another file: it lacks the mark"
    done = send(FILE.encode("utf-8-sig"), query).json()
    assert (done["applied"], done["new"]) == (True, 1)
    assert cast.maya.json(f"/licenses/{done['entries'][0]['locator']}")["state"] == "validated"
    assert untaken(send(FILE.encode("utf-8-sig"), query), 409) == []
    again = send(FILE.encode("utf-8-sig")).json()
    assert (again["new"], again["changed"], again["unchanged"], again["entries"]) == (0, 0, 1, [])


@pytest.mark.criterion("LIC-32")
def test_a_file_may_be_large_and_anything_else_may_not(numbered: None, writer: Person) -> None:
    send, row = Sender(writer), FILE.splitlines()[1]
    large = f"{FILE}{row}\n" + "\n" * 1_000_000
    assert send(large.encode()).status_code == 200
    assert untaken(send(b"a" * (5 * 1024 * 1024 + 1)), 413) == []
    assert untaken(writer.post("/licenses", {"type": "a" * 70_000}), 413) == []
    assert untaken(send(b"a,b\n1,2\n")) == ["file"]
    assert untaken(send(b"")) == ["body"]
    assert untaken(send(FILE.encode(), "?apply=yes")) == ["apply"]
    for method in ("GET", "PUT", "PATCH"):
        assert untaken(writer.send(method, "/licenses/imports"), 405) == []


@pytest.mark.criterion("LIC-33")
def test_a_token_that_reads_and_who_only_looks_write_nothing(cast: Cast, maya: str) -> None:
    for person in (cast.admin, cast.writing(cast.csr), cast.writing(cast.maya), cast.writing(cast.read_only)):
        for method, path, body in (
            ("POST", "/licenses", {"producer": maya}),
            ("POST", "/appointments", {"producer": maya}),
            ("POST", "/education-cycles", {"producer": maya, "jurisdiction": "RI", "beginsOn": "2026-01-01"}),
            (
                "PUT",
                f"/producers/{maya}/cover-requirement",
                {"version": 0, "eachClaim": "1", "aggregate": "1", "stopsBind": True},
            ),
            ("PUT", "/education-requirements/RI", {"version": 0, "hours": "1", "ethicsHours": "1", "months": 1}),
        ):
            assert untaken(person.send(method, path, body), 403) == [], path
        allowed = person is cast.admin
        assert Sender(person)(FILE.encode()).status_code == (200 if allowed else 403)
        assert Sender(person)(b"a,b\n").status_code == (422 if allowed else 403), "it is not even taken apart"
        assert untaken(Sender(person)(FILE.encode(), f"?apply=true&fingerprint={'0' * 64}"), 403) == []
