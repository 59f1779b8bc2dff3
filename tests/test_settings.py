"""Settings: everything that is wrong is said at once, and nothing starts."""

from pathlib import Path

import pytest

from portal_app import encryption
from portal_app.settings import Settings, SettingsError, load_settings


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings({f"PORTAL_{name.upper()}": text for name, text in environ.items()})
    return refused.value.problems


@pytest.mark.criterion("RUN-01")
def test_the_defaults_serve_on_loopback(tmp_path: Path) -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.origin) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database.startswith("sqlite:///")


@pytest.mark.criterion("RUN-01")
def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems(port="high", time_zone="Mars/Base", public_url="ftp://x", log_level="loud", smpt_url="x")
    assert len(found) == 5
    text = "\n".join(found)
    for name in ("PORTAL_PORT", "PORTAL_TIME_ZONE", "PORTAL_PUBLIC_URL", "PORTAL_LOG_LEVEL", "PORTAL_SMPT_URL"):
        assert name in text


@pytest.mark.criterion("RUN-01")
def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "url"
    kept.write_text("sqlite:///elsewhere.db\n", encoding="utf-8")
    assert load_settings({"PORTAL_DATABASE_URL_FILE": str(kept)}).database == "sqlite:///elsewhere.db"
    assert "cannot be read" in problems(database_url_file=str(tmp_path / "missing"))[0]


@pytest.mark.criterion("RUN-01")
def test_a_feeds_file_is_checked_whole(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text('[[feed]]\nname = "A B"\nfolder = "x"\ncolour = "red"\n', encoding="utf-8")
    found = problems(feeds_file=str(feeds))
    assert len(found) == 2
    assert all(each.startswith("PORTAL_FEEDS_FILE") for each in found)
    feeds.write_text("[[feed]", encoding="utf-8")
    assert "is not TOML" in problems(feeds_file=str(feeds))[0]


@pytest.mark.criterion("RUN-01")
def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first = encryption.keyring_of(settings)
    again = encryption.keyring_of(settings)
    assert again.decrypt(first.encrypt("Ortega")) == "Ortega"
    for name in ("fernet.key", "lookup.key"):
        assert (settings.folder / "keys" / name).stat().st_mode & 0o777 == 0o600
    assert (settings.folder / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.criterion("DATA-03")
def test_a_new_key_encrypts_while_the_old_one_still_reads(tmp_path: Path) -> None:
    old = encryption._new_fernet_key()
    new = encryption._new_fernet_key()
    kept = encryption.Keyring([old], b"x" * 32).encrypt("Ortega")
    both = encryption.Keyring([new, old], b"x" * 32)
    assert both.decrypt(kept) == "Ortega"
    assert encryption.Keyring([new], b"x" * 32).decrypt(both.encrypt("Ortega")) == "Ortega"


@pytest.mark.criterion("RUN-01")
@pytest.mark.parametrize("keys", ["short", "x" * 44])
def test_a_key_that_is_none_is_refused(tmp_path: Path, keys: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_ENCRYPTION_KEYS"):
        encryption.keyring_of(Settings(data_dir=tmp_path, encryption_keys=[keys]))


@pytest.mark.criterion("RUN-01")
@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Portal.Example.com", "https://portal.example.com"),
        ("https://portal.example.com:443/", "https://portal.example.com"),
        ("https://portal.example.com:8443", "https://portal.example.com:8443"),
        ("http://localhost:9000", "http://localhost:9000"),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(given: str, origin: str) -> None:
    assert load_settings({"PORTAL_PUBLIC_URL": given}).origin == origin


@pytest.mark.criterion("RUN-01")
@pytest.mark.parametrize(
    "address", ["http://portal.example.com", "https://a.example?x=1", "https://u:p@a.example", "x"]
)
def test_an_address_under_which_nobody_could_sign_in_safely_is_refused(address: str) -> None:
    assert "PORTAL_PUBLIC_URL" in problems(public_url=address)[0]


@pytest.mark.criterion("RUN-01")
def test_a_host_away_from_loopback_needs_the_address_people_use() -> None:
    assert "PORTAL_PUBLIC_URL" in problems(host="0.0.0.0")[0]
    assert load_settings({"PORTAL_HOST": "::1"}).origin == "http://[::1]:8000"
