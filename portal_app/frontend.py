"""Builds the browser's part of the portal once, and remembers from what it was built.

`.web` is a link to the build that is served. A new build is made beside it, and the link is turned when it is whole, so
that a running server keeps the files that it started with. Standard library only: every `make run` asks here.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVED = ".web"
WORKSHOP = ".build"
KEPT_BUILDS = 2
LOCK_FILES = "reflex.lock"
SOURCES = (
    ("rxconfig.py", ""),
    ("requirements.txt", ""),
    ("portal_app", "*.py"),
    ("assets", "*"),
)
BUILD_SECONDS = 1200
REGISTRY_SECONDS = 20


class BuildFailed(Exception):
    """The front end could not be built; the text says why and what the build printed last."""


def make_relocatable(static_dir: Path) -> None:
    """Replace the address that Reflex wrote into the bundle by the page's own.

    Raises BuildFailed when the bundle is not as expected.
    """
    found = list(static_dir.glob("assets/reflex-env-*.js"))
    if len(found) != 1:
        raise BuildFailed(f"{len(found)} files reflex-env-*.js in {static_dir}: one was expected.")
    text = found[0].read_text(encoding="utf-8")
    text, pages = re.subn(r"([\"'`])https?://[\w.:\[\]-]+(/[^\"'`]*)?\1", r"`${location.origin}\2`", text)
    text, sockets = re.subn(
        r"([\"'`])wss?://[\w.:\[\]-]+(/[^\"'`]*)?\1", r"`${location.origin.replace(/^http/,'ws')}\2`", text
    )
    if not pages or sockets != 1 or "://" in text:
        raise BuildFailed(f"{found[0].name} holds addresses in a form that is not known ({pages}, {sockets}).")
    found[0].write_text(text, encoding="utf-8")


def sources_digest(root: Path = ROOT) -> str:
    """The digest of all files that decide what is built."""
    return _digest(root, SOURCES)


def is_current(root: Path = ROOT) -> bool:
    """Whether what is served was built from the files as they are now."""
    try:
        return (root / SERVED / "built-from").read_text(encoding="ascii") == _mark(root, sources_digest(root))
    except OSError:
        return False


def ensure_built(root: Path = ROOT, *, force: bool = False) -> bool:
    """Build unless the served build is current. Returns whether something was built. Raises BuildFailed."""
    if not force and is_current(root):
        return False
    workshop = root / WORKSHOP
    workshop.mkdir(exist_ok=True)
    with _alone(workshop):
        if not force and is_current(root):
            return False
        sources = sources_digest(root)
        _export(root, workshop)
        _turn_to(root, workshop, _mark(root, sources))
    return True


def _digest(root: Path, sources: tuple[tuple[str, str], ...]) -> str:
    digest = hashlib.sha256()
    for name, pattern in sources:
        place = root / name
        files = sorted(each for each in place.rglob(pattern) if each.is_file()) if pattern else [place]
        for file in files:
            digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _mark(root: Path, sources: str) -> str:
    # The sources are read before a build, for they may change meanwhile; the lock files after it, for it writes them.
    return f"{sources}\n{_digest(root, ((LOCK_FILES, '*'),))}\n"


@contextlib.contextmanager
def _alone(workshop: Path) -> Iterator[None]:
    with (workshop / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _export(root: Path, workshop: Path) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    log = workshop / "build.log"
    with log.open("w", encoding="utf-8") as output:
        try:
            done = subprocess.run(
                command,
                cwd=root,
                env=_build_environment(workshop),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BuildFailed(f"The front end was not built within {BUILD_SECONDS} seconds; see {log}.") from None
    if done.returncode != 0:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
        raise BuildFailed("\n".join([*last, f"The front end could not be built; all of the output is in {log}."]))


def _build_environment(workshop: Path) -> dict[str, str]:
    """The environment without the operator's settings: a build is the same for everybody."""
    env = {name: text for name, text in os.environ.items() if not name.startswith(("PORTAL_", "REFLEX_", "__REFLEX_"))}
    env |= {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)]),
        "PORTAL_DATA_DIR": str(workshop / "data"),
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(workshop / "reflex"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_USE_NPM": "1",
        "REFLEX_WEB_WORKDIR": str(workshop / "web"),
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_update_notifier": "false",
    }
    if not env.get("NPM_CONFIG_REGISTRY"):
        env["NPM_CONFIG_REGISTRY"] = _configured_registry(env)
    return env


def _configured_registry(env: dict[str, str]) -> str:
    """npm's own registry: unless it is told, Reflex tries out several addresses on the network."""
    npm = str(Path(sys.executable).parent / "npm")
    try:
        asked = subprocess.run(
            [npm, "config", "get", "registry"],
            env=env,
            capture_output=True,
            text=True,
            timeout=REGISTRY_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildFailed(f"npm does not answer ({error}). Is the environment complete? Try `make env`.") from None
    return asked.stdout.strip()


def _turn_to(root: Path, workshop: Path, mark: str) -> None:
    site = workshop / f"site-{time.time_ns()}"
    for part in ("build/client", "backend"):
        if (workshop / "web" / part).exists():
            shutil.copytree(workshop / "web" / part, site / part)
    (site / "built-from").write_text(mark, encoding="ascii")
    served = root / SERVED
    if served.is_dir() and not served.is_symlink():
        shutil.rmtree(served)
    link = workshop / "turning"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(WORKSHOP) / site.name)
    link.replace(served)
    for old in sorted(workshop.glob("site-*"))[:-KEPT_BUILDS]:
        shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    start = time.monotonic()
    if not is_current():
        sys.stderr.write("Building the front end (about half a minute the first time) ...\n")
    try:
        built = ensure_built(force="--force" in sys.argv[1:])
    except BuildFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    if built:
        sys.stderr.write(f"The front end was built in {time.monotonic() - start:.0f} seconds.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
