"""Writes the projection: what a policy's terms come to, into the tables that are shown and searched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from portal_app.models.types import new_locator
from portal_app.services.ledger.instructions import ProducerInfo
from portal_app.services.policies.index import in_bulk
from portal_app.services.policies.words import add_words
from portal_app.services.sync import bulk
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.ledger import start_of
from portal_app.services.sync.projection import Entry, Term, Terms, current, fold, in_force
from portal_app.services.sync.references import References, look_up


@dataclass(frozen=True, slots=True)
class Projected:
    """A policy to be written. `info` are the codes in force, until `codes_change_at`; `before` is the term that its row
    shows now: None where nobody knows."""

    source_id: str
    terms: Terms
    shown: Term
    info: ProducerInfo
    codes_change_at: datetime | None = None
    policy_id: int | None = None
    before: Term | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """When it is, and where the agency is."""

    now: datetime
    zone: ZoneInfo

    def projected(
        self, source_id: str, terms: Terms, entries: Sequence[Entry], policy_id: int | None, before: Term | None = None
    ) -> Projected:
        """What a policy's transactions make of it now: the current term as everything that is issued leaves it, under
        the producer codes that are in force."""
        shown = current(terms, self.now.astimezone(self.zone).date())
        moment = max(self.now, start_of(shown.effective, self.zone))
        info, codes_change_at = in_force(entries, shown, moment)
        return Projected(source_id, terms, shown, info, codes_change_at, policy_id, before)


def ledger_of(db: Session, policy_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """The transactions of these policies in their order."""
    ledger = bulk.LEDGER.c
    found: dict[int, list[Entry]] = {number: [] for number in policy_ids}
    if not found:
        return found
    counts = (ledger.state, ledger.origin, ledger.term_effective, ledger.changes, ledger.kind, ledger.instructions)
    statement = (
        select(ledger.policy_id, *counts, ledger.effective_at, ledger.id, ledger.age)
        .where(ledger.policy_id.in_(list(found)))
        .order_by(ledger.policy_id, ledger.id)
    )
    for policy_id, *entry in db.execute(statement):
        found[policy_id].append(Entry(*entry))
    return found


def references_of(db: Session, feed: str, terms: Iterable[Terms], infos: Iterable[ProducerInfo] = ()) -> References:
    """What the terms name; all of it is there, since nothing is taken in that names what is unknown."""
    every = [term for each in terms for term in each.values()]
    borne = [*(term.producer_info for term in every), *infos]
    codes = [code for each in borne for code in (each.producer_code, each.producer_code_of_record)]
    return look_up(
        db,
        feed,
        accounts=(term.fields["account"] for term in every),
        codes=codes,
        carriers=(term.fields["carrier"] for term in every),
    )


def write(
    db: Session, feed: str, policies: Sequence[Projected], references: References, as_of: datetime | None
) -> dict[str, int]:
    """Write rows, terms and parts of the policies. `as_of` None leaves their age alone. Returns ids by source id."""
    shown = [_policy_row(each, references) for each in policies]
    new = [
        row | {"locator": new_locator(), "feed": feed, "source_id": each.source_id, "as_of": as_of}
        for each, row in zip(policies, shown, strict=True)
        if each.policy_id is None
    ]
    with in_bulk(db):
        ids = bulk.insert_with_ids(db, bulk.POLICY, new, "source_id")
    ids |= {each.source_id: each.policy_id for each in policies if each.policy_id is not None}
    age: Row = {} if as_of is None else {"as_of": as_of}
    changed = [
        row | age | {"id": each.policy_id}
        for each, row in zip(policies, shown, strict=True)
        if each.policy_id is not None and (each.before != each.shown or each.codes_change_at is not None)
    ]
    bulk.update_rows(db, bulk.POLICY, changed)
    _write_terms(db, policies, ids, references)
    _write_children(db, policies, ids)
    add_words(db, {row["insured_name"] for row in shown})
    return ids


def lock(db: Session, policy_ids: Iterable[int]) -> None:
    """Hold the policies against everybody else who writes their ledgers, until this transaction ends. SQLite has one
    place for writers anyway."""
    if db.get_bind().dialect.name != "sqlite":
        policy = bulk.POLICY.c.id
        rows = select(policy).where(policy.in_(list(policy_ids))).order_by(policy).with_for_update(key_share=True)
        db.execute(rows).all()


def reproject(db: Session, feed: str, policies: dict[int, str], clock: Clock) -> None:
    """Write these policies (id → source id) anew from their ledgers."""
    lock(db, policies)
    ledgers = ledger_of(db, policies)
    folded = {number: terms for number, entries in ledgers.items() if (terms := fold(entries))}
    projected = [clock.projected(policies[number], terms, ledgers[number], number) for number, terms in folded.items()]
    references = references_of(db, feed, folded.values(), [each.info for each in projected])
    write(db, feed, projected, references, None)


def _policy_row(policy: Projected, references: References) -> Row:
    term = policy.shown
    fields = term.fields
    return {
        "account_id": references.accounts[fields["account"]],
        "line_id": references.lines[fields["line"]],
        "carrier_id": references.carriers[fields["carrier"]],
        "insured_name": fields["insured_name"] or references.account_names[fields["account"]],
        "number_key": number_key(fields["number"]),
        "description": fields["description"],
        "vins": "\n".join(each["vin"] for each in fields["vehicles"] if each["vin"]),
        "streets": "\n".join(_street_line(each) for each in fields["locations"]),
        **_term_fields(term, references),
        **_codes(policy.info, references),
        "codes_change_at": policy.codes_change_at,
    }


def _term_fields(term: Term, references: References) -> Row:
    return {
        "number": term.fields["number"],
        "effective": term.effective,
        "expiration": term.expiration,
        "status": term.status,
        "premium": term.premium,
        **_codes(term.producer_info, references),
    }


def _codes(info: ProducerInfo, references: References) -> Row:
    code, of_record = info.producer_code, info.producer_code_of_record
    return {
        "producer_code_id": references.codes[code] if code else None,
        "code_of_record_id": references.codes[of_record] if of_record else None,
    }


def number_key(number: str) -> str:
    """The number as it is compared: letters and digits, upper-case."""
    return "".join(filter(str.isalnum, number)).upper()


def _street_line(location: dict[str, Any]) -> str:
    """`12 Elm St, Providence RI 02903`."""
    place = " ".join(filter(None, (location["city"], location["state"], location["postal_code"])))
    return ", ".join(filter(None, (location["street"], place)))


def _write_terms(db: Session, policies: Sequence[Projected], ids: dict[str, int], references: References) -> None:
    stored = _stored_terms(db, [each.policy_id for each in policies if each.policy_id is not None])
    new, changed, wanted = [], [], set()
    for each in policies:
        policy_id = ids[each.source_id]
        for term in each.terms.values():
            row = _term_fields(term, references)
            wanted.add((policy_id, term.effective))
            known = stored.get((policy_id, term.effective))
            if known is None:
                new.append(row | {"policy_id": policy_id})
            elif any(known[name] != value for name, value in row.items()):
                changed.append(row | {"id": known["id"]})
    bulk.insert_rows(db, bulk.POLICY_TERM, new)
    bulk.update_rows(db, bulk.POLICY_TERM, changed)
    if gone := [row["id"] for place, row in stored.items() if place not in wanted]:
        db.execute(delete(bulk.POLICY_TERM).where(bulk.POLICY_TERM.c.id.in_(gone)))


def _stored_terms(db: Session, policy_ids: list[int]) -> dict[tuple[int, date], Row]:
    if not policy_ids:
        return {}
    term = bulk.POLICY_TERM
    rows = db.execute(select(term).where(term.c.policy_id.in_(policy_ids))).mappings()
    return {(row["policy_id"], row["effective"]): dict(row) for row in rows}


def _write_children(db: Session, policies: Sequence[Projected], ids: dict[str, int]) -> None:
    """Coverages, vehicles and addresses of the shown term: nothing names their rows, so lists that differ are written
    anew."""
    for name, table, rows_of in PARTS:
        differing = [
            each for each in policies if each.before is None or each.before.fields[name] != each.shown.fields[name]
        ]
        if old := [{"old": each.policy_id} for each in differing if each.policy_id is not None]:
            db.connection().execute(delete(table).where(table.c.policy_id == bindparam("old")), old)
        rows = [
            row | {"policy_id": ids[each.source_id], "position": position}
            for each in differing
            for position, row in enumerate(rows_of(each.shown.fields[name]), 1)
        ]
        bulk.insert_rows(db, table, rows)


def _coverage_rows(listed: list[Row]) -> Iterator[Row]:
    for each in listed:
        premium = None if each["premium"] is None else Decimal(each["premium"])
        yield {"name": each["name"], "limit_text": each["limit"], "deductible": each["deductible"], "premium": premium}


def _as_listed(listed: list[Row]) -> Iterator[Row]:
    return iter(listed)


PARTS = (
    ("coverages", bulk.COVERAGE, _coverage_rows),
    ("vehicles", bulk.VEHICLE, _as_listed),
    ("locations", bulk.POLICY_ADDRESS, _as_listed),
)
