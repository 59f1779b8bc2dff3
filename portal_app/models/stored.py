"""Enums in tables: their values as text, held by a CHECK."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum


def stored_enum(kind: type[StrEnum]) -> Any:
    """The column type of an enum: text on both databases, so that a new value needs no special migration on
    PostgreSQL."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=24,
        name=f"ck_{kind.__name__.lower()}",
        values_callable=lambda members: [member.value for member in members],
    )
