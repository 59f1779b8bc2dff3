"""Views of lists that people keep, and with which of them each begins."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.stored import stored_enum


class Listing(StrEnum):
    """The lists of which people keep views."""

    SUBMISSIONS = "submissions"
    POLICIES = "policies"


class SavedView(SQLModel, table=True):
    """What somebody asks of a list, under a name: filters, order and columns, and never a row. `name_key` is the name
    without regard to capitals. One that is shared is seen by everybody who sees the list; of those at most one is the
    agency's, with which the list begins for whoever chose nothing else."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "listing", "name_key", name="uq_saved_view_name"),
        CheckConstraint("shared OR NOT agencys", name="ck_saved_view_agencys"),
        CheckConstraint("version >= 1", name="ck_saved_view_version"),
        Index(
            "uq_saved_view_agencys",
            "listing",
            unique=True,
            sqlite_where=text("agencys"),
            postgresql_where=text("agencys"),
        ),
        Index("ix_saved_view_shared", "listing", "shared"),
    )

    id: int | None = key()
    locator: str = locator()
    user_id: int = reference("portal_user.id")
    listing: Listing = column(Holds.PLAIN, sa_type=stored_enum(Listing))
    name: str = column(Holds.CONTACT, max_length=60)
    name_key: str = column(Holds.CONTACT, max_length=120)
    asks: dict[str, Any] = column(Holds.CONTACT, default_factory=dict, sa_type=JSON)
    shared: bool = column(Holds.PLAIN, False)
    agencys: bool = column(Holds.PLAIN, False)
    made_at: datetime = moment()
    changed_at: datetime = moment()
    version: int = column(Holds.PLAIN, 1)


class StartView(SQLModel, table=True):
    """With what a list begins for one person: a view, or without one everything, whatever the agency begins with."""

    __tablename__ = "start_view"

    user_id: int = reference("portal_user.id", primary_key=True)
    listing: Listing = column(Holds.PLAIN, primary_key=True, sa_type=stored_enum(Listing))
    view_id: int | None = reference("saved_view.id", None)
