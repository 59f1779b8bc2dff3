"""What subscribers are told of producers and codes."""

from typing import Any

from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.webhooks import events

NOUNS = {Producer: "producer", ProducerCode: "producercode"}
FAILED = "producers.producercode.numberAssignmentFailed"


def tell(tx: Tx, row: Producer | ProducerCode, verb: str) -> None:
    """Tell what was done, in the transaction that does it: `producers.producer.create`."""
    state = "producerState" if isinstance(row, Producer) else "producerCodeState"
    data: dict[str, Any] = {"type": row.type, state: row.state.value, "version": row.version}
    if isinstance(row, ProducerCode):
        data["code"] = row.code
    events.tell(tx, f"producers.{NOUNS[type(row)]}.{verb}", locator=row.locator, data=data)


def tell_number_failed(tx: Tx, *, locator: str, type_name: str, plan: str) -> None:
    """Tell that a plan has no numbers left. `locator` is the code's, or of one to be created that of its producer."""
    events.tell(tx, FAILED, locator=locator, data={"type": type_name, "numberingPlan": plan})
