"""Licenses: written down as drafts, validated with everything that is wrong at once, changed and discarded."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import CredentialState, LicenseStatus, ProducerState
from portal_app.models.licensing import ProducerLicense
from portal_app.models.producers import Producer
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.licensing import licenses
from portal_app.services.licensing.terms import LicenseTerms, LineTerms
from portal_app.services.licensing.validation import Validation
from tests.services.licensing.conftest import JANUARY, NEXT_JANUARY, WHOLE, Write
from tests.world import Agency


def trail(database: Database, subject: str) -> list[tuple[str, Any]]:
    with database.read() as db:
        asked = select(AuditEvent).where(AuditEvent.subject == subject).order_by(AuditEvent.id)
        return [(each.action, each.detail) for each in db.scalars(asked)]


def problems(door: Door, agency: Agency, locator: str) -> dict[str, str]:
    found = door.run(licenses.validate, agency.admin(), locator=locator)
    assert (found.state, found.validation and found.validation.success) == (CredentialState.DRAFT, False)
    assert found.validation
    return dict(found.validation.problems)


@pytest.mark.criterion("LIC-01")
def test_a_license_is_written_down_and_read_as_it_was_given(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    terms = replace(
        WHOLE,
        license_number=" 3000123 ",
        jurisdictions=("ri", " CT", ""),
        producer_codes=("HL-maya",),
        products=("homeowners",),
        lines=(LineTerms("property", date(2026, 1, 1), date(2026, 6, 30)),),
        status=LicenseStatus.INACTIVE,
        status_date=date(2026, 2, 1),
    )
    locator = door.run(licenses.create, agency.principal(), producer=agency.maya.locator, terms=terms)
    found = door.run(licenses.one, agency.producer(), locator=locator)
    assert found.terms == replace(terms, license_number="3000123", jurisdictions=("RI", "CT"))
    assert (found.state, found.version, found.producer.name) == (CredentialState.DRAFT, 1, "Maya Alvarez")
    [(action, detail)] = trail(database, locator)
    assert action == "license.created"
    assert detail["after"]["lines"] == [
        {"line": "property", "effective_date": "2026-01-01", "expiration_date": "2026-06-30"}
    ]


@pytest.mark.criterion("LIC-02")
def test_validation_says_everything_that_is_missing(door: Door, agency: Agency) -> None:
    locator = door.run(licenses.create, agency.admin(), producer=agency.maya.locator, terms=LicenseTerms())
    assert problems(door, agency, locator) == {
        "license_number": "Give the license's number.",
        "jurisdictions": "Name a state.",
        "lines": "Name at least one line of authority.",
        "effective_time": "Say when the license takes effect.",
    }


CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"jurisdictions": ("RI", "ZZ")}, "jurisdictions", "ZZ is no state"),
    ({"lines": (LineTerms("life"),)}, "lines", "life: no such line of authority"),
    (
        {"lines": (LineTerms("property", date(2026, 5, 1), date(2026, 4, 30)),)},
        "lines",
        "Property expires before it takes effect.",
    ),
    ({"products": ("homeowners", "boats")}, "products", "boats: no such line of business."),
    ({"expiration_time": JANUARY}, "expiration_time", "The license expires before it takes effect."),
    ({"original_issue_date": date(2026, 1, 2)}, "original_issue_date", "before it was first issued"),
    ({"producer_codes": ("HL-daniel", "HL-maya")}, "producer_codes", "HL-daniel: a code of another producer."),
    ({"npn": "1234567"}, "npn", "No National Producer Number is written down of the producer"),
]


@pytest.mark.criterion("LIC-02")
@pytest.mark.parametrize(("given", "field", "sentence"), CONTRADICTIONS)
def test_validation_says_what_contradicts(
    given: dict[str, Any], field: str, sentence: str, door: Door, agency: Agency, license_of: Write
) -> None:
    found = problems(door, agency, license_of(agency.maya, draft=True, **given))
    assert list(found) == [field]
    assert sentence in found[field]


@pytest.mark.criterion("LIC-02")
def test_a_number_that_is_not_the_producers_own_does_not_pass(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.maya.id).values(npn="7654321"))
    found = problems(door, agency, license_of(agency.maya, draft=True, npn="1234567"))
    assert found == {"npn": "This is not the National Producer Number of the producer."}
    license_of(agency.maya, npn="7654321")


@pytest.mark.criterion("LIC-02")
def test_one_number_counts_once_in_a_state(door: Door, agency: Agency, license_of: Write) -> None:
    license_of(agency.maya)
    license_of(agency.daniel)
    license_of(agency.maya, jurisdictions=("CT",))
    again = license_of(agency.maya, draft=True, jurisdictions=("MA", "RI"))
    assert "has this number in Rhode Island" in problems(door, agency, again)["license_number"]


@pytest.mark.criterion("LIC-02")
@pytest.mark.parametrize("state", [ProducerState.RETIRED, ProducerState.DISCARDED])
def test_who_is_no_producer_any_more_gets_no_license(
    state: ProducerState, door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator = license_of(agency.maya, draft=True)
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.maya.id).values(state=state))
    assert list(problems(door, agency, locator)) == ["producer"]


@pytest.mark.criterion("LIC-03")
def test_steps_lead_from_draft_to_validated_to_discarded_and_not_back(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator, admin = license_of(agency.maya), agency.admin()
    with pytest.raises(Conflict, match="This is validated and cannot be validated"):
        door.run(licenses.validate, admin, locator=locator)
    door.run(licenses.discard, admin, locator=locator)
    for step in (licenses.validate, licenses.discard):
        with pytest.raises(Conflict, match="This is discarded"):
            door.run(step, admin, locator=locator)
    with pytest.raises(Conflict, match="cannot be changed"):
        door.run(licenses.change, admin, locator=locator, version=3, given={"type": "x"})
    found = door.run(licenses.one, admin, locator=locator)
    assert (found.state, found.version) == (CredentialState.DISCARDED, 3)
    assert [action for action, _ in trail(database, locator)] == [
        "license.created",
        "license.validated",
        "license.discarded",
    ]


@pytest.mark.criterion("LIC-09")
def test_what_a_validation_found_is_kept_until_the_draft_is_changed(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator, admin = license_of(agency.maya, draft=True, lines=()), agency.admin()
    assert door.run(licenses.one, admin, locator=locator).validation is None
    told = problems(door, agency, locator)
    found = door.run(licenses.one, admin, locator=locator)
    assert (found.validation, found.version) == (Validation(False, told), 1)
    assert trail(database, locator)[-1] == ("license.found_wanting", {"errors": told})
    door.run(licenses.change, admin, locator=locator, version=1, given={"lines": WHOLE.lines})
    assert door.run(licenses.one, admin, locator=locator).validation is None
    assert door.run(licenses.validate, admin, locator=locator).validation == Validation(True)
    door.run(licenses.change, admin, locator=locator, version=3, given={"type": "x"})
    assert door.run(licenses.one, admin, locator=locator).validation == Validation(True)


@pytest.mark.criterion("LIC-04")
def test_a_change_sets_what_is_given_and_leaves_the_rest(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator, admin = license_of(agency.maya), agency.admin()
    given = {"jurisdictions": ("MA",), "expiration_time": None, "lines": (LineTerms("casualty"),)}
    door.run(licenses.change, admin, locator=locator, version=2, given=given)
    found = door.run(licenses.one, admin, locator=locator)
    assert found.terms == replace(WHOLE, **given)
    assert (found.version, found.state) == (3, CredentialState.VALIDATED)
    action, detail = trail(database, locator)[-1]
    assert action == "license.changed"
    assert detail["before"]["jurisdictions"] == ["RI"]
    assert detail["after"] == {
        "jurisdictions": ["MA"],
        "lines": [{"line": "casualty", "effective_date": None, "expiration_date": None}],
        "expiration_time": None,
    }


@pytest.mark.criterion("LIC-04")
def test_what_is_replaced_says_that_alone(door: Door, agency: Agency, license_of: Write) -> None:
    locator, admin = license_of(agency.maya, draft=True), agency.admin()
    door.run(licenses.replace, admin, locator=locator, version=1, terms=LicenseTerms(type="Agency"))
    assert door.run(licenses.one, admin, locator=locator).terms == LicenseTerms(type="Agency")


@pytest.mark.criterion("LIC-04")
def test_an_older_version_is_a_conflict_and_no_change_is_none(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator, admin = license_of(agency.maya, draft=True), agency.admin()
    door.run(licenses.change, admin, locator=locator, version=1, given={"type": "Agency"})
    for given in ({"type": "Other"}, {"type": "Agency"}):
        with pytest.raises(Conflict, match="in the meantime"):
            door.run(licenses.change, admin, locator=locator, version=1, given=given)
    before = trail(database, locator)
    door.run(licenses.change, admin, locator=locator, version=2, given={"type": "Agency"})
    assert trail(database, locator) == before
    assert door.run(licenses.one, admin, locator=locator).version == 2


@pytest.mark.criterion("LIC-04")
def test_a_validated_license_stays_one_that_passes(
    door: Door, agency: Agency, database: Database, license_of: Write
) -> None:
    locator = license_of(agency.maya)
    before = trail(database, locator)
    with pytest.raises(Invalid) as refused:
        door.run(licenses.change, agency.admin(), locator=locator, version=2, given={"lines": ()})
    assert list(refused.value.problems) == ["lines"]
    assert door.run(licenses.one, agency.admin(), locator=locator).terms == WHOLE
    assert trail(database, locator) == before


@pytest.mark.criterion("LIC-05")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"license_number": "9" * 65}, "license_number"),
        ({"type": "a\nb"}, "type"),
        ({"npn": "12345678901"}, "npn"),
        ({"jurisdictions": ("RI", "ri")}, "jurisdictions"),
        ({"products": ("x" * 41,)}, "products"),
        ({"products": tuple(str(n) for n in range(101))}, "products"),
        ({"lines": (LineTerms("property"), LineTerms("property"))}, "lines"),
        ({"lines": (LineTerms("property", date(1, 1, 1)),)}, "lines"),
        ({"status_date": date(9999, 12, 31)}, "status_date"),
        ({"effective_time": datetime(2026, 1, 1)}, "effective_time"),  # noqa: DTZ001
        ({"producer_codes": ("nobody",)}, "producer_codes"),
    ],
)
def test_what_no_table_could_hold_is_refused_at_once(
    given: dict[str, Any], field: str, door: Door, agency: Agency
) -> None:
    with pytest.raises(Invalid) as refused:
        door.run(licenses.create, agency.admin(), producer=agency.maya.locator, terms=replace(WHOLE, **given))
    assert list(refused.value.problems) == [field]
    assert door.run(licenses.listed, agency.admin()).total == 0


@pytest.mark.criterion("LIC-05")
def test_the_database_itself_holds_no_validated_license_without_its_times(
    agency: Agency, database: Database, license_of: Write
) -> None:
    license_of(agency.maya)
    for values in ({"effective_at": None}, {"expires_at": JANUARY - timedelta(days=1)}):
        with pytest.raises(IntegrityError), database.write() as db:
            db.execute(update(ProducerLicense).values(**values))


@pytest.mark.criterion("LIC-06")
def test_lists_are_of_one_producer_or_of_all_that_one_sees(door: Door, agency: Agency, license_of: Write) -> None:
    numbers = [f"N-{number}" for number in range(5)]
    for number in numbers:
        license_of(agency.maya, license_number=number)
    license_of(agency.daniel, license_number="D-1")
    pages = [
        door.run(licenses.listed, agency.csr(), producer=agency.maya.locator, offset=offset, count=2)
        for offset in (0, 2, 4)
    ]
    assert [row.terms.license_number for page in pages for row in page.rows] == numbers
    assert {page.total for page in pages} == {5}
    assert door.run(licenses.listed, agency.csr()).total == 6
    assert door.run(licenses.listed, agency.producer()).total == 5
    with pytest.raises(NotFound):
        door.run(licenses.listed, agency.producer(), producer=agency.daniel.locator)


@pytest.mark.criterion("LIC-01")
def test_times_are_kept_to_the_moment_in_utc(door: Door, agency: Agency, license_of: Write) -> None:
    odd = datetime.fromisoformat("2026-03-01T10:30:15.250000-07:00")
    locator = license_of(agency.maya, effective_time=odd)
    found = door.run(licenses.one, agency.admin(), locator=locator).terms
    assert found.effective_time == odd.astimezone(UTC)
    assert found.expiration_time == NEXT_JANUARY
