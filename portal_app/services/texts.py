"""Text messages, put into the outbox with the change that causes them."""

from datetime import datetime

from portal_app.encryption import keyring
from portal_app.services import outbox
from portal_app.services.door import Tx

TOPIC = "text"


def send(tx: Tx, *, number: str, text: str, until: datetime | None = None) -> None:
    """Queue one message to an E.164 number; after `until` it is not worth sending any more. Nothing where no gateway
    is configured."""
    if tx.ports.texts is None:
        return
    payload = {"number": number, "text": text, "until": until.isoformat() if until else ""}
    outbox.enqueue(tx, TOPIC, record_key=f"text:{keyring().lookup(number).hex()[:16]}", payload=payload)
