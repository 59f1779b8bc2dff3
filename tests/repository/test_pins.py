"""What is installed is pinned to the byte, and no file says from where."""

import json
import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
INPUTS = ("requirements.in", "requirements-dev.in")
PIN = re.compile(
    r"^(?P<name>[a-z0-9.-]+?)(?:\[(?P<extras>[a-z0-9,-]+)\])?"
    r"==(?P<version>[0-9][a-z0-9.]*)(?: ;[^\\]*)?(?P<rest>[ \\]*)$"
)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
# Split, so that this file does not hold what it forbids.
REGISTRIES = re.compile("|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.org", "npm" + "mirror"]))


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {found["name"]: found["version"] for line in lines if (found := PIN.match(line))}


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_a_version_or_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    without_hash = [
        line for line, after in zip(lines, [*lines[1:], ""], strict=True) if PIN.match(line) and not HASH.match(after)
    ]
    assert without_hash == []


@pytest.mark.parametrize(("wanted", "locked"), [*zip(INPUTS, LOCKS, strict=True)])
def test_what_is_wanted_is_wanted_in_one_version_and_locked_in_it(wanted: str, locked: str) -> None:
    lines = [line for line in (ROOT / wanted).read_text(encoding="utf-8").splitlines() if not line.startswith("-c ")]
    found = {match["name"]: match["version"] for line in lines if (match := PIN.match(line))}
    assert len(found) == len(lines)
    assert list(found) == sorted(found)
    assert found.items() <= pins(locked).items()


def test_both_locks_agree() -> None:
    run, dev = (pins(name) for name in LOCKS)
    assert {name: (run[name], dev[name]) for name in run.keys() & dev.keys() if run[name] != dev[name]} == {}


def test_who_is_wanted_with_an_extra_is_locked_with_it() -> None:
    """Else pip before 23.3 looks for a release of its own, and refuses the newest for want of a digest."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    locked = {found["name"]: (found["extras"] or "").split(",") for line in lines if (found := PIN.match(line))}
    wanted = [
        (canonicalize_name(need.name), need.extras)
        for package in distributions()
        for need in map(Requirement, package.requires or ())
        for extra in ["", *locked.get(canonicalize_name(package.name), ())]
        if need.extras and (not need.marker or need.marker.evaluate({"extra": extra}))
    ]
    assert ("granian", {"reload"}) in wanted
    assert [(name, extras) for name, extras in wanted if name in locked and not extras <= {*locked[name]}] == []


def test_the_locked_browser_packages_have_a_digest_and_no_address() -> None:
    lock = json.loads((ROOT / "reflex.lock/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    wanted = json.loads((ROOT / "reflex.lock/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {f"node_modules/{name}" for name in wanted} <= packages.keys()


def tracked() -> list[Path]:
    """The files of the repository: what git would take in."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_registry() -> None:
    named = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        named += [
            f"{path.relative_to(ROOT)}:{text[: each.start()].count(chr(10)) + 1}" for each in REGISTRIES.finditer(text)
        ]
    assert named == []
