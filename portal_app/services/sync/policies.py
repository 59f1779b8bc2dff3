"""Policies: what differs becomes transactions of the ledger, and the projection follows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from portal_app.models.enums import Origin
from portal_app.models.types import new_locator
from portal_app.services.door import Tx
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import bulk, projecting
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.conflicts import Claim, note_codes
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.ledger import Step, kept, steps
from portal_app.services.sync.projecting import Projected
from portal_app.services.sync.projection import Entry, Term, current, fold, step
from portal_app.services.sync.references import References, add_carriers, look_up
from portal_app.services.sync.rows import Incoming


class TakingPolicies:
    """Implements Taking: a record is one term of one policy."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        self.tx = tx
        self.feed = feed
        self.exported_at = exported_at
        self.today = tx.now.astimezone(tx.settings.zone).date()
        self.references: References | None = None
        self.claims: list[Claim] = []

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        records: list[PolicyRecord] = [row.record for row in rows]
        known = self.references = look_up(
            self.tx.db,
            self.feed,
            accounts=(each.client_id for each in records),
            codes=(each.producer_code for each in records),
            carriers=(each.carrier for each in records),
        )
        reasons = {row.source_id: tuple(_unknown(row, known)) for row in rows}
        return {source_id: found for source_id, found in reasons.items() if found}

    def take(self, rows: Sequence[Taken]) -> None:
        if not rows:
            return
        by_policy: dict[str, list[Taken]] = defaultdict(list)
        for row in rows:
            by_policy[row.record.policy_id].append(row)
        there = self._policies_there(list(by_policy))
        ledgers = projecting.ledger_of(self.tx.db, [number for number, _ in there.values()])
        projected: list[Projected] = []
        written: list[tuple[str, Taken, Step]] = []
        for source_id, its_rows in by_policy.items():
            policy, its_steps = self._follow(source_id, there.get(source_id), ledgers, its_rows)
            projected.append(policy)
            written += [(source_id, row, each) for row, each in its_steps]
        references = self._references(projected, ledgers, rows)
        ids = projecting.write(self.tx.db, self.feed, projected, references, self.exported_at)
        bulk.insert_rows(
            self.tx.db, bulk.LEDGER, [self._ledger_row(ids[source_id], row, each) for source_id, row, each in written]
        )
        note_codes(self.tx, self.feed, ids, self.claims)

    def _policies_there(self, source_ids: list[str]) -> dict[str, tuple[int, date]]:
        """Id and shown term of the policies that there are, by source id."""
        policy = bulk.POLICY.c
        found = select(policy.source_id, policy.id, policy.effective).where(
            policy.feed == self.feed, policy.source_id.in_(source_ids)
        )
        return {source_id: (number, effective) for source_id, number, effective in self.tx.db.execute(found)}

    def _follow(
        self, source_id: str, there: tuple[int, date] | None, ledgers: dict[int, list[Entry]], rows: list[Taken]
    ) -> tuple[Projected, list[tuple[Taken, Step]]]:
        """The policy's terms after its rows, the older term first, and the steps that lead there."""
        policy_id, shown = there or (None, None)
        ledger = ledgers[policy_id] if policy_id else []
        terms, said = fold(ledger), fold(ledger, Origin.FEED)
        before = terms.get(shown) if shown else None
        made = []
        for row in sorted(rows, key=lambda each: each.record.effective):
            for each in steps(said, row.record, self.exported_at, self.tx.settings.zone):
                effective = each.entry.term_effective
                ours = _assigned_here(terms.get(effective), said.get(effective))
                said[effective] = step(said.get(effective), each.entry)
                terms[effective] = step(terms.get(effective), each.entry)
                made.append((row, each))
                if ours and said[effective].fields["producer_code"] != ours:
                    back = kept(ours, each.effective_at, effective)
                    terms[effective] = step(terms[effective], back.entry)
                    made.append((row, back))
                if ours and "producer_code" in each.entry.changes:
                    self.claims.append(Claim(source_id, effective, ours, said[effective].fields["producer_code"]))
        return Projected(source_id, terms, current(terms, self.today), policy_id, before), made

    def _references(
        self, projected: list[Projected], ledgers: dict[int, list[Entry]], rows: Sequence[Taken]
    ) -> References:
        """What was looked up for the rows does, unless there are policies with terms from before, which name more."""
        known = self.references
        if known is None or ledgers:
            known = projecting.references_of(self.tx.db, self.feed, [each.terms for each in projected])
        naics = {row.record.carrier: "" for row in rows}
        naics |= {row.record.carrier: row.record.carrier_naic for row in rows if row.record.carrier_naic}
        add_carriers(self.tx.db, known, naics)
        return known

    def _ledger_row(self, policy_id: int, row: Taken, each: Step) -> Row:
        fed = each.entry.origin is Origin.FEED
        return {
            "locator": new_locator(),
            "policy_id": policy_id,
            "kind": each.kind,
            "state": each.entry.state,
            "origin": each.entry.origin,
            "term_effective": each.entry.term_effective,
            "effective_at": each.effective_at,
            "known_at": self.tx.now,
            "issued_at": self.tx.now,
            "source_record_id": row.source_record_id if fed else None,
            "source_version": row.version if fed else None,
            "changes": dict(each.entry.changes),
        }


def _assigned_here(shown: Term | None, said: Term | None) -> str:
    """The producer code that the portal gave this term, where it is another one than the feed's."""
    if shown is None or said is None or shown.fields["producer_code"] == said.fields["producer_code"]:
        return ""
    return str(shown.fields["producer_code"])


def _unknown(row: Incoming, known: References) -> list[str]:
    record: PolicyRecord = row.record
    reasons = []
    if record.client_id not in known.accounts:
        reasons.append(row.names(record.client_id, "a client who is not among the clients taken in"))
    if record.producer_code and record.producer_code not in known.codes:
        reasons.append(row.names(record.producer_code, "a producer code that is not known"))
    if record.line not in known.lines:
        reasons.append(row.names(record.line, "a line of business that is not known"))
    return reasons
