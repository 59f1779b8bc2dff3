"""The requirements' own examples, in the order of their text: each body and each statement that goes with it.

Their configuration declares abstract types that extend others which it does not declare, and creates them all the same:
that is refused. What they ask for is done against one of its shape. Quotes and the underwriting flag are proved with
underwriting; here stands everything else.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from portal_app.models.enums import Origin, ProducerState, TransactionKind, TransactionState
from portal_app.models.policies import Policy
from portal_app.models.types import new_locator
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, InvalidData
from portal_app.services.ledger import drafts, issuing, snapshots
from portal_app.services.producers import create, find, lifecycle, loading
from portal_app.services.producers.plugins import Entity, Request, ValidationItem
from portal_app.services.sync import bulk
from tests.routes.api.test_transactions import BEGUN
from tests.services.ledger.conftest import CHANGE, PRINCIPAL, RENEWAL, at
from tests.services.producers.acting import ADMIN, code, patch, producer
from tests.services.producers.configured import SEED, with_configuration, with_plugin
from tests.world import Agency, Clock

State = ProducerState
WRITTEN = """{
    "producerManagement": {
        "producers": {
            "ExampleProducer": {
                "abstract": true, "extend": "AnotherProducer", "data": {}, "defaultSearchable": false
            }
        },
        "producerCodes": {
            "ExampleProducerCode": {
                "abstract": true, "extend": "AnotherProducerCode", "numberingPlan": "ExampleNumberingPlan",
                "numberingString": "ExampleText", "data": {}, "defaultSearchable": false
            }
        },
        "underwritingFlag": {"level": "none", "tag": "Example tag", "note": "Example note"}
    }
}"""


@pytest.mark.criterion("PROD-21")
def test_the_configuration_as_it_is_written_is_refused_with_each_place() -> None:
    with pytest.raises(ConfigurationProblems) as refused:
        loading.load(WRITTEN)
    told = "\n".join(refused.value.problems)
    assert "producers.ExampleProducer.extend: there is no type AnotherProducer." in told
    assert "producerCodes.ExampleProducerCode.extend: there is no type AnotherProducerCode." in told
    assert "there is no numbering plan ExampleNumberingPlan." in told


@pytest.mark.criterion("PROD-21")
def test_with_what_it_lacks_declared_it_is_taken_and_still_creates_nothing_abstract(door: Door) -> None:
    whole = json.loads(WRITTEN)
    management = whole["producerManagement"]
    management["producers"]["AnotherProducer"] = management["producerCodes"]["AnotherProducerCode"] = {}
    whole["numberingPlans"] = {"ExampleNumberingPlan": {"format": "{numberingString}-####"}}
    abstract = with_configuration(door, whole)
    flag = abstract.ports.producers.underwriting_flag
    assert (flag.level, flag.tag, flag.note) == ("none", "Example tag", "Example note")
    with pytest.raises(InvalidData, match="ExampleProducer is abstract"):
        abstract.run(create.create_producer, ADMIN, type="ExampleProducer")
    with pytest.raises(InvalidData, match="ExampleProducerCode is abstract"):
        abstract.run(
            create.create_code,
            ADMIN,
            producer_locator=producer(abstract, "AnotherProducer").locator,
            type="ExampleProducerCode",
        )


@pytest.mark.criterion("PROD-21")
def test_a_producer_and_its_code_are_created_and_go_through_their_lives(door: Door) -> None:
    top = producer(door, "ExampleProducer")
    assert top.producer_state is State.DRAFT, "producers begin in the draft state after creation"
    below = producer(door, "ExampleProducer", parent_locator=top.locator)
    assert below.parent_locator == top.locator
    with pytest.raises(InvalidData):
        producer(door, "ExampleProducer", parent_locator="01CH383XHA23A")

    its = code(door, below, "ExampleProducerCode", code="9217262")
    assert (its.code, its.producer_locator) == ("9217262", below.locator)
    with pytest.raises(InvalidData, match="There is a code like this already"):
        code(door, top, "ExampleProducerCode", code="9217262")
    generated = code(door, below, "ExampleProducerCode")
    assert generated.code == "ExampleText-0007", "where none is specified, by the numbering plan"

    assert patch(door, below, set_data={"email": "a@b.test"}).data == {"email": "a@b.test"}
    run: Callable[..., Any] = door.run
    assert run(lifecycle.validate_producer, ADMIN, locator=below.locator).producer_state is State.VALIDATED
    for verb, state in (
        (lifecycle.validate_code, State.VALIDATED),
        (lifecycle.suspend_code, State.SUSPENDED),
        (lifecycle.unsuspend_code, State.VALIDATED),
        (lifecycle.retire_code, State.RETIRED),
    ):
        assert run(verb, ADMIN, locator=its.locator).producer_code_state is state
    run(lifecycle.discard_code, ADMIN, locator=generated.locator)
    for over in (its, generated):
        for back in (lifecycle.validate_code, lifecycle.unsuspend_code):
            with pytest.raises(Conflict):
                run(back, ADMIN, locator=over.locator)


def begun(door: Door, policy: Policy) -> str:
    """The policy as it was issued for December 2024, before everything that the requirements do to it."""
    when = datetime(2024, 12, 1, 5, tzinfo=UTC)
    days = {"effective": "2024-12-01", "expiration": "2025-12-01"}
    row = {
        "locator": new_locator(), "policy_id": policy.id, "kind": TransactionKind.ISSUANCE,
        "state": TransactionState.ISSUED, "origin": Origin.PORTAL, "term_effective": when.date(), "effective_at": when,
        "known_at": when, "issued_at": when, "changes": BEGUN | days | {"producer_code": "Example Code 1"},
    }  # fmt: skip
    with door.database.write() as db:
        db.execute(insert(bulk.LEDGER), [row])
    return policy.locator


@pytest.mark.criterion("PROD-21")
def test_its_codes_on_a_policy_its_code_of_record_and_its_history(door: Door, clock: Clock, agency: Agency) -> None:
    owner = producer(door, "Free")
    for number in (1, 2, 3):
        code(door, owner, "Unplanned", code=f"Example Code {number}")
    row = begun(door, agency.policies["maya"])

    def change(when: datetime, *asked: dict[str, Any]) -> Any:
        given = {"policy": row, "kind": CHANGE, "effective_at": when, "asked": asked}
        return issue(door.run(drafts.draft, PRINCIPAL, **given).locator)

    def issue(locator: str) -> Any:
        clock.forward(minutes=1)
        return door.run(issuing.issue, PRINCIPAL, locator=locator).transaction

    def codes(when: datetime, **more: Any) -> tuple[str, str]:
        info = door.run(snapshots.snapshot, PRINCIPAL, locator=row, at=when, **more).producer_info
        return info.producer_code, info.producer_code_of_record

    asked_on = datetime(2025, 1, 1, tzinfo=UTC)
    assert codes(asked_on) == ("Example Code 1", "Example Code 1"), "the original producer code for a term"
    before = clock.now
    set_two = {"action": "producers", "setProducerCode": "Example Code 2", "clearProducerCode": False}
    change(at(2025, 3, 1), set_two)
    assert codes(at(2025, 3, 1)) == ("Example Code 2", "Example Code 1")
    set_three = {
        "action": "producers",
        "setProducerCodeOfRecord": "Example Code 3",
        "revertProducerCodeOfRecord": False,
    }
    change(at(2025, 4, 1), set_three)
    assert codes(at(2025, 4, 1)) == ("Example Code 2", "Example Code 3")
    to_current = change(at(2025, 5, 1), set_three | {"setProducerCodeOfRecord": "Example Code 2"})
    assert to_current.processed == ({"action": "producers", "revertProducerCodeOfRecord": True},)
    assert codes(at(2025, 5, 1)) == ("Example Code 2", "Example Code 2")
    change(at(2025, 6, 1), set_three)
    issue(door.run(drafts.draft, PRINCIPAL, policy=row, kind=RENEWAL, effective_at=None, asked=()).locator)
    assert codes(at(2025, 11, 1)) == ("Example Code 2", "Example Code 3")
    assert codes(at(2025, 12, 2)) == ("Example Code 2", "Example Code 2"), "set to the current code by the renewal"

    # Out of sequence: the renewal is applied again, with what is current by then.
    change(at(2025, 10, 1), set_two | {"setProducerCode": "Example Code 3"})
    assert codes(at(2025, 12, 2)) == ("Example Code 3", "Example Code 3")
    assert codes(asked_on) == ("Example Code 1", "Example Code 1")
    assert codes(before, by_issued_time=True) == ("Example Code 1", "Example Code 1")

    clear = {"action": "producers", "clearProducerCode": True}
    change(at(2026, 1, 1), clear)
    assert codes(at(2026, 1, 1)) == ("", "Example Code 3")
    carried = door.run(find.code_named, PRINCIPAL, code="Example Code 3")
    with pytest.raises(Conflict, match="A policy carries this code"):
        door.run(lifecycle.discard_code, ADMIN, locator=carried.locator)


AGENCIES: dict[str, Any] = {
    "producerManagement": {
        "producers": {
            "AgencyProducer": {"data": {"email": {"type": "text"}, "status": {"type": "text"}}},
            "SubAgencyProducer": {"extend": "AgencyProducer"},
        },
        "producerCodes": {
            "CaliforniaProducerCode": {"data": {"description": {"type": "text"}, "status": {"type": "text"}}}
        },
    }
}
EMAILS = {"AgencyProducer": "first.agency@socotra.test", "SubAgencyProducer": "first.subagency@socotra.test"}


def pre_commit(request: Request) -> Entity:
    data = {**request.entity.data}
    if request.type in EMAILS:
        data["email"] = EMAILS[request.type]
    else:
        data["description"] = "added by preCommit"
    return replace(request.entity, data=data)


def validate(request: Request) -> ValidationItem | None:
    who = "producer code" if request.type == "CaliforniaProducerCode" else "producer"
    if str(request.entity.data.get("status", "")).lower() != "active":
        return ValidationItem(errors=(f"{who} must be active",))
    return None


@pytest.mark.criterion("PROD-21")
def test_its_two_plugins(door: Door) -> None:
    assert set(SEED["producerManagement"]["producers"]).isdisjoint(EMAILS)
    door = with_plugin(with_configuration(door, AGENCIES), pre_commit=pre_commit, validate=validate)
    for kind, email in EMAILS.items():
        assert producer(door, kind).data == {"email": email}
    it = producer(door, "AgencyProducer", data={"status": "closed"})
    its = code(door, it, "CaliforniaProducerCode", code="CA-1")
    assert its.data == {"description": "added by preCommit"}

    refused = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert refused.validation_result is not None
    [item] = refused.validation_result.validation_items
    assert (item.element_type, item.locator, item.errors) == (
        "AgencyProducer",
        it.locator,
        ("producer must be active",),
    )
    of_code = door.run(lifecycle.validate_code, ADMIN, locator=its.locator).validation_result
    assert of_code is not None
    assert of_code.validation_items[0].errors == ("producer code must be active",)
    patch(door, it, set_data={"status": "ACTIVE"})
    assert door.run(lifecycle.validate_producer, ADMIN, locator=it.locator).producer_state is State.VALIDATED
