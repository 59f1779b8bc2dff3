"""Personal data goes in by a real feed, and is then looked for wherever it must not be."""

import subprocess
import sys
from pathlib import Path

import pytest

from portal_app import encryption
from portal_app.database import Database
from portal_app.encryption import keyring_of
from portal_app.models.accounts import Account
from portal_app.models.sync import QuarantinedRow
from portal_app.settings import Settings
from tests.servers import ROOT, portal_environment

CANARIES = {"ssn": "987-65-4329", "birth date": "1971-03-29", "licence": "S29471183", "bad birth date": "31.31.1971"}
FEEDS = """
[[feed]]
name = "canary"
folder = "."
[feed.clients]
files = "clients.csv"
[feed.clients.columns]
client_id = "Id"
name = "Name"
kind = "Kind"
birth_date = "Born"
tax_id = "Tax"
driver_license = "Licence"
"""
CLIENTS = f"""Id,Name,Kind,Born,Tax,Licence
C-1,Ana Ortega,person,{CANARIES["birth date"]},{CANARIES["ssn"]},{CANARIES["licence"]}
C-2,Luis Ortega,person,{CANARIES["bad birth date"]},{CANARIES["ssn"]},{CANARIES["licence"]}
"""


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A portal that took the canaries in, and everything that it printed and logged."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "feeds.toml").write_text(FEEDS, encoding="utf-8")
    (folder / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    environment = portal_environment(
        folder / "data", 8000, {"feeds_file": str(folder / "feeds.toml"), "log_level": "debug"}
    )
    done = subprocess.run(
        [sys.executable, "-m", "portal_app", "sync", "run", "canary"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 added" in done.stdout, done.stderr
    assert "1 in quarantine" in done.stdout
    return folder / "data", done.stdout + done.stderr


@pytest.mark.criterion("DATA-04")
def test_the_portal_itself_can_read_what_it_took_in(fed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = fed
    settings = Settings(data_dir=folder)
    monkeypatch.setattr(encryption, "_installed", keyring_of(settings))
    database = Database(settings.database)
    with database.read() as db:
        account = db.query(Account).one()
        kept = (account.birth_date, account.tax_id, account.driver_license)
        quarantined = db.query(QuarantinedRow).one()
        assert CANARIES["bad birth date"] in str(quarantined.payload)
        assert CANARIES["bad birth date"] not in quarantined.reasons
    database.dispose()
    digits = "".join(filter(str.isdigit, CANARIES["ssn"]))
    assert kept[0] == CANARIES["birth date"]
    assert "".join(filter(str.isdigit, kept[1] or "")) == digits
    assert kept[2] == CANARIES["licence"]


@pytest.mark.criterion("DATA-04")
@pytest.mark.parametrize("canary", CANARIES)
def test_no_file_of_the_portal_and_no_log_line_holds_it(fed: tuple[Path, str], canary: str) -> None:
    folder, logged = fed
    text = CANARIES[canary]
    forms = {text, text.replace("-", ""), text.lower()}
    if canary == "birth date":
        forms |= {"03/29/1971", "19710329"}
    assert not [form for form in forms if form in logged]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "portal.db" for path in files)
    for path in files:
        content = path.read_bytes()
        for form in forms:
            assert form.encode() not in content, path.name
            assert form.encode("utf-16-le") not in content, path.name
