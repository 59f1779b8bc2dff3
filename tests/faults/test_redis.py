"""Redis keeps what open pages show, and nothing else: emptied or gone, nobody loses more than that."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websocket
from redis import Redis

from portal_app.models.enums import Role
from portal_app.services.access import system
from portal_app.services.door import utc_now
from portal_app.services.identity import hashing, tokens
from tests import servers
from tests.access.test_live import ARRIVE, Tab, tabs  # noqa: F401
from tests.faults.several import PASSWORD, SECRET, door_to, web
from tests.servers import Site, logged, until
from tests.visitor import Visitor
from tests.world import add_user

TEST = system("test")
EMAIL = "csr@agency.test"
Tabs = Callable[..., Tab]

pytestmark = pytest.mark.timeout(600)


@dataclass
class Shared:
    """A web process that keeps its pages' states in Redis, and somebody who is signed in."""

    site: Site
    person: Visitor
    token: str
    redis: ExitStack
    port: int

    def arrives(self, tab: Tab) -> bool:
        """Whether a page gets to know who looks at it."""
        tab.send(ARRIVE)
        return EMAIL in tab.read_until(EMAIL, 30)

    def works(self) -> bool:
        """What needs no open page: pages as files, forms, the interface for programs."""
        known = self.site
        answers = [
            self.person.get("/policies"),
            Visitor(known).get("/api/v1/me", authorization=f"Bearer {self.token}"),
            Visitor(known).get("/healthz"),
            Visitor(known).post("/auth/sign-in", {"email": EMAIL, "password": "Wrong-Lantern-42!"}),
        ]
        return [answer.status for answer in answers] == [200, 200, 200, 303]


@pytest.fixture
def shared(built_front_end: object, empty_sqlite: Path, tmp_path: Path) -> Iterator[Shared]:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'portal.db'}"
    shutil.copy(empty_sqlite, data / "portal.db")
    door = door_to(url, tmp_path)
    with door.database.write() as db:
        factor = {"totp_secret": SECRET, "totp_enrolled_at": utc_now()}
        add_user(db, Role.CSR, EMAIL, password_hash=hashing.make_here(PASSWORD), **factor)
    token = door.run(tokens.create, TEST, email=EMAIL, name="a program")
    door.close()
    with ExitStack() as redis, redis_and_web(redis, data, url) as (address, site):
        person = Visitor(site)
        assert person.sign_in(EMAIL, PASSWORD, SECRET).location == "/"
        yield Shared(site, person, token, redis, urlsplit(address).port or 0)


@contextmanager
def redis_and_web(redis: ExitStack, data: Path, url: str) -> Iterator[tuple[str, Site]]:
    address = redis.enter_context(servers.redis())
    with web(data, url, redis_url=address) as site:
        yield address, site


@pytest.mark.criterion("FAULT-11")
def test_an_emptied_redis_signs_nobody_out(shared: Shared, tabs: Tabs) -> None:  # noqa: F811
    tab = tabs(shared.site, shared.person.cookies, "one")
    assert shared.arrives(tab)
    with Redis(port=shared.port) as redis:
        assert redis.dbsize() > 0
        stored = b"".join(redis.dump(key) or b"" for key in redis.scan_iter())
        assert EMAIL.encode() not in stored
        redis.flushall()
    assert shared.works()
    assert shared.arrives(tabs(shared.site, shared.person.cookies, "two"))
    assert shared.arrives(tab)
    assert not logged(shared.site.log, "event failed")


@pytest.mark.criterion("FAULT-12")
def test_without_redis_forms_and_programs_go_on_and_pages_wait_for_it(shared: Shared, tabs: Tabs) -> None:  # noqa: F811
    assert shared.arrives(tabs(shared.site, shared.person.cookies, "one"))
    shared.redis.close()

    assert shared.works()
    # Refused at once: the page says that the portal cannot be reached, instead of waiting for its content for ever.
    with pytest.raises(websocket.WebSocketBadStatusException):
        tabs(shared.site, shared.person.cookies, "two")
    assert logged(shared.site.log, "redis away")

    with servers.redis(shared.port):
        until(lambda: shared.person.socket_status(shared.site.url) == 101)
        assert shared.arrives(tabs(shared.site, shared.person.cookies, "three"))
        assert shared.works()
