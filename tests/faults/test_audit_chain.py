"""What somebody with the database, or with the key as well, cannot do unseen while the anchors lie elsewhere; and
anchors on a disk that is full."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from portal_app.jobs import seal_audit
from portal_app.jobs.job import Work
from portal_app.services import audit
from portal_app.services.door import Door
from tests import servers
from tests.faults.several import KEYS
from tests.services.test_audit import SEALER, chain, deed, problems, seal, tamper  # noqa: F401

pytestmark = pytest.mark.both_databases

TAIL = ("DELETE FROM audit_seal WHERE number > 4", "DELETE FROM audit_event WHERE sealed > 4")


def edit(door: Door) -> None:
    tamper(door, "UPDATE audit_event SET actor = 'somebody else' WHERE sealed = 2")


def delete(door: Door) -> None:
    tamper(door, "DELETE FROM audit_seal WHERE number = 2", "DELETE FROM audit_event WHERE sealed = 2")


def reorder(door: Door) -> None:
    """Two rows change places, and their links with them."""
    for table, column in (("audit_event", "sealed"), ("audit_seal", "number")):
        for old, new in ((2, -2), (3, 2), (-2, 3)):
            tamper(door, f"UPDATE {table} SET {column} = {new} WHERE {column} = {old}")


def cut_tail(door: Door) -> None:
    tamper(door, *TAIL)


def cut_tail_and_go_on(door: Door) -> None:
    """Other deeds take the place of those that were cut off, sealed by the portal itself, with its own key."""
    tamper(door, *TAIL)
    for number in range(2):
        door.run(deed, SEALER, number=70 + number)
    seal_with_the_key(door)


def cut_tail_and_compute_anew_with_the_key(door: Door) -> None:
    tamper(door, *TAIL, "DELETE FROM audit_seal", "UPDATE audit_event SET sealed = NULL")
    seal_with_the_key(door)


def edit_and_compute_anew_with_the_key(door: Door) -> None:
    tamper(door, "DELETE FROM audit_seal", "UPDATE audit_event SET sealed = NULL, actor = 'somebody else'")
    seal_with_the_key(door)


def seal_with_the_key(door: Door) -> None:
    """Somebody seals who has the portal's key: the anchors of theirs lie where nobody looks."""
    seal(door, door.settings.folder / "elsewhere")


DEEDS = [
    edit,
    delete,
    reorder,
    cut_tail,
    cut_tail_and_go_on,
    cut_tail_and_compute_anew_with_the_key,
    edit_and_compute_anew_with_the_key,
]


@pytest.mark.criterion("FAULT-09")
@pytest.mark.parametrize("done", DEEDS, ids=lambda each: each.__name__)
def test_what_was_done_to_the_chain_is_found(door: Door, chain: Path, done: Callable[[Door], None]) -> None:  # noqa: F811
    assert problems(door, chain) == ()
    done(door)
    assert problems(door, chain)


@pytest.mark.criterion("FAULT-09")
def test_going_on_after_a_cut_hides_it_from_nobody(door: Door, chain: Path) -> None:  # noqa: F811
    """The sealer goes on by itself, and the anchors that it adds do not make up for those that are missed."""
    tamper(door, *TAIL)
    for number in range(4):
        door.run(deed, SEALER, number=number)
        seal_audit.run(Work(door, "test", Event()))
    assert problems(door, chain) == ("The chain was cut or rewritten: anchor 6 is not in it.",)


def verified(door: Door) -> subprocess.CompletedProcess[str]:
    """`audit verify` on the command line, as whoever runs the portal types it."""
    url = door.database.engine.url.render_as_string(hide_password=False)
    environment = servers.portal_environment(door.settings.folder, 1, {"database_url": url, **KEYS})
    command = [sys.executable, "-m", "portal_app", "audit", "verify"]
    return subprocess.run(
        command, cwd=servers.ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.criterion("FAULT-09")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_line_tells_of_each(door: Door, chain: Path, tmp_path: Path) -> None:  # noqa: F811
    whole = verified(door)
    assert (whole.returncode, whole.stdout, whole.stderr) == (0, "6 events sealed, 0 not yet.\n", "")
    kept = tmp_path / "kept.db"
    with closing(sqlite3.connect(tmp_path / "portal.db")) as now, closing(sqlite3.connect(kept)) as copy:
        now.backup(copy)
    for done in DEEDS:
        done(door)
        found = verified(door)
        assert (found.returncode, found.stderr.splitlines()) == (1, list(problems(door, chain))), done.__name__
        with closing(sqlite3.connect(tmp_path / "portal.db")) as now, closing(sqlite3.connect(kept)) as copy:
            copy.backup(now)


@contextmanager
def room_for(path: Path, more: int) -> Iterator[None]:
    """No file of this process can grow past the length of this one and a little more, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.criterion("FAULT-10")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("room", [0, 40])
def test_an_anchor_that_found_no_room_is_written_later_and_never_by_half(
    door: Door,
    chain: Path,  # noqa: F811
    room: int,
) -> None:
    work, path = Work(door, "test", Event()), chain / audit.ANCHORS
    door.run(deed, SEALER, number=7)

    with room_for(path, room), pytest.raises(OSError, match="File too large"):
        seal_audit.run(work)
    assert path.read_bytes().endswith(b"\n") is (room == 0)
    assert (audit.anchored(chain), problems(door, chain)) == (6, ())
    with room_for(path, 0), pytest.raises(OSError, match="File too large"):
        seal_audit.run(work)

    seal_audit.run(work)
    assert (audit.anchored(chain), problems(door, chain)) == (7, ())
    assert len(path.read_text(encoding="ascii").splitlines()) == 3
    tamper(door, "DELETE FROM audit_seal WHERE number = 7", "DELETE FROM audit_event WHERE sealed = 7")
    assert problems(door, chain) == ("The chain was cut or rewritten: anchor 7 is not in it.",)


@pytest.mark.criterion("FAULT-10")
def test_a_head_whose_process_died_before_the_anchor_is_anchored_by_the_next(door: Door, chain: Path) -> None:  # noqa: F811
    door.run(deed, SEALER, number=7)
    seal_with_the_key(door)
    assert audit.anchored(chain) == 6
    seal_audit.run(Work(door, "test", Event()))
    assert (audit.anchored(chain), problems(door, chain)) == (7, ())


@pytest.mark.criterion("FAULT-10")
def test_anchors_that_are_gone_are_not_made_up(door: Door, chain: Path) -> None:  # noqa: F811
    (chain / audit.ANCHORS).unlink()
    seal_audit.run(Work(door, "test", Event()))
    assert problems(door, chain) == ("There are sealed rows but no anchor outside the database.",)
