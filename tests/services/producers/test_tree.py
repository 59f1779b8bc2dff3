"""Producers form a tree: it is told whole, and stays one."""

import threading

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal_app.models import metadata
from portal_app.models.enums import Grant, ProducerKind
from portal_app.models.policies import Policy
from portal_app.models.producers import Producer
from portal_app.services.door import Door, Tx
from portal_app.services.errors import InvalidData
from portal_app.services.producers import change, find, lifecycle, tree
from portal_app.services.producers.change import ProducerChanges
from portal_app.services.producers.views import Node
from tests.services.producers.acting import ADMIN, patch, patch_code, producer
from tests.world import NOW, Agency


def drawn(node: Node) -> dict[str, object]:
    return {node.name: [drawn(each) for each in node.child_producers]}


@pytest.mark.criterion("PROD-08")
def test_the_hierarchy_is_told_as_far_as_one_sees(door: Door, agency: Agency) -> None:
    branch = {"North Branch": [{"Daniel Kim": []}, {"Maya Alvarez": []}]}
    whole = door.run(tree.hierarchy, agency.csr(), locator=agency.house.locator)
    assert drawn(whole) == {"Harbor Lane Insurance": [branch]}
    assert drawn(door.run(tree.hierarchy, agency.csr(), locator=agency.branch.locator)) == branch
    below = agency.branch_manager(Grant.DOWNLINE)
    assert drawn(door.run(tree.hierarchy, below, locator=agency.branch.locator)) == branch
    alone = agency.branch_manager()
    assert drawn(door.run(tree.hierarchy, alone, locator=agency.branch.locator)) == {"North Branch": []}


@pytest.mark.criterion("PROD-08")
def test_a_loop_is_refused_and_named(door: Door, agency: Agency) -> None:
    house, maya = (door.run(find.producer, ADMIN, locator=each.locator) for each in (agency.house, agency.maya))
    with pytest.raises(InvalidData) as refused:
        patch(door, house, parent_locator=maya.locator)
    loop = "Maya Alvarez → North Branch → Harbor Lane Insurance → Maya Alvarez would be a loop."
    assert refused.value.problems == {"parentLocator": f"Harbor Lane Insurance cannot stand below Maya Alvarez: {loop}"}
    with pytest.raises(InvalidData, match="Harbor Lane Insurance → Harbor Lane Insurance would be a loop"):
        patch(door, house, parent_locator=house.locator)


@pytest.mark.criterion("PROD-09")
def test_a_producer_moves_and_no_policy_is_rewritten(door: Door, agency: Agency) -> None:
    def policies() -> list[dict[str, object]]:
        with door.database.read() as db:
            return [row.model_dump() for row in db.scalars(select(Policy).order_by(Policy.id))]

    before = policies()
    maya = door.run(find.producer, ADMIN, locator=agency.maya.locator)
    moved = patch(door, maya, parent_locator=agency.daniel.locator)
    assert moved.parent_locator == agency.daniel.locator
    assert patch(door, maya, parent_locator="").parent_locator is None
    assert policies() == before


@pytest.mark.criterion("PROD-08")
def test_nobody_stands_below_who_is_out_of_use_for_good(door: Door) -> None:
    gone, it = producer(door, name="Old House"), producer(door)
    door.run(lifecycle.discard_producer, ADMIN, locator=gone.locator)
    with pytest.raises(InvalidData, match="Old House is discarded and cannot be used again"):
        patch(door, it, parent_locator=gone.locator)


@pytest.mark.criterion("PROD-28")
def test_what_is_sent_back_as_it_was_had_is_saved_whatever_became_of_who_is_named_in_it(
    door: Door, agency: Agency
) -> None:
    maya, house = (door.run(find.producer, ADMIN, locator=each.locator) for each in (agency.maya, agency.house))
    its = door.run(find.code, ADMIN, locator=agency.codes["maya"].locator)
    for each in (maya.parent_locator, maya.locator):
        door.run(lifecycle.retire_producer, ADMIN, locator=each)
    lower = door.run(find.producers, ADMIN, parent=maya.parent_locator).rows
    other = next(each for each in lower if each.locator != maya.locator)
    assert patch(door, other, parent_locator=other.parent_locator, name="Renamed").name == "Renamed"
    assert patch_code(door, its, producer_locator=its.producer_locator, set_data={}).producer_name == maya.name
    patch(door, other, parent_locator=house.locator)
    with pytest.raises(InvalidData, match="is retired and cannot be used again"):
        patch(door, other, parent_locator=other.parent_locator)


@pytest.mark.criterion("PROD-08")
def test_the_tree_is_at_most_a_hundred_levels_deep(door: Door) -> None:
    it = producer(door, name="1")
    low, high = it, producer(door)
    producer(door, parent_locator=high.locator)
    with door.database.write() as db:
        deepest = add_line(db, low.locator, 97)
    low = producer(door, parent_locator=deepest)
    with pytest.raises(InvalidData, match="at most 100 levels deep"):
        patch(door, high, parent_locator=low.locator)
    low = producer(door, parent_locator=low.locator)
    with pytest.raises(InvalidData, match="at most 100 levels deep"):
        producer(door, parent_locator=low.locator)
    depth, node = 1, door.run(tree.hierarchy, ADMIN, locator=it.locator)
    while node.child_producers:
        depth, node = depth + 1, node.child_producers[0]
    assert depth == 100


def add_line(db: Session, top: str, length: int) -> str:
    """So many producers, each below the one before."""
    table = metadata.tables["producer"]
    above = db.scalars(select(Producer.id).where(Producer.locator == top)).one()
    for _ in range(length):
        row = {"parent_id": above, "kind": ProducerKind.INDIVIDUAL, "name": "", "created_at": NOW, "data": {}}
        row["locator"] = Producer(name="").locator
        above = db.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
    return db.scalars(select(Producer.locator).where(Producer.id == above)).one()


@pytest.mark.criterion("PROD-08")
@pytest.mark.both_databases
def test_of_two_moves_at_once_that_together_make_a_loop_one_is_refused(door: Door) -> None:
    a, b = producer(door, name="A"), producer(door, name="B")
    below_a, below_b = (producer(door, name=f"{each.name}1", parent_locator=each.locator) for each in (a, b))
    answers: list[str] = []

    def move_b() -> None:
        try:
            patch(door, b, parent_locator=below_a.locator)
            answers.append("moved")
        except InvalidData as error:
            answers.append(error.sentence)

    other = threading.Thread(target=move_b)
    with door.database.write() as db:
        tx = Tx(db, ADMIN, door.clock(), door.settings, door.ports)
        change.change_producer(tx, locator=a.locator, changes=ProducerChanges(parent_locator=below_b.locator))
        other.start()
        # Neither sees the other's move, unless the second waits for the first: that is what it is to do.
        other.join(1)
        assert answers == []
    other.join()
    assert answers == ["B cannot stand below A1: A1 → A → B1 → B → A1 would be a loop."]
