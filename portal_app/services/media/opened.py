"""Opens one file that somebody sent, in a process of its own with limits: `python -P opened.py TYPE PATH`.

The exit says what was found. A picture is written anew beside the file, so that nothing but the picture is left of it:
no place where it was taken, nothing that hides behind it.
"""

import errno
import resource
import sys
import warnings
from pathlib import Path

FINE, BROKEN, LOCKED, LARGE, NO_ROOM = 0, 3, 4, 5, 6
AGAIN = ".again"
MEMORY, CPU_SECONDS, WRITTEN = 1024**3, 30, 64 * 1024 * 1024
MOST_PIXELS, LONGEST_SIDE = 50_000_000, 20_000
MOST_PAGES, MOST_OBJECTS = 2_000, 300_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def picture(path: Path, kind: str) -> int:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=[kind]) as found:
            if found.width * found.height > MOST_PIXELS or max(found.size) > LONGEST_SIDE:
                return LARGE
            found.load()
            upright = ImageOps.exif_transpose(found)
            upright.info.clear()
            upright.save(f"{path}{AGAIN}", kind, **({"quality": 90} if kind == "JPEG" else {}))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return LARGE
    return FINE


def document(path: Path) -> int:
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    reader = PdfReader(path)
    # Many are kept from being changed and may be read by everybody: those open without a password.
    if reader.is_encrypted and not reader.decrypt(""):
        return LOCKED
    if sum(len(each) for each in reader.xref.values()) + len(reader.xref_objStm) > MOST_OBJECTS:
        return LARGE
    count = len(reader.pages)
    if not 0 < count <= MOST_PAGES:
        return LARGE if count else BROKEN
    try:
        for page in reader.pages:
            contents = page.get_contents()
            if contents is not None:
                contents.get_data()
    except LimitReachedError:
        return LARGE
    return FINE


def main(kind: str, path: Path) -> int:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        return picture(path, FORMATS[kind]) if kind in FORMATS else document(path)
    except MemoryError:
        return LARGE
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return NO_ROOM
        return LARGE if error.errno == errno.EFBIG else BROKEN
    except Exception:  # noqa: BLE001 (whatever a parser stumbles over, the file is what is wrong)
        return BROKEN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
