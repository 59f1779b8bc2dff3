"""What the agency set for itself in the app, and how it came to be so."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, moment, sealed


class AgencySettings(SQLModel, table=True):
    """The one row of what was set in the app. What is empty was never set, and the default holds. `version` grows with
    each change, so that who saves says which one they looked at."""

    __tablename__ = "agency_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_agency_settings_single"),
        CheckConstraint("version >= 0", name="ck_agency_settings_version"),
        CheckConstraint("hourly_minute BETWEEN 0 AND 59", name="ck_agency_settings_minute"),
        CheckConstraint("daily_hour BETWEEN 0 AND 23", name="ck_agency_settings_hour"),
        CheckConstraint("ams_attach_mb BETWEEN 1 AND 25", name="ck_agency_settings_ams_attach_mb"),
    )

    id: int = column(Holds.PLAIN, 1, primary_key=True)
    version: int = column(Holds.PLAIN, 0)
    agency_name: str | None = column(Holds.PLAIN, None, max_length=80)
    time_zone: str | None = column(Holds.PLAIN, None, max_length=64)
    concurrent_sessions: bool | None = column(Holds.PLAIN, None)
    hourly_minute: int | None = column(Holds.PLAIN, None)
    daily_hour: int | None = column(Holds.PLAIN, None)
    ams_mail: str | None = column(Holds.PLAIN, None, max_length=254)
    ams_tasks: str | None = column(Holds.PLAIN, None, max_length=254)
    ams_attach: bool | None = column(Holds.PLAIN, None)
    ams_attach_mb: int | None = column(Holds.PLAIN, None)


class SettingsChange(SQLModel, table=True):
    """One saved change: who, when, and each setting before and after, in the words of the page."""

    __tablename__ = "settings_change"

    version: int = column(Holds.PLAIN, primary_key=True)
    changed_by: str = column(Holds.CONTACT, max_length=254)
    changed_at: datetime = moment()
    changes: list[dict[str, Any]] = sealed()
