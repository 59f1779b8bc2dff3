"""Text messages, put into the outbox with the change that causes them."""

from datetime import datetime

from portal_app.encryption import keyring
from portal_app.services import outbox
from portal_app.services.door import Tx

TOPIC = "text"


def send(tx: Tx, *, number: str, text: str, until: datetime | None = None, record_key: str = "") -> None:
    """Queue one message to an E.164 number; after `until` it is not worth sending any more. It waits for older ones to
    the same number, or, where it has a `record_key` of its own, for those of that key alone. Nothing where no gateway
    is configured."""
    if tx.ports.texts is None:
        return
    payload = {"number": number, "text": text, "until": until.isoformat() if until else ""}
    order = record_key or f"text:{keyring().lookup(number).hex()[:16]}"
    outbox.enqueue(tx, TOPIC, record_key=order, payload=payload)
