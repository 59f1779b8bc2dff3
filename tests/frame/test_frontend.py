"""The front end is built when something that goes into it changed, and only then; and it holds no address."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_app import frontend

ADDRESSES = """var e={PING:"http://127.0.0.1:8000/ping",EVENT:`ws://localhost:8000/_event`,UPLOAD:'https://localhost/_upload',\
TRANSPORT:`websocket`,TEST_MODE:!1};export{e as t};"""


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "assets").mkdir(exist_ok=True)
        path = tmp_path / "assets/reflex-env-abc.js"
        path.write_text(text)
        return path

    return write


def test_addresses_become_the_page_s_own(bundle: Callable[[str], Path], tmp_path: Path) -> None:
    path = bundle(ADDRESSES)
    frontend.make_relocatable(tmp_path)
    assert path.read_text() == (
        "var e={PING:`${location.origin}/ping`,EVENT:`${location.origin.replace(/^http/,'ws')}/_event`,"
        "UPLOAD:`${location.origin}/_upload`,TRANSPORT:`websocket`,TEST_MODE:!1};export{e as t};"
    )


@pytest.mark.parametrize(
    "text",
    [
        ADDRESSES.replace("`ws://localhost:8000/_event`", "`x`"),
        ADDRESSES.replace("`websocket`", "`wss://elsewhere/`"),
        ADDRESSES + "fetch(`https://${host}/`)",
        "var e={}",
    ],
    ids=["no socket", "two sockets", "an address in another form", "no address"],
)
def test_a_bundle_in_another_form_is_refused(bundle: Callable[[str], Path], tmp_path: Path, text: str) -> None:
    path = bundle(text)
    with pytest.raises(frontend.BuildFailed):
        frontend.make_relocatable(tmp_path)
    assert path.read_text() == text


def test_a_bundle_without_its_file_of_addresses_or_with_two_is_refused(
    bundle: Callable[[str], Path], tmp_path: Path
) -> None:
    with pytest.raises(frontend.BuildFailed, match="0 files"):
        frontend.make_relocatable(tmp_path)
    bundle(ADDRESSES).with_name("reflex-env-def.js").write_text(ADDRESSES)
    with pytest.raises(frontend.BuildFailed, match="2 files"):
        frontend.make_relocatable(tmp_path)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with what goes into a front end, where the build itself only writes a file."""
    for name in (
        "portal_app/pages/a.py",
        "assets/a.css",
        "rxconfig.py",
        "requirements.txt",
        "reflex.lock/package.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")

    def export(root: Path, workshop: Path) -> None:
        client = workshop / "web/build/client"
        client.mkdir(parents=True, exist_ok=True)
        (client / "index.html").write_text((root / "portal_app/pages/a.py").read_text())
        (root / "reflex.lock/package-lock.json").write_text("{}")

    monkeypatch.setattr(frontend, "_export", export)
    return tmp_path


def test_it_is_built_once(house: Path) -> None:
    assert frontend.ensure_built(house)
    assert frontend.is_current(house)
    assert not frontend.ensure_built(house)
    assert frontend.ensure_built(house, force=True)


@pytest.mark.parametrize(
    "name", ["portal_app/pages/a.py", "assets/a.css", "rxconfig.py", "requirements.txt", "reflex.lock/package.json"]
)
def test_it_is_built_again_when_something_in_it_changed(house: Path, name: str) -> None:
    frontend.ensure_built(house)
    path = house / name
    os.utime(path, (1, 1))
    assert frontend.is_current(house), "a time is no change"
    path.write_text("2")
    assert not frontend.is_current(house)
    assert frontend.ensure_built(house)


def test_it_is_built_again_when_a_file_came_or_went(house: Path) -> None:
    frontend.ensure_built(house)
    (house / "assets/b.css").write_text("")
    assert frontend.ensure_built(house)
    (house / "assets/b.css").unlink()
    assert frontend.ensure_built(house)


def test_a_build_that_failed_leaves_the_one_before(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frontend.ensure_built(house)
    (house / "portal_app/pages/a.py").write_text("2")

    def fail(*_: Path) -> None:
        raise frontend.BuildFailed("no network")

    monkeypatch.setattr(frontend, "_export", fail)
    with pytest.raises(frontend.BuildFailed):
        frontend.ensure_built(house)
    assert (house / ".web/build/client/index.html").read_text() == "1"
    assert not frontend.is_current(house)


def test_a_running_server_keeps_its_files_while_the_next_build_is_put_in_place(house: Path) -> None:
    frontend.ensure_built(house)
    served = (house / ".web/build/client").resolve()
    (house / "portal_app/pages/a.py").write_text("2")
    frontend.ensure_built(house)
    assert (served / "index.html").read_text() == "1"
    assert (house / ".web/build/client/index.html").read_text() == "2"
    for number in range(3):
        (house / "portal_app/pages/a.py").write_text(f"more {number}")
        frontend.ensure_built(house)
    assert len(list((house / ".build").glob("site-*"))) == frontend.KEPT_BUILDS


def test_a_folder_that_an_older_version_left_is_replaced(house: Path) -> None:
    (house / ".web/build").mkdir(parents=True)
    frontend.ensure_built(house)
    assert (house / ".web").is_symlink()


def test_a_source_that_changes_during_a_build_is_built_next_time(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = frontend._export

    def change_meanwhile(root: Path, workshop: Path) -> None:
        export(root, workshop)
        (root / "assets/a.css").write_text("changed")

    monkeypatch.setattr(frontend, "_export", change_meanwhile)
    frontend.ensure_built(house)
    assert not frontend.is_current(house)


def test_the_operator_s_settings_do_not_reach_a_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql://somewhere")
    monkeypatch.setenv("REFLEX_API_URL", "http://somewhere")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/")
    environment = frontend._build_environment(tmp_path)
    assert not {"PORTAL_DATABASE_URL", "REFLEX_API_URL"} & environment.keys()
    assert environment["NPM_CONFIG_REGISTRY"] == "http://127.0.0.1:1/"
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_asking_whether_it_is_current_is_quick_and_loads_no_reflex(built_front_end: Path) -> None:
    asking = "import sys; from portal_app import frontend; print(frontend.is_current(), 'reflex' in sys.modules)"
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", asking], cwd=frontend.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
    assert time.monotonic() - started < 2


def test_the_built_front_end_holds_no_address_of_its_own(built_front_end: Path) -> None:
    (addresses,) = (built_front_end / "assets").glob("reflex-env-*.js")
    assert "://" not in addresses.read_text()
    assert "location.origin" in addresses.read_text()
