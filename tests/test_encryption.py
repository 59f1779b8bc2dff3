"""Keys: where they come from, that each purpose has its own, and that nothing of them can be guessed."""

from pathlib import Path

import pytest

from portal_app import encryption
from portal_app.encryption import Keyring, keyring_of
from portal_app.settings import Settings, SettingsError

FERNET = encryption._new_fernet_key()


def ring(lookup: bytes) -> Keyring:
    return Keyring([FERNET], lookup)


@pytest.mark.criterion("DATA-01")
def test_what_is_hashed_can_be_hashed_with_the_key_alone() -> None:
    mine, again, other = ring(b"a" * 32), ring(b"a" * 32), ring(b"b" * 32)
    for made in (
        lambda keys: keys.lookup("192.0.2.1"),
        lambda keys: keys.digest(b"a row"),
        lambda keys: keys.link(bytes(32), b"a row"),
    ):
        assert made(mine) == made(again) != made(other)


@pytest.mark.criterion("DATA-01")
def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = ring(b"a" * 32)
    assert len({keys._lookup, keys._content, keys._chain}) == 3


@pytest.mark.criterion("AUDIT-02")
def test_a_link_depends_on_its_content_and_on_the_link_before() -> None:
    keys = ring(b"a" * 32)
    first = keys.link(bytes(32), b"one")
    assert len({first, keys.link(bytes(32), b"two"), keys.link(first, b"one")}) == 3


@pytest.mark.criterion("RUN-01")
def test_a_look_up_key_that_is_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORTAL_LOOKUP_KEY"):
        keyring_of(Settings(data_dir=tmp_path, lookup_key="x" * 31))
    keyring_of(Settings(data_dir=tmp_path, lookup_key="x" * 32))


@pytest.mark.criterion("RUN-01")
def test_keys_that_the_settings_bring_are_used_and_written_nowhere(tmp_path: Path) -> None:
    keys = keyring_of(Settings(data_dir=tmp_path, encryption_keys=[FERNET], lookup_key="x" * 32))
    assert ring(b"x" * 32).decrypt(keys.encrypt("Ortega")) == "Ortega"
    assert ring(b"x" * 32).lookup("Ortega") == keys.lookup("Ortega")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.criterion("RUN-01")
def test_of_two_processes_that_make_a_key_at_once_both_keep_the_first(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "lookup.key"

    def make_while_another_is_quicker() -> str:
        path.write_text("the other's key", encoding="ascii")
        return "mine"

    assert encryption._kept(path, make_while_another_is_quicker) == "the other's key"
    assert [each.name for each in path.parent.iterdir()] == ["lookup.key"]


def test_without_keys_nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "_installed", None)
    with pytest.raises(RuntimeError, match="no keys"):
        encryption.keyring()
