"""What an agency sets for itself: it holds at once, is on record, and nobody overwrites anybody unawares."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role
from portal_app.models.policies import LineOfBusiness
from portal_app.models.settings import AgencySettings
from portal_app.services import diagnostics, front_door
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid
from portal_app.services.identity import passwords
from portal_app.services.settings import agency
from portal_app.settings import load_settings
from tests.world import actor

ADA = actor(Role.ADMIN, email="ada@agency.test")
RUTH = actor(Role.PRINCIPAL, email="ruth@agency.test")


def save(door: Door, version: int, who: Any = ADA, **given: str) -> int:
    return door.run(agency.save, who, version=version, given=given)


def typed(door: Door) -> dict[str, str]:
    return {each.name: each.typed for each in door.run(agency.current, ADA).settings}


@pytest.mark.criterion("SET-01")
def test_what_is_saved_holds_at_once_in_every_process(door: Door) -> None:
    other = replace(door)
    assert save(door, 0, agency_name="Harbor  & Kin ", time_zone="America/Denver", concurrent_sessions="true") == 1

    for process in (door, other):
        assert process.run(front_door.front_door, ANONYMOUS).agency_name == "Harbor & Kin"
        held = process.settings_in_force()
        assert (held.zone, held.concurrent_sessions) == (ZoneInfo("America/Denver"), True)
        assert "words" in passwords.problems("Harbor-9-Lights!", name="", email="", settings=held)
    assert door.settings.agency_name == "Your agency", "the environment's own stay as they were read"


@pytest.mark.criterion("SET-01")
def test_what_was_never_set_goes_by_its_default(door: Door) -> None:
    assert typed(door) == {
        "agency_name": "Your agency", "time_zone": "America/New_York", "concurrent_sessions": "false",
        "hourly_minute": "5", "daily_hour": "5",
        "ams_mail": "", "ams_tasks": "", "ams_attach": "true", "ams_attach_mb": "10",
    }  # fmt: skip
    save(door, 0, daily_hour="0")
    assert typed(door)["daily_hour"] == "0"
    assert [each.name for each in door.run(agency.current, ADA).settings if each.chosen] == ["daily_hour"]


@pytest.mark.criterion("SET-02")
def test_each_line_has_a_time_for_answers_in_business_days(door: Door) -> None:
    times = {line.code: line.response_days for line in door.run(agency.current, ADA).lines}
    assert len(times) == 8
    assert (times["personal_auto"], times["commercial_property"]) == (1, 5)

    save(door, 0, **{"response_days.umbrella": "4"})

    with door.database.read() as db:
        stored = {line.code: line.response_days for line in db.scalars(select(LineOfBusiness))}
    assert stored == times | {"umbrella": 4}


@pytest.mark.criterion("SET-02")
def test_the_database_itself_holds_the_limits(door: Door) -> None:
    with pytest.raises(IntegrityError), door.database.write() as db:
        db.query(LineOfBusiness).update({"response_days": 0})
    with pytest.raises(IntegrityError), door.database.write() as db:
        db.query(AgencySettings).update({"hourly_minute": 60})
    with pytest.raises(IntegrityError), door.database.write() as db:
        db.query(AgencySettings).update({"ams_attach_mb": 26})


UNTAKEN = {
    "agency_name": ["", "   ", "A" * 81, "Harbor\u202eLane", "a\x00b"],
    "time_zone": ["", "Mars/Base", "../../etc/passwd", "EST5EDT,M3.2.0"],
    "concurrent_sessions": ["", "yes", "True"],
    "hourly_minute": ["", "60", "-1", "1.5", "five", "²", "9" * 99],
    "daily_hour": ["24", "12 AM"],
    "response_days.umbrella": ["0", "61", "two"],
    "response_days.spaceships": ["3"],
    "smtp_url": ["smtp://elsewhere"],
    "id": ["2"],
}


@pytest.mark.criterion("SET-03")
def test_bad_input_names_every_field_and_changes_nothing(door: Door) -> None:
    for name, texts in UNTAKEN.items():
        for text in texts:
            with pytest.raises(Invalid) as refused:
                save(door, 0, **{name: text, "agency_name" if name != "agency_name" else "daily_hour": "7"})
            assert list(refused.value.problems) == [name], text
            assert "9999" not in refused.value.sentence
    with pytest.raises(Invalid) as all_of_it:
        door.run(agency.review, ADA, given={name: texts[0] for name, texts in UNTAKEN.items()})
    assert set(all_of_it.value.problems) == set(UNTAKEN)
    assert door.run(agency.current, ADA).version == 0
    assert typed(door)["agency_name"] == "Your agency"


@pytest.mark.criterion("SET-04")
def test_a_review_says_what_would_change_and_changes_nothing(door: Door) -> None:
    found = door.run(agency.review, ADA, given={"daily_hour": "18", "hourly_minute": "5", "agency_name": "Harbor"})
    assert [(each.label, each.before, each.after) for each in found.changes] == [
        ("Daily sync", "5:00 AM", "6:00 PM"),
        ("Agency's name", "Your agency", "Harbor"),
    ]
    assert (found.version, typed(door)["daily_hour"]) == (0, "5")


@pytest.mark.criterion("SET-04")
def test_each_change_is_on_record_with_who_when_before_and_after(door: Door) -> None:
    save(door, 0, agency_name="Harbor")
    save(door, 1, RUTH, **{"agency_name": "Harbor & Kin", "response_days.bop": "9"})
    assert save(door, 2, agency_name="Harbor & Kin") == 2, "what is no change is none"

    newest, first = door.run(agency.current, ADA).history
    assert (newest.version, newest.by, newest.at) == (2, "ruth@agency.test", door.clock())
    assert [(each.before, each.after) for each in newest.changes] == [
        ("Harbor", "Harbor & Kin"),
        ("2 business days", "9 business days"),
    ]
    assert (first.by, first.changes[0].before) == ("ada@agency.test", "Your agency")
    with door.database.read() as db:
        trail = [
            (row.actor, row.subject, row.detail) for row in db.query(AuditEvent).filter_by(action="settings.changed")
        ]
    assert trail[0] == (
        "ada@agency.test", "1", {"before": {"agency_name": "Your agency"}, "after": {"agency_name": "Harbor"}},
    )  # fmt: skip
    assert len(trail) == 2


@pytest.mark.criterion("SET-05")
def test_who_looked_at_an_older_version_is_told_and_overwrites_nothing(door: Door) -> None:
    save(door, 0, RUTH, agency_name="Harbor")
    for stale in (0, 7):
        with pytest.raises(Conflict, match=r"ruth@agency\.test saved other settings in the meantime"):
            save(door, stale, agency_name="Quay", daily_hour="9")
    assert (typed(door)["agency_name"], typed(door)["daily_hour"]) == ("Harbor", "5")
    save(door, 1, daily_hour="9")
    assert (typed(door)["agency_name"], typed(door)["daily_hour"]) == ("Harbor", "9")


@pytest.mark.criterion("SET-05")
@pytest.mark.both_databases
def test_of_two_who_save_at_the_same_moment_one_is_told(door: Door) -> None:
    def one(minute: int) -> bool:
        try:
            save(door, 0, hourly_minute=str(minute))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(one, (10, 20, 30, 40)))
    assert saved.count(True) == 1
    assert typed(door)["hourly_minute"] == str((10, 20, 30, 40)[saved.index(True)])
    assert len(door.run(agency.current, ADA).history) == 1


@pytest.mark.criterion("SET-06")
def test_what_the_environment_says_wins_and_is_not_changed_here(door: Door, tmp_path: Path) -> None:
    save(door, 0, agency_name="Harbor", daily_hour="9")
    configured = load_settings({"PORTAL_AGENCY_NAME": "Quay", "PORTAL_DATA_DIR": str(tmp_path)})
    fixed = replace(door, settings=configured)

    found = {each.name: each for each in fixed.run(agency.current, ADA).settings}
    assert (found["agency_name"].typed, found["agency_name"].fixed_by) == ("Quay", "PORTAL_AGENCY_NAME")
    assert (found["daily_hour"].typed, found["daily_hour"].fixed_by) == ("9", "")
    with pytest.raises(Invalid, match="PORTAL_AGENCY_NAME fixes this"):
        save(fixed, 1, agency_name="Harbor & Kin", daily_hour="10")
    assert save(fixed, 1, agency_name="Quay", daily_hour="10") == 2, "what is no change is taken"


@pytest.mark.criterion("SET-06")
def test_the_demos_own_name_may_be_changed(door: Door, tmp_path: Path) -> None:
    demo = replace(door, settings=load_settings({"PORTAL_DATA_DIR": str(tmp_path)}, demo=True))
    assert demo.settings_in_force().agency_name == "Harbor Lane Insurance"
    save(demo, 0, agency_name="Harbor & Kin")
    assert demo.settings_in_force().agency_name == "Harbor & Kin"


@pytest.mark.criterion("SET-07")
def test_variables_are_told_by_name_and_never_by_what_they_hold(door: Door, tmp_path: Path) -> None:
    secret = {"PORTAL_SMTP_URL": "smtps://u:canary@mail.test", "PORTAL_MAIL_FROM": "canary@agency.test"}
    told = replace(door, settings=load_settings({**secret, "PORTAL_DATA_DIR": str(tmp_path)}, demo=True))
    found = told.run(agency.current, ADA)
    given = {each.name: each.given for each in found.variables}
    assert (given["PORTAL_SMTP_URL"], given["PORTAL_MAIL_FROM"], given["PORTAL_SMS_TOKEN"]) == (True, True, False)
    assert "PORTAL_AGENCY_NAME" not in given
    by_the_report = {line.what: line.told == "set." for line in told.run(diagnostics.report, ADA).lines}
    assert given == {name: by_the_report[name] for name in given}, "a value that only the demo chose is none of it"
    assert "canary" not in repr(found)


@pytest.mark.criterion("SET-08")
@pytest.mark.parametrize("role", [Role.PRODUCER, Role.CSR, Role.READ_ONLY])
def test_nobody_else_sees_or_changes_them(door: Door, role: Role) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (agency.current, {}),
        (agency.review, {"given": {}}),
        (agency.save, {"version": 0, "given": {"agency_name": "Mine"}}),
    ]
    for service, given in calls:
        with pytest.raises(Forbidden):
            door.run(service, actor(role), **given)
        with pytest.raises(DomainError):
            door.run(service, ANONYMOUS, **given)
    with pytest.raises(Forbidden, match="only read"):
        save(door, 0, replace(ADA, may_write=False), agency_name="Mine")
    assert typed(door)["agency_name"] == "Your agency"
