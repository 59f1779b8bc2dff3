"""The second start until the portal is ready, and what its pages weigh, against an empty app served the same way.

python -m bench start weight
"""

import contextlib
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select, update

from bench import empty
from bench.table import Line
from portal_app.database import Database
from portal_app.demo import PASSWORD, SIGN_INS
from portal_app.models import metadata
from portal_app.services.door import utc_now
from tests import servers
from tests.visitor import Visitor

STARTS, WEIGHT = 2.0, 1.3
WAIT_SECONDS = 60.0
PAGES = {"sign-in": "/sign-in", "home": "/", "policies": "/policies", "accounts": "/accounts"}


@dataclass(frozen=True)
class Program:
    """Something that is started until an address answers with 200."""

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    port: int
    path: str
    data: Path | None = None

    def start(self) -> float:
        """Seconds from the command to the answer. Ends it again."""
        if self.data is not None:
            forget_the_worker(self.data)
        begun = time.perf_counter()
        with subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                while not self.answers():
                    if process.poll() is not None or time.perf_counter() > begun + WAIT_SECONDS:
                        raise RuntimeError(f"{' '.join(self.command)} did not start")
                    time.sleep(0.005)
                return time.perf_counter() - begun
            finally:
                servers.end(process)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", self.path)
            return connection.getresponse().status == 200
        return False


def forget_the_worker(data: Path) -> None:
    """Let the last run's sign of life be old: otherwise the portal would be ready before its worker is."""
    database = Database(f"sqlite:///{data / 'portal.db'}")
    with database.write() as db:
        db.execute(update(metadata.tables["heartbeat"]).values(beat_at=utc_now() - timedelta(hours=1)))
    database.dispose()


def measure(rounds: int = 5) -> list[Line]:
    """Second starts in turn: the empty app, an agency, the demo."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name:
        programs = {
            "empty app": _empty_app(),
            "agency": _portal(Path(name) / "agency"),
            "demo": _portal(Path(name) / "demo", "--demo"),
        }
        took: dict[str, list[float]] = {each: [] for each in programs}
        for _ in range(rounds):
            for each, program in programs.items():
                took[each].append(program.start())
    lines = [Line(f"second start, {each}", f"{median(times):.2f} s") for each, times in took.items()]
    for each, goal in {"agency": STARTS, "demo": STARTS}.items():
        ratio = median(ours / bare for ours, bare in zip(took[each], took["empty app"], strict=True))
        lines.append(Line(f"  {each} : empty app", f"{ratio:.2f}", f"≤ {goal}", ratio <= goal))
    return lines


def _empty_app() -> Program:
    port = servers.free_port()
    return Program(empty.command(port), empty.built(), empty.environment(f"http://127.0.0.1:{port}"), port, "/")


def _portal(data: Path, *arguments: str) -> Program:
    """`serve` on a folder that a first start has filled."""
    with servers.portal(data, "serve", *arguments) as site:
        port = int(site.url.rpartition(":")[2])
    command = [sys.executable, "-m", "portal_app", "serve", *arguments]
    folder = data / "demo" if "--demo" in arguments else data
    return Program(command, servers.ROOT, site.environment, port, "/readyz", folder)


def weigh() -> list[Line]:
    """What a browser with an empty cache fetches for one page."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name, _browser() as browser:
        with empty.served(empty.built()) as (url, _):
            blank = fetched(browser, url, {})
        lines = [Line("blank page", _told(blank))]
        with servers.portal(Path(name) / "demo", "serve", "--demo") as site:
            who = SIGN_INS[0]
            person = Visitor(site)
            person.sign_in(who.email, PASSWORD, who.totp_secret)
            for title, path in {**PAGES, **_of_records(site)}.items():
                found = fetched(browser, site.url + path, {} if path == "/sign-in" else person.cookies)
                ratio = sum(found) / sum(blank)
                lines += [
                    Line(title, _told(found)),
                    Line(f"  {title} : blank page", f"{ratio:.2f}", f"≤ {WEIGHT}", ratio <= WEIGHT),
                ]
    return lines


def _of_records(site: servers.Site) -> dict[str, str]:
    database = Database(f"sqlite:///{site.data_dir / 'demo' / 'portal.db'}")
    with database.read() as db:
        found = {table: db.scalar(select(metadata.tables[table].c.locator).limit(1)) for table in ("policy", "account")}
    database.dispose()
    return {"policy": f"/policies/{found['policy']}", "account": f"/accounts/{found['account']}"}


def fetched(browser: Browser, url: str, cookies: Mapping[str, str]) -> list[int]:
    """Bytes of the body of each answer, as they were sent, until nothing more is asked for."""
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page, sizes = context.new_page(), []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(500)
    context.close()
    return sizes


def _told(sizes: list[int]) -> str:
    return f"{sum(sizes) / 1024:.0f} KiB in {len(sizes)} requests"


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.chromium(), args=servers.CHROMIUM_FLAGS)
        yield browser
        browser.close()
