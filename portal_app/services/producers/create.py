"""A new producer, and a new code of one. Both begin as drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.models.enums import ProducerKind
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import InvalidData
from portal_app.services.producers import numbering, told, tree
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.formats import OutOfNumbers
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.particulars import problems_of_producer
from portal_app.services.producers.rows import creatable, held
from portal_app.services.producers.validation import before_saving
from portal_app.services.producers.views import CodeView, ProducerView, codes_shown, producers_shown


@dataclass(frozen=True, slots=True)
class NumberFailed:
    """No code could be given, and nothing else was done but to tell so. `sentence` says why."""

    sentence: str


@writes(Permission.MANAGE_PRODUCERS)
def create_producer(
    tx: Tx,
    *,
    type: str,  # noqa: A002
    data: Mapping[str, Any] | None = None,
    name: str = "",
    kind: ProducerKind = ProducerKind.INDIVIDUAL,
    npn: str = "",
    parent_locator: str = "",
) -> ProducerView:
    """A draft of a producer. Raises InvalidData with a sentence for each field that cannot be taken."""
    configured = creatable(tx, Producer, type)
    own: dict[str, Any] = {"type": type, "name": name.strip(), "kind": kind, "npn": npn, "data": dict(data or {})}
    row = Producer(**own, created_at=tx.now, created_by=tx.actor.email or tx.actor.name)
    if problems := problems_of_producer(tx, row, name=row.name, npn=npn):
        raise InvalidData(problems)
    parent = tree.parent_for(tx, row, parent_locator)
    row.parent_id = parent.id if parent else None
    before_saving(tx, row, configured, created=True)
    tx.db.add(row)
    tx.db.flush()
    after = {"type": type, "name": row.name, "npn": row.npn, "parent": parent_locator, "data": row.data}
    audit.record(tx, "producer.added", subject_kind="producer", subject=row.locator, detail={"after": after})
    told.tell(tx, row, "create")
    return producers_shown(tx, [row])[0]


@writes(Permission.MANAGE_PRODUCERS)
def create_code(
    tx: Tx,
    *,
    producer_locator: str,
    type: str,  # noqa: A002
    code: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> CodeView | NumberFailed:
    """A draft of a code of this producer. Without `code` the next of the type's plan is given; where the type has no
    plan it waits for one. Raises NotFound for the producer, InvalidData with a sentence for each field; that the plan
    has no number left is an answer, for it is told to subscribers."""
    owner = owner_for(tx, producer_locator)
    configured = creatable(tx, ProducerCode, type)
    by = tx.actor.email or tx.actor.name
    row = ProducerCode(type=type, producer_id=owner.id or 0, data=dict(data or {}), created_at=tx.now, created_by=by)
    row.code = code
    before_saving(tx, row, configured, created=True)
    row.code = None
    if code is not None:
        numbering.give(tx, row, code)
    elif (failed := give_by_plan(tx, row, configured, owner.locator)) is not None:
        return failed
    tx.db.add(row)
    tx.db.flush()
    after = {"type": type, "code": row.code or "", "producer": owner.locator, "data": row.data}
    audit.record(tx, "producer_code.added", subject_kind="producer_code", subject=row.locator, detail={"after": after})
    told.tell(tx, row, "create")
    return codes_shown(tx, [row])[0]


def owner_for(tx: Tx, locator: str, *, holder: int | None = None) -> Producer:
    """The producer that a code is to belong to; the one whose it is already (`holder`, an id) stays, whatever became of
    them. Raises NotFound, or InvalidData for one that is out of use."""
    owner = held(tx, Producer, locator)
    if owner.state in tree.FINAL and owner.id != holder:
        why = f"This producer is {owner.state.value} and cannot be used again."
        raise InvalidData({"producerLocator": why})
    return owner


def give_by_plan(tx: Tx, row: ProducerCode, kind: EntityType, about: str) -> NumberFailed | None:
    """Give the row the next code of its type's plan, if there is one. What fails is noted, and told about `about`."""
    plan = producers_in_force(tx).plan_of(kind)
    if plan is None:
        return None
    try:
        numbering.give_next(tx, row, kind, plan)
    except OutOfNumbers:
        detail = {"type": kind.name, "plan": plan.name, "format": plan.format.text}
        audit.record(tx, "producer_code.number_failed", subject_kind="producer_code", subject=about, detail=detail)
        told.tell_number_failed(tx, locator=about, type_name=kind.name, plan=plan.name)
        whose = f" for {kind.name}" if plan.part_of(kind) else ""
        return NumberFailed(f"The numbering plan {plan.name} has no number left{whose}: {plan.format.text} is used up.")
    return None
