"""How often one address may fail: counted in the database, so that all processes count together."""

import ipaddress
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select, text

from portal_app.encryption import keyring
from portal_app.models import metadata
from portal_app.models.types import UtcDateTime
from portal_app.services.door import Tx

WINDOW = timedelta(minutes=15)
LIMIT = 30

_COUNT = text(
    "INSERT INTO attempt_count (key_hash, window_started_at, attempts) VALUES (:key, :now, 1) "
    "ON CONFLICT (key_hash) DO UPDATE SET "
    "attempts = CASE WHEN attempt_count.window_started_at <= :oldest THEN 1 ELSE attempt_count.attempts + 1 END, "
    "window_started_at = CASE WHEN attempt_count.window_started_at <= :oldest THEN :now "
    "ELSE attempt_count.window_started_at END RETURNING attempts"
).bindparams(bindparam("now", type_=UtcDateTime), bindparam("oldest", type_=UtcDateTime))
_COUNTS = metadata.tables["attempt_count"].c
_EXHAUSTED = select(_COUNTS.key_hash).where(
    _COUNTS.key_hash == bindparam("key"),
    _COUNTS.attempts >= LIMIT,
    _COUNTS.window_started_at > bindparam("oldest", type_=UtcDateTime),
)


EXHAUSTED = exists(_EXHAUSTED)
"""The same as part of another statement, which is given what `asked` says."""


def is_exhausted(tx: Tx, address: str) -> bool:
    """Whether too many attempts from this address failed in the last quarter of an hour."""
    return tx.db.execute(_EXHAUSTED, asked(tx, address)).first() is not None


def asked(tx: Tx, address: str) -> dict[str, Any]:
    """About which address the database is asked, and since when."""
    return {"key": _key(address), "oldest": tx.now - WINDOW}


def count_failure(tx: Tx, address: str) -> bool:
    """Count one more failure. Returns whether it was within the limit: of many at one moment, all of which passed
    `is_exhausted` before any was counted, only so many are."""
    return _counted(tx, _key(address)) <= LIMIT


def count(tx: Tx, what: str) -> int:
    """Count one more of something else that is limited, by the quarter of an hour. Returns how many there were now."""
    return _counted(tx, keyring().lookup(f"limit:{what}"))


def _counted(tx: Tx, key: bytes) -> int:
    return int(tx.db.execute(_COUNT, {"key": key, "now": tx.now, "oldest": tx.now - WINDOW}).scalar_one())


def _key(address: str) -> bytes:
    return keyring().lookup(f"address:{network_of(address)}")


def network_of(address: str) -> str:
    """A network of IPv6 counts as one address: whoever has one has 2^64. What is no address counts as it is written."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else address
