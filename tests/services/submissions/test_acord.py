"""A submission by ACORD's names: what was answered, what the portal knows besides, and what who sees of it."""

import asyncio
import csv
from dataclasses import replace
from io import StringIO

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import RequestedItemKind
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.quotes import of_submissions
from portal_app.services.submissions import acord, information
from portal_app.services.submissions.information import Wanted
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import LOSSES, NAMED, Cast, mapped
from tests.world import Agency


@pytest.fixture
def desk(cast: Cast) -> Desk:
    cast.put_form(mapped(), 2)
    return Desk(cast)


def stands(desk: Desk, submission: str, who: Actor | None = None) -> dict[str, str]:
    found = desk.door.run(acord.sheet, who or desk.cast.maya, submission=submission)
    return {each.name: each.value for each in found.placed}


@pytest.mark.criterion("ACORD-05")
def test_what_the_portal_knows_stands_beside_what_was_answered(door: Door, desk: Desk) -> None:
    cast = desk.cast
    submission = cast.filled(carrier="granite mutual")
    cast.save(submission, "prior_insurance.policy", {"transferred": True, "number": "HO-12 34"})
    cast.save(submission, LOSSES, {"paid": "1,250.50"}, {"paid": "$7"})
    known = {
        "Producer_FullName_A": door.settings.agency_name,
        "Producer_AuthorizedRepresentative_FullName_A": "Maya Alvarez",
        "Insurer_NAICCode_A": "99001",
        "Policy_PolicyNumberIdentifier_A": "HO-12 34",
        "NamedInsured_FullName_A": "Ada Quill",
        "Policy_EffectiveDate_A": "01/15/2027",
        "Insurer_FullName_A": "granite mutual",
        "PriorCoverage_PolicyNumberIdentifier_A": "HO-12 34",
        "LossHistory_PaidAmount_A": "1251",
        "LossHistory_PaidAmount_B": "7",
    }
    assert stands(desk, submission) == known
    cast.save(submission, "prior_insurance.policy", {"transferred": False, "number": "HO-12 34"}, version=1)
    assert "Policy_PolicyNumberIdentifier_A" not in stands(desk, submission)
    cast.submit(submission)

    wanted = [Wanted(RequestedItemKind.FIELD, path=f"{NAMED}.name")]
    (item,) = door.run(information.ask, cast.underwriter, locator=submission, items=wanted).items
    door.run(information.answer, cast.maya, locator=submission, item=item.locator, value="Ada Quill-Moss")
    door.run(information.complete, cast.maya, locator=submission)
    assert stands(desk, submission)["NamedInsured_FullName_A"] == "Ada Quill-Moss"


@pytest.mark.criterion("ACORD-05")
def test_the_carrier_is_that_of_the_quote_once_it_is_offered_and_the_number_that_of_the_policy(desk: Desk) -> None:
    desk.allow()
    submission = desk.reviewed(carrier="Wished Mutual")
    assert stands(desk, submission)["Insurer_FullName_A"] == "Wished Mutual"
    assert "Insurer_NAICCode_A" not in stands(desk, submission)
    quote = desk.underwritten(submission)
    assert stands(desk, submission, desk.cast.underwriter)["Insurer_FullName_A"] == "Wished Mutual"
    desk.bind(desk.door.run(of_submissions.offer, desk.cast.underwriter, locator=quote.locator).locator)
    found = desk.door.run(acord.sheet, desk.cast.maya, submission=submission)
    values = {each.name: each.value for each in found.placed}
    told = ("Insurer_FullName_A", "Insurer_NAICCode_A", "Policy_PolicyNumberIdentifier_A")
    assert [values[name] for name in told] == ["Granite Mutual", "99001", "BND-2026-000001"]
    assert (f"{NAMED}.carrier", "Wished Mutual") in [(each.path, each.answer) for each in found.left]


@pytest.mark.criterion("ACORD-05")
def test_nobody_sees_more_by_acord_name_than_of_the_answers_and_who_takes_them_along_is_on_record(
    door: Door, desk: Desk, agency: Agency
) -> None:
    cast, name = desk.cast, "NamedInsured_TaxIdentifier_A"
    submission = cast.filled(ssn="219-09-9999")
    assert stands(desk, submission)[name] == "219-09-9999"
    assert stands(desk, submission, replace(cast.maya, may_write=False))[name] == "••••9999"
    cast.submit(submission)
    for who in (cast.maya, cast.underwriter, cast.principal, agency.read_only()):
        assert stands(desk, submission, who)[name] == "••••9999"
    with pytest.raises(NotFound):
        stands(desk, submission, cast.daniel)
    with pytest.raises(Forbidden):
        stands(desk, submission, agency.admin())

    reader = replace(cast.maya, may_write=False)
    found = asyncio.run(acord.taken(door, reader, submission=submission))
    rows = list(csv.reader(StringIO(acord.as_csv(found).decode("utf-8-sig"))))
    assert rows[:2] == [list(acord.COLUMNS), ["", "", "Form", "Homeowners: ACORD 80", "Version 2"]]
    assert [name, "••••9999", "Social Security number", "••••9999", acord.PERSONAL] in rows
    assert ["", "", "Street", "", "The form names no place for it."] not in rows
    assert "9999" not in acord.as_csv(found, personal=False).decode()
    with door.database.read() as db:
        made = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.acord_taken")).all()
        assert [(each.actor, each.subject, each.detail) for each in made] == [
            ("maya@agency.test", submission, {"names": len(found.placed)})
        ]
