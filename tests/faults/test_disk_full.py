"""The disk fills up in the middle of a feed and of what people save: nothing breaks, and work goes on with new room."""

import html
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from portal_app.models import metadata
from portal_app.models.enums import RunState
from portal_app.services import audit
from portal_app.services.access import system
from portal_app.services.errors import NoRoom
from portal_app.services.identity import reset
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, orders
from tests import servers
from tests.faults.disks import Limit, SmallDisk, can_mount, small_disk
from tests.faults.several import KEYS, MAIL, count, door_to, web
from tests.jobs import exports
from tests.jobs.test_killed import in_the_middle, is_as_sent, let_leases_run_out, through
from tests.processes import family
from tests.servers import Site, logged, until
from tests.visitor import Answer, Visitor

TEST = system("test")
OUTBOX = metadata.tables["outbox_message"]
SENTENCE = html.escape(NoRoom().sentence)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=["limit", "disk"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk | Limit]:
    """What a quota does, everywhere; and a disk of our own, where one may be mounted: elsewhere the first stands for
    both."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "disk" and can_mount(tmp_path / "trial"):
        with small_disk(folder) as disk:
            yield disk
    else:
        yield Limit(folder)


@pytest.fixture
def agency(tmp_path: Path) -> exports.Agency:
    folder = tmp_path / "exports"
    folder.mkdir()
    agency = exports.Agency.founded(folder, 1500, seed=11)
    agency.write(time.time() - 60)
    return agency


def ask(site: Site, number: int) -> Answer:
    """Somebody asks for a link, which is kept in the outbox, from an address of their own."""
    place = f"198.51.{number // 250}.{number % 250}"
    return Visitor(site).post("/auth/reset", {"email": f"p{number}@agency.test"}, x_forwarded_for=place)


def integrity(database: Path) -> str:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.criterion("FAULT-08")
def test_a_full_disk_breaks_nothing_and_work_goes_on_with_new_room(
    disk: SmallDisk | Limit, built_front_end: object, agency: exports.Agency, tmp_path: Path
) -> None:
    feeds, data = tmp_path / "feeds.toml", disk.folder / "data"
    feeds.write_text(exports.feeds_file(agency.folder))
    data.mkdir()
    url, kept = f"sqlite:///{data / 'portal.db'}", []
    with ExitStack() as stack:
        site = stack.enter_context(web(data, url, log=tmp_path / "web.log", **MAIL))
        door = door_to(url, tmp_path, Ports(feeds={"harbor": None}))  # type: ignore[dict-item]
        stack.callback(door.close)
        worker = stack.enter_context(
            servers.worker(data, log=tmp_path / "worker.log", database_url=url, feeds_file=str(feeds), **KEYS)
        )
        kept += [number for number in range(3) if ask(site, number).location == "/reset?reason=asked"]
        until(in_the_middle(door.database))
        door.run(orders.place, TEST, feed="harbor")
        processes = (worker.pid, site.process.pid, *family(site.process.pid))

        disk.fill(*processes)
        until(lambda: logged(tmp_path / "worker.log", "database full"))
        refused = refusal(site, kept)

        assert (refused.status, SENTENCE in refused.body.decode()) == (503, True)
        assert integrity(data / "portal.db") == "ok"
        assert Visitor(site).get("/sign-in").status == 200
        taken = count(door.database, bulk.LEDGER)
        assert 0 < taken < len(agency.policies)

        disk.empty(*processes)
        until(lambda: ask(site, 999).location == "/reset?reason=asked")
        let_leases_run_out(door.database)
        until(through(door.database))
        until(lambda: not door.run(orders.open_orders, TEST))
        until(lambda: door.run(audit.verify, TEST, anchors=data / "audit").unsealed == 0)

        assert (worker.poll(), site.process.poll()) == (None, None)
        assert is_as_sent(door.database, agency)
        assert count(door.database, bulk.LEDGER) == len(agency.policies)
        assert count(door.database, bulk.QUARANTINED) == 0
        assert count(door.database, bulk.SYNC_RUN, bulk.SYNC_RUN.c.state == RunState.RUNNING) == 0
        for number in kept:
            mine = OUTBOX.c.record_key == reset.record_key(f"p{number}@agency.test")
            assert count(door.database, OUTBOX, mine) == 1
        assert door.run(audit.verify, TEST, anchors=data / "audit").problems == ()
    assert integrity(data / "portal.db") == "ok"


def refusal(site: Site, kept: list[int]) -> Answer:
    """The first answer that says it did not work; a little room may be left for some that did."""
    for number in range(100, 900):
        answer = ask(site, number)
        if answer.location != "/reset?reason=asked":
            return answer
        kept.append(number)
    raise AssertionError("the disk is not full")
