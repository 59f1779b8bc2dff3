"""Mail, put into the outbox with the change that causes it."""

from datetime import datetime

from portal_app.encryption import keyring
from portal_app.services import outbox
from portal_app.services.door import Tx

TOPIC = "mail"


def send(
    tx: Tx, *, recipient: str, subject: str, text: str, until: datetime | None = None, record_key: str = ""
) -> None:
    """Queue one message; after `until` it is not worth sending any more. It waits for older ones to the same recipient,
    or, where it has a `record_key` of its own, for those of that key alone. Nothing where no mail server is configured,
    so that nothing piles up that nobody will ever deliver."""
    if tx.ports.mailer is None:
        return
    payload = {"recipient": recipient, "subject": subject, "text": text, "until": until.isoformat() if until else ""}
    order = record_key or f"mail:{keyring().lookup(recipient).hex()[:16]}"
    outbox.enqueue(tx, TOPIC, record_key=order, payload=payload)
