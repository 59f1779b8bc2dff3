"""The demo agency in several processes that a test ends and starts one by one: web, a second web, worker."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext
from sqlalchemy import text

from portal_app.database import Database
from portal_app.demo import SIGN_INS
from portal_app.settings import load_settings
from tests import servers
from tests.browser.conftest import signed_in
from tests.servers import ROOT, Site


@dataclass
class Web:
    """One web process, which keeps its port when it is started again."""

    data_dir: Path
    settings: dict[str, str]
    port: int = field(default_factory=servers.free_port)
    site: Site = field(init=False)
    stack: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.site = self.stack.enter_context(servers.portal(self.data_dir, port=self.port, **self.settings))

    def kill(self) -> None:
        """As when the machine loses its power."""
        self.site.process.send_signal(signal.SIGKILL)
        self.stack.close()


@dataclass
class Agency:
    """`exports` is the folder that the feed reads. `near` and `far` are its web processes; with SQLite they are one."""

    exports: Path
    near: Web
    far: Web

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """What this browser opens from now on, it opens as somebody from the demo."""
        person = next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))
        context.add_cookies(signed_in(self.near.site, person)["cookies"])  # type: ignore[arg-type]

    def write(self, statement: str, **values: str) -> None:
        database = Database(load_settings(self.near.site.environment).database)
        with database.write() as db:
            db.execute(text(statement), values)
        database.dispose()

    def export(self, name: str, old: str, new: str) -> None:
        """The agency's system writes another file of that name, with one word changed."""
        content = (ROOT / "demo" / f"{name}.csv").read_bytes()
        assert old.encode() in content
        (self.exports / f"{name}-later.csv").write_bytes(content.replace(old.encode(), new.encode()))


@contextmanager
def agency(folder: Path, database_url: str = "", redis_url: str = "") -> Iterator[Agency]:
    """With a database and Redis two web processes, else one."""
    exports = folder / "exports"
    shutil.copytree(ROOT / "demo", exports, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    settings = {"demo": "true", "feeds_file": str(exports / "feeds.toml")}
    if database_url:
        settings |= {"database_url": database_url, "redis_url": redis_url}
    near = Web(folder / "data", settings)
    webs = [near, Web(folder / "data", settings)] if database_url else [near]
    environment = servers.portal_environment(folder / "data", near.port, settings)
    if database_url:
        loading = [sys.executable, "-m", "portal_app", "demo", "load"]
        subprocess.run(loading, cwd=ROOT, env=environment, check=True, timeout=300)
    else:
        shutil.copytree(servers.loaded_demo(), folder / "data")
    with ExitStack() as stack:
        for web in webs:
            web.start()
            stack.callback(lambda web=web: web.stack.close())
        worker = [sys.executable, "-m", "portal_app", "worker"]
        ready = f"{near.site.url}/readyz"
        stack.enter_context(
            servers.running(
                worker, lambda: servers.answers(ready), log=folder / "worker.log", cwd=ROOT, env=environment
            )
        )
        yield Agency(exports, near, webs[-1])
