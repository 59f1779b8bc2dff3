"""Column types: exact money, aware times, encrypted text, locators."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, TypeDecorator
from ulid import ULID

from portal_app.encryption import keyring

# SQLite numbers rows only by INTEGER; PostgreSQL's INTEGER would end at two thousand million.
RowId = BigInteger().with_variant(Integer, "sqlite")


def new_locator() -> str:
    """A ULID: what the outside calls a record; it sorts by time and tells nothing of how many there are."""
    return str(ULID())


class Cents(TypeDecorator[Decimal]):
    """Decimal dollars in Python, whole cents in the table."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        cents = Decimal(value) * 100
        if cents != cents.to_integral_value():
            raise ValueError("money has at most two decimals")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in Python, always UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Encrypted(TypeDecorator[str]):
    """Text that the database holds only as a Fernet token."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(bytes(value))


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value that the database holds only as a Fernet token."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return (
            None if value is None else keyring().encrypt(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
        )

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else unsealed(value)


def unsealed(token: bytes) -> Any:
    """The JSON value behind such a token, for who selects more of them than they read."""
    return json.loads(keyring().decrypt(bytes(token)))
