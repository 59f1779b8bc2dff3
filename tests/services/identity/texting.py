"""A gateway in memory, and what it was handed."""

import re
from dataclasses import dataclass, field

from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.ports import DeliveryFailed, Mail, TextMessage


@dataclass
class Texts:
    """Implements TextMessenger."""

    sent: list[TextMessage] = field(default_factory=list)
    # What holds these words does not leave for now.
    kept: str | None = None

    def send(self, message: TextMessage) -> None:
        if self.kept is not None and self.kept in message.text:
            raise DeliveryFailed("The gateway is down.")
        self.sent.append(message)

    def code(self, door: Door) -> str:
        """The code of the newest message, once all that is due has left."""
        deliver_due(door, holder="test")
        found = re.search(r"\b\d{6}\b", self.sent[-1].text)
        assert found is not None
        return found.group()


@dataclass
class Letters:
    """Implements Mailer."""

    sent: list[Mail] = field(default_factory=list)
    # What holds these words does not leave for now.
    kept: str | None = None

    def send(self, mail: Mail) -> None:
        if self.kept is not None and self.kept in mail.text:
            raise DeliveryFailed("The mail server is down.")
        self.sent.append(mail)

    def subjects(self, door: Door) -> list[str]:
        deliver_due(door, holder="test")
        return [mail.subject for mail in self.sent]
