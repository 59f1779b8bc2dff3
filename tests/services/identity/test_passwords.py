from pathlib import Path

import pytest

from portal_app.services.identity import hashing, passwords
from portal_app.settings import Settings, SettingsError, load_settings

SETTINGS = Settings(agency_name="Harbor Lane Insurance")


def problems(password: str, settings: Settings = SETTINGS) -> list[str]:
    return passwords.problems(password, name="Maya Alvarez", email="maya.quill@agency.test", settings=settings)


@pytest.mark.criterion("AUTH-01")
def test_eleven_characters_fail_and_twelve_with_four_classes_pass() -> None:
    assert "short" in problems("Vq7#mZr2!xK")
    assert problems("Vq7#mZr2!xKp") == []


@pytest.mark.criterion("AUTH-01")
@pytest.mark.parametrize("password", ["vq7#mzr2!xkp", "VQ7#MZR2!XKP", "Vqx#mZrt!xKp", "Vq7rmZr2hxKp"])
def test_every_class_is_needed(password: str) -> None:
    assert problems(password) == ["classes"]


@pytest.mark.criterion("AUTH-01")
def test_128_characters_are_taken_and_not_cut() -> None:
    password = "Vq7#mZr2!xKp" * 11
    password = password[:127] + "A"
    assert problems(password) == []
    kept = hashing.make_here(password)
    assert hashing._fits(kept, password)
    assert not hashing._fits(kept, password[:127] + "B")


@pytest.mark.criterion("AUTH-02")
@pytest.mark.parametrize("password", ["Password1234!", "P@ssw0rd1234", "Qwerty123456!", "Aaaaaaaaaa1!"])
def test_common_and_guessable_passwords_are_refused(password: str) -> None:
    assert set(problems(password)) & {"common", "guessable"}


@pytest.mark.criterion("AUTH-02")
def test_an_operators_list_refuses_more(tmp_path: Path) -> None:
    listed = tmp_path / "stolen.txt"
    listed.write_text("vq7#mzr2!xkp\n", encoding="utf-8")
    assert problems("Vq7#mZr2!xKp", Settings(password_list=listed)) == ["common"]


@pytest.mark.criterion("AUTH-02")
def test_a_list_that_is_missing_stops_the_start_and_every_new_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORTAL_PASSWORD_LIST: there is no file"):
        load_settings({"PORTAL_PASSWORD_LIST": str(tmp_path / "missing.txt")})
    listed = tmp_path / "there at first.txt"
    listed.touch()
    settings = Settings(password_list=listed)
    listed.unlink()
    with pytest.raises(FileNotFoundError):
        problems("Vq7#mZr2!xKp", settings)


@pytest.mark.criterion("AUTH-03")
@pytest.mark.parametrize("word", ["maya", "ALVAREZ", "quill", "Harbor", "lane", "Portal", "insurance"])
def test_own_words_are_refused_inside_a_password(word: str) -> None:
    assert "words" in problems(f"x9!{word}-Zq7#kV")


@pytest.mark.criterion("AUTH-04")
def test_hashes_are_argon2id_of_the_agreed_cost_and_old_ones_are_recognised() -> None:
    kept = hashing.make_here("Vq7#mZr2!xKp")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not hashing.is_outdated(kept)
    assert hashing.is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$4vCp3xyzPPrPZ9Zk0vT0NSkNR6Xk1Kg3jc0i0m2pFZQ"
    )


@pytest.mark.criterion("AUTH-01")
def test_what_is_longer_than_256_characters_is_refused_before_it_is_judged() -> None:
    password = "Vq7#mZr2!xKp" * 22
    assert problems(password[:256]) == []
    assert problems(password[:257]) == ["long"]


@pytest.mark.criterion("AUTH-03")
def test_own_words_are_found_in_other_forms_of_their_letters() -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "Maya")
    assert "words" in problems(f"x9!{wide}-Zq7#kV")


@pytest.mark.criterion("AUTH-02")
def test_a_name_of_short_words_makes_a_password_easy_to_guess() -> None:
    def judged(name: str) -> list[str]:
        return passwords.problems("Li-Wu-Xi-Bo-1A", name=name, email="a@b.test", settings=SETTINGS)

    assert judged("Maya Alvarez") == []
    assert judged("Li-Wu-Xi-Bo") == ["guessable"]


@pytest.mark.criterion("AUTH-05")
def test_no_password_fits_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "NOBODYS", hashing.make_here("Vq7#mZr2!xKp"))
    assert not hashing._fits(None, "Vq7#mZr2!xKp")
    assert not hashing._fits("no hash at all", "Vq7#mZr2!xKp")
