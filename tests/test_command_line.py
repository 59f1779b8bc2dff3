"""The command line, as it is typed."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest

from tests.servers import ROOT, loaded_demo, portal_environment


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal_app", *arguments],
        cwd=ROOT,
        env=portal_environment(folder, 8000, settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(loaded_demo(), tmp_path_factory.mktemp("data"), dirs_exist_ok=True))


@pytest.mark.criterion("RUN-04")
def test_the_demos_sign_ins_are_json_with_a_user_for_each_role(tmp_path: Path) -> None:
    rows = json.loads(run(tmp_path, "demo", "sign-ins", "--json").stdout)
    assert {row["email"] for row in rows} == {
        f"{name}@demo.agency" for name in ("principal", "producer", "producer2", "csr", "admin", "readonly")
    }
    assert {row["role"] for row in rows} == {"principal", "producer", "csr", "admin", "read_only"}
    for row in rows:
        assert set(row) == {"email", "role", "password", "totp_secret"}
        assert len(pyotp.TOTP(row["totp_secret"]).now()) == 6


@pytest.mark.criterion("RUN-04")
def test_a_token_is_printed_alone_and_only_for_who_exists(demo: Path) -> None:
    made = run(demo, "token", "create", "principal@demo.agency", "--name", "sheet")
    assert made.returncode == 0
    assert made.stdout.startswith("pp_")
    assert len(made.stdout.split()) == 1
    missing = run(demo, "token", "create", "nobody@demo.agency", "--name", "sheet")
    assert missing.returncode == 1
    assert missing.stdout == ""
    assert "Nobody here has this email address." in missing.stderr


@pytest.mark.criterion("RUN-04")
def test_commands_fail_where_they_cannot_do_what_they_say(demo: Path) -> None:
    for arguments in (
        ("sync", "run", "nowhere"),
        ("user", "unlock", "nobody@demo.agency"),
        ("user", "reset-mfa", "nobody@demo.agency"),
        ("user", "add", "no address", "--name", "X", "--role", "csr"),
        ("nonsense",),
    ):
        failed = run(demo, *arguments)
        assert failed.returncode != 0, arguments
        assert "Traceback" not in failed.stderr


@pytest.mark.criterion("RUN-04")
def test_a_feed_that_brings_nothing_new_succeeds_and_says_so(demo: Path) -> None:
    again = run(demo, "sync", "run", "harbor")
    assert again.returncode == 0
    assert "Policies: succeeded" in again.stdout
    assert "0 added, 0 changed" in again.stdout


@pytest.mark.criterion("FEED-52")
def test_the_rows_in_quarantine_are_listed_with_their_reasons(demo: Path) -> None:
    listed = run(demo, "sync", "quarantine").stdout.splitlines()
    assert listed[-1] == "15 rows wait."
    assert any(
        'policies.csv, line 727: Column "Producer Code" names a producer code that is not known.' in line
        for line in listed
    )
    assert all(", line " in line for line in listed[:-1])


@pytest.mark.criterion("RUN-04")
def test_the_audit_trail_verifies_and_says_when_it_does_not(demo: Path) -> None:
    assert run(demo, "audit", "verify").returncode == 0


@pytest.mark.criterion("RUN-04")
@pytest.mark.criterion("SET-20")
@pytest.mark.criterion("SET-21")
def test_the_doctor_names_what_is_not_well_and_what_to_do(demo: Path) -> None:
    found = run(demo, "doctor", smtp_url="smtp://canary.test", mail_from="canary@canary.test")
    assert found.returncode == 1
    assert "FAIL worker: never seen. Start it: python -m portal_app worker" in found.stdout
    assert "ok   database: SQLite" in found.stdout
    assert "PORTAL_SMTP_URL: set." in found.stdout
    assert "canary" not in found.stdout


@pytest.mark.criterion("CONF-12")
def test_the_doctor_names_the_configuration_that_cannot_be_read_and_why(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    kept = sqlite3.connect(tmp_path / "portal.db")
    kept.execute(
        "INSERT INTO configuration_version (locator, kind, name, version, content, shipped, note, made_at, made_by) "
        "VALUES ('0', 'producer-types', '', 1, ?, '', 'Why', '2026-01-01 00:00:00', 'ada@agency.test')",
        ('{"numberingPlans": 7}',),
    )
    kept.commit()
    kept.close()
    found = run(tmp_path, "doctor")
    assert found.returncode == 1
    told = found.stdout.split("FAIL configuration, producer types: version 1, cannot be read by this release: ")[1]
    assert "\n     numberingPlans: should be an object" in told


@pytest.mark.criterion("RUN-02")
def test_the_demo_never_touches_an_agencys_database(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'agency.db'}"
    assert run(tmp_path, "migrate", database_url=address).returncode == 0
    refused = run(tmp_path, "demo", "load", database_url=address)
    assert refused.returncode == 1
    assert "holds an agency's data" in refused.stderr
    kept = sqlite3.connect(tmp_path / "agency.db")
    assert kept.execute("SELECT count(*) FROM portal_user").fetchone() == (0,)
    kept.close()


@pytest.mark.criterion("RUN-02")
def test_an_agency_never_starts_on_the_demos_database(demo: Path) -> None:
    refused = run(demo, "migrate", database_url=f"sqlite:///{demo / 'demo' / 'portal.db'}", demo="false")
    assert refused.returncode == 1
    assert "holds the demo" in refused.stderr


@pytest.mark.criterion("RUN-02")
def test_the_demo_serves_loopback_only(tmp_path: Path) -> None:
    refused = run(tmp_path, "serve", "--demo", host="0.0.0.0")
    assert refused.returncode == 1
    assert "PORTAL_HOST" in refused.stderr
    assert not (tmp_path / "demo" / "portal.db").exists()


@pytest.mark.criterion("RUN-01")
def test_wrong_settings_stop_every_command_with_the_whole_list(tmp_path: Path) -> None:
    refused = run(tmp_path, "migrate", time_zone="Mars", log_level="loud")
    assert refused.returncode == 1
    assert "PORTAL_TIME_ZONE" in refused.stderr
    assert "PORTAL_LOG_LEVEL" in refused.stderr
    assert list(tmp_path.iterdir()) == []
