"""Mail, put into the outbox with the change that causes it."""

from portal_app.encryption import keyring
from portal_app.services import outbox
from portal_app.services.door import Tx

TOPIC = "mail"


def send(tx: Tx, *, recipient: str, subject: str, text: str) -> None:
    """Queue one message; nothing where no mail server is configured, so that nothing piles up that nobody will ever
    deliver."""
    if tx.ports.mailer is None:
        return
    payload = {"recipient": recipient, "subject": subject, "text": text}
    outbox.enqueue(tx, TOPIC, record_key=f"mail:{keyring().lookup(recipient).hex()[:16]}", payload=payload)
