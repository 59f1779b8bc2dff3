"""Whether the portal can do its work: database, its shape, the data folder, the worker's sign of life."""

import os
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlmodel import col

from portal_app import migrations
from portal_app.models.jobs import Heartbeat
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads

WORKER_SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Each check by name, and whether it passed."""

    checks: dict[str, bool]

    @property
    def ready(self) -> bool:
        return all(self.checks.values())


@reads(Gate.PUBLIC)
def readiness(tx: Tx) -> Readiness:
    """Ask each part. A database that cannot be reached raises and counts as not ready."""
    migrated = tx.db.scalar(text("SELECT version_num FROM alembic_version"))
    beat = tx.db.scalar(select(func.max(col(Heartbeat.beat_at))))
    folder = tx.settings.folder
    return Readiness(
        {
            "database": True,
            "migration": migrated == migrations.head(),
            "storage": folder.is_dir() and os.access(folder, os.W_OK | os.X_OK),
            "worker": beat is not None and tx.now - beat < WORKER_SILENT_AFTER,
        }
    )
