"""The chain: what is edited, removed, reordered or cut is found."""

from pathlib import Path

import pytest
from sqlalchemy import text

from portal_app import encryption
from portal_app.models.audit import AuditEvent
from portal_app.services import audit, leases
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from tests.world import Clock

pytestmark = pytest.mark.both_databases

SEALER = system("seal audit")


@writes(Gate.PUBLIC)
def deed(tx: Tx, *, number: int) -> None:
    audit.record(
        tx, "test.done", subject_kind="thing", subject=str(number), detail={"before": number, "after": number + 1}
    )


@pytest.fixture
def chain(door: Door) -> Path:
    """Six deeds, sealed in two rounds, each anchored."""
    folder = door.settings.folder / "audit"
    for number in range(6):
        door.run(deed, SEALER, number=number)
        if number in (2, 5):
            seal(door, folder)
    return folder


def seal(door: Door, folder: Path) -> None:
    lease = door.run(leases.acquire, SEALER, name="audit", holder="test", seconds=5)
    assert lease is not None
    head = door.run(audit.seal, SEALER, lease=lease)
    assert head is not None
    audit.anchor(folder, *head, door.clock())
    door.run(leases.release, SEALER, lease=lease)


def tamper(door: Door, *statements: str) -> None:
    with door.database.write() as db:
        for statement in statements:
            db.execute(text(statement))


def problems(door: Door, folder: Path) -> tuple[str, ...]:
    return door.run(audit.verify, SEALER, anchors=folder).problems


@pytest.mark.criterion("AUDIT-01")
def test_an_untouched_chain_holds_and_names_what_is_not_sealed(door: Door, chain: Path) -> None:
    door.run(deed, SEALER, number=6)
    verdict = door.run(audit.verify, SEALER, anchors=chain)
    assert (verdict.sealed, verdict.unsealed, verdict.problems) == (6, 1, ())


@pytest.mark.criterion("AUDIT-02")
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit_event SET actor = 'somebody else' WHERE sealed = 3",
        "UPDATE audit_event SET action = 'test.undone' WHERE sealed = 3",
        "UPDATE audit_event SET address = '203.0.113.9' WHERE sealed = 3",
        "UPDATE audit_event SET detail = (SELECT detail FROM audit_event WHERE sealed = 4) WHERE sealed = 3",
        "UPDATE audit_event SET subject = '99' WHERE sealed = 6",
    ],
)
def test_an_edited_row_is_found(door: Door, chain: Path, edit: str) -> None:
    tamper(door, edit)
    assert problems(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_a_removed_row_is_found(door: Door, chain: Path) -> None:
    tamper(
        door,
        "DELETE FROM audit_seal WHERE number = 3",
        "DELETE FROM audit_event WHERE sealed = 3",
    )
    assert problems(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_two_rows_that_change_places_are_found(door: Door, chain: Path) -> None:
    tamper(
        door,
        "UPDATE audit_event SET sealed = -3 WHERE sealed = 3",
        "UPDATE audit_event SET sealed = 3 WHERE sealed = 4",
        "UPDATE audit_event SET sealed = 4 WHERE sealed = -3",
    )
    assert problems(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_a_cut_tail_is_found(door: Door, chain: Path) -> None:
    tamper(door, "DELETE FROM audit_seal WHERE number > 4", "DELETE FROM audit_event WHERE sealed > 4")
    assert problems(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_a_chain_computed_anew_without_the_key_is_found(door: Door, chain: Path) -> None:
    tamper(door, "DELETE FROM audit_seal", "UPDATE audit_event SET sealed = NULL, actor = 'nobody'")
    thief = encryption.Keyring(
        ["0123456789abcdef0123456789abcdef0123456789a="], b"another key than the portal's own key"
    )
    mine = encryption.keyring()
    encryption.install(thief)
    lease = door.run(leases.acquire, SEALER, name="audit", holder="thief", seconds=5)
    assert lease is not None
    door.run(audit.seal, SEALER, lease=lease)
    encryption.install(mine)
    assert problems(door, chain)


@pytest.mark.criterion("AUDIT-03")
def test_details_are_not_readable_in_the_table(door: Door) -> None:
    door.run(deed, SEALER, number=424242)
    with door.database.read() as db:
        stored = bytes(db.execute(text("SELECT detail FROM audit_event")).scalar_one())
        assert b"424242" not in stored
        assert db.query(AuditEvent).one().detail == {"before": 424242, "after": 424243}


@pytest.mark.criterion("AUDIT-04")
def test_a_sealer_that_slept_through_its_lease_seals_nothing(door: Door, clock: Clock) -> None:
    door.run(deed, SEALER, number=1)
    slept = door.run(leases.acquire, SEALER, name="audit", holder="one", seconds=5)
    clock.forward(seconds=6)
    awake = door.run(leases.acquire, SEALER, name="audit", holder="two", seconds=5)
    assert slept is not None
    assert awake is not None
    with pytest.raises(leases.Lost):
        door.run(audit.seal, SEALER, lease=slept)
    assert door.run(audit.seal, SEALER, lease=awake) is not None


@pytest.mark.criterion("AUDIT-04")
def test_a_lease_has_one_holder_and_comes_free(door: Door, clock: Clock) -> None:
    first = door.run(leases.acquire, SEALER, name="x", holder="one", seconds=5)
    assert first is not None
    assert door.run(leases.acquire, SEALER, name="x", holder="two", seconds=5) is None
    door.run(leases.renew, SEALER, lease=first, seconds=10)
    clock.forward(seconds=9)
    assert door.run(leases.acquire, SEALER, name="x", holder="two", seconds=5) is None
    door.run(leases.release, SEALER, lease=first)
    second = door.run(leases.acquire, SEALER, name="x", holder="two", seconds=5)
    assert second is not None
    assert second.token > first.token
    with pytest.raises(leases.Lost):
        door.run(leases.renew, SEALER, lease=first, seconds=10)
