"""Two workers on one database: one leads, the other takes over, and one that comes back late writes nothing."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, text, update

from portal_app.models import metadata
from portal_app.models.enums import RunState
from portal_app.services import mail
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, orders
from tests import servers
from tests.faults.several import KEYS, count, door_to
from tests.jobs import exports
from tests.jobs.test_killed import in_the_middle, is_as_sent, through
from tests.servers import free_port, logged, until
from tests.services.test_outbox import Post

TEST = system("test")
LEASE, OUTBOX = metadata.tables["lease"], metadata.tables["outbox_message"]
MAILS = 40
LEFT_OPEN = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)

pytestmark = pytest.mark.timeout(600)


@dataclass
class Pair:
    """Two workers of one agency, and the test's own door to their database."""

    door: Door
    post: Post
    folder: Path
    processes: dict[int, Popen[bytes]]
    logs: dict[int, Path]

    def holder(self, lease: str) -> int:
        """The process that holds a lease now, 0 where nobody does."""
        with self.door.database.read() as db:
            found = db.scalar(
                select(LEASE.c.holder).where(LEASE.c.name == lease, LEASE.c.expires_at > datetime.now(UTC))
            )
        return int(found.split(":")[1]) if found else 0

    def stop(self, pid: int) -> None:
        """Stop a worker between two transactions: the database would end one that is left open, after a minute."""
        until(lambda: self._stopped_between_transactions(pid))

    def _stopped_between_transactions(self, pid: int) -> bool:
        self.processes[pid].send_signal(signal.SIGSTOP)
        with self.door.database.read() as db:
            left_open = db.scalar(text(LEFT_OPEN))
        if left_open:
            self.processes[pid].send_signal(signal.SIGCONT)
        return not left_open

    def leads(self) -> int:
        until(lambda: self.holder("scheduler") in self.processes)
        return self.holder("scheduler")

    def other(self, pid: int) -> int:
        return next(each for each in self.processes if each != pid)

    def taken_over(self, late: int) -> bool:
        """Leases run out by themselves within a minute; here, at once."""
        assert self.processes[self.other(late)].poll() is None, "the other one has ended"
        with self.door.database.write() as db:
            db.execute(
                update(LEASE)
                .where(LEASE.c.holder.contains(f":{late}:"))
                .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
            )
        return self.holder("scheduler") == self.other(late)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def agency(folder: Path, request: pytest.FixtureRequest) -> exports.Agency:
    agency = exports.Agency.founded(folder, getattr(request, "param", 1500), seed=5)
    agency.write(time.time() - 60)
    return agency


@contextmanager
def post_office() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.fixture
def pair(fresh_postgres: str, tmp_path: Path, folder: Path) -> Iterator[Pair]:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(exports.feeds_file(folder))
    with ExitStack() as stack:
        post = stack.enter_context(post_office())
        settings = {"smtp_url": f"smtp://127.0.0.1:{post.port}", "mail_from": "portal@agency.test"}
        settings |= {"database_url": fresh_postgres, "feeds_file": str(feeds), **KEYS}
        door = door_to(fresh_postgres, tmp_path, Ports(feeds={"harbor": None}, mailer=Unused()))  # type: ignore[dict-item]
        stack.callback(door.close)
        pair = Pair(door, post, folder, {}, {})
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            process = stack.enter_context(servers.worker(tmp_path / name, **settings))
            stack.callback(process.send_signal, signal.SIGCONT)
            pair.processes[process.pid], pair.logs[process.pid] = process, tmp_path / f"{name}.log"
        yield pair


class Unused:
    """Implements Mailer for the test's own door, which only writes into the outbox."""

    def send(self, mail: object) -> None:
        raise AssertionError("the workers deliver")


def ledger_is_once(pair: Pair, agency: exports.Agency) -> bool:
    return count(pair.door.database, bulk.LEDGER) == len(agency.policies)


@pytest.mark.criterion("FAULT-05")
def test_the_other_takes_over_the_lead_and_the_feed_when_the_leader_is_killed(
    agency: exports.Agency, pair: Pair
) -> None:
    database = pair.door.database
    until(in_the_middle(database))
    leader = pair.leads()
    pair.processes[leader].kill()
    pair.processes[leader].wait()

    until(lambda: pair.taken_over(leader))
    until(through(database))

    assert is_as_sent(database, agency)
    assert ledger_is_once(pair, agency)
    assert count(database, bulk.SYNC_RUN, bulk.SYNC_RUN.c.state == RunState.RUNNING) == 0


@pytest.mark.criterion("FAULT-05")
def test_a_leader_that_slept_through_its_lease_comes_back_and_writes_nothing(
    agency: exports.Agency, pair: Pair
) -> None:
    database = pair.door.database
    until(in_the_middle(database))
    late = pair.leads()
    pair.stop(late)
    assert not through(database)(), "it was stopped too late to prove anything"

    until(lambda: pair.taken_over(late))
    until(through(database))
    pair.processes[late].send_signal(signal.SIGCONT)
    until(lambda: logged(pair.logs[late], "leads no more"))
    until(lambda: logged(pair.logs[late], "sync did not run"))
    refused = [line["reason"] for line in logged(pair.logs[late], "sync did not run")]

    assert refused == ["Another process took this work over."]
    assert is_as_sent(database, agency)
    assert ledger_is_once(pair, agency)
    assert pair.leads() == pair.other(late)


@pytest.mark.criterion("FAULT-06")
@pytest.mark.parametrize("agency", [200], indirect=True)
def test_a_feed_that_is_asked_for_again_and_again_is_run_by_one_at_a_time(agency: exports.Agency, pair: Pair) -> None:
    database = pair.door.database
    until(through(database))
    before = count(database, bulk.SYNC_RUN)
    for _ in range(3):
        agency.live_on(50)
        agency.write(time.time() - 30)
        pair.door.run(orders.place, TEST, feed="harbor")
        until(lambda: not pair.door.run(orders.open_orders, TEST))
    run = bulk.SYNC_RUN.c
    assert count(database, bulk.SYNC_RUN) == before + 3 * 3
    assert count(database, bulk.SYNC_RUN, run.state != RunState.SUCCEEDED) == 0
    assert is_as_sent(database, agency)
    leader = pair.leads()
    assert logged(pair.logs[leader], "sync ended")
    assert not logged(pair.logs[pair.other(leader)], "sync ended")


@writes(Gate.SYSTEM)
def write_mails(tx: Tx, *, first: int, number: int) -> None:
    for each in range(first, first + number):
        mail.send(tx, recipient=f"p{each}@agency.test", subject="A notice", text="Once.")


@pytest.mark.criterion("FAULT-06")
def test_two_workers_deliver_each_mail_once(pair: Pair) -> None:
    for first in range(0, MAILS, 10):
        pair.door.run(write_mails, TEST, first=first, number=10)
    until(lambda: count(pair.door.database, OUTBOX, OUTBOX.c.delivered_at.is_not(None)) == MAILS)

    assert len(pair.post.arrived) == MAILS
    assert len({str(each["Message-ID"]) for each in pair.post.arrived}) == MAILS
    assert len(set(pair.post.recipients())) == MAILS
