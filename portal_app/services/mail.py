"""Mail, put into the outbox with the change that causes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal_app.encryption import keyring
from portal_app.services import outbox
from portal_app.services.door import Tx
from portal_app.services.media.files import place_of
from portal_app.services.ports import DeliveryRefused

TOPIC = "mail"


@dataclass(frozen=True, slots=True)
class Attached:
    """A stored file to go with a mail: where its bytes lie, by their SHA-256 in hexadecimal, and what it is called.
    They are read when the mail leaves. `size` is in bytes."""

    digest: str
    filename: str
    content_type: str
    size: int


def send(
    tx: Tx,
    *,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    attached: Sequence[Attached] = (),
    until: datetime | None = None,
    record_key: str = "",
) -> None:
    """Queue one message, with the same as `html` where that is given; after `until` it is not worth sending any more.
    It waits for older ones to the same recipient, or, where it has a `record_key` of its own, for those of that key
    alone. Nothing where no mail server is configured, so that nothing piles up that nobody will ever deliver."""
    if tx.ports.mailer is None:
        return
    payload: dict[str, Any] = {"recipient": recipient, "subject": subject, "text": text}
    payload |= {"until": until.isoformat() if until else ""}
    if html:
        payload["html"] = html
    if attached:
        payload["attached"] = [asdict(each) for each in attached]
    order = record_key or f"mail:{order_of(recipient)}"
    outbox.enqueue(tx, TOPIC, record_key=order, payload=payload)


def order_of(recipient: str) -> str:
    """What stands for an address where messages are kept in order, and does not tell it."""
    return keyring().lookup(recipient).hex()[:16]


def content_of(folder: Path, digest: str) -> bytes:
    """A stored file as it lies in the data folder now. Raises DeliveryRefused where it is gone: a message that speaks
    of it would be of no use."""
    try:
        return place_of(folder, digest).read_bytes()
    except FileNotFoundError:
        raise DeliveryRefused("The file to attach is not in the portal's data folder any more.") from None
