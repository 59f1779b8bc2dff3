"""Papers are ordered in the transaction that they are about: a process that dies before they are made leaves the order
behind."""

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.submissions import Submission
from portal_app.services import outbox
from portal_app.services.door import Tx

TOPIC = "paper"


def order(tx: Tx, row: Submission, kind: SubmissionDocumentKind) -> None:
    """Have the application or the binder of a submission made, once this transaction is through."""
    payload = {"submission": row.locator, "kind": kind.value}
    outbox.enqueue(tx, TOPIC, record_key=f"paper:{row.locator}", payload=payload)
