"""An underwriter's desk, and what waits for any of them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import update

from portal_app.models.enums import FlagLevel, Role, TransactionKind
from portal_app.models.submissions import Submission
from portal_app.services.binding import refer
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.home.desk import desk as own_desk
from portal_app.services.home.queue import queue
from portal_app.services.ledger import drafts as ledger_drafts
from portal_app.services.quotes import drafts
from portal_app.services.submissions import assigning, moves
from portal_app.services.underwriting import flags, requests
from tests.services.binding.acting import Desk
from tests.services.home.conftest import issue
from tests.services.home.test_turns import ask_without_answer
from tests.world import NOW, Agency, Clock, actor


@pytest.mark.criterion("HOME-06")
def test_the_desk_has_what_is_overdue_first_and_who_is_asked_last(door: Door, desk: Desk, clock: Clock) -> None:
    waits, overdue = desk.reviewed(name="Ada Quill"), desk.reviewed(name="Bo Reed")
    ask_without_answer(desk, waits)
    clock.forward(days=4)  # from a Friday to Tuesday; it was due on Monday
    soon, quoted = desk.reviewed(name="Cy Stone"), desk.reviewed(name="Di Vale")
    desk.offered(quoted)
    me = replace(desk.cast.underwriter, locator=desk.cast.locators["csr@agency.test"])
    found = door.run(own_desk, me)
    assert [each.locator for each in found.rows] == [overdue, soon, waits], "and not where the producer decides"
    assert found.total == 3
    late, left, stands = (each.days_left for each in found.rows)
    assert (late, stands) == (-1, None)
    assert left is not None
    assert left > 0
    door.run(assigning.assign, desk.cast.principal, locator=soon, to=desk.cast.locators["principal@agency.test"])
    assert door.run(own_desk, me).total == 2
    assert door.run(own_desk, actor(Role.PRINCIPAL)).total == 0, "who has no account is assigned nothing"
    for other in (desk.cast.maya, desk.cast.csr, desk.cast.agency.admin(), desk.cast.agency.read_only()):
        for card in (own_desk, queue):
            with pytest.raises(Forbidden):
                door.run(card, other)


@pytest.mark.criterion("HOME-06")
def test_what_nobody_handles_waits_for_any_underwriter(door: Door, desk: Desk) -> None:
    unrouted, routed, done = (desk.cast.submitted(name=name) for name in ("Ada Quill", "Bo Reed", "Cy Stone"))
    with door.database.write() as db:
        db.execute(update(Submission).where(Submission.locator == routed).values(routed_by="Homes", queue="Personal"))
    door.run(moves.withdraw, desk.cast.maya, locator=done, reason="No more")
    found = door.run(queue, desk.cast.underwriter)
    assert {each.locator: (each.unrouted, each.assigned_to) for each in found.unassigned.rows} == {
        unrouted: (True, ""),
        routed: (False, "Personal"),
    }
    assert (found.unassigned.total, found.unrouted) == (2, 1)


@pytest.mark.criterion("HOME-06")
def test_quotes_that_wait_are_told_and_leave(door: Door, desk: Desk, clock: Clock) -> None:
    desk.allow()
    submission = desk.reviewed()
    referred = desk.offered(submission, premium=Decimal(20_000))
    door.run(refer.refer, desk.cast.maya, quote=referred.locator)
    draft = desk.quoted(submission)
    blocked = desk.quoted(submission)
    door.run(flags.add_to_quote, desk.cast.underwriter, locator=blocked.locator, level=FlagLevel.BLOCK, tag="Roof")
    door.run(requests.underwrite_quote, desk.cast.underwriter, locator=blocked.locator)
    found = door.run(queue, desk.cast.underwriter)
    [asked] = found.referred.rows
    assert (asked.locator, asked.submission, asked.carrier, asked.referred_at) == (
        referred.locator,
        submission,
        "Granite Mutual",
        clock.now,
    )
    assert [each.locator for each in found.blocked.rows] == [blocked.locator]
    assert [each.locator for each in found.quotes.rows] == [draft.locator]
    door.run(drafts.discard, desk.cast.underwriter, locator=draft.locator)
    door.run(moves.withdraw, desk.cast.maya, locator=submission, reason="No more")
    after = door.run(queue, desk.cast.underwriter)
    assert (after.referred.total, after.quotes.total) == (0, 0)


@pytest.mark.criterion("HOME-06")
def test_policy_changes_in_draft_wait(door: Door, desk: Desk, agency: Agency) -> None:
    policy = issue(door, agency.policies["maya"], NOW)
    drafted = door.run(
        ledger_drafts.draft,
        desk.cast.underwriter,
        policy=policy,
        kind=TransactionKind.CANCELLATION,
        effective_at=datetime(2026, 12, 1, 5, tzinfo=UTC),
    )
    [found] = door.run(queue, desk.cast.underwriter).transactions.rows
    assert (found.locator, found.policy, found.number, found.kind) == (
        drafted.locator,
        policy,
        "HO-101",
        TransactionKind.CANCELLATION,
    )
    door.run(ledger_drafts.discard, desk.cast.underwriter, locator=drafted.locator)
    assert door.run(queue, desk.cast.underwriter).transactions.total == 0
