"""What the underwriters are asked to bind is their turn until they bind it or refuse with a reason, which is told."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal_app.models.enums import Role, SubmissionEventKind
from portal_app.models.identity import User
from portal_app.models.notifications import Notification
from portal_app.models.quotes import Quote
from portal_app.services.access import Actor
from portal_app.services.binding import refer
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.home.turns import turns
from portal_app.services.identity.names import called
from portal_app.services.quotes import drafts, find, of_submissions
from portal_app.services.submissions import assigning, moves, timeline
from portal_app.services.submissions import find as submissions
from portal_app.services.submissions.turns import Turn
from tests.services.binding.acting import Desk
from tests.world import Agency


def stands(desk: Desk, submission: str, who: Actor) -> tuple[str, str]:
    """Whose turn it is in the words of who asks, and what comes next."""
    row = desk.door.run(submissions.submission, who, locator=submission)
    return row.turn_words, row.next_action


@pytest.mark.criterion("BOUND-17")
def test_a_referral_is_the_underwriters_turn_until_they_refuse_it(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    quote = desk.offered(submission).locator
    maya, csr, underwriter, principal = desk.cast.maya, desk.cast.csr, desk.cast.underwriter, desk.cast.principal
    assert stands(desk, submission, maya)[0] == "Yours"
    with pytest.raises(Conflict, match="Nobody asks the underwriters"):
        door.run(refer.refuse, underwriter, quote=quote, reason="No")

    door.run(refer.refer, maya, quote=quote, note="The client waits.")
    turns = [stands(desk, submission, who)[0] for who in (maya, csr, underwriter, principal)]
    assert turns == ["The agency's", "The agency's", "Yours", "Yours"]
    whom = Role.CSR.label
    asked = f"{maya.email} asked {whom} to bind the quote of Granite Mutual, who binds it or refuses with a reason."
    assert stands(desk, submission, underwriter)[1] == asked
    (listed,) = door.run(submissions.listed, principal).rows
    assert (listed.turn, listed.next_action) == (Turn.AGENCY, asked)
    assert [desk.asks(quote, who).may_refuse for who in (maya, csr, underwriter)] == [False, False, True]

    for who, error in ((maya, Forbidden), (csr, Forbidden), (desk.cast.daniel, Forbidden)):
        with pytest.raises(error):
            door.run(refer.refuse, who, quote=quote, reason="No")
    with pytest.raises(Invalid, match="Say why"):
        door.run(refer.refuse, underwriter, quote=quote, reason="  ")
    with pytest.raises(NotFound):
        door.run(refer.refuse, underwriter, quote="0" * 26, reason="No")
    done = door.run(refer.refuse, underwriter, quote=quote, reason=" The roof is too old. ")
    assert (done.refused_by, done.refusal) == (underwriter.email, "The roof is too old.")
    assert stands(desk, submission, maya)[0] == "Yours"
    newest = door.run(timeline.events, maya, locator=submission)[0]
    assert (newest.kind, newest.words) == (SubmissionEventKind.REFUSED, "Refused to bind the quote of Granite Mutual")
    assert newest.reason == "The roof is too old."
    with door.database.read() as db:
        told = db.scalars(select(Notification).where(Notification.kind == "bind_refused")).all()
        assert [(each.user_id, each.body) for each in told] == [(maya.user_id, "The roof is too old.")]
    assert desk.bind(quote, underwriter).reasons, "nobody asks them any more"


@pytest.mark.criterion("BOUND-17")
@pytest.mark.criterion("HOME-04")
def test_of_two_quotes_one_is_referred_and_the_other_is_the_producers_to_choose(door: Door, desk: Desk) -> None:
    desk.allow()
    submission, maya = desk.reviewed(), desk.cast.maya
    within = desk.offered(submission, valid_until=date(2026, 12, 10)).locator
    beyond = desk.offered(submission, premium=Decimal(20_000), valid_until=date(2026, 12, 1)).locator
    door.run(refer.refer, maya, quote=beyond)
    people = (maya, desk.cast.csr, desk.cast.underwriter)
    assert [stands(desk, submission, who)[0] for who in people] == [
        "Yours and the agency's",
        "The producer's and the agency's",
        "Yours and the producer's",
    ]
    (waits,) = door.run(turns, maya).quoted.rows
    assert (waits.quotes, waits.days_left) == (1, 20), "what lies with the underwriters is not to be chosen from"
    door.run(refer.refuse, desk.cast.underwriter, quote=beyond, reason="Too large.")
    assert stands(desk, submission, maya)[0] == "Yours"
    assert door.run(turns, maya).quoted.rows[0].quotes == 2
    door.run(refer.refer, maya, quote=beyond)
    assert desk.bind(within).number == "BND-2026-000001"
    assert [stands(desk, submission, who)[0] for who in people] == ["Nobody's"] * 3


BIND_THE_OTHER, ASK_FOR_THE_OTHER = ("Bind the quote of", "can_bind"), ("Ask the underwriters to bind", "may_refer")
DECIDE, WAIT = ("Bind the quote of Granite Mutual, as {by} asks, or refuse", "may_refuse"), ("{by} asked", "")
# Who looks, who asked the underwriters, whether the other quote is within the authority of its chooser, what is next.
OF_BOTH = [
    ("maya", "maya", True, BIND_THE_OTHER),
    ("maya", "maya", False, ASK_FOR_THE_OTHER),
    ("csr", "maya", True, WAIT),
    ("underwriter", "maya", True, DECIDE),
    ("underwriter", "underwriter", True, WAIT),
    ("principal", "maya", True, DECIDE),
    ("principal", "principal", True, WAIT),
    ("read only", "maya", True, WAIT),
    ("admin", "maya", True, None),
]


@pytest.mark.criterion("TRACK-14")
@pytest.mark.parametrize(("who", "by", "within", "expected"), OF_BOTH)
def test_of_the_turn_of_both_each_is_told_what_they_may_do_or_who_is_waited_for(
    door: Door, desk: Desk, agency: Agency, who: str, by: str, within: bool, expected: tuple[str, str] | None
) -> None:
    if within:
        desk.allow()
    cast = desk.cast
    people = {each: getattr(cast, each) for each in ("maya", "csr", "underwriter", "principal")}
    people |= {"read only": agency.read_only(), "admin": agency.admin()}
    submission = desk.reviewed()
    other = desk.offered(submission).locator
    referred = desk.offered(submission, premium=Decimal(20_000)).locator
    if by == "principal":
        # Who could bind it needs no underwriter; what they asked before their role grew is theirs all the same.
        door.run(refer.refer, cast.maya, quote=referred)
        with door.database.write() as db:
            db.scalars(select(Quote).where(Quote.locator == referred)).one().referred_by_id = cast.principal.user_id
    else:
        door.run(refer.refer, people[by], quote=referred)
    if expected is None:
        with pytest.raises((Forbidden, NotFound)):
            stands(desk, submission, people[who])
        return
    row = door.run(submissions.submission, people[who], locator=submission)
    assert row.turn is Turn.BOTH
    words, may = expected
    with door.database.read() as db:
        asker = db.scalars(select(called()).where(User.id == people[by].user_id)).one()
    assert row.next_action.startswith(words.format(by=asker)), row.next_action
    assert row.next_quote == {"can_bind": other, "may_refer": other, "may_refuse": referred, "": ""}[may]
    if may:
        assert getattr(desk.asks(row.next_quote, people[who]), may), "and may do it there"
    # Whoever else is waited for is named with it.
    waits = {"may_refuse": "Meanwhile the producer may bind what else is offered.", "": "Meanwhile the producer may"}
    assert waits.get(may, f"{people[by].email} asked ") in row.next_action


@pytest.mark.criterion("BOUND-17")
def test_what_was_refused_can_be_asked_for_again_and_nobody_refuses_their_own(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    quote = desk.offered(submission).locator
    underwriter, principal = desk.cast.underwriter, desk.cast.principal
    door.run(refer.refer, underwriter, quote=quote)
    assert stands(desk, submission, underwriter)[0] == "The agency's"
    turn, action = stands(desk, submission, principal)
    assert (turn, action.partition(":")[0]) == (
        "Yours",
        f"{Role.CSR.label} asked the underwriters to bind the quote of Granite Mutual",
    )
    assert not desk.asks(quote, underwriter).may_refuse
    with pytest.raises(Conflict, match="You asked for it yourself"):
        door.run(refer.refuse, underwriter, quote=quote, reason="No")
    seen = door.run(find.quote, principal, locator=quote).version
    door.run(refer.refuse, principal, quote=quote, reason="Ask for an inspection first.", version=seen)
    assert desk.asks(quote).may_refer
    with pytest.raises(Conflict):
        door.run(refer.refer, desk.cast.maya, quote=quote, version=seen)
    door.run(refer.refer, desk.cast.maya, quote=quote, note="It was inspected.")
    again = desk.row(quote)
    assert (again.refused_at, again.refused_by, again.refusal) == (None, "", "")
    assert desk.bind(quote, underwriter).number == "BND-2026-000001"


@pytest.mark.criterion("BOUND-18")
def test_who_was_offered_a_quote_is_told_that_it_was_taken_back(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    kept, gone = (desk.offered(submission).locator for _ in range(2))
    door.run(refer.refer, desk.cast.maya, quote=gone)
    door.run(drafts.reset, desk.cast.underwriter, locator=gone)
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert newest.words == "Took back the quote of Granite Mutual"
    with door.database.read() as db:
        told = select(Notification.body).where(
            Notification.user_id == desk.cast.maya.user_id, Notification.kind == "submission_status"
        )
        assert "The quote of Granite Mutual is offered no longer." in db.scalars(told).all()
    assert stands(desk, submission, desk.cast.maya)[0] == "Yours", "nobody is asked to bind what is not offered"
    assert desk.row(gone).referred_at is None
    door.run(drafts.discard, desk.cast.underwriter, locator=kept)
    words = [each.words for each in door.run(timeline.events, desk.cast.maya, locator=submission)[:2]]
    assert set(words) == {"Took back the quote of Granite Mutual", "Moved from Quoted to In Review"}


@pytest.mark.criterion("BOUND-17")
def test_a_refusal_is_none_of_the_offer_that_is_made_after_reopening(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    quote, underwriter = desk.offered(submission).locator, desk.cast.underwriter
    door.run(refer.refer, desk.cast.maya, quote=quote)
    door.run(refer.refuse, underwriter, quote=quote, reason="Too large.")
    door.run(moves.decline, underwriter, locator=submission, reason="No market.")
    door.run(moves.reopen, underwriter, locator=submission)
    door.run(assigning.pick_up, underwriter, locator=submission)
    again = door.run(of_submissions.offer, underwriter, locator=quote)
    assert (again.referred_at, again.refused_at, again.refused_by, again.refusal) == (None, None, "", "")
