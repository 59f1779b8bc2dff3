"""The index of documents: one row for each that the agency's system has on file."""

from collections.abc import Sequence
from datetime import datetime

from portal_app.services.door import Tx
from portal_app.services.ports import DocumentRecord
from portal_app.services.sync import bulk
from portal_app.services.sync.attached import TakingAttached
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.references import look_up
from portal_app.services.sync.rows import Incoming


class TakingDocuments(TakingAttached):
    """A document is of a policy or, where the row names none, of a whole account."""

    table = bulk.DOCUMENT
    event = "policy.document"

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        super().__init__(tx, feed, exported_at)
        self.accounts: dict[str, int] = {}

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        accounts = self._accounts([row.record for row in rows])
        unknown: Refusals = {
            row.source_id: (row.names(row.record.client_id, "a client who is not among the clients taken in"),)
            for row in rows
            if row.record.policy is None and row.record.client_id not in accounts
        }
        return {**super().refusals(rows), **unknown}

    def take(self, rows: Sequence[Taken]) -> None:
        self.accounts = self._accounts([row.record for row in rows])
        super().take(rows)

    def row_of(self, record: DocumentRecord) -> Row:
        return {
            "account_id": self.accounts[record.client_id] if record.policy is None else None,
            "category": record.category,
            "title": record.title,
            "dated": record.dated,
            "term_effective": record.effective,
            "file_name": record.file_name,
        }

    def _accounts(self, records: Sequence[DocumentRecord]) -> dict[str, int]:
        asked = (record.client_id for record in records if record.policy is None)
        return look_up(self.tx.db, self.feed, accounts=asked, codes=(), carriers=()).accounts
