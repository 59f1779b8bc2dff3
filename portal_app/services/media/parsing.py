"""Whether a file is what its first bytes say: it is opened by a program of its own, which a file may bring down."""

import errno
import os
import subprocess
import sys
from pathlib import Path

from portal_app.services.errors import Invalid
from portal_app.services.media import opened

SECONDS = 60
BROKEN = "The file is damaged, or is not what it begins as. Open it on your side, save it anew and send that."
LOCKED = "The file is protected by a password. Save it without one and send that."
LARGE = "The file takes too much to be opened: a picture has at most 50 megapixels, a document at most 2,000 pages."
SENTENCES = {opened.BROKEN: BROKEN, opened.LOCKED: LOCKED, opened.LARGE: LARGE}
# What the program needs of the environment; the portal's keys are no business of a parser.
HANDED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG")


def look_into(path: Path, content_type: str) -> Path | None:
    """Open the file. Returns where it lies written anew, for a picture. Raises Invalid, OSError where the disk is
    full."""
    command = [sys.executable, "-P", opened.__file__, content_type, str(path)]
    environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    again = Path(f"{path}{opened.AGAIN}")
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=False)
        code = done.returncode
    except subprocess.TimeoutExpired:
        code = opened.LARGE
    if code != opened.FINE:
        again.unlink(missing_ok=True)
    if code == opened.NO_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if code != opened.FINE:
        # Ended by a limit of its own: by its time, or by its memory where nothing in it notices.
        raise Invalid({"file": SENTENCES.get(code, LARGE if code < 0 else BROKEN)})
    return again if again.exists() else None
