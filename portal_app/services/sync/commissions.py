"""Lines of commission files: kept as they were sent. They count once their file is through; posting is a later step."""

from collections.abc import Sequence
from datetime import datetime

from portal_app.services.door import Tx
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.rows import Incoming


class TakingCommissions:
    """Implements Taking: the source record, with the file that it came in, is all there is."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        pass

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        return {}

    def take(self, rows: Sequence[Taken]) -> None:
        pass
