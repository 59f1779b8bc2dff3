"""Columns as every table declares them: with the class of what they hold."""

from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from portal_app.models.types import Encrypted, EncryptedJson, RowId, UtcDateTime, new_locator

# Every constraint has a name, so that a migration can speak of it on both databases.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# A row is never checked by pydantic: what would do it takes a tenth of each start to build.
SQLModel.model_config["defer_build"] = True


class Holds(StrEnum):
    """What a column holds, which decides how it is kept and who may see it."""

    PLAIN = "plain"  # says nothing about a person or a client's business
    BUSINESS = "business"  # a client's insurance: kept readable, shown by scope
    CONTACT = "contact"  # names, addresses, telephone numbers: kept readable, shown by scope, never logged
    PERSONAL = "personal"  # social security number, licence, birth date: encrypted, never logged
    SECRET = "secret"  # what opens a door: encrypted or hashed


def column(holds: Holds, default: Any = ..., **more: Any) -> Any:
    """A SQLModel field whose column carries its class. Personal and secret text is encrypted unless `sa_type` says
    that it is a hash."""
    if "sa_type" not in more and holds in (Holds.PERSONAL, Holds.SECRET):
        more["sa_type"] = Encrypted
    arguments = dict(more.pop("sa_column_kwargs", {}))
    arguments["info"] = {"holds": holds}
    if default is ...:
        return Field(sa_column_kwargs=arguments, **more)
    return Field(default, sa_column_kwargs=arguments, **more)


def key() -> Any:
    return column(Holds.PLAIN, None, primary_key=True, sa_type=RowId)


def locator() -> Any:
    arguments = {"info": {"holds": Holds.PLAIN}}
    return Field(default_factory=new_locator, unique=True, max_length=26, sa_column_kwargs=arguments)


def reference(target: str, default: Any = ..., **more: Any) -> Any:
    """A foreign key to `table.column`."""
    return column(Holds.PLAIN, default, foreign_key=target, sa_type=RowId, **more)


def moment(default: Any = ..., **more: Any) -> Any:
    """An aware UTC time."""
    return column(Holds.PLAIN, default, sa_type=UtcDateTime, **more)


def sealed(default: Any = ..., **more: Any) -> Any:
    """A JSON value that may hold personal data, encrypted."""
    return column(Holds.PERSONAL, default, sa_type=EncryptedJson, **more)
