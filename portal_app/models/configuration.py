"""What an agency configured in the app: each kind by name, in versions that are only ever added to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment


class ConfigurationVersion(SQLModel, table=True):
    """One saved version; it is never changed. `name` is empty where there is one of the kind only. `shipped` is the
    SHA-256 of what would have held without any, when it was saved."""

    __tablename__ = "configuration_version"
    __table_args__ = (
        UniqueConstraint("kind", "name", "version", name="uq_configuration_version"),
        CheckConstraint("version >= 1", name="ck_configuration_version_first"),
    )

    id: int | None = key()
    locator: str = locator()
    kind: str = column(Holds.PLAIN, max_length=40)
    name: str = column(Holds.PLAIN, "", max_length=64)
    version: int = column(Holds.PLAIN)
    content: str = column(Holds.PLAIN, sa_type=Text)
    shipped: str = column(Holds.PLAIN, max_length=64)
    note: str = column(Holds.PLAIN, "", max_length=500)
    made_at: datetime = moment()
    made_by: str = column(Holds.CONTACT, max_length=254)
