"""The trail as people read it: found by who, what, record, day and address; masked for whom the business is not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import ConflictKind, Grant, Resolution, Role
from portal_app.services import audit
from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.trail import coded, details, events
from portal_app.services.trail.details import MASK
from portal_app.services.trail.events import Asked
from tests.world import Agency, actor, add_user

pytestmark = pytest.mark.both_databases


@writes(Gate.SYSTEM)
def deed(tx: Tx, *, action: str, who: str = "", detail: dict[str, Any] | None = None, **subject: str) -> None:
    audit.record(tx, action, detail=detail, actor=who, **subject)


def did(door: Door, action: str, **given: Any) -> None:
    door.run(deed, system("test"), action=action, **given)


def found(door: Door, person: Actor, **asked: Any) -> list[str]:
    return [row.action for row in door.run(events.listed, person, asked=Asked(**asked)).rows]


@pytest.mark.criterion("AUDIT-11")
def test_events_are_found_by_each_filter_the_newest_first(door: Door, agency: Agency, database: Database) -> None:
    with database.write() as db:
        maya = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
        db.add(
            AuditEvent(
                at=datetime(2026, 11, 2, 4, 30, tzinfo=UTC), actor="tom@agency.test", actor_kind="user",
                action="user.locked", subject_kind="user", subject=maya.locator, address="203.0.113.9", detail={},
            )
        )  # fmt: skip
    did(door, "feed.run_ordered", who="Tom@agency.test", subject_kind="feed", subject="agency-system")
    did(door, "user.enabled", who="principal@agency.test", subject_kind="user", subject=maya.locator)
    person = agency.principal()
    assert found(door, person) == ["user.enabled", "feed.run_ordered", "user.locked"]
    assert found(door, person, who="TOM@") == ["feed.run_ordered", "user.locked"]
    assert found(door, person, who="%") == [], "what is typed has no special meaning"
    assert found(door, person, action="user.locked") == ["user.locked"]
    assert found(door, person, kind="feed") == ["feed.run_ordered"]
    assert found(door, person, record="agency-system") == ["feed.run_ordered"]
    assert found(door, person, record="Maya@agency.test") == ["user.enabled", "user.locked"]
    assert found(door, person, record=maya.locator, action="user.enabled") == ["user.enabled"]
    assert found(door, person, address="203.0.") == ["user.locked"]
    assert found(door, person, address="3.0.") == []
    line = door.run(events.listed, person, asked=Asked(action="user.locked")).rows[0]
    assert (line.words, line.kind_words, line.name) == ("User locked", "User", maya.name)


@pytest.mark.criterion("AUDIT-11")
@pytest.mark.parametrize(
    ("first", "last", "there"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), True),
        (date(2026, 11, 2), None, False),
        (None, date(2026, 10, 31), False),
        (date(2026, 11, 1), None, True),
        (date(2026, 11, 2), date(2026, 11, 1), False),
        (date.min, date.max, True),
    ],
)
def test_days_are_those_of_the_agencys_clock(
    door: Door, agency: Agency, database: Database, first: date | None, last: date | None, there: bool
) -> None:
    """Half past eleven in the evening of the first of November in New York, although it is the second in UTC."""
    at = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    with database.write() as db:
        db.add(AuditEvent(at=at, actor="x", actor_kind="user", action="user.locked", detail={}))
    assert bool(found(door, agency.principal(), from_day=first, to_day=last)) is there


@pytest.mark.criterion("AUDIT-11")
def test_pages_join_and_tell_the_total(door: Door, agency: Agency) -> None:
    for number in range(5):
        did(door, "feed.run_ordered", subject=str(number))
    pages = [door.run(events.listed, agency.admin(), asked=Asked(), offset=at, count=2) for at in (0, 2, 4, 6)]
    assert [[row.record for row in page.rows] for page in pages] == [["4", "3"], ["2", "1"], ["0"], []]
    assert {page.total for page in pages} == {5}


@pytest.mark.criterion("AUDIT-12")
def test_who_may_see_the_trail(door: Door, agency: Agency) -> None:
    did(door, "user.enabled")
    locator = door.run(events.listed, agency.principal(), asked=Asked()).rows[0].locator
    for person in (agency.principal(), agency.admin(), agency.read_only()):
        assert door.run(events.one, person, locator=locator).line.action == "user.enabled"
        with pytest.raises(NotFound):
            door.run(events.one, person, locator="01J00000000000000000000000")
    for person in (agency.producer(), agency.csr(), actor(Role.PRODUCER, None)):
        with pytest.raises(Forbidden):
            door.run(events.listed, person, asked=Asked())
        with pytest.raises(Forbidden):
            door.run(events.one, person, locator=locator)


def changes(door: Door, person: Actor, action: str, detail: dict[str, Any]) -> dict[str, tuple[str, str]]:
    did(door, action, detail=detail)
    locator = door.run(events.listed, person, asked=Asked()).rows[0].locator
    return {each.name: (each.before, each.after) for each in door.run(events.one, person, locator=locator).changes}


@pytest.mark.criterion("AUDIT-13")
def test_before_and_after_name_what_differs_and_then_the_rest(door: Door, agency: Agency) -> None:
    detail = {
        "before": {"name": "Ann", "role": "csr", "grants": []},
        "after": {"name": "Ann", "role": "producer", "grants": ["downline"]},
        "by": "hand",
        "open": True,
    }
    assert changes(door, agency.admin(), "user.changed", detail) == {
        "Role": (Role.CSR.label, Role.PRODUCER.label),
        "Grants": ("", Grant.DOWNLINE.label),
        "By": ("", "hand"),
        "Open": ("", "Yes"),
    }
    assert changes(door, agency.admin(), "user.changed", {"before": 1, "after": 2}) == {"Value": ("1", "2")}


@pytest.mark.criterion("AUDIT-13")
@pytest.mark.parametrize("action", ["policy.changed", "export.made", "an.action.of.tomorrow"])
def test_values_of_the_business_reach_nobody_who_does_not_see_it(door: Door, agency: Agency, action: str) -> None:
    detail = {
        "before": {"insured_name": "Harbor Bakery", "premium": "1,200.00"},
        "after": {"insured_name": "Harbor Bakery LLC", "premium": "1,250.00"},
        "filters": {"text": "Harbor"},
        "rows_at_most": 12,
    }
    told = changes(door, agency.admin(), action, detail)
    assert (told["Insured name"], told["Premium"], told["Text"]) == ((MASK, MASK), (MASK, MASK), ("", MASK))
    assert "Harbor" not in repr(told)
    assert "1,2" not in repr(told)
    assert told["Rows at most"] == (("", "12") if action == "export.made" else ("", MASK))
    for person in (agency.principal(), agency.read_only()):
        seen = changes(door, person, action, detail)
        assert seen["Premium"] == ("1,200.00", "1,250.00")


@pytest.mark.criterion("AUDIT-13")
def test_codes_are_told_in_words(door: Door, agency: Agency) -> None:
    person = agency.principal()
    older = {"before": {"producer": 4}, "after": {"producer": 9}}
    assert changes(door, person, "user.changed", older) == {"Producer": (coded.NOT_KEPT, coded.NOT_KEPT)}
    newer = {"before": {"producer": "Maya (HL-1)"}, "after": {"producer": ""}}
    assert changes(door, person, "user.changed", newer) == {"Producer": ("Maya (HL-1)", "")}
    settings = {
        "before": {"response_days.umbrella": "2 business days", "agency_name": "Harbor"},
        "after": {"response_days.umbrella": "3 business days", "agency_name": "Quay"},
    }
    assert list(changes(door, person, "settings.changed", settings)) == ["Response time, Umbrella", "Agency's name"]
    saved = {"kind": "intake-form", "name": "personal_auto", "version": 2, "note": "personal_auto"}
    assert changes(door, person, "configuration.saved", saved) == {
        "Kind": ("", "Intake form"), "Name": ("", "Personal auto"), "Version": ("", "2"), "Note": ("", "personal_auto"),
    }  # fmt: skip


@pytest.mark.criterion("AUDIT-13")
@pytest.mark.parametrize("kind", ConflictKind)
def test_no_answer_to_a_conflict_is_told_in_codes(kind: ConflictKind) -> None:
    answers = [Resolution.FIRST, Resolution.SECOND]
    answers += [Resolution.BOTH] if kind is ConflictKind.SAME_TIME_TWICE else []
    for resolution in answers:
        detail = {"kind": kind.value, "first": "a", "second": "b", "resolution": resolution.value}
        told = {each.name: each.after for each in details.changes(actor(Role.ADMIN), "conflict.resolved", detail)}
        assert told == {
            "Kind": coded.CONFLICTS[kind],
            "Resolution": coded.ANSWERS[kind][resolution],
            "First": MASK,
            "Second": MASK,
        }


@pytest.mark.criterion("AUDIT-13")
def test_that_nothing_was_mended_is_said_and_a_column_of_that_name_stays_veiled() -> None:
    [told] = details.changes(actor(Role.ADMIN), "row.mended", {"cells_changed": 0})
    assert (told.name, told.after) == ("Cells changed", "0")
    column = {"before": {"cells_changed": "a"}, "after": {"cells_changed": "b"}}
    [told] = details.changes(actor(Role.PRINCIPAL), "row.mended", column)
    assert (told.before, told.after) == (MASK, MASK)


@pytest.mark.criterion("AUDIT-13")
def test_personal_values_are_shown_to_nobody(door: Door, agency: Agency) -> None:
    detail = {"before": {"tax_id": "123-45-6789"}, "after": {"tax_id": "987-65-4321"}, "birth_date": "1970-01-31"}
    for person in (agency.principal(), agency.read_only(), agency.admin()):
        told = changes(door, person, "user.changed", detail)
        assert told == {"Tax id": (MASK, MASK), "Birth date": ("", MASK)}


@pytest.mark.criterion("AUDIT-13")
def test_what_stands_under_the_names_of_a_feed_is_shown_to_nobody() -> None:
    detail = {"before": {"Date of Birth": "02/30/1984"}, "after": {"Date of Birth": "02/28/1984"}}
    for role in Role:
        told = details.changes(actor(role), "row.mended", detail)
        assert [(each.before, each.after) for each in told] == [(MASK, MASK)]
