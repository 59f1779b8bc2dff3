"""An agency whose exports lie on an SFTP server, and a portal that fetches them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal_app import bootstrap
from portal_app.database import Database
from portal_app.models.enums import FeedKind
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from portal_app.services.sync import bulk
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.runs import run_feed
from portal_app.settings import Settings
from tests.servers import SftpServer
from tests.services.identity.texting import Letters
from tests.world import NOW, Clock, make_door

COLUMNS = {
    "clients": {"client_id": "Client", "name": "Name", "kind": "Kind"},
    "commissions": {
        "policy_number": "Policy",
        "transaction_date": "Date",
        "type": "Type",
        "premium": "Premium",
        "amount": "Commission",
    },
}
TRAILER = {"mark": "TRAILER", "rows": 2, "sums": {"amount": 3}}
HOUR = 3600


@dataclass
class Agency:
    """The files there, and how they are got at. `settings` replaces lines of [feed.sftp]."""

    server: SftpServer
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    trailer: dict[str, Any] | None = None

    def toml(self) -> str:
        told: dict[str, Any] = {"host": self.server.host, "port": self.server.port, "user": self.server.user}
        told |= {"key_file": str(self.server.key), "host_key": self.server.host_key.read_text()}
        told |= {"folder": str(self.folder), "quiet_seconds": 0, **self.settings}
        lines = ["[[feed]]", 'name = "agency"', "[feed.sftp]"]
        lines += [f"{name} = {json.dumps(each)}" for name, each in told.items() if each is not None]
        for kind, columns in COLUMNS.items():
            lines += [f"[feed.{kind}]", f'files = "{kind}*.csv"', f"[feed.{kind}.columns]"]
            lines += [f"{name} = {json.dumps(heading)}" for name, heading in columns.items()]
        if self.trailer:
            lines += ["[feed.commissions.trailer]"]
            lines += [f"{name} = {_inline(each)}" for name, each in self.trailer.items()]
        return "\n".join([*lines, ""])

    def clients(self, numbers: Sequence[int], name: str = "clients.csv", called: str = "Client", hour: int = 0) -> Path:
        """A file of clients, exported at that hour of the day before."""
        rows = [f"C{number},{called} {number},person" for number in numbers]
        return self.writes(name, "\n".join(["Client,Name,Kind", *rows, ""]), hour)

    def commissions(self, amounts: Sequence[str], trailer: str = "", hour: int = 0) -> Path:
        rows = [f"HO-{number},03/05/2026,NBS,1000.00,{amount}" for number, amount in enumerate(amounts)]
        rows += [trailer] if trailer else []
        return self.writes("commissions.csv", "\n".join(["Policy,Date,Type,Premium,Commission", *rows, ""]), hour)

    def writes(self, name: str, content: str | bytes, hour: int = 0) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        moment = int(NOW.timestamp()) - (24 - hour) * HOUR
        os.utime(path, (moment, moment))
        return path


@dataclass
class Portal:
    """A portal with that feed. `letters` are the mails that left it."""

    door: Door
    letters: Letters

    def sync(self) -> dict[str, RunRow]:
        return {run.kind.value: run for run in run_feed(self.door, feed="agency")}

    def clients(self) -> dict[str, str]:
        """Each client by the agency's number, as often as there is one."""
        with self.door.database.read() as db:
            rows = db.execute(select(bulk.ACCOUNT.c.source_id, bulk.ACCOUNT.c.name)).all()
        assert len(dict(rows)) == len(rows)
        return {str(number): str(name) for number, name in rows}

    def commissions(self) -> int:
        record = bulk.SOURCE_RECORD.c
        with self.door.database.read() as db:
            return len(db.execute(select(record.id).where(record.kind == FeedKind.COMMISSIONS)).all())

    def here(self) -> list[str]:
        """What lies in the feed's own folder, also what is hidden."""
        return sorted(path.name for path in (self.door.settings.folder / "feeds/agency").iterdir())


Opening = Callable[[Agency], Portal]


def opened(agency: Agency, database: Database, data: Path, clock: Clock) -> Portal:
    feeds = data / "feeds.toml"
    feeds.write_text(agency.toml(), encoding="utf-8")
    letters = Letters()
    ports = bootstrap.ports_of(Settings(data_dir=data, feeds_file=feeds))
    return Portal(make_door(database, data, clock, Ports(ports.feeds, letters)), letters)


def expected(numbers: Sequence[int], called: str = "Client") -> dict[str, str]:
    return {f"C{number}": f"{called} {number}" for number in numbers}


def _inline(each: Any) -> str:
    if isinstance(each, dict):
        return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in each.items()) + " }"
    return json.dumps(each)
