"""Real servers for the tests: PostgreSQL, Redis, sshd and the portal itself, on loopback and on free ports."""

import atexit
import contextlib
import fcntl
import functools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from portal_app.watch import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
TEMP = Path(tempfile.gettempdir())
START_SECONDS = 60.0
STOP_SECONDS = 10.0
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find(program: str) -> str | None:
    """Where a program of the system is; PostgreSQL's, the newest, have a folder of their own on Debian."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    folders = [*map(str, reversed(versions)), os.environ["PATH"], "/usr/sbin", "/sbin"]
    return shutil.which(program, path=os.pathsep.join(folders))


def need(*programs: str) -> str:
    """Where a program is, the first of those that would do. What is missing is installed where that may be (apt, as
    root); else the test is skipped."""
    if found := _first(programs):
        return found
    with (TEMP / "portal-system-packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _first(programs):
            subprocess.run([ROOT / ".ci/system-packages"], check=False, capture_output=True, timeout=900)
    if found := _first(programs):
        return found
    pytest.skip(f"{programs[0]} is missing here and could not be installed")


def _first(programs: Iterable[str]) -> str | None:
    return next(filter(None, map(find, programs)), None)


def chromium() -> str:
    """Chromium without a window. Its own build for that, where the system has it, takes half as long to draw a page."""
    return need("chromium-headless-shell", "chromium")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether `url` answers with a status below 400."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status < 400)
    except OSError:
        return False


@contextlib.contextmanager
def running(
    command: list[str],
    ready: Callable[[], bool],
    *,
    stop: signal.Signals = signal.SIGTERM,
    log: Path | None = None,
    **popen: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process from when `ready` says so to the end of the block; it also ends when this one is killed."""
    here = os.getpid()
    with log.open("w+b") if log else tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: end_with_parent(here, stop),
            **popen,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    pytest.fail(f"{command[0]} did not start:\n{output.read().decode(errors='replace')[-4000:]}")
                time.sleep(0.02)
            yield process
        finally:
            end(process, stop)


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _as_somebody_else() -> tuple[dict[str, Any], pwd.struct_passwd | None]:
    """PostgreSQL's server refuses to be root: then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return {}, None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            other = pwd.getpwnam(name)
            return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}, other
    pytest.skip("PostgreSQL refuses to run as root, and there is no other user here")


@dataclass
class Postgres:
    """A PostgreSQL server. `url` is the address of its first database, for its superuser."""

    url: str
    start: Callable[[], contextlib.AbstractContextManager[subprocess.Popen[bytes]]]
    running: contextlib.ExitStack
    process: subprocess.Popen[bytes] | None = None

    def go_down(self, how: signal.Signals) -> None:
        """SIGINT breaks off what is under way and shuts down, SIGQUIT leaves everything as a crash does."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(STOP_SECONDS)

    def come_up(self) -> None:
        self.process = self.running.enter_context(self.start())


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own that is quick and forgetful; yields the address of its first database."""
    with postgres_server("synchronous_commit=off") as server:
        yield server.url


@contextlib.contextmanager
def postgres_server(*settings: str) -> Iterator[Postgres]:
    """A PostgreSQL server of our own. It survives a crash of its own and not of the machine."""
    program, initdb, is_ready = need("postgres"), need("initdb"), need("pg_isready")
    as_other, other = _as_somebody_else()
    # Not a folder of pytest's, which other users cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    data, port = folder / "data", free_port()
    data.mkdir()
    try:
        if other is not None:
            for each in (folder, data):
                os.chown(each, other.pw_uid, other.pw_gid)
        making = [initdb, "-D", data, "-U", "portal", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*making, "--no-sync"], check=True, capture_output=True, cwd=TEMP, **as_other)
        command = [program, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        for setting in ("fsync=off", "full_page_writes=off", "max_connections=60", *settings):
            command += ["-c", setting]
        asking = [is_ready, "-q", "-h", "127.0.0.1", "-p", str(port)]

        def start() -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
            # SIGINT is the shutdown that does not wait for clients.
            ready = functools.partial(_succeeds, asking)
            return running(command, ready, stop=signal.SIGINT, cwd=TEMP, **as_other)

        with contextlib.ExitStack() as stack:
            server = Postgres(f"postgresql+psycopg://portal@127.0.0.1:{port}/postgres", start, stack)
            server.process = stack.enter_context(start())
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False).returncode == 0


@contextlib.contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """A Redis server that keeps nothing on disk, on a free port unless one is given; yields its address."""
    port = port or free_port()
    command = [need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (
        tempfile.TemporaryDirectory(prefix="portal-redis-") as folder,
        running(command, lambda: listens(port), cwd=folder),
    ):
        yield f"redis://127.0.0.1:{port}/0"


@dataclass(frozen=True)
class SftpServer:
    """An sshd that speaks SFTP only. `folder` is where the files lie; `key` and `host_key` are paths to key files."""

    port: int
    user: str
    key: Path
    host_key: Path
    folder: Path
    host: str = "127.0.0.1"


@contextlib.contextmanager
def sshd(*differing: str, key_type: str = "ed25519") -> Iterator[SftpServer]:
    """`differing` are lines of its configuration that come before ours and so win."""
    program, keygen = need("sshd"), need("ssh-keygen")
    base = Path(tempfile.mkdtemp(prefix="portal-sshd-"))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True, mode=0o755)
    try:
        for name, kind in (("host", key_type), ("client", "ed25519")):
            subprocess.run([keygen, "-q", "-t", kind, "-N", "", "-f", base / name], check=True)
        shutil.copy(base / "client.pub", base / "authorized")
        (base / "files").mkdir()
        server = SftpServer(
            free_port(), pwd.getpwuid(os.geteuid()).pw_name, base / "client", base / "host.pub", base / "files"
        )
        options = [
            *differing,
            f"Port {server.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {base}/host",
            f"AuthorizedKeysFile {base}/authorized",
            f"Subsystem sftp internal-sftp -d {server.folder}",
            "KbdInteractiveAuthentication no",
            "PasswordAuthentication no",
            "PermitRootLogin prohibit-password",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
        ]
        (base / "config").write_text("\n".join([*options, ""]))
        with running([program, "-D", "-e", "-f", str(base / "config")], lambda: listens(server.port)):
            yield server
    finally:
        shutil.rmtree(base, ignore_errors=True)


def logged(log: Path, event: str) -> list[dict[str, Any]]:
    """The lines of a log under that name. One that is being written just now is not among them."""
    whole = log.read_text(encoding="utf-8").rpartition("\n")[0]
    lines = (line for line in whole.splitlines() if line.startswith("{"))
    return [line for line in map(json.loads, lines) if line.get("event") == event]


def until(condition: Callable[[], Any], seconds: float = 150.0) -> None:
    """Wait until it is so; fail where it does not come to be in a long time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        # Looking is work too, which whoever is waited for has to do without meanwhile.
        time.sleep(0.05)


@dataclass
class Site:
    """The portal as it is served: its address, and the environment that its command line shares with it."""

    url: str
    data_dir: Path
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What the portal has logged so far under that name."""
        return logged(self.log, event)

    def forget_codes(self) -> None:
        """Codes of authenticators that were used are good once more: each is good once, and a new one comes only every
        thirty seconds."""
        kept = self.environment.get("PORTAL_DATABASE_URL") or f"sqlite:///{next(self.data_dir.rglob('portal.db'))}"
        engine = create_engine(kept.replace("postgresql://", "postgresql+psycopg://", 1))
        try:
            with engine.begin() as connection:
                connection.execute(text("UPDATE portal_user SET totp_last_step = 0"))
        finally:
            engine.dispose()

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`python -m portal_app …` beside the running portal, with the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "portal_app", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
        )


def portal_environment(data_dir: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """None of the tester's own settings, the network closed, and PORTAL_… for each of `settings`."""
    ours = ("PORTAL_", "REFLEX_", "__REFLEX_")
    env = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    env |= {
        "PORTAL_DATA_DIR": str(data_dir),
        "PORTAL_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/offline"), str(ROOT)]),
    }
    return env | {f"PORTAL_{name.upper()}": text for name, text in settings.items()}


@functools.cache
def loaded_demo() -> Path:
    """The data folder of the demo, taken in once for all portals that this process starts."""
    folder = Path(tempfile.mkdtemp(prefix="portal-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "portal_app", "demo", "load"]
    environment = portal_environment(folder / "data", 1, {})
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=300)
    return folder / "data"


@contextlib.contextmanager
def worker(data_dir: Path, log: Path | None = None, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m portal_app worker`, at once; its log is added to `log`, or to the one beside `data_dir`."""
    environment = portal_environment(data_dir, 1, settings)
    command = [sys.executable, "-m", "portal_app", "worker"]
    with (log or data_dir.with_name(f"{data_dir.name}.log")).open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        end(process)


@contextlib.contextmanager
def portal(
    data_dir: Path,
    *arguments: str,
    ready: str = "",
    port: int | None = None,
    log: Path | None = None,
    **settings: str,
) -> Iterator[Site]:
    """`python -m portal_app …` on a free port, or that one: `web` unless said otherwise. The front end must be built.

    Yields once `ready` answers: /readyz, or /healthz where no worker is meant to run. `settings` are PORTAL_… values
    by their lower-case names.
    """
    if "--demo" in arguments and "feeds_file" not in settings and not data_dir.joinpath("demo").exists():
        shutil.copytree(loaded_demo(), data_dir, dirs_exist_ok=True)
    port = port or free_port()
    url, environment = f"http://127.0.0.1:{port}", portal_environment(data_dir, port, settings)
    command = [sys.executable, "-m", "portal_app", *(arguments or ("web",))]
    asked = url + (ready or ("/readyz" if "serve" in arguments else "/healthz"))
    log = log or data_dir.with_name(f"{data_dir.name}-{port}.log")
    with running(command, lambda: answers(asked), log=log, cwd=ROOT, env=environment) as process:
        yield Site(url, data_dir, environment, process, log)
