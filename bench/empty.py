"""An empty Reflex app of the same version, built and served as the portal is: what the portal's own share is held
against."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from portal_app import frontend
from portal_app.serve import REFLEX_AS_SERVED
from tests import servers

HANDLER = "reflex___state____state.empty___empty____empty_state.dismiss"
_CONFIG = f"""
import sys
from pathlib import Path

import reflex as rx
from reflex.constants import StateManagerMode
from reflex.plugins import Plugin

sys.path.append({str(frontend.ROOT)!r})
from portal_app import frontend


class RelocatableAddresses(Plugin):
    def post_build(self, **context):
        frontend.make_relocatable(Path(context["static_dir"]))


config = rx.Config(
    app_name="empty",
    backend_host="127.0.0.1",
    db_url=None,
    disable_plugins=[rx.plugins.SitemapPlugin],
    plugins=[rx.plugins.RadixThemesPlugin(), RelocatableAddresses()],
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.MEMORY,
    telemetry_enabled=False,
)
"""
_APP = """
import reflex as rx


class EmptyState(rx.State):
    flash: str = ""

    @rx.event
    async def dismiss(self):
        self.flash = ""


app = rx.App()
app.add_page(rx.fragment(), route="/")
"""


def written(folder: Path) -> Path:
    """The app's sources, in a folder of their own; one handler, which does what the portal's `dismiss` does."""
    (folder / "empty").mkdir(parents=True, exist_ok=True)
    for name, text in {
        "rxconfig.py": _CONFIG, "requirements.txt": "", "empty/__init__.py": "", "empty/empty.py": _APP,
    }.items():  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@cache
def built() -> Path:
    """The same with its front end, in a folder that lasts as long as this process; needs the package registry, and
    half a minute. Raises BuildFailed."""
    folder = Path(tempfile.mkdtemp(prefix="portal-empty-app-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    frontend.ensure_built(written(folder))
    return folder


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The app on a free port, as the portal's web process is served, until the block ends; with its pages where they
    are built. Yields its address and the server's process."""
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    mounted = (folder / frontend.SERVED).exists()
    asked = url if mounted else f"{url}/ping"
    given = environment(url, mounted=mounted)
    with servers.running(
        command(port), lambda: servers.answers(asked), log=folder / "log", cwd=folder, env=given
    ) as process:
        yield url, process


def command(port: int) -> list[str]:
    """How the app is started."""
    serving = ["--interface", "asgi", "--factory", "--workers", "1", "--access-log", "--port", str(port)]
    return [sys.executable, "-m", "granian", *serving, "empty.empty:app"]


def environment(url: str, *, mounted: bool = True) -> dict[str, str]:
    """What it is told; none of the tester's own settings."""
    ours = ("PORTAL_", "REFLEX_", "__REFLEX_")
    env = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    env |= {**REFLEX_AS_SERVED, "REFLEX_CORS_ALLOWED_ORIGINS": url, "REFLEX_TELEMETRY_ENABLED": "false"}
    if not mounted:
        del env["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"]
    return env
