"""Policies: what differs becomes transactions of the ledger, and the projection follows."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy import select

from portal_app.models.enums import ConflictKind, Origin, TransactionKind
from portal_app.services.door import Tx
from portal_app.services.ledger import writing
from portal_app.services.ledger.instructions import REVERT, SET_OF_RECORD, ProducerInfo
from portal_app.services.ledger.order import (
    Arrangement,
    Written,
    goes_before,
    issued,
    place,
    rearranged,
)
from portal_app.services.ledger.returning import returning
from portal_app.services.ledger.writing import Placed, Source
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import bound, bulk, projecting, told
from portal_app.services.sync.bound import Found
from portal_app.services.sync.conflicts import Claim, note_claims
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.ledger import covers_the_same, kept, kept_of_record, steps
from portal_app.services.sync.projecting import Clock, Projected
from portal_app.services.sync.projection import BEGINS, Entry, Term, add, fold, in_force, preceding
from portal_app.services.sync.references import References, add_carriers, look_up
from portal_app.services.sync.rows import Incoming

ISSUANCE = TransactionKind.ISSUANCE


class TakingPolicies:
    """Implements Taking: a record is one term of one policy."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        self.tx = tx
        self.feed = feed
        self.exported_at = exported_at
        self.clock = Clock(tx.now, tx.settings.zone)
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
        confirmed = self._bound_here(rows, list(by_policy))
        there = self._policies_there(list(by_policy))
        ledgers = projecting.ledger_of(self.tx.db, [number for number, _ in there.values()])
        projected: list[Projected] = []
        followed: list[tuple[str, Following]] = []
        for source_id, its_rows in by_policy.items():
            policy, following = self._follow(source_id, there.get(source_id), ledgers, its_rows)
            projected.append(policy)
            followed.append((source_id, following))
        references = self._references(projected, ledgers, rows)
        ids = projecting.write(self.tx.db, self.feed, projected, references, self.exported_at)
        placed = [each for source_id, following in followed for each in following.placed(ids[source_id])]
        falls = {number: ids[source_id] for source_id, following in followed for number in following.falls}
        told.tell(self.tx, writing.write(self.tx.db, placed, self.tx.now, falls))
        note_claims(self.tx, self.feed, ids, self.claims)
        bound.confirm(self.tx, self.feed, confirmed)

    def _bound_here(self, rows: Sequence[Taken], source_ids: list[str]) -> dict[str, Found]:
        """Policies that were bound in the portal, of which the feed speaks for the first time."""
        policy = bulk.POLICY.c
        brought = select(policy.source_id).where(policy.feed == self.feed, policy.source_id.in_(source_ids))
        return bound.find_again(self.tx, self.feed, [row.record for row in rows], list(self.tx.db.scalars(brought)))

    def _policies_there(self, source_ids: list[str]) -> dict[str, tuple[int, date]]:
        """Id and shown term of the policies that there are, by source id. Nobody else writes their ledgers now."""
        policy = bulk.POLICY.c
        found = (
            select(policy.source_id, policy.id, policy.effective)
            .where(policy.feed == self.feed, policy.source_id.in_(source_ids))
            .order_by(policy.id)
            .with_for_update(key_share=True)
        )
        return {source_id: (number, effective) for source_id, number, effective in self.tx.db.execute(found)}

    def _follow(
        self, source_id: str, there: tuple[int, date] | None, ledgers: dict[int, list[Entry]], rows: list[Taken]
    ) -> tuple[Projected, "Following"]:
        """The policy's terms after its rows, the older term first, and what leads there."""
        policy_id, shown = there or (None, None)
        back = partial(returning, self.tx.db, policy_id)
        following = Following(ledgers[policy_id] if policy_id else [], [row.record for row in rows], back)
        before = following.terms.get(shown) if shown else None
        for row in sorted(rows, key=lambda each: each.record.effective):
            for each in steps(following.said, row.record, self.exported_at, self.tx.settings.zone):
                effective = each.term_effective
                held, of_record = following.held_here(each), following.of_record_set_here(effective)
                ours = held or following.assigned_here(effective)
                status = following.status_set_here(effective, self.exported_at)
                following.hear(row, each)
                if ours is not None:
                    theirs = following.said[effective].fields["producer_code"]
                    if held is not None and held.producer_code not in (theirs, following.code_at(each)):
                        following.hear(row, kept(held, each))
                    if "producer_code" in each.changes or each.kind in BEGINS:
                        self.claims.append(Claim(source_id, effective, ours.producer_code, theirs))
                if status:
                    self.claims.append(self._of_status(source_id, following, status, each))
                if of_record not in ("", following.terms[effective].code_of_record):
                    following.hear(row, kept_of_record(of_record, each))
        terms = following.terms
        return self.clock.projected(source_id, terms, following.ledger, policy_id, before), following

    def _of_status(self, source_id: str, following: "Following", ours: str, said: Entry) -> Claim:
        """Whoever says anything of a term says its status too: what it says of one that was set here."""
        effective = said.term_effective
        shown, theirs = (terms[effective].fields["status"] for terms in (following.terms, following.said))
        anew = "status" in said.changes or said.kind in BEGINS
        return Claim(source_id, effective, theirs if shown == theirs else ours, theirs, ConflictKind.STATUS, anew)

    def _references(
        self, projected: list[Projected], ledgers: dict[int, list[Entry]], rows: Sequence[Taken]
    ) -> References:
        """What was looked up for the rows does, unless there are policies with terms from before, which name more."""
        known = self.references
        if known is None or ledgers:
            terms, infos = [each.terms for each in projected], [each.info for each in projected]
            known = projecting.references_of(self.tx.db, self.feed, terms, infos)
        naics = {row.record.carrier: "" for row in rows}
        naics |= {row.record.carrier: row.record.carrier_naic for row in rows if row.record.carrier_naic}
        add_carriers(self.tx.db, known, naics)
        return known


Returning = Callable[[Sequence[Entry], Entry], list[Entry]]


class Following:
    """A policy's ledger while a feed's records are followed: what the feed said, and what it comes to. `returning` says
    what a reinstatement brings back."""

    def __init__(self, ledger: Sequence[Entry], records: Sequence[PolicyRecord], returning: Returning) -> None:
        self.there = issued(ledger)
        self.otherwise = _bound_otherwise(self.there, records)
        self.there = [each for each in self.there if each not in self.otherwise]
        self.terms, self.said = fold(self.there), fold(self.there, Origin.FEED)
        self.returning = returning
        self.back: list[Entry] = []
        self.new: list[Entry] = []
        self.rows: list[Taken] = []
        self.arrangement: Arrangement | None = None

    def hear(self, row: Taken, entry: Entry) -> None:
        """Take one more transaction. What comes after all others is just added; that is how nearly all come."""
        early = self.arrangement is not None or goes_before(entry, [*self.there, *self.new])
        if back := self.returning([*self.there, *self.new], entry):
            self.back.extend(back)
            early = True
        self.new.append(entry)
        self.rows.append(row)
        if entry.origin is Origin.FEED:
            add(self.said, entry)
        if early:
            self.arrangement = rearranged(self.there, self.new, back=self.back)
            self.terms = self.arrangement.terms()
        else:
            add(self.terms, entry)

    def assigned_here(self, effective: date) -> ProducerInfo | None:
        """The codes that the portal gave this term, where the producer code is another one than the feed's. Of a term
        that only the portal knows, than that of the term before it."""
        shown = self.terms.get(effective)
        said = self.said.get(effective) or preceding(self.said, effective)
        if shown is None or said is None or shown.fields["producer_code"] == said.fields["producer_code"]:
            return None
        return shown.producer_info

    def held_here(self, said: Entry) -> ProducerInfo | None:
        """The codes that the portal gave this term and that are in force when the feed's word takes effect, where the
        producer code is another one than the feed's so far; of a term that the feed renews, those of the one before."""
        shown = self.terms.get(said.term_effective)
        before = self.said.get(said.term_effective) or preceding(self.said, said.term_effective)
        if shown is None:
            return self._carried_on(said)
        if said.effective_at is None:
            return None
        info, _ = in_force(self.ledger, shown, said.effective_at)
        # A term that was bound here, of which the feed speaks for the first time, has the code that it was bound under.
        before_it = before.fields["producer_code"] if before else ""
        return None if info.producer_code == before_it else info

    def _carried_on(self, said: Entry) -> ProducerInfo | None:
        """The producer code that the portal gave the term which the feed renews, where it is another one than the
        feed's: of the renewal it is the code of record too, as of one that is made here."""
        if said.kind is not TransactionKind.RENEWAL:
            return None
        last, known = preceding(self.terms, said.term_effective), preceding(self.said, said.term_effective)
        # The same time bought twice is no renewal; which of the two is meant is asked by itself.
        if last is None or known is None or covers_the_same(last, Term(said.term_effective, said.changes, "")):
            return None
        ours, theirs = last.fields["producer_code"], known.fields["producer_code"]
        return None if ours == theirs else ProducerInfo(ours, ours)

    def code_at(self, said: Entry) -> str:
        """The producer code that is in force when the feed's word takes effect, with all that was heard by now."""
        shown = self.terms[said.term_effective]
        return in_force(self.ledger, shown, said.effective_at)[0].producer_code if said.effective_at else ""

    @property
    def ledger(self) -> list[Entry]:
        """The issued transactions as they will be."""
        return self.arrangement.ledger if self.arrangement else [*self.there, *self.new]

    def status_set_here(self, effective: date, known: datetime) -> str:
        """The term's status where somebody changed it in the portal, with effect by the moment that is `known` to the
        feed, and the feed has not said so yet; else ""."""
        shown, said = self.terms.get(effective), self.said.get(effective)
        if shown is None or said is None or shown.fields["status"] == said.fields["status"]:
            return ""
        setting = (each for each in (*self.there, *self.new) if each.term_effective == effective)
        last = max((each for each in setting if "status" in each.changes), key=place)
        by_then = last.effective_at is not None and last.effective_at <= known
        return str(shown.fields["status"]) if by_then else ""

    def of_record_set_here(self, effective: date) -> str:
        """The term's code of record where somebody set it in the portal, else "": no feed says one."""
        shown = self.terms.get(effective)
        ours = (each for each in (*self.there, *self.new) if each.term_effective == effective)
        told = any(each.get(name) for entry in ours for each in entry.instructions for name in (SET_OF_RECORD, REVERT))
        return shown.code_of_record if shown is not None and told else ""

    @property
    def falls(self) -> list[int]:
        """The ids of those that are reversed and not applied again."""
        falls = self.arrangement.falls if self.arrangement else ()
        return [each.id or 0 for each in (*falls, *self.otherwise)]

    def placed(self, policy_id: int) -> Iterator[Placed]:
        """What is to be written, in order."""
        sources = {id(entry): row for entry, row in zip(self.new, self.rows, strict=True)}
        written = self.arrangement.written if self.arrangement else [Written(each, each) for each in self.new]
        for each in written:
            row = sources.get(id(each.given))
            yield Placed(policy_id, each, Source(row.source_record_id, row.version) if row else None)


def _bound_otherwise(there: Sequence[Entry], records: Sequence[PolicyRecord]) -> list[Entry]:
    """What was issued here on a term that the feed has with another first day: the feed's counts, and it falls."""
    begun = {each.term_effective for each in there if (each.kind, each.origin) == (ISSUANCE, Origin.PORTAL)}
    if not begun:
        return []
    said = {record.effective for record in records}
    fed = {each.term_effective for each in there if each.origin is Origin.FEED}
    ours = [term for term in fold(there).values() if term.effective in begun - fed - said]
    gone = {term.effective for term in ours if any(covers_the_same(term, record) for record in records)}
    return [each for each in there if each.term_effective in gone]


def _unknown(row: Incoming, known: References) -> list[str]:
    record: PolicyRecord = row.record
    reasons = []
    if record.client_id not in known.accounts:
        reasons.append(row.names(record.client_id, "a client who is not among the clients taken in"))
    if record.producer_code and record.producer_code not in known.codes:
        reasons.append(row.names(record.producer_code, "a producer code that is not known"))
    if record.producer_code in known.discarded:
        reasons.append(
            row.names(record.producer_code, "a producer code that was discarded here, or whose producer was")
        )
    if record.line not in known.lines:
        reasons.append(row.names(record.line, "a line of business that is not known"))
    return reasons
