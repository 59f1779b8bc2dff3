"""What a cancellation took with it and what comes back where its term is reinstated: renewals made in the portal that
carried the term forward, and what was issued on them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal_app.models.enums import TransactionState
from portal_app.services.door import Tx
from portal_app.services.ledger.order import cancels, place, reinstates
from portal_app.services.ledger.rules import told
from portal_app.services.ledger.writing import Wrote
from portal_app.services.sync import bulk
from portal_app.services.sync.projection import Entry, carries
from portal_app.services.webhooks import events

_C = bulk.LEDGER.c
_COUNTS = (_C.state, _C.origin, _C.term_effective, _C.changes, _C.kind, _C.instructions, _C.effective_at, _C.id, _C.age)


class Linked(NamedTuple):
    """A transaction with the ids of the one that it applies again and of the one that reversed it."""

    entry: Entry
    reapplies: int | None
    reversed_by: int | None


def returning(db: Session, policy_id: int | None, there: Sequence[Entry], entry: Entry) -> list[Entry]:
    """What comes back where `entry` is issued behind what is `there`, reversed as it still is."""
    ended = ended_by(entry, there)
    if ended is None:
        return []
    rows = select(*_COUNTS, _C.reapplies_id, _C.reversed_by_id).where(_C.policy_id == policy_id).order_by(_C.id)
    found = [Linked(Entry(*row[: len(_COUNTS)]), *row[len(_COUNTS) :]) for row in db.execute(rows).all()]
    return fell_with(found, ended)


def ended_by(entry: Entry, there: Sequence[Entry]) -> Entry | None:
    """The cancellation that the transaction ends, if it ends one. None also where a later term is there: that came from
    the feed, whose word holds, and nothing comes back. Pure."""
    if not reinstates(entry) or any(each.term_effective > entry.term_effective for each in there):
        return None
    term = [each for each in there if each.term_effective == entry.term_effective and "status" in each.changes]
    before = [each for each in term if place(each) < place(entry)]
    last = max(before, key=place, default=None)
    return last if last is not None and last.id is not None and cancels(last) else None


def fell_with(found: Sequence[Linked], cancellation: Entry) -> list[Entry]:
    """What fell with the cancellation, out of all transactions of the policy in the order of their ids. Pure."""
    first = _first_written(found)
    again = {each.reapplies for each in found}
    fell = [
        each.entry
        for each in found
        if each.entry.state is TransactionState.REVERSED
        and each.entry.id not in again
        and each.reversed_by is not None
        and first[each.reversed_by] == first[cancellation.id]
    ]
    renewed = {each.term_effective for each in fell if carries(each)} - {cancellation.term_effective}
    return [each for each in fell if each.term_effective in renewed]


def _first_written(found: Sequence[Linked]) -> dict[int | None, int | None]:
    """As what each transaction was written first, by its id: what is applied again gets another id each time."""
    first: dict[int | None, int | None] = {}
    for each in found:
        first[each.entry.id] = each.entry.id if each.reapplies is None else first[each.reapplies]
    return first


def tell_returned(tx: Tx, wrote: Wrote, policies: Mapping[int | None, str]) -> None:
    """Tell subscribers what counts again, as issued; `policies` names them (locators) by their ids."""
    for row, before in wrote.returned:
        said = {"kind": row["kind"].value, "effectiveTime": told(row["effective_at"]), "reapplies": before}
        about = {"policyLocator": policies[row["policy_id"]], **said}
        events.tell(tx, "policy.transaction.issue", locator=row["locator"], data=about)
