"""Which version holds. The database is asked each time, so that every process goes by a version from the moment it is
saved; what was read of a version, which never changes, is kept."""

from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.configuration import ConfigurationVersion
from portal_app.services.configuration.kinds import Kind, Value
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.door import Tx

MOST_KEPT = 256

_kept: dict[tuple[str, str], Any] = {}
_keeping = Lock()


def saved(tx: Tx, kind: Kind[Any], name: str = "") -> tuple[int, str] | None:
    """Number and locator of the newest version, or None where none was saved."""
    version = ConfigurationVersion
    mine = (col(version.kind) == kind.word, col(version.name) == name)
    newest = select(col(version.version), col(version.locator)).where(*mine).order_by(col(version.version).desc())
    found = tx.db.execute(newest.limit(1)).first()
    return (found.version, found.locator) if found else None


def in_force(tx: Tx, kind: Kind[Value], name: str = "", *, unsaved: Value | None = None) -> Value:
    """What holds in this transaction, read. `unsaved` is what is shipped, for who has read it already."""
    found = saved(tx, kind, name)
    if found is None:
        return _as_shipped(kind, kind.shipped(tx, name)) if unsaved is None else unsaved
    # By the locator, which is the version's own in whatever database it stands.
    _, locator = found
    with _keeping:
        value: Value | None = _kept.get((kind.word, locator))
    if value is None:
        own = col(ConfigurationVersion.locator) == locator
        value = kind.read(tx.db.execute(select(col(ConfigurationVersion.content)).where(own)).scalar_one())
        _keep((kind.word, locator), value)
    return value


def problems_in_force(tx: Tx, kind: Kind[Any], name: str = "") -> tuple[str, ...]:
    """Why what holds cannot be read: it was saved under a release that read it less strictly."""
    try:
        in_force(tx, kind, name)
    except ConfigurationProblems as found:
        return tuple(found.problems)
    return ()


def _keep(key: tuple[str, str], value: Any) -> None:
    with _keeping:
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = value


@lru_cache(maxsize=MOST_KEPT)
def _as_shipped(kind: Kind[Value], text: str) -> Value:
    return kind.read(text)
