"""Each thing that somebody with the database or the folder of anchors could do to the chain, one at a time."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from portal_app.models.audit import AuditEvent, AuditSeal
from portal_app.services import audit, leases
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door, Tx
from tests.services.test_audit import SEALER, chain, deed, problems, seal, tamper  # noqa: F401
from tests.world import Clock

pytestmark = pytest.mark.both_databases


def said(door: Door, folder: Path) -> str:
    return " ".join(problems(door, folder))


@pytest.mark.criterion("AUDIT-02")
@pytest.mark.parametrize(
    "edit",
    [
        "actor = 'x'",
        "actor_kind = 'user'",
        "action = 'x'",
        "subject_kind = 'x'",
        "subject = 'x'",
        "address = 'x'",
        "request_id = 'x'",
        "locator = '01J00000000000000000000000'",
    ],
)
def test_no_column_of_a_row_can_be_edited(door: Door, chain: Path, edit: str) -> None:  # noqa: F811
    tamper(door, f"UPDATE audit_event SET {edit} WHERE sealed = 3")
    assert said(door, chain) == "Link 3 does not fit its row or the link before it."


@pytest.mark.criterion("AUDIT-02")
def test_a_link_that_is_taken_out_is_named(door: Door, chain: Path) -> None:  # noqa: F811
    tamper(door, "DELETE FROM audit_seal WHERE number = 2", "UPDATE audit_event SET sealed = NULL WHERE sealed = 2")
    assert "Link 2 is missing." in said(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_a_row_that_denies_its_link_is_found(door: Door, chain: Path) -> None:  # noqa: F811
    tamper(door, "UPDATE audit_event SET sealed = NULL WHERE sealed = 2")
    assert said(door, chain) == "The row behind link 2 was removed or exchanged."


@pytest.mark.criterion("AUDIT-02")
def test_each_link_holds_on_to_the_one_before(door: Door, chain: Path) -> None:  # noqa: F811
    """The last link before an anchor cannot be exchanged either, even where every row stays as it is."""
    with door.database.write() as db:
        found = db.get(AuditSeal, 4)
        assert found is not None
        found.link = bytes(32)
    assert "Link 5 does not fit" in said(door, chain)


@pytest.mark.criterion("AUDIT-02")
def test_equal_deeds_have_different_links(door: Door) -> None:
    for _ in range(3):
        door.run(deed, SEALER, number=1)
    seal(door, door.settings.folder / "audit")
    with door.database.read() as db:
        assert len({each.link for each in db.query(AuditSeal)}) == 3


@pytest.mark.criterion("AUDIT-02")
def test_anchors_that_are_gone_or_cannot_be_read_are_named(door: Door, chain: Path) -> None:  # noqa: F811
    path = chain / "anchors.jsonl"
    kept = path.read_text(encoding="ascii")
    path.write_text(kept + "nonsense\n[]\n", encoding="ascii")
    assert problems(door, chain) == ("An anchor cannot be read.",) * 2
    path.unlink()
    assert said(door, chain) == "There are sealed rows but no anchor outside the database."


@pytest.mark.criterion("AUDIT-01")
def test_nothing_sealed_needs_no_anchor(door: Door) -> None:
    door.run(deed, SEALER, number=1)
    assert problems(door, door.settings.folder / "audit") == ()


@pytest.mark.criterion("AUDIT-01")
def test_a_long_trail_is_sealed_in_portions_and_verified_page_by_page(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    monkeypatch.setattr(audit, "PAGE", 2)
    folder = door.settings.folder / "audit"
    for number in range(7):
        door.run(deed, SEALER, number=number)
    for sealed in (3, 6, 7):
        seal(door, folder)
        verdict = door.run(audit.verify, SEALER, anchors=folder)
        assert (verdict.sealed, verdict.unsealed, verdict.problems) == (sealed, 7 - sealed, ())
    lease = door.run(leases.acquire, SEALER, name="audit", holder="test", seconds=5)
    assert lease is not None
    assert door.run(audit.seal, SEALER, lease=lease) is None


@pytest.mark.criterion("AUDIT-01")
def test_a_row_says_who_did_it_from_where_and_in_which_request(door: Door, clock: Clock) -> None:
    somebody = replace(ANONYMOUS, email="maya@agency.test", address="192.0.2.1")
    with structlog.contextvars.bound_contextvars(request_id="the-request"):
        asyncio.run(door.act(deed, somebody, number=1))
    with door.database.write() as db:
        audit.record(Tx(db, somebody, clock.now, door.settings, door.ports), "test.named", actor="new@agency.test")
    with door.database.read() as db:
        first, second = db.query(AuditEvent).order_by("id")
        assert (first.actor, first.address, first.request_id) == ("maya@agency.test", "192.0.2.1", "the-request")
        assert (first.at, second.actor) == (clock.now, "new@agency.test")


@pytest.mark.criterion("AUDIT-02")
def test_an_edited_detail_is_found(door: Door, chain: Path) -> None:  # noqa: F811
    tamper(door, "UPDATE audit_event SET detail = (SELECT detail FROM audit_event WHERE sealed = 1) WHERE sealed = 2")
    assert said(door, chain) == "Link 2 does not fit its row or the link before it."


@pytest.mark.criterion("AUDIT-02")
def test_the_time_of_a_row_is_held_to_the_microsecond(door: Door, chain: Path) -> None:  # noqa: F811
    with door.database.write() as db:
        event = db.query(AuditEvent).filter_by(sealed=3).one()
        event.at = event.at.replace(microsecond=1)
    assert said(door, chain) == "Link 3 does not fit its row or the link before it."


@pytest.mark.criterion("AUDIT-02")
def test_a_row_that_claims_a_link_which_is_not_its_own_is_found(door: Door, chain: Path) -> None:  # noqa: F811
    door.run(deed, SEALER, number=9)
    tamper(door, "UPDATE audit_event SET sealed = 999, actor = 'somebody else' WHERE sealed IS NULL")
    door.run(deed, SEALER, number=10)
    seal(door, chain)
    assert "says that it is sealed, and no link holds it." in said(door, chain)
