"""What the kinds of records share while they are taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from portal_app.services.door import Tx
from portal_app.services.sync.rows import Incoming

Refusals = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A row whose source record is written: what it holds, and which version of which source record says so."""

    record: Any
    source_record_id: int
    version: int


class Taking(Protocol):
    """Takes records of one kind into the portal's own tables, within one transaction."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None: ...

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        """The rows that cannot be taken in, by source id, with the reasons. Changes nothing."""
        ...

    def take(self, rows: Sequence[Taken]) -> None:
        """Write what the rows say."""
        ...
