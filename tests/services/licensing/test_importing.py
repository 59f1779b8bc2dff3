"""Licenses from a file: first what it would change, then exactly that, and nothing the second time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import CredentialState, LicenseStatus, ProducerState
from portal_app.models.producers import Producer
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing import importing, licenses, matching
from portal_app.services.licensing.importing import Report
from portal_app.services.licensing.sheet import Refused, read
from portal_app.services.licensing.terms import LicenseTerms, LineTerms
from tests.services.licensing.conftest import Write
from tests.world import Agency

HEADER = "NPN,State,License Number,License Type,Residency,Original Issue Date,Status,Status Date,Expiration Date,LOA"
FORESEEN = LicenseTerms(
    license_number="3000123",
    type="Producer",
    npn="1000001",
    jurisdictions=("RI",),
    resident=True,
    lines=(LineTerms("property"), LineTerms("casualty")),
    original_issue_date=date(2020, 5, 4),
    status=LicenseStatus.ACTIVE,
    status_date=date(2020, 5, 4),
    effective_time=datetime(2020, 5, 4, 4, tzinfo=UTC),
    expiration_time=datetime(2027, 4, 1, 4, tzinfo=UTC),
)


def line(loa: str = "Property", **given: str) -> str:
    cells = {
        "npn": "1000001",
        "state": "RI",
        "number": "3000123",
        "type": "Producer",
        "residency": "Resident",
        "issued": "05/04/2020",
        "status": "Active",
        "status_on": "05/04/2020",
        "expires": "03/31/2027",
    }
    return ",".join([*(cells | given).values(), loa])


MAYAS = (line(), line("Casualty"))


@pytest.fixture(autouse=True)
def numbered(database: Database, agency: Agency) -> None:
    """Maya and Daniel have National Producer Numbers."""
    with database.write() as db:
        for owner, npn in ((agency.maya, "1000001"), (agency.daniel, "1000002")):
            db.execute(update(Producer).where(Producer.id == owner.id).values(npn=npn))


class Files:
    """Looks at files and applies them, as whoever manages producers."""

    def __init__(self, door: Door, agency: Agency) -> None:
        self.door, self.admin = door, agency.admin()

    def look(self, *lines: str) -> Report:
        return self.door.run(importing.preview, self.admin, sheet=read("\n".join([HEADER, *lines]).encode()))

    def apply(self, *lines: str, fingerprint: str = "") -> Report:
        sheet = read("\n".join([HEADER, *lines]).encode())
        fingerprint = fingerprint or self.look(*lines).fingerprint
        return self.door.run(importing.apply, self.admin, sheet=sheet, fingerprint=fingerprint)

    def stored(self) -> dict[str, licenses.License]:
        found = self.door.run(licenses.listed, self.admin, count=200).rows
        return {each.terms.license_number: each for each in found}


@pytest.fixture
def files(door: Door, agency: Agency) -> Files:
    return Files(door, agency)


def events(database: Database) -> list[str]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.refused)


@pytest.mark.criterion("LIC-22")
def test_rows_become_one_license_that_counts(files: Files, database: Database) -> None:
    looked = files.look(*MAYAS)
    assert (counts(looked), looked.applied, looked.rows) == ((1, 0, 0, 0), False, 2)
    assert (looked.entries[0].lines, looked.entries[0].producer.name) == ((2, 3), "Maya Alvarez")
    assert files.stored() == {}
    assert events(database) == []

    done = files.apply(*MAYAS)

    found = files.stored()["3000123"]
    assert (found.terms, found.state) == (FORESEEN, CredentialState.VALIDATED)
    assert done == replace(looked, applied=True, entries=(replace(looked.entries[0], locator=found.locator),)), (
        "what was done is what was looked at"
    )
    assert events(database) == ["license.created", "license.validated", "license.imported"]


@pytest.mark.criterion("LIC-23")
def test_the_same_file_again_changes_nothing(files: Files, database: Database) -> None:
    files.apply(*MAYAS)
    before, told = files.stored(), events(database)
    again = files.apply(*MAYAS)
    assert (counts(again), again.entries) == ((0, 0, 1, 0), ())
    assert (files.stored(), events(database)) == (before, told)
    assert counts(files.apply(*reversed(MAYAS))) == (0, 0, 1, 0)


@pytest.mark.criterion("LIC-23")
def test_a_change_is_told_field_by_field_and_leaves_what_is_not_named(files: Files) -> None:
    files.apply(*MAYAS)
    renewed = line(expires="03/31/2029", type="", status="Suspended")
    looked = files.look(renewed)
    assert [(each.field, each.before, each.after) for each in looked.entries[0].differences] == [
        ("status", "active", "suspended"),
        ("expiration_time", "2027-04-01T04:00:00+00:00", "2029-04-01T04:00:00+00:00"),
    ]
    files.apply(renewed)
    expected = replace(FORESEEN, status=LicenseStatus.SUSPENDED, expiration_time=datetime(2029, 4, 1, 4, tzinfo=UTC))
    assert files.stored()["3000123"].terms == expected


@pytest.mark.criterion("LIC-23")
def test_a_license_written_by_hand_is_known_again(files: Files, agency: Agency, license_of: Write) -> None:
    late = datetime(2027, 4, 1, 3, 59, 59, tzinfo=UTC)
    license_of(agency.maya, license_number="3000123", npn="1000001", expiration_time=late, producer_codes=("HL-maya",))
    files.apply(*MAYAS, line("Surplus Lines"))
    found = files.stored()["3000123"].terms
    assert (found.expiration_time, found.producer_codes) == (late, ("HL-maya",)), "the same last day, and its codes"
    assert [each.line for each in found.lines] == ["property", "casualty", "surplus_lines"]


@pytest.mark.criterion("LIC-26")
def test_a_draft_that_the_file_names_counts_as_a_new_one_does(
    files: Files, agency: Agency, license_of: Write, database: Database
) -> None:
    draft = license_of(agency.daniel, draft=True, license_number="D-1")
    license_of(agency.maya, draft=True, license_number="D-2", effective_time=None, original_issue_date=None)
    of_daniel = line(npn="1000002", number="D-1", status="Inactive")
    looked = files.look(of_daniel, line(number="D-2", issued=""))
    assert [(each.line, each.column, each.why) for each in looked.refused] == [
        (3, "Original Issue Date", "Say when the license takes effect.")
    ]
    assert [(each.before, each.after) for each in looked.entries[0].differences if each.field == "state"] == [
        ("draft", "validated")
    ]
    done = files.apply(of_daniel)
    assert (counts(done), done.entries) == ((0, 1, 0, 0), looked.entries)
    kept = files.stored()["D-1"]
    assert (kept.locator, kept.state, kept.terms.status) == (draft, CredentialState.VALIDATED, LicenseStatus.INACTIVE)
    assert events(database)[-3:] == ["license.changed", "license.validated", "license.imported"]
    assert counts(files.apply(of_daniel)) == (0, 0, 1, 0)

    exactly = license_of(agency.maya, draft=True, **vars_of(FORESEEN))
    assert counts(files.apply(*MAYAS)) == (0, 1, 0, 0), "nothing but that it counts"
    assert (files.stored()["3000123"].locator, files.stored()["3000123"].state) == (exactly, CredentialState.VALIDATED)


def vars_of(terms: LicenseTerms) -> dict[str, Any]:
    return {each.name: getattr(terms, each.name) for each in fields(terms)}


@pytest.mark.criterion("LIC-27")
def test_producers_numbers_are_compared_without_the_zeros_before_them(
    files: Files, agency: Agency, database: Database, license_of: Write
) -> None:
    files.apply(*MAYAS)
    before = files.stored()
    zeros = (line(npn="0001000001"), line("Casualty", npn="01000001"))
    assert counts(files.apply(*zeros)) == (0, 0, 1, 0)
    assert files.stored() == before
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.daniel.id).values(npn="0001000002"))
    done = files.apply(line(npn="1000002", number="D-1"), line(npn="0000000000"))
    assert ([each.npn for each in done.entries], done.refused) == (
        ["0001000002"],
        (Refused(3, "NPN", "belongs to no producer here"),),
    )
    assert files.stored()["D-1"].terms.npn == "0001000002"
    license_of(agency.daniel, license_number="D-2", npn="1000002")
    assert files.stored()["D-2"].state is CredentialState.VALIDATED


@pytest.mark.criterion("LIC-28")
@pytest.mark.parametrize(
    ("more", "cells", "column"),
    [
        ("", "", "Effective Date"),
        (",Issue Date", ",", "Issue Date"),
        (",Issue Date,Effective", ",,", "Effective"),
    ],
)
def test_a_new_license_without_its_first_day_is_refused_with_the_column_that_it_takes(
    more: str, cells: str, column: str, door: Door, agency: Agency
) -> None:
    text = f"NPN,State,License Number,Status,LOA{more}\n1000001,RI,77,Active,Property{cells}\n"
    looked = door.run(importing.preview, agency.admin(), sheet=read(text.encode()))
    assert looked.refused == (Refused(2, column, "Say when the license takes effect."),)


@pytest.mark.criterion("LIC-24")
def test_what_cannot_be_taken_is_told_by_row_and_column_and_the_rest_is_taken(
    files: Files, agency: Agency, database: Database, license_of: Write, door: Door
) -> None:
    gone = license_of(agency.daniel, license_number="GONE")
    door.run(licenses.discard, agency.admin(), locator=gone)
    license_of(agency.daniel, license_number="WIDE", jurisdictions=("RI", "CT"))
    for _ in range(2):
        license_of(agency.daniel, draft=True, license_number="TWICE")
    daniels = {"npn": "1000002"}
    done = files.apply(
        line(npn="9999999"),
        line(),
        line("Casualty", expires="03/31/2028"),
        line("Life"),
        line("Property", status="Active", expires="03/31/2027"),
        line(number="LATE", issued="05/04/2028"),
        line(**daniels, number="GONE"),
        line(**daniels, number="WIDE"),
        line(**daniels, number="TWICE"),
        line(**daniels, number="D-7"),
    )
    assert counts(done) == (2, 0, 0, 7)
    assert {(each.line, each.column): each.why for each in done.refused} == {
        (2, "NPN"): "belongs to no producer here",
        (4, "Expiration Date"): "says otherwise than line 3 about the same license",
        (5, "LOA"): "names a line of authority that is not kept here: Property, Casualty, Personal Lines, "
        "Surplus Lines are",
        (7, "Expiration Date"): "The license expires before it takes effect.",
        (8, "License Number"): "is that of a license that was discarded here: add it by hand if it is to count again",
        (9, "State"): "is one of several that the license has here: change it by hand",
        (10, "License Number"): "is that of several licenses here: discard all but one",
    }
    assert {"3000123", "D-7"} < files.stored().keys()
    assert done.refused[0] == Refused(2, "NPN", "belongs to no producer here")


@pytest.mark.criterion("LIC-24")
def test_a_number_of_two_producers_and_one_who_retired_get_no_license(
    files: Files, agency: Agency, database: Database
) -> None:
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.branch.id).values(npn="1000001"))
        db.execute(update(Producer).where(Producer.id == agency.daniel.id).values(state=ProducerState.RETIRED))
    found = files.look(line(), line(npn="1000002"))
    assert [(each.column, each.why) for each in found.refused] == [
        ("NPN", "belongs to several producers here"),
        ("", "The producer has retired."),
    ]


@pytest.mark.criterion("LIC-24")
def test_a_validated_license_is_not_made_one_that_contradicts_itself(files: Files) -> None:
    files.apply(*MAYAS)
    before = files.stored()
    done = files.apply(line(expires="01/01/2020"))
    assert [(each.column, each.why) for each in done.refused] == [
        ("Expiration Date", "The license expires before it takes effect.")
    ]
    assert files.stored() == before


@pytest.mark.criterion("LIC-25")
@pytest.mark.parametrize("what", ["record", "file", "producer", "another file", "nothing"])
def test_what_is_applied_is_what_was_looked_at_or_nothing(
    what: str, files: Files, agency: Agency, door: Door, database: Database
) -> None:
    files.apply(*MAYAS)
    renewed = (line(expires="03/31/2029"), line(number="NEW-1"))
    looked = files.look(*renewed)
    stored = files.stored()["3000123"]
    lines = renewed
    if what == "record":
        given: dict[str, Any] = {"type": "Agency"}
        door.run(licenses.change, agency.admin(), locator=stored.locator, version=stored.version, given=given)
    if what == "file":
        lines = (*renewed, "")
    if what == "another file":
        files.apply(line(number="NEW-1"))
    if what == "producer":
        with database.write() as db:
            db.execute(update(Producer).where(Producer.npn == "1000001").values(npn="1000009"))
    before = files.stored()
    if what == "nothing":
        assert counts(files.apply(*lines, fingerprint=looked.fingerprint)) == (1, 1, 0, 0)
        return
    with pytest.raises(Conflict, match="Nothing was changed"):
        files.apply(*lines, fingerprint=looked.fingerprint)
    assert files.stored() == before


@pytest.mark.criterion("LIC-25")
def test_a_preview_is_applied_once(files: Files) -> None:
    looked = files.look(*MAYAS)
    files.apply(*MAYAS, fingerprint=looked.fingerprint)
    with pytest.raises(Conflict):
        files.apply(*MAYAS, fingerprint=looked.fingerprint)


@pytest.mark.criterion("LIC-25")
@pytest.mark.both_databases
def test_of_two_who_apply_at_once_one_does(files: Files) -> None:
    looked = files.look(*MAYAS, line(number="OTHER"))
    begin = threading.Barrier(4)

    def apply() -> bool:
        begin.wait()
        try:
            files.apply(*MAYAS, line(number="OTHER"), fingerprint=looked.fingerprint)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: apply(), range(4)))
    assert sorted(done) == [False, False, False, True]
    assert [each.terms.license_number for each in files.door.run(licenses.listed, files.admin).rows] == [
        "3000123",
        "OTHER",
    ]


@pytest.mark.criterion("LIC-24")
def test_a_file_that_would_keep_others_waiting_is_to_be_taken_in_parts(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.apply(*MAYAS)
    monkeypatch.setattr(matching, "MOST_CHANGES", 1)
    two = [line(number="N-1"), line(number="N-2")]
    with pytest.raises(Invalid, match="changes more than 1 licenses"):
        files.look(*two)
    assert counts(files.apply(*MAYAS, two[0])) == (1, 0, 1, 0)
    assert counts(files.apply(*two)) == (1, 0, 1, 0)


@pytest.mark.criterion("LIC-22")
def test_days_of_a_line_of_authority_are_its_own(door: Door, agency: Agency, files: Files) -> None:
    header = "npn;state;license number;status;effective date;loa;loa effective date;loa expiration date"
    text = f"{header}\n1000001;RI;77;Active;01/02/2026;Property;02/01/2026;12/31/2026\n"
    looked = door.run(importing.preview, agency.admin(), sheet=read(text.encode()))
    door.run(importing.apply, agency.admin(), sheet=read(text.encode()), fingerprint=looked.fingerprint)
    found = files.stored()["77"].terms
    assert found.lines == (LineTerms("property", date(2026, 2, 1), date(2026, 12, 31)),)
    assert (found.effective_time, found.expiration_time) == (datetime(2026, 1, 2, 5, tzinfo=UTC), None)
    assert found.type == ""
