"""What a file of licenses would change here: its rows gathered by license, held against the producers and licenses that
are written down, and told apart into new, changed, unchanged and what cannot be taken."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col

from portal_app.models.enums import CredentialState, ProducerState
from portal_app.models.licensing import ProducerLicense
from portal_app.models.producers import Producer
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.licensing import license_rows, license_rules, records
from portal_app.services.licensing.sheet import BEGINS, NAMES, Refused, Row, Sheet
from portal_app.services.licensing.terms import LicenseTerms, LineTerms
from portal_app.services.producers.particulars import plain_npn
from portal_app.services.scope import visible

Key = tuple[str, str, str]
CHUNK = 500
MOST_CHANGES = 2000
"""In one transaction, for which others who write have to wait."""
# Which field of the file a rule of licenses speaks of.
FIELD_OF = {
    "license_number": "number",
    "npn": "npn",
    "jurisdictions": "state",
    "lines": "line",
    "original_issue_date": "issued",
    "effective_time": "effective",
    "expiration_time": "expires",
}
OF_THE_LICENSE = ("type", "resident", "issued", "status", "status_on", "effective", "expires")


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one license, which counts afterwards. `row` is the one that is here, and `draft` says that it did
    not count before; `lines` are those of the file that say so. The producer's number in the key is without zeros
    before it."""

    outcome: Outcome
    key: Key
    owner: Producer
    row: ProducerLicense | None
    before: LicenseTerms | None
    after: LicenseTerms
    lines: tuple[int, ...]
    draft: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a file would do, and what of it cannot be taken."""

    steps: tuple[Step, ...]
    refused: tuple[Refused, ...]
    fingerprint: str


class _Cannot(Exception):
    """The rows of a license that cannot be taken, and why."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(why)


def plan(tx: Tx, sheet: Sheet, *, held: bool = False) -> Plan:
    """Work out what the file would change. Where `held`, nobody else writes about these producers until the transaction
    ends. Raises Invalid for a file that changes too much at once."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in sheet.rows:
        groups[plain_npn(row.npn), row.state, row.number].append(row)
    owners = _owners(tx, {npn for npn, _, _ in groups}, held)
    there = _licenses(tx, [owner.id or 0 for found in owners.values() for owner in found])
    terms = license_rows.terms_of(tx, [row for rows in there.values() for row in rows]) if there else {}
    steps: list[Step] = []
    refused = list(sheet.refused)
    for key, rows in groups.items():
        try:
            owner = _owner(owners.get(key[0], []))
            found = _found(there.get((owner.id or 0, key[2]), []), key[1])
            before = terms[found.id or 0] if found else None
            steps.append(_step(tx, sheet, key, rows, owner, found, before, refused))
        except _Cannot as cannot:
            column = _column(sheet, cannot.field)
            refused += [Refused(row.line, column, cannot.why) for row in rows]
    if sum(step.outcome is not Outcome.UNCHANGED for step in steps) > MOST_CHANGES:
        raise Invalid({"file": f"The file changes more than {MOST_CHANGES:,} licenses. Take it in several parts."})
    refused.sort(key=lambda each: (each.line, each.column))
    return Plan(tuple(steps), tuple(refused), _fingerprint(sheet, steps, refused))


def _owners(tx: Tx, npns: set[str], held: bool) -> dict[str, list[Producer]]:
    """By their numbers without the zeros before them. Nobody bears a number of zeros alone."""
    found: dict[str, list[Producer]] = defaultdict(list)
    for part in _parts(sorted(npns - {""})):
        asked = visible(tx.actor, Producer).where(
            func.ltrim(col(Producer.npn), "0").in_(part), col(Producer.state) != ProducerState.DISCARDED
        )
        # By id, so that two never wait for each other.
        asked = asked.order_by(col(Producer.id))
        for producer in tx.db.scalars(asked.with_for_update() if held else asked):
            found[plain_npn(producer.npn)].append(producer)
    return found


def _column(sheet: Sheet, field: str) -> str:
    """What the file calls the field, or would. Of when a license begins, the column that it has."""
    there = [name for name in BEGINS if name in sheet.headings] if field == "effective" else []
    field = there[0] if there else field
    return sheet.headings.get(field) or NAMES.get(field, "")


def _licenses(tx: Tx, producer_ids: Sequence[int]) -> dict[tuple[int, str], list[ProducerLicense]]:
    found: dict[tuple[int, str], list[ProducerLicense]] = defaultdict(list)
    for part in _parts(producer_ids):
        asked = visible(tx.actor, ProducerLicense).where(col(ProducerLicense.producer_id).in_(part))
        for row in tx.db.scalars(asked.order_by(col(ProducerLicense.id))):
            found[row.producer_id, row.number].append(row)
    return found


def _parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while part := list(islice(rest, CHUNK)):
        yield part


def _owner(found: Sequence[Producer]) -> Producer:
    if len(found) != 1:
        raise _Cannot("npn", "belongs to several producers here" if found else "belongs to no producer here")
    return found[0]


def _found(numbered: Sequence[ProducerLicense], state: str) -> ProducerLicense | None:
    """The license that the rows speak of, where it is written down."""
    rows = [row for row in numbered if state in row.jurisdictions]
    counting = [row for row in rows if row.state is not CredentialState.DISCARDED]
    if len(counting) > 1:
        raise _Cannot("number", "is that of several licenses here: discard all but one")
    if rows and not counting:
        raise _Cannot("number", "is that of a license that was discarded here: add it by hand if it is to count again")
    if counting and len(counting[0].jurisdictions) > 1:
        raise _Cannot("state", "is one of several that the license has here: change it by hand")
    return counting[0] if counting else None


def _step(
    tx: Tx,
    sheet: Sheet,
    key: Key,
    rows: Sequence[Row],
    owner: Producer,
    found: ProducerLicense | None,
    before: LicenseTerms | None,
    refused: list[Refused],
) -> Step:
    """What becomes of the license; rows that contradict an earlier one go to `refused`."""
    said, lines, taken = _gathered(sheet, rows, refused)
    base = before or LicenseTerms(license_number=key[2], jurisdictions=(key[1],))
    after = _merged(replace(base, npn=owner.npn), said, lines, tx.settings.zone)
    draft = found is not None and found.state is CredentialState.DRAFT
    same = after == before and not draft
    outcome = Outcome.NEW if before is None else Outcome.UNCHANGED if same else Outcome.CHANGED
    if outcome is not Outcome.UNCHANGED:
        problems = license_rules.problems(tx, owner, after, is_only_one=True)
        for name, sentence in problems.items():
            raise _Cannot(FIELD_OF.get(name, ""), sentence)
    return Step(outcome, key, owner, found, before, after, tuple(taken), draft)


def _gathered(
    sheet: Sheet, rows: Sequence[Row], refused: list[Refused]
) -> tuple[dict[str, Any], dict[str, tuple[date | None, date | None]], list[int]]:
    """What the rows say of the license, what of each of its lines of authority, and which rows were taken."""
    said: dict[str, Any] = {}
    lines: dict[str, tuple[date | None, date | None]] = {}
    taken: list[int] = []
    for row in rows:
        own = {name: value for name, value in row.said.items() if name in OF_THE_LICENSE}
        days = (row.said.get("line_effective"), row.said.get("line_expires"))
        against = next((name for name, value in own.items() if said.get(name, value) != value), "")
        if not against and any(lines.get(line, days) != days for line in row.lines):
            against = "line"
        if against:
            why = f"says otherwise than line {taken[0]} about the same license"
            refused.append(Refused(row.line, sheet.headings[against], why))
            continue
        said |= own
        lines |= dict.fromkeys(row.lines, days)
        taken.append(row.line)
    return said, lines, taken


def _merged(
    base: LicenseTerms,
    said: Mapping[str, Any],
    lines: Mapping[str, tuple[date | None, date | None]],
    zone: ZoneInfo,
) -> LicenseTerms:
    """The terms with what the file says. What it leaves blank stays, and so does a line of authority that it does not
    name."""
    plainly = {"type": "type", "resident": "resident", "status": "status"}
    plainly |= {"original_issue_date": "issued", "status_date": "status_on"}
    given = {name: said[field] for name, field in plainly.items() if field in said}
    begins, ends = said.get("effective"), said.get("expires")
    if begins is None and base.effective_time is None:
        begins = said.get("issued")
    there = base.effective_time.astimezone(zone).date() if base.effective_time else None
    if begins is not None and begins != there:
        given["effective_time"] = records.begin_of(begins, zone)
    if ends is not None and ends != records.last_day(base.expiration_time, zone):
        given["expiration_time"] = records.begin_of(ends + timedelta(days=1), zone)
    known = {each.line: each for each in base.lines}
    for line, (first, last) in lines.items():
        old = known.get(line, LineTerms(line))
        known[line] = LineTerms(line, first or old.effective_date, last or old.expiration_date)
    return replace(base, **given, lines=tuple(known.values()))


def _fingerprint(sheet: Sheet, steps: Sequence[Step], refused: Sequence[Refused]) -> str:
    """Differs where the file, a record that it speaks of, or anything that would be done differs."""
    told = [
        [
            step.outcome,
            step.owner.locator,
            step.row.locator if step.row else "",
            step.row.version if step.row else 0,
            records.plain(step.after),
        ]
        for step in steps
    ]
    told += [["refused", each.line, each.column, each.why] for each in refused]
    content = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(sheet.digest + content).hexdigest()
