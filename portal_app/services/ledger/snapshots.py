"""A policy at a moment, by either clock: what was in force then, or what the record said then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal_app.models.enums import PolicyStatus, TransactionState
from portal_app.models.policies import Policy
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.ledger import rows, views
from portal_app.services.ledger.reading import told_parts
from portal_app.services.ledger.rows import Stored
from portal_app.services.ledger.rules import ends, told
from portal_app.services.ledger.segments import Part, segments
from portal_app.services.policies.detail import find_policy
from portal_app.services.policies.history import address_line, described
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.producers import naming
from portal_app.services.producers.parents import Above, chain_at, holder_at
from portal_app.services.sync import bulk
from portal_app.services.sync.ledger import start_of
from portal_app.services.sync.projection import Entry, Term, current, fold

ISSUED, REVERSED = TransactionState.ISSUED, TransactionState.REVERSED


@reads(Permission.VIEW_OWN_ACCOUNTS)
def snapshot(
    tx: Tx, *, locator: str, at: datetime, by_issued_time: bool = False, known_at: datetime | None = None
) -> views.Snapshot:
    """The policy at a moment. By effective time: what is in force then by all that is issued now, or that was issued by
    `known_at`, and who stood above it by what was entered by then. By issued time: what the record said after the last
    transaction that was issued by then.

    By issued time `at` says itself until when it is known, and `known_at` is not looked at.

    Raises NotFound, also for a moment before the policy's first transaction.
    """
    policy = find_policy(tx, locator)
    part, found = part_at(tx, policy, at, by_issued_time, known_at)
    # A move of a producer or a code takes effect when it is entered: one after `known_at` was not known by then.
    moved_by = at if by_issued_time or known_at is None else min(at, known_at)
    above = _producers(tx, part.term.producer_info.producer_code, moved_by)
    return _told(tx, policy, part, found, above, at, by_issued_time)


def part_at(
    tx: Tx, policy: Policy, at: datetime, by_issued_time: bool = False, known_at: datetime | None = None
) -> tuple[Part, Sequence[Stored]]:
    """The segment that a snapshot shows, and the transactions that it stems from. Raises NotFound."""
    known = at if by_issued_time else known_at
    found = rows.stored(tx, policy, ISSUED) if known is None else rows.stored(tx, policy, ISSUED, REVERSED)
    if known is not None:
        found = rows.known_at(found, known)
    part = _last_word(tx, found, at) if by_issued_time else _in_force(tx, found, at)
    if part is None:
        verb = "issued" if by_issued_time else "in effect"
        raise NotFound(f"Nothing of this policy was {verb} by {told(at)}.")
    return part, found


def _counting(found: Sequence[Stored]) -> list[Entry]:
    """The transactions as they counted when they were issued, be they reversed since."""
    return [each.entry if each.entry.state is ISSUED else replace(each.entry, state=ISSUED) for each in found]


def _in_force(tx: Tx, found: Sequence[Stored], at: datetime) -> Part | None:
    """The segment in which the moment lies: of the latest term that has begun, the last one that has begun."""
    ledger = _counting(found)
    begun = [each.term_effective for each in ledger if each.effective_at is not None and each.effective_at <= at]
    if not begun:
        return None
    parts = segments(ledger, max(begun), tx.settings.zone)
    return max((each for each in parts if each.begins_at <= at), key=lambda each: each.begins_at, default=None)


def _last_word(tx: Tx, found: Sequence[Stored], at: datetime) -> Part | None:
    """The last segment of the term that the record showed at that moment."""
    ledger = _counting(found)
    if not ledger:
        return None
    zone = tx.settings.zone
    shown = current(fold(ledger), at.astimezone(zone).date())
    return segments(ledger, shown.effective, zone)[-1]


def _told(
    tx: Tx,
    policy: Policy,
    part: Part,
    found: Sequence[Stored],
    above: tuple[Above, ...],
    at: datetime,
    by_issued_time: bool,
) -> views.Snapshot:
    term, fields, zone = part.term, part.term.fields, tx.settings.zone
    locators = {each.entry.id: str(each.row.locator) for each in found}
    (segment,) = told_parts([part], locators)
    return views.Snapshot(
        policy=policy.locator,
        at=at,
        by_issued_time=by_issued_time,
        term_effective=term.effective,
        term_expiration=term.expiration,
        segment=segment,
        in_force=term.status is PolicyStatus.ACTIVE and start_of(term.effective, zone) <= at < ends(term, zone),
        number=fields["number"],
        line=line_name(tx, fields["line"]),
        carrier=fields["carrier"],
        insured_name=insured_name(tx, policy, term),
        description=fields["description"],
        status=term.status,
        premium=term.premium,
        producer_info=term.producer_info,
        producers=above,
        coverages=tuple(coverage(each) for each in fields["coverages"]),
        vehicles=tuple(vehicle(each) for each in fields["vehicles"]),
        locations=tuple(location(each) for each in fields["locations"]),
    )


def line_name(tx: Tx, code: str) -> str:
    line = bulk.LINE.c
    return tx.db.scalar(select(line.name).where(line.code == code)) or code


def insured_name(tx: Tx, policy: Policy, term: Term) -> str:
    """The insured's own name on the policy, or else the account's."""
    if own := term.fields["insured_name"]:
        return str(own)
    account = bulk.ACCOUNT.c
    named = select(account.name).where(account.feed == policy.feed, account.source_id == term.fields["account"])
    return tx.db.scalar(named) or ""


def _producers(tx: Tx, code: str, at: datetime) -> tuple[Above, ...]:
    """Who held the code at that moment and everybody above, as far as the actor may see them: who sees a policy does
    not thereby see who stands above them."""
    holder = holder_at(tx.db, code, at) if code else None
    if holder is None:
        return ()
    chain = chain_at(tx.db, holder, at)
    told = naming.seen(tx, [each.locator for each in chain])
    return tuple(each for each in chain if each.locator in told)


def coverage(each: Mapping[str, Any]) -> CoverageLine:
    premium = None if each["premium"] is None else Decimal(each["premium"])
    return CoverageLine(each["name"], each["limit"], each["deductible"], premium)


def vehicle(each: Mapping[str, Any]) -> VehicleLine:
    return VehicleLine(each["vin"], described(each["year"], each["make"], each["model"]))


def location(each: Mapping[str, Any]) -> str:
    return address_line(each["street"], each["city"], each["state"], each["postal_code"])
