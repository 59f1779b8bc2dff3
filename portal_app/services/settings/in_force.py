"""Which settings hold: the environment's, and for what it leaves open those that the agency set in the app.

They are read in each transaction that asks for one, so that every process goes by a change from the moment it is saved.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal_app.models import metadata
from portal_app.settings import Settings

SET_IN_THE_APP = (
    "agency_name",
    "time_zone",
    "concurrent_sessions",
    "hourly_minute",
    "daily_hour",
    "ams_mail",
    "ams_tasks",
    "ams_attach",
    "ams_attach_mb",
)
KEPT = "settings in force"

_TABLE = metadata.tables["agency_settings"].c
_ROW = select(*(_TABLE[name] for name in SET_IN_THE_APP)).where(_TABLE.id == 1)


def in_force(db: Session, configured: Settings) -> Settings:
    """The settings that hold in this transaction; the database is asked once in it."""
    found = db.info.get(KEPT)
    if found is None:
        row = db.execute(_ROW).one()._mapping
        open_here = {name: row[name] for name in SET_IN_THE_APP if name not in configured.given}
        own = {name: value for name, value in open_here.items() if value is not None}
        found = db.info[KEPT] = configured.model_copy(update=own) if own else configured
    return found


def forget(db: Session) -> None:
    """Have them read anew, because this transaction changed them."""
    db.info.pop(KEPT, None)
