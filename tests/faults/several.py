"""Several processes of one agency: one database and the same keys, each with a data folder of its own."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, func, select

from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.door import Door, utc_now
from portal_app.services.identity import hashing
from portal_app.services.ports import Ports
from tests import servers
from tests.servers import Site
from tests.visitor import Visitor
from tests.world import ENCRYPTION_KEY, LOOKUP_KEY, add_user, make_door

Answer = TypeVar("Answer")

PASSWORD = "Tidewater-Lantern-42!"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA"
KEYS = {"encryption_keys": ENCRYPTION_KEY, "lookup_key": LOOKUP_KEY}
# What is to be mailed is queued where there is a server; nobody listens at this one.
MAIL = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "portal@agency.test"}
EVENT = metadata.tables["audit_event"]


def together(*calls: Callable[[], Answer]) -> list[Answer]:
    """All at the same moment, as far as threads can be."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> Answer:
        gate.wait(60)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def door_to(url: str, folder: Path, ports: Ports | None = None) -> Door:
    """The test's own way into the database of the processes."""
    return make_door(Database(url), folder, utc_now, ports, **{**KEYS, "encryption_keys": [ENCRYPTION_KEY]})


@contextmanager
def web(folder: Path, url: str, log: Path | None = None, **settings: str) -> Iterator[Site]:
    """A web process that believes what a proxy on this machine says of addresses."""
    given = {**KEYS, "database_url": url, "trusted_proxies": "127.0.0.1", **settings}
    with servers.portal(folder, log=log, **given) as site:
        yield site


@dataclass
class Agency:
    """Two web processes, and the test's own door to their database."""

    webs: tuple[Site, Site]
    door: Door
    hash: str

    def somebody(self, email: str, role: Role = Role.CSR, **given: object) -> int:
        """A person with a password and an authenticator. Returns their number."""
        factor = {"totp_secret": SECRET, "totp_enrolled_at": utc_now(), "password_hash": self.hash}
        with self.door.database.write() as db:
            return add_user(db, role, email, **factor | given).id or 0

    def user(self, number: int) -> User:
        with self.door.database.read() as db:
            found = db.get_one(User, number)
            db.expunge(found)
            return found

    def half_way(self, email: str, *, at: int, address: str) -> Visitor:
        """Somebody who gave their password at one of the two processes."""
        visitor = Visitor(self.webs[at])
        given = {"email": email, "password": PASSWORD}
        assert visitor.post("/auth/sign-in", given, x_forwarded_for=address).location == "/mfa"
        return visitor

    def beside(self, visitor: Visitor) -> Visitor:
        """The same browser, led to the other process."""
        here, there = self.webs
        return Visitor(there if visitor.site is here else here, dict(visitor.cookies))

    def count(self, table: Table, *conditions: Any) -> int:
        return count(self.door.database, table, *conditions)


def count(database: Database, table: Table, *conditions: Any) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


@contextmanager
def two_webs(folder: Path, url: str, ports: Ports | None = None, **settings: str) -> Iterator[Agency]:
    first, second = folder / "first", folder / "second"
    door = door_to(url, folder, ports)
    for each in (first, second):
        each.mkdir()
    with web(first, url, **settings) as one, web(second, url, **settings) as two:
        yield Agency((one, two), door, hashing.make_here(PASSWORD))
    door.close()


def alternating(agency: Agency, calls: int) -> list[Site]:
    """So many, in turn from both processes."""
    return [agency.webs[number % 2] for number in range(calls)]


def tallied(values: list[str]) -> Mapping[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}
