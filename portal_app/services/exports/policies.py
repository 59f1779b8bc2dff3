"""Policies as the list finds them, in the order of their arrival."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part, is_limited
from portal_app.services.policies import statements
from portal_app.services.policies.search import VIN_LENGTH, Search, filters, text_values
from portal_app.services.policies.statements import By
from portal_app.services.policies.text import read
from portal_app.services.policies.views import Query
from portal_app.services.scope import visible

OF_THE_LIST = (
    "Insured name", "Policy #", "LOB", "Carrier", "Effective date", "Expiration date", "Premium", "Status",
)  # fmt: skip
MORE = ("Producer code", "Producer", "Producer code of record", "VINs", "Property addresses", "As of (UTC)", "Locator")


@dataclass(frozen=True, slots=True)
class Way:
    """How the text of the search was understood when the export began: a change of the data meanwhile must not make
    another search of it."""

    by: By
    texts: tuple[str, ...] = ()


def columns(actor: Actor) -> tuple[str, ...]:
    return OF_THE_LIST if is_limited(actor) else OF_THE_LIST + MORE


@reads(Permission.EXPORT_DATA)
def check_filters(tx: Tx, *, asked: Query) -> None:
    """Raises Invalid for a line or carrier that no policy of this person's has. The list leaves such a filter out and
    says so; a file has no place for that, and an empty one would say that there is nothing."""
    if not (asked.line or asked.carrier):
        return
    there = filters(tx)
    choices = {"line": (asked.line, there.lines), "carrier": (asked.carrier, there.carriers)}
    unknown = [name for name, (value, each) in choices.items() if value and value not in {one.value for one in each}]
    if unknown:
        raise Invalid({name: f"There is no policy with this {name} that you may see." for name in unknown})


@reads(Permission.EXPORT_DATA)
def measure(tx: Tx, *, asked: Query) -> Measured:
    """The total of the list as filtered."""
    highest = tx.db.scalar(select(func.max(col(Policy.id)))) or 0
    search = Search.of(tx, replace(asked, offset=0, count=1))
    if search is None:
        return Measured(0, 0)
    typed = read(asked.text)
    if not typed.text:
        return Measured(search.everything().total, highest, Way(By.NOTHING))
    by = By.BEGINNING if typed.begins else By.INDEX
    if exact := search.exactly(typed):
        return Measured(exact.total, highest, Way(By.EXACT, (asked.text,)))
    if held := search.holding((typed,)):
        return Measured(held.total, highest, Way(by, (asked.text,)))
    if mended := search.mistyped(typed):
        taken = tuple(one.text for one in search.meant(typed))
        return Measured(mended.total, highest, Way(By.BEGINNING if read(taken[0]).begins else By.INDEX, taken))
    return Measured(0, highest)


@reads(Permission.EXPORT_DATA)
def part(tx: Tx, *, asked: Query, measured: Measured, after: int, most: int) -> Part:
    search, way = Search.of(tx, asked), measured.way
    if search is None or way is None:
        return Part(())
    texts = tuple(read(text) for text in way.texts)
    keyed = tuple(_keyed(way.by, one.key) for one in texts)
    shape = replace(search.shape, by=way.by, keyed=keyed)
    if way.by is By.EXACT:
        compared: dict[str, Any] = {"key0": texts[0].key, "vin": texts[0].key.upper()}
    else:
        compared = text_values(texts, shape.dialect)
    within = {"after": after, "highest": measured.highest, "most": most}
    ids = [row[0] for row in search.db.execute(statements.ids(shape), search.values | compared | within)]
    return Part(_rows(tx, ids), ids[-1]) if ids else Part(())


def _keyed(by: By, key: str) -> bool:
    return len(key) == VIN_LENGTH if by is By.EXACT else bool(key)


def _rows(tx: Tx, ids: list[int]) -> tuple[tuple[Cell, ...], ...]:
    code, record, producer = aliased(ProducerCode), aliased(ProducerCode), aliased(Producer)
    found = (
        visible(tx.actor, Policy)
        .add_columns(col(LineOfBusiness.name), col(Carrier.name), col(code.code), col(producer.name), col(record.code))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Policy.line_id))
        .join(Carrier, col(Carrier.id) == col(Policy.carrier_id))
        .outerjoin(code, col(code.id) == col(Policy.producer_code_id))
        .outerjoin(producer, col(producer.id) == col(code.producer_id))
        .outerjoin(record, col(record.id) == col(Policy.code_of_record_id))
        .where(col(Policy.id).in_(ids))
        .order_by(col(Policy.id))
    )
    cells = _of_the_list if is_limited(tx.actor) else _whole
    return tuple(cells(row) for row in tx.db.execute(found))


def _of_the_list(row: Any) -> tuple[Cell, ...]:
    policy, line, carrier, *_ = row
    return (
        policy.insured_name, policy.number, line, carrier, policy.effective, policy.expiration, policy.premium,
        policy.status.label,
    )  # fmt: skip


def _whole(row: Any) -> tuple[Cell, ...]:
    policy, _, _, code, producer, record = row
    vins, streets = (", ".join(policy.vins.split("\n")), "; ".join(policy.streets.split("\n")))
    return (*_of_the_list(row), code, producer, record, vins, streets, policy.as_of, policy.locator)
