"""How often one address may fail: counted in the database, so that all processes count together."""

import ipaddress
from datetime import timedelta

from sqlalchemy import bindparam, text

from portal_app.encryption import keyring
from portal_app.models.identity import AttemptCount
from portal_app.models.types import UtcDateTime
from portal_app.services.door import Tx

WINDOW = timedelta(minutes=15)
LIMIT = 30

_COUNT = text(
    "INSERT INTO attempt_count (key_hash, window_started_at, attempts) VALUES (:key, :now, 1) "
    "ON CONFLICT (key_hash) DO UPDATE SET "
    "attempts = CASE WHEN attempt_count.window_started_at <= :oldest THEN 1 ELSE attempt_count.attempts + 1 END, "
    "window_started_at = CASE WHEN attempt_count.window_started_at <= :oldest THEN :now "
    "ELSE attempt_count.window_started_at END"
).bindparams(bindparam("now", type_=UtcDateTime), bindparam("oldest", type_=UtcDateTime))


def is_exhausted(tx: Tx, address: str) -> bool:
    """Whether too many attempts from this address failed in the last quarter of an hour."""
    found = tx.db.get(AttemptCount, _key(address))
    return found is not None and found.attempts >= LIMIT and tx.now - found.window_started_at < WINDOW


def count_failure(tx: Tx, address: str) -> None:
    tx.db.execute(_COUNT, {"key": _key(address), "now": tx.now, "oldest": tx.now - WINDOW})


def _key(address: str) -> bytes:
    return keyring().lookup(f"address:{network_of(address)}")


def network_of(address: str) -> str:
    """A network of IPv6 counts as one address: whoever has one has 2^64. What is no address counts as it is written."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else address
