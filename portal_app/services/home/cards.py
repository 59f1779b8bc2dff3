"""The cards of Home. Each is a service of its own, asked in a transaction of its own: one that cannot be had takes no
other with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal_app.services.access import Actor, Gate, can
from portal_app.services.door import SERVICES, Door, Tx, reads
from portal_app.services.errors import DomainError
from portal_app.services.home.at_risk import at_risk
from portal_app.services.home.book import book
from portal_app.services.home.desk import desk
from portal_app.services.home.people import people
from portal_app.services.home.queue import queue
from portal_app.services.home.renewals import renewals
from portal_app.services.home.since import since
from portal_app.services.home.troubles import troubles
from portal_app.services.home.turns import turns
from portal_app.services.home.unread import unread
from portal_app.services.licensing.records import today
from portal_app.services.sync.freshness import feeds

CARDS: dict[str, Callable[[Tx], Any]] = {
    "turns": turns,
    "desk": desk,
    "queue": queue,
    "messages": unread,
    "at_risk": at_risk,
    "since": since,
    "book": book,
    "renewals": renewals,
    "feeds": feeds,
    "troubles": troubles,
    "people": people,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """The agency's date, and the names of the cards that the actor's role has."""

    today: date
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What each card answered by its name, and what those said that could not be had."""

    found: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, DomainError] = field(default_factory=dict)


@reads(Gate.SIGNED_IN)
def overview(tx: Tx) -> Overview:
    """Which cards there are."""
    return Overview(today(tx), cards_of(tx.actor))


def cards_of(actor: Actor) -> tuple[str, ...]:
    """A card is there for whoever may ask its service."""
    return tuple(name for name, service in CARDS.items() if can(actor, SERVICES[service].requirement))


async def ask(door: Door, actor: Actor, names: Iterable[str]) -> Answers:
    """Ask these cards, one after another."""
    answers = Answers()
    for name in names:
        try:
            answers.found[name] = await door.act(CARDS[name], actor)
        except DomainError as error:
            answers.failed[name] = error
    return answers
