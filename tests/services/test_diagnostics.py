"""Diagnostics: what helps somebody who helps, what to do about what is wrong, and nothing of the agency."""

import socket
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from integrations.custom.intake import MailIntake
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.models.jobs import Heartbeat
from portal_app.models.outbox import OutboxMessage
from portal_app.models.sync import QuarantinedRow, SyncRun
from portal_app.services import diagnostics, leases, mail
from portal_app.services.access import Gate, Permission, system
from portal_app.services.diagnostics import Standing
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Forbidden
from portal_app.services.heartbeat import beat
from portal_app.services.ports import Ports
from portal_app.services.settings import agency as agency_settings
from portal_app.services.sync.runs import holder
from portal_app.settings import load_settings
from tests.services.ams.acting import AS_TASK, BY_MAIL, put_rules
from tests.services.identity.texting import Letters
from tests.world import Agency, actor, add_user

pytestmark = pytest.mark.both_databases

ADMIN = actor(Role.ADMIN)
TEST = system("test")
SECRETS = {
    "PORTAL_AGENCY_NAME": "Canary Lane",
    "PORTAL_PUBLIC_URL": "https://canary-host.example.com",
    "PORTAL_SMTP_URL": "smtps://canary-user:canary-password@canary-mail.test",
    "PORTAL_MAIL_FROM": "canary@canary-mail.test",
    "PORTAL_SMS_ACCOUNT": "canary-account",
    "PORTAL_SMS_TOKEN": "canary-token",
    "PORTAL_SMS_FROM": "+14015550177",
    "PORTAL_REDIS_URL": "redis://canary-redis",
}


def lines(door: Door) -> dict[str, diagnostics.Line]:
    return {line.what: line for line in door.run(diagnostics.report, ADMIN).lines}


def add_run(door: Door, state: RunState, message: str = "", quarantined: int = 0) -> None:
    now = door.clock()
    run = SyncRun(feed="canary-feed", kind=FeedKind.CLIENTS, state=state, started_at=now, ended_at=now, message=message)
    with door.database.write() as db:
        db.add(run)
        db.flush()
        for number in range(quarantined):
            db.add(
                QuarantinedRow(
                    feed="canary-feed", kind=FeedKind.CLIENTS, content_hash=bytes([number]) * 32, line=number,
                    file_name="canary.csv", reasons="Canary", payload={"Name": "Canary"}, run_id=run.id or 0,
                    first_seen_at=now,
                )
            )  # fmt: skip


@writes(Gate.SYSTEM)
def queue(tx: Tx) -> None:
    mail.send(tx, recipient="canary@client.test", subject="Canary", text="canary")


@pytest.mark.criterion("SET-20")
def test_what_is_well_is_told_line_by_line(door: Door) -> None:
    door.run(beat, TEST, process="worker")
    door.run(leases.acquire, TEST, name="scheduler", holder=holder(), seconds=30)
    found = lines(door)
    for what in ("database", "text index", "storage", "worker", "lead", "outbox"):
        assert found[what].standing is Standing.WELL, found[what]
    sqlite = door.database.dialect == "sqlite"
    assert found["database"].told.startswith("SQLite 3." if sqlite else "PostgreSQL 1")
    assert found["write-ahead log" if sqlite else "clock"].standing is Standing.WELL or not sqlite
    assert found["worker"].text == "ok   worker: last sign of life 0 seconds ago."
    assert found["portal"].told.endswith("at 2026-11-20 15:00:00 UTC.")
    assert door.run(diagnostics.report, ADMIN).is_well
    assert door.run(diagnostics.report, ADMIN).text.count("\n") == len(found)


@pytest.mark.criterion("SET-21")
def test_what_is_wrong_says_what_to_do(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "python -m portal_app worker" in lines(door)["worker"].todo
    with door.database.write() as db:
        db.add(Heartbeat(process="worker", beat_at=door.clock() - timedelta(minutes=3)))
        db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    add_run(door, RunState.FAILED, "The folder cannot be read. Reference 0a1b2c3d.")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(diagnostics.shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))

    found = lines(door)

    wrong = {what for what, line in found.items() if line.standing is Standing.WRONG}
    assert wrong == {"migration", "storage", "worker", "feed 1, clients"}
    assert all(found[what].todo for what in wrong)
    assert found["worker"].told == "last sign of life 3 minutes ago."
    assert found["feed 1, clients"].told.endswith("reference 0a1b2c3d.")
    assert not door.run(diagnostics.report, ADMIN).is_well


@pytest.mark.criterion("SET-21")
def test_a_folder_that_is_gone_is_wrong(door: Door, tmp_path: Path) -> None:
    elsewhere = replace(door, settings=door.settings.model_copy(update={"data_dir": tmp_path / "gone"}))
    elsewhere.settings.__dict__.pop("folder", None)
    assert lines(elsewhere)["storage"].standing is Standing.WRONG


@pytest.mark.criterion("SET-21")
def test_what_waits_is_counted_and_does_not_make_it_unwell(door: Door) -> None:
    door = replace(door, ports=Ports(mailer=Letters()))
    door.run(beat, TEST, process="worker")
    for _ in range(3):
        door.run(queue, TEST)
    with door.database.write() as db:
        db.query(OutboxMessage).filter_by(id=1).update({"dead_at": door.clock()})
    add_run(door, RunState.SUCCEEDED, quarantined=2)

    found = lines(door)

    assert found["outbox"].told == "2 waiting."
    assert (found["outbox, mail"].standing, found["outbox, mail"].told) == (Standing.LOOK, "1 given up.")
    assert found["feed 1, clients"].told.endswith("2 in quarantine.")
    assert door.run(diagnostics.report, ADMIN).is_well


@pytest.mark.criterion("SET-23")
def test_the_way_to_the_management_system_is_told(door: Door) -> None:
    def told(mailer: bool = True, **given: str) -> diagnostics.Line:
        letters = Letters()
        ports = Ports(mailer=letters, ams=MailIntake(letters, "portal.test")) if mailer else Ports()
        configured = door.settings.model_copy(update=given)
        return lines(replace(door, settings=configured, ports=ports))["management system"]

    files, tasks = {"ams_mail": "canary@ams.test"}, {"ams_tasks": "canary@tasks.test"}
    nothing = told()
    assert nothing.standing is Standing.NOTE
    assert nothing.told.endswith("makes tasks is not set: nothing is sent there.")
    well = told(**files)
    assert (well.standing, well.todo) == (Standing.WELL, "")
    assert well.told == (
        "the address that files mail is set, the address that makes tasks is not set, sent by the mail server of "
        "PORTAL_SMTP_URL."
    )
    mute = told(mailer=False, **tasks)
    assert (mute.standing, "PORTAL_SMTP_URL" in mute.todo) == (Standing.LOOK, True)
    put_rules(door, BY_MAIL, AS_TASK)
    lost = told(**files)
    assert (lost.standing, lost.todo) == (Standing.LOOK, "Set it under Settings, AMS, and send a test from there.")
    assert lost.told.endswith("A rule leads to an address that is not set.")
    assert told(**files, **tasks).standing is Standing.WELL
    assert told(mailer=False).standing is Standing.LOOK
    assert not any("canary" in each.text for each in (well, mute, lost))


@pytest.mark.criterion("SET-22")
def test_nothing_of_the_agency_is_told(door: Door, agency: Agency, tmp_path: Path) -> None:
    configured = load_settings({**SECRETS, "PORTAL_DATA_DIR": str(tmp_path)})
    door = replace(door, settings=configured, ports=Ports(mailer=Letters()))
    with door.database.write() as db:
        add_user(db, Role.CSR, "canary@agency.test")
    door.run(queue, TEST)
    door.run(beat, TEST, process="worker")
    door.run(leases.acquire, TEST, name="scheduler", holder=holder(), seconds=30)
    add_run(door, RunState.FAILED, "Canary: the row of Maya's Client, 987-65-4329, was refused.", quarantined=2)
    door.run(_change, ADMIN)

    told = door.run(diagnostics.report, ADMIN).text.lower()

    assert "portal_smtp_url: set." in told
    assert "portal_sms_url: not set." in told
    for canary in ("canary", "987-65-4329", "maya", "client'", "@", "denver", str(tmp_path), "5550177", "alvarez"):
        assert canary not in told, canary
    assert f"{socket.gethostname().lower()}:" not in told


@writes(Permission.CHANGE_SETTINGS)
def _change(tx: Tx) -> None:
    agency_settings.save(tx, version=0, given={"time_zone": "America/Denver"})


@pytest.mark.criterion("SET-08")
@pytest.mark.parametrize("role", [Role.PRODUCER, Role.CSR, Role.READ_ONLY])
def test_nobody_else_is_told(door: Door, role: Role) -> None:
    with pytest.raises(Forbidden):
        door.run(diagnostics.report, actor(role))
