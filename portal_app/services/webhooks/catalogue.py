"""The events that there are, for whoever chooses among them."""

from dataclasses import dataclass

from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.webhooks.names import EVENTS


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    words: str


@reads(Permission.CHANGE_SETTINGS)
def events(tx: Tx) -> tuple[Event, ...]:
    """Every event by name, with what it says."""
    return tuple(Event(name, words) for name, words in EVENTS.items())
