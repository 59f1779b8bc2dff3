"""An agency on a real sshd, and portals that fetch from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.database import Database
from tests.integrations.sftp.agency import Agency, Opening, Portal, opened
from tests.servers import SftpServer
from tests.world import Clock


@pytest.fixture
def agency(sftp_server: SftpServer, tmp_path_factory: pytest.TempPathFactory) -> Agency:
    return Agency(sftp_server, tmp_path_factory.mktemp("there"))


@pytest.fixture
def opening(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Opening]:
    """Opens a portal over the same database each time: as after a restart with other settings."""
    made: list[Portal] = []

    def opening(agency: Agency) -> Portal:
        made.append(opened(agency, database, tmp_path, clock))
        return made[-1]

    yield opening
    for portal in made:
        portal.door.threads.shutdown()
