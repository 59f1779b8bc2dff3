"""The disk fills up while a file arrives, and the process that takes it in is killed: nothing half is left."""

import http.client
import os
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from portal_app.models import metadata
from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.errors import NoRoom
from portal_app.services.identity import hashing
from portal_app.services.media.sweeping import sweep_all
from tests.faults.disks import Limit
from tests.faults.several import PASSWORD, SECRET, count, door_to, web
from tests.processes import family
from tests.servers import Site, until
from tests.services.submissions.sent import MB, add_submission, lying, pdf
from tests.visitor import Answer, Visitor
from tests.world import add_user

DOCUMENT, VERSION, EVENT = (
    metadata.tables[each] for each in ("submission_document", "media_version", "submission_event")
)
MOST = 8 * MB

pytestmark = pytest.mark.timeout(300)


def address(submission: str, key: str = "the-same-key") -> str:
    of = {"of": f"submission:{submission}", "kind": "loss_runs", "filename": "a.pdf", "upload_key": key}
    return f"/files?{urlencode(of)}"


def send(visitor: Visitor, path: str, content: bytes) -> Answer:
    return visitor.send("POST", path, content, {"origin": visitor.site.url})


def half_sent(visitor: Visitor, path: str, content: bytes) -> http.client.HTTPConnection:
    """A connection on which half of a file has gone up, and no more comes."""
    connection = http.client.HTTPConnection(urlsplit(visitor.site.url).netloc, timeout=60)
    connection.putrequest("POST", path)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    for name, value in (("origin", visitor.site.url), ("cookie", cookies), ("content-length", str(len(content)))):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(content[: len(content) // 2])
    return connection


def signed_in(site: Site) -> Visitor:
    visitor = Visitor(site)
    assert visitor.sign_in("maya@agency.test", PASSWORD, SECRET).location == "/"
    return visitor


@pytest.mark.criterion("DOCS-09")
def test_a_full_disk_and_a_killed_process_leave_nothing_half(built_front_end: object, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url, content = f"sqlite:///{data / 'portal.db'}", pdf(12 * MB)
    with web(data, url) as site:
        door = door_to(url, data)
        with door.database.write() as db:
            factor = {
                "totp_secret": SECRET,
                "totp_enrolled_at": door.clock(),
                "password_hash": hashing.make_here(PASSWORD),
            }
            maya: User = add_user(db, Role.CSR, "maya@agency.test", **factor)
            submission = add_submission(db, maya).locator
        visitor, path = signed_in(site), address(submission)
        disk, processes = Limit(data, MOST), (site.process.pid, *family(site.process.pid))

        disk.fill(*processes)
        refused = send(visitor, path, content)
        assert (refused.status, refused.json()) == (503, {"problem": NoRoom().sentence})
        assert lying(data) == []
        disk.empty(*processes)
        small = send(visitor, address(submission, "another-key"), pdf())
        assert small.status == 201
        [kept] = lying(data)

        connection = half_sent(visitor, path, content)
        until(lambda: len(lying(data)) == 2 and max(each.stat().st_size for each in lying(data)) > MB)
        for each in reversed(processes):
            os.kill(each, 9)
        connection.close()
        assert [count(door.database, each) for each in (DOCUMENT, VERSION, EVENT)] == [1, 1, 1]
    with web(data, url) as site:
        visitor = signed_in(site)
        assert [send(visitor, path, content).status for _ in range(2)] == [201, 201]
    assert [count(door.database, each) for each in (DOCUMENT, VERSION, EVENT)] == [2, 2, 2]
    day_ago = time.time() - 25 * 3600
    for each in lying(data):
        os.utime(each, (day_ago, day_ago))
    assert sweep_all(door) == 1, "what was on its way when the process was killed"
    assert kept in lying(data)
    assert len(lying(data)) == 2
    door.close()
