"""Accounts: the people and businesses that the agency insures."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment
from portal_app.models.enums import AccountKind
from portal_app.models.stored import stored_enum


class Account(SQLModel, table=True):
    """A client as the agency's system knows them; `feed` and `source_id` say which record there."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("feed", "source_id", name="uq_account_source"),
        Index("ix_account_name", "name", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    source_id: str = column(Holds.PLAIN, max_length=128)
    kind: AccountKind = column(Holds.PLAIN, sa_type=stored_enum(AccountKind))
    name: str = column(Holds.CONTACT, max_length=200)
    email: str = column(Holds.CONTACT, "", max_length=254)
    phone: str = column(Holds.CONTACT, "", max_length=40)
    street: str = column(Holds.CONTACT, "", max_length=200)
    city: str = column(Holds.CONTACT, "", max_length=100)
    state: str = column(Holds.CONTACT, "", max_length=2)
    postal_code: str = column(Holds.CONTACT, "", max_length=10)
    birth_date: str | None = column(Holds.PERSONAL, None)
    tax_id: str | None = column(Holds.PERSONAL, None)
    tax_id_lookup: bytes | None = column(Holds.PERSONAL, None, sa_type=LargeBinary, index=True)
    driver_license: str | None = column(Holds.PERSONAL, None)
    as_of: datetime = moment()
