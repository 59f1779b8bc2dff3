"""What every record of a producer is asked and told with: whose it is, its days, and what was changed of it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.scope import visible

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
MOST_NAMES = 100
CHANGED_MEANWHILE = "Somebody changed this in the meantime. Nothing of yours was saved; look at it again."
Row = TypeVar("Row", bound=SQLModel)


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """The producer whose record it is."""

    locator: str
    name: str


def producer_of(tx: Tx, locator: str) -> Producer:
    """The producer. Raises NotFound."""
    asked = visible(tx.actor, Producer).where(col(Producer.locator) == locator)
    found: Producer | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def held_by_id(tx: Tx, producer_id: int) -> Producer:
    """The producer, about whom nobody else writes until the transaction ends: else two could each write down what
    contradicts the other. Raises NotFound."""
    asked = visible(tx.actor, Producer).where(col(Producer.id) == producer_id).with_for_update()
    found: Producer | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def holders(tx: Tx, producer_ids: Iterable[int]) -> dict[int, Holder]:
    """The producers of rows that the actor was found to see."""
    columns = (col(Producer.id), col(Producer.locator), col(Producer.name))
    found = tx.db.execute(select(*columns).where(col(Producer.id).in_(set(producer_ids))))
    return {number or 0: Holder(locator, name) for number, locator, name in found}


def one_of(tx: Tx, model: type[Row], locator: str) -> Row:
    """The row of that locator. Raises NotFound also for what is not the actor's to see."""
    found = tx.db.scalars(visible(tx.actor, model).where(model.locator == locator)).first()  # type: ignore[attr-defined]
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]


def held(tx: Tx, model: type[Row], locator: str) -> tuple[Row, Producer]:
    """The row as it is now, and its producer, about whom nobody else writes until this is through. Raises NotFound."""
    row = one_of(tx, model, locator)
    owner = held_by_id(tx, row.producer_id)  # type: ignore[attr-defined]
    tx.db.refresh(row)
    return row, owner


def page_of(tx: Tx, model: type[Row], *, producer: str, offset: int, count: int) -> tuple[list[Row], int]:
    """Some rows in the order in which they were written down, of one producer where a locator is given, and how many
    there are. Raises NotFound for a producer that is not the actor's to see."""
    asked = visible(tx.actor, model)
    if producer:
        owner = producer_of(tx, producer)
        asked = asked.where(model.producer_id == owner.id)  # type: ignore[attr-defined]
    total = tx.db.scalar(select(func.count()).select_from(asked.subquery())) or 0
    ordered = asked.order_by(model.id).offset(max(offset, 0)).limit(min(max(count, 1), 200))  # type: ignore[attr-defined]
    return list(tx.db.scalars(ordered)), total


def code_ids(tx: Tx, codes: Sequence[str]) -> list[int]:
    """The ids of producer codes, in their order. Raises Invalid naming those that there are not."""
    if not codes:
        return []
    found = tx.db.scalars(visible(tx.actor, ProducerCode).where(col(ProducerCode.code).in_(codes)))
    known = {each.code: each.id or 0 for each in found}
    if strange := [each for each in codes if each not in known]:
        raise Invalid({"producer_codes": f"There is no producer code {', '.join(strange)}."})
    return [known[each] for each in codes]


def unknown_products(tx: Tx, products: Sequence[str]) -> str:
    """A sentence that names what is no line of business of the agency, or nothing."""
    if not products:
        return ""
    known = set(tx.db.scalars(select(col(LineOfBusiness.code))))
    strange = [each for each in products if each not in known]
    return f"{', '.join(strange)}: no such line of business." if strange else ""


def today(tx: Tx) -> date:
    """The day that it is where the agency is."""
    return tx.now.astimezone(tx.settings.zone).date()


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day begins there."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def last_day(until: datetime | None, zone: ZoneInfo) -> date | None:
    """The last day of which some part lies before the moment."""
    return None if until is None else (until - timedelta(microseconds=1)).astimezone(zone).date()


def told_day(day: date) -> str:
    """Mar 1, 2026."""
    return f"{day:%b} {day.day}, {day.year}"


def plain(terms: Any) -> dict[str, Any]:
    """A record's terms as the trail keeps them."""
    return {field.name: _plain(getattr(terms, field.name)) for field in dataclasses.fields(terms)}


def differences(before: Any, after: Any) -> dict[str, dict[str, Any]]:
    """What differs between two records' terms, as the trail keeps it."""
    was, now = plain(before), plain(after)
    names = [name for name in now if was[name] != now[name]]
    return {"before": {name: was[name] for name in names}, "after": {name: now[name] for name in names}}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return plain(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.value if isinstance(value, Enum) else value


def problems_of_texts(texts: Mapping[str, str], longest: Mapping[str, int]) -> dict[str, str]:
    """What is too long for its column, or no text that could be read."""
    return {
        name: f"Enter at most {longest[name]} characters, without line breaks."
        for name, text in texts.items()
        if len(text) > longest[name] or not (text.isprintable() or text == "")
    }


def problems_of_days(days: Mapping[str, date | datetime | None]) -> dict[str, str]:
    """Days so far away that they can only be slips of the pen."""
    found = {}
    for name, value in days.items():
        day = value.date() if isinstance(value, datetime) else value
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            found[name] = f"Enter a date between {FIRST_DAY.year} and {LAST_DAY.year}."
        elif isinstance(value, datetime) and value.tzinfo is None:
            found[name] = "Say the time with its zone."
    return found


def problems_of_names(lists: Mapping[str, Sequence[str]], longest: int) -> dict[str, str]:
    """Lists that are too long, or hold what is."""
    found = {}
    for name, values in lists.items():
        if len(values) > MOST_NAMES or any(len(each) > longest or not each.isprintable() for each in values):
            found[name] = f"Enter at most {MOST_NAMES} names of at most {longest} characters."
        elif len(set(values)) < len(values):
            found[name] = "Name each once."
    return found


def tidy(values: Sequence[str]) -> tuple[str, ...]:
    """Without what is blank."""
    return tuple(stripped for each in values if (stripped := each.strip()))
