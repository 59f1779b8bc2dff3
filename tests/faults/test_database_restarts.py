"""PostgreSQL is restarted while people work and a feed runs: what was acknowledged is there, once, and work goes on."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal_app.models import metadata
from portal_app.models.enums import Role, RunState
from portal_app.services.access import system
from portal_app.services.door import Door, utc_now
from portal_app.services.errors import Unavailable
from portal_app.services.identity import hashing, reset, tokens
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk, orders
from tests import servers
from tests.faults.several import KEYS, MAIL, PASSWORD, SECRET, count, door_to, web
from tests.jobs import exports
from tests.jobs.test_killed import in_the_middle, is_as_sent, let_leases_run_out, through
from tests.servers import Postgres, Site, logged, until
from tests.visitor import Answer, Visitor
from tests.world import add_user

TEST = system("test")
OUTBOX = metadata.tables["outbox_message"]
SENTENCE = Unavailable().sentence

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def server() -> Iterator[Postgres]:
    with servers.postgres_server() as server:
        yield server


@dataclass
class Load:
    """People who go on asking whatever happens, and what they were answered."""

    site: Site
    cookie: dict[str, str]
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def read(self) -> None:
        """Pages, and the interface for programs."""
        while not self.stop.wait(0.05):
            self._keep(Visitor(self.site, dict(self.cookie)).get, "/policies")
            self._keep(Visitor(self.site).get, "/api/v1/policies?count=5", authorization=f"Bearer {self.token}")

    def write(self) -> None:
        """Each asks for a link, from an address of their own; a link that was promised is kept in the outbox."""
        number = 0
        while not self.stop.wait(0.05):
            number += 1
            email, place = f"p{number}@agency.test", f"198.51.{number // 250}.{number % 250}"
            answer = self._keep(Visitor(self.site).post, "/auth/reset", {"email": email}, x_forwarded_for=place)
            if answer.location == "/reset?reason=asked":
                self.asked.append(email)

    def refused(self) -> int:
        return sum(answer.status == 503 for answer in self.answers)

    def _keep(self, ask: Callable[..., Answer], *args: object, **headers: str) -> Answer:
        answer = ask(*args, **headers)
        self.answers.append(answer)
        return answer


@pytest.fixture
def agency(tmp_path: Path) -> exports.Agency:
    folder = tmp_path / "exports"
    folder.mkdir()
    agency = exports.Agency.founded(folder, 1500, seed=9)
    agency.write(time.time() - 60)
    (tmp_path / "feeds.toml").write_text(exports.feeds_file(folder))
    return agency


@pytest.fixture
def site(server: Postgres, built_front_end: object, tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "web").mkdir()
    with web(tmp_path / "web", server.url, **MAIL) as site:
        yield site


@pytest.fixture
def door(server: Postgres, site: Site, tmp_path: Path) -> Iterator[Door]:
    door = door_to(server.url, tmp_path, Ports(feeds={"harbor": None}))  # type: ignore[dict-item]
    yield door
    door.close()


@pytest.fixture
def load(site: Site, door: Door) -> Iterator[Load]:
    """Somebody who is signed in and a program of theirs, at work until the test has seen enough."""
    email = "principal@agency.test"
    with door.database.write() as db:
        factor = {"totp_secret": SECRET, "totp_enrolled_at": utc_now()}
        add_user(db, Role.PRINCIPAL, email, password_hash=hashing.make_here(PASSWORD), **factor)
    person = Visitor(site)
    assert person.sign_in(email, PASSWORD, SECRET).location == "/"
    load = Load(site, person.cookies, door.run(tokens.create, TEST, email=email, name="a program"))
    with ThreadPoolExecutor(2) as pool:
        people = [pool.submit(load.read), pool.submit(load.write)]
        yield load
        load.stop.set()
        for each in people:
            each.result()


@pytest.mark.criterion("FAULT-07")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_what_was_acknowledged_is_there_once_and_work_goes_on_by_itself(
    server: Postgres, agency: exports.Agency, site: Site, door: Door, load: Load, how: signal.Signals, tmp_path: Path
) -> None:
    database, data = door.database, tmp_path / "worker"
    data.mkdir()
    with servers.worker(data, database_url=server.url, feeds_file=str(tmp_path / "feeds.toml"), **KEYS) as process:
        until(in_the_middle(database))
        door.run(orders.place, TEST, feed="harbor")
        until(lambda: len(load.asked) > 5)
        server.go_down(how)
        until(lambda: load.refused() > 5)
        server.come_up()
        before = len(load.asked)
        until(lambda: len(load.asked) > before + 5 and load.answers[-1].status < 400)
        let_leases_run_out(database)
        until(through(database))
        until(lambda: not door.run(orders.open_orders, TEST))
        load.stop.set()
        assert process.poll() is None

    assert is_as_sent(database, agency)
    assert count(database, bulk.LEDGER) == len(agency.policies)
    assert count(database, bulk.QUARANTINED) == 0
    assert count(database, bulk.SYNC_RUN, bulk.SYNC_RUN.c.state == RunState.RUNNING) == 0
    for email in load.asked:
        assert count(database, OUTBOX, OUTBOX.c.record_key == reset.record_key(email)) == 1, email
    assert {answer.status for answer in load.answers} == {200, 303, 503}
    assert {SENTENCE in answer.body.decode() for answer in load.answers if answer.status == 503} == {True}
    assert not logged(site.log, "service failed")
