"""Errors-and-omissions cover of producers, what each has to have, and whether they have it on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.licensing import CoverRequirement, ProducerCover
from portal_app.models.producers import Producer
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing import records

LONGEST = {"carrier": 120, "policy_number": 64}
MOST_DOLLARS = Decimal(10) ** 10
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class CoverTerms:
    """Limits and retention are dollars with cents, `expires_on` is the last day. Without a `retroactive_on` all that
    was done before is covered."""

    carrier: str
    policy_number: str
    each_claim: Decimal
    aggregate: Decimal
    retention: Decimal
    effective_on: date
    expires_on: date
    retroactive_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover of a producer. `version` is what a change is made on top of."""

    locator: str
    version: int
    producer: records.Holder
    terms: CoverTerms


@dataclass(frozen=True, slots=True)
class Covers:
    """A page of covers in the order in which they were written down, and how many there are."""

    rows: tuple[Cover, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Required:
    """The least that a producer has to have, in dollars, and whether they may bind without it; nothing where it is not
    `asked` for. `version` is 0 where it never was."""

    each_claim: Decimal = Decimal(0)
    aggregate: Decimal = Decimal(0)
    stops_bind: bool = False
    version: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the producer is covered as required on that day, in a sentence; `stops_bind` only where they are not and
    it is to stop a bind."""

    passes: bool
    stops_bind: bool
    found: str
    would_pass: str = ""


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, producer: str = "", offset: int = 0, count: int = 50) -> Covers:
    """The covers that the actor may see, of one producer where a locator is given. Raises NotFound for a producer that
    is not theirs to see."""
    rows, total = records.page_of(tx, ProducerCover, producer=producer, offset=offset, count=count)
    return Covers(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Cover:
    """One cover. Raises NotFound."""
    return _told(tx, [records.one_of(tx, ProducerCover, locator)])[0]


@writes(Permission.MANAGE_PRODUCERS)
def add(tx: Tx, *, producer: str, terms: CoverTerms) -> str:
    """Write a cover down. Returns its locator. Raises NotFound for a producer that there is not, or Invalid."""
    owner = records.producer_of(tx, producer)
    terms = _checked(terms)
    row = ProducerCover(producer_id=owner.id or 0, created_at=tx.now, **asdict(terms))
    tx.db.add(row)
    tx.db.flush()
    detail = {"producer": owner.locator, "after": records.plain(terms)}
    audit.record(tx, "cover.added", subject_kind="cover", subject=row.locator, detail=detail)
    return row.locator


@writes(Permission.MANAGE_PRODUCERS)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> None:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. Raises NotFound,
    Conflict where it was changed in the meantime, or Invalid."""
    row, _ = records.held(tx, ProducerCover, locator)
    before = _terms(row)
    terms = _checked(replace(before, **given))
    if terms == before and row.version == version:
        return
    same = (col(ProducerCover.id) == row.id, col(ProducerCover.version) == version)
    written = update(ProducerCover).where(*same).values(version=version + 1, **asdict(terms))
    if not tx.db.execute(written.returning(col(ProducerCover.id))).all():
        raise Conflict(records.CHANGED_MEANWHILE)
    detail = records.differences(before, terms)
    audit.record(tx, "cover.changed", subject_kind="cover", subject=row.locator, detail=detail)


@writes(Permission.MANAGE_PRODUCERS)
def remove(tx: Tx, *, locator: str, version: int) -> None:
    """Take away a cover that was written down by mistake. Raises NotFound, or Conflict where it was changed in the
    meantime."""
    row, _ = records.held(tx, ProducerCover, locator)
    if row.version != version:
        raise Conflict(records.CHANGED_MEANWHILE)
    detail = {"before": records.plain(_terms(row))}
    audit.record(tx, "cover.removed", subject_kind="cover", subject=row.locator, detail=detail)
    tx.db.delete(row)


@reads(Permission.VIEW_PRODUCERS)
def required(tx: Tx, *, producer: str) -> Required:
    """What the producer has to have. Raises NotFound."""
    return _required(tx, records.producer_of(tx, producer).id or 0)


@writes(Permission.MANAGE_PRODUCERS)
def require(
    tx: Tx, *, producer: str, version: int, each_claim: Decimal, aggregate: Decimal, stops_bind: bool
) -> Required:
    """Say what the producer has to have, in dollars. `version` is the one that was looked at. Raises NotFound, Invalid,
    or Conflict where it was changed in the meantime."""
    owner = records.held_by_id(tx, records.producer_of(tx, producer).id or 0)
    problems = _of_amounts({"each_claim": each_claim, "aggregate": aggregate})
    if not problems and aggregate < each_claim:
        problems["aggregate"] = "The limit for all claims is lower than that for one."
    if problems:
        raise Invalid(problems)
    before = _required(tx, owner.id or 0)
    if before.version != version:
        raise Conflict(records.CHANGED_MEANWHILE)
    after = Required(each_claim, aggregate, stops_bind, version + 1, asked=True)
    if replace(after, version=version) == before:
        return before
    _write(tx, "cover.required", owner, before, after)
    return after


@writes(Permission.MANAGE_PRODUCERS)
def release(tx: Tx, *, producer: str, version: int) -> Required:
    """Ask for no cover of the producer any more. `version` is the one that was looked at. Where nothing is asked for,
    nothing is done. Raises NotFound, or Conflict where it was changed in the meantime."""
    owner = records.held_by_id(tx, records.producer_of(tx, producer).id or 0)
    before = _required(tx, owner.id or 0)
    if before.version != version:
        raise Conflict(records.CHANGED_MEANWHILE)
    if not before.asked:
        return before
    after = Required(version=version + 1)
    _write(tx, "cover.released", owner, before, after)
    return after


@reads(Permission.VIEW_PRODUCERS)
def ask(tx: Tx, *, producer: str, on: date | None = None) -> Standing:
    """Whether the producer is covered as required on that day, the agency's today where none is given. Raises
    NotFound."""
    owner = records.producer_of(tx, producer)
    return covered(tx, producer_id=owner.id or 0, on=on or records.today(tx))


def covered(tx: Tx, *, producer_id: int, on: date) -> Standing:
    """The same for who asks of a producer by id; that they may is for the caller to see to."""
    asked = _required(tx, producer_id)
    rows = tx.db.scalars(select(ProducerCover).where(col(ProducerCover.producer_id) == producer_id))
    that_day = [row for row in rows if row.effective_on <= on <= row.expires_on]
    enough = [row for row in that_day if row.each_claim >= asked.each_claim and row.aggregate >= asked.aggregate]
    day = records.told_day(on)
    if enough:
        return Standing(True, False, f"{enough[0].carrier} covers errors and omissions on {day}.")
    if not asked.asked:
        return Standing(True, False, "No errors-and-omissions cover is asked for.")
    would = "A cover"
    if asked.aggregate:
        would = f"A cover of at least ${asked.each_claim:,.2f} for each claim and ${asked.aggregate:,.2f} for all"
    found = "is too small" if that_day else "is not there"
    return Standing(
        passes=False,
        stops_bind=asked.stops_bind,
        found=f"Errors-and-omissions cover {found} on {day}.",
        would_pass=f"{would} that is in force that day would.",
    )


def _required(tx: Tx, producer_id: int) -> Required:
    row = tx.db.get(CoverRequirement, producer_id)
    if row is None:
        return Required()
    return Required(row.each_claim, row.aggregate, row.stops_bind, row.version, row.asked)


def _write(tx: Tx, deed: str, owner: Producer, before: Required, after: Required) -> None:
    tx.db.merge(CoverRequirement(producer_id=owner.id or 0, **asdict(after)))
    detail = records.differences(replace(before, version=0), replace(after, version=0))
    audit.record(tx, deed, subject_kind="producer", subject=owner.locator, detail=detail)


def _checked(terms: CoverTerms) -> CoverTerms:
    terms = replace(terms, carrier=terms.carrier.strip(), policy_number=terms.policy_number.strip())
    problems = records.problems_of_texts({name: getattr(terms, name) for name in LONGEST}, LONGEST)
    problems |= {name: "Fill this in." for name in LONGEST if not getattr(terms, name)}
    amounts = {name: getattr(terms, name) for name in ("each_claim", "aggregate", "retention")}
    problems |= _of_amounts(amounts)
    days = {name: getattr(terms, name) for name in ("effective_on", "expires_on", "retroactive_on")}
    problems |= records.problems_of_days(days)
    if not problems:
        problems = _contradictions(terms)
    if problems:
        raise Invalid(problems)
    return terms


def _contradictions(terms: CoverTerms) -> dict[str, str]:
    found = {}
    if not terms.each_claim:
        found["each_claim"] = "Enter the limit for each claim."
    if terms.aggregate < terms.each_claim:
        found["aggregate"] = "The limit for all claims is lower than that for one."
    if terms.expires_on < terms.effective_on:
        found["expires_on"] = "The cover expires before it takes effect."
    if terms.retroactive_on is not None and terms.retroactive_on > terms.effective_on:
        found["retroactive_on"] = "The retroactive date lies after the cover takes effect."
    return found


def _of_amounts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    def fits(amount: Decimal) -> bool:
        return amount.is_finite() and 0 <= amount < MOST_DOLLARS and amount == amount.quantize(CENT)

    return {
        name: "Enter an amount of dollars, with at most two decimals."
        for name, amount in amounts.items()
        if not fits(amount)
    }


def _told(tx: Tx, rows: Sequence[ProducerCover]) -> list[Cover]:
    owners = records.holders(tx, [row.producer_id for row in rows])
    return [Cover(row.locator, row.version, owners[row.producer_id], _terms(row)) for row in rows]


def _terms(row: ProducerCover) -> CoverTerms:
    return CoverTerms(**{name: getattr(row, name) for name in CoverTerms.__dataclass_fields__})
