"""Everything about one producer, as of one moment: what its page shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.models.media import Media
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.licensing import appointments, cover, education, licenses, runway
from portal_app.services.media import library
from portal_app.services.media.library import MediaView
from portal_app.services.producers import find, overview, tree
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.overview import Lines
from portal_app.services.producers.rows import one, type_of
from portal_app.services.producers.views import ProducerView, called, producers_shown

MOST = 200


@dataclass(frozen=True, slots=True)
class Above:
    """Who stands above, or the producer itself at the end of its line."""

    locator: str
    name: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody who signs in as this producer."""

    locator: str
    name: str
    email: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """`type` is None for one that is not configured any more; `media` are the files that the data refers to, by their
    locators; `above` goes from the top down, as far as the actor may see. Of long lists it has the first, and how many
    there are. `people` is None where the actor does not manage users."""

    producer: ProducerView
    type: EntityType | None
    media: Mapping[str, MediaView]
    above: tuple[Above, ...]
    below: Lines
    codes: find.Codes
    licenses: licenses.Licenses
    appointments: appointments.Appointments
    cycles: education.Cycles
    covers: cover.Covers
    required: cover.Required
    covered: cover.Standing
    ending: tuple[runway.Item, ...]
    people: tuple[Linked, ...] | None


@reads(Permission.VIEW_PRODUCERS)
def page(tx: Tx, *, locator: str) -> Detail:
    """What there is to know of a producer, as far as the actor may. Raises NotFound."""
    row = one(tx, Producer, locator)
    above = reversed(tree.above(tx, row)[1:])
    return Detail(
        producer=producers_shown(tx, [row])[0],
        type=type_of(tx, row),
        media=media_of(tx, row.data),
        above=tuple(Above(each.locator, called(each)) for each in above),
        below=overview.listed(tx, parent=locator, count=MOST),
        codes=find.codes_of(tx, locator=locator, count=MOST),
        licenses=licenses.listed(tx, producer=locator, count=MOST),
        appointments=appointments.listed(tx, producer=locator, count=MOST),
        cycles=education.listed(tx, producer=locator, count=MOST),
        covers=cover.listed(tx, producer=locator, count=MOST),
        required=cover.required(tx, producer=locator),
        covered=cover.ask(tx, producer=locator),
        ending=runway.listed(tx, producer=locator, count=MOST).rows,
        people=_people(tx, row) if can(tx.actor, Permission.MANAGE_USERS) else None,
    )


@reads(Permission.VIEW_PRODUCERS)
def media_of_code(tx: Tx, *, locator: str) -> dict[str, MediaView]:
    """The files that a code's data refers to. Raises NotFound."""
    return media_of(tx, one(tx, ProducerCode, locator).data)


def media_of(tx: Tx, data: Mapping[str, Any]) -> dict[str, MediaView]:
    """The files that the data refers to, with all their versions. Whoever sees the data sees them."""
    wanted = {locator for each in data.values() for locator in _references(each)}
    asked = select(col(Media.locator)).where(col(Media.locator).in_(wanted))
    there = tx.db.scalars(asked) if wanted else ()
    return {locator: library.one(tx, locator=locator) for locator in there}


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "versionLocator" in value and isinstance(value.get("locator"), str):
            yield value["locator"]
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _people(tx: Tx, row: Producer) -> tuple[Linked, ...]:
    asked = select(User).where(col(User.producer_id) == row.id).order_by(col(User.name), col(User.id))
    return tuple(
        Linked(each.locator, each.name, each.email, each.role.label, each.disabled_at is None)
        for each in tx.db.scalars(asked)
    )
