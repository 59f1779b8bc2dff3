"""What the outside implements so that events reach their receivers. Nothing of who fills it is known here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EventCall:
    """One event for one receiver. `message_id` is the same on a repeated delivery, `at` the time of this attempt;
    each of `secrets` signs."""

    url: str
    message_id: str
    at: datetime
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What the receiver answered: its status, and how long it asks to be left alone, where it does."""

    status: int
    wait: timedelta | None = None


class WebhookSender(Protocol):
    def wrong_with(self, url: str) -> str:
        """What speaks against an address, as a sentence, before anybody is asked where it leads; empty where nothing
        does."""
        ...

    def send(self, call: EventCall) -> EventAnswer:
        """Hand the event over, whatever the answer is. Raises DeliveryFailed where there is none, also where the
        address leads to where nothing may be sent."""
        ...
