"""A submission hangs on the account of who was certified as its insured, whatever it was begun from, and on none that
its producer does not have."""

import pytest
from sqlalchemy import select, update

from portal_app.models.accounts import Account
from portal_app.models.submissions import Submission
from portal_app.services import accounts
from portal_app.services.access import Actor
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.policies import detail as policies
from portal_app.services.policies.views import PolicyDetail
from portal_app.services.quotes import find
from portal_app.services.submissions import assigning, drafts, information, requests, timeline
from portal_app.services.submissions.answering import Answered
from portal_app.services.submissions.information import Kind, Wanted
from tests.services.binding.acting import Desk
from tests.services.binding.test_papers import papers, text_of
from tests.services.submissions.acting import NAMED, RISK, row_of

TERM = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI"}
ADA = {"street": "12 Elm St", "city": "Providence"}
BOB = {"name": "Bob Marsh", "street": "99 Other Street", "city": "Newport"}


def mayas_client(desk: Desk) -> str:
    """The account of the feed with the policy that Maya wrote."""
    with desk.door.database.read() as db:
        return db.scalars(select(Account.locator).where(Account.source_id == "C-HO-101")).one()


def handed_in(desk: Desk, begun: Answered, who: Actor | None = None, **named: str) -> str:
    """The draft with these answers, submitted and picked up."""
    who = who or desk.cast.maya
    version = begun.groups[NAMED].version if NAMED in begun.groups else 0
    code = {"producer_code": "HL-maya"}
    desk.cast.save(begun.locator, NAMED, begun.answers[NAMED][0] | TERM | code | named, version=version, who=who)
    desk.cast.save(begun.locator, RISK, {"usage": "primary"}, who=who)
    desk.cast.submit(begun.locator, who)
    desk.door.run(assigning.pick_up, desk.cast.underwriter, locator=begun.locator)
    return begun.locator


def account_of(desk: Desk, submission: str) -> str | None:
    """Its locator."""
    with desk.door.database.read() as db:
        found = select(Account.locator).join(Submission, Submission.account_id == Account.id)
        return db.scalars(found.where(Submission.locator == submission)).first()


def bound(desk: Desk, submission: str, who: Actor | None = None) -> PolicyDetail:
    done = desk.bind(desk.offered(submission).locator, who)
    return desk.door.run(policies.policy, who or desk.cast.maya, locator=done.policy)


def submitted_as(desk: Desk, submission: str) -> str:
    told = desk.door.run(timeline.events, desk.cast.maya, locator=submission)
    return next(each.words for each in told if each.words.startswith("Submitted"))


@pytest.mark.criterion("BOUND-25")
def test_a_copy_for_somebody_else_is_bound_as_theirs_and_nobodys_account_but_theirs(door: Door, desk: Desk) -> None:
    desk.allow()
    first = desk.reviewed(**ADA)
    old = bound(desk, first)
    copy = handed_in(desk, door.run(drafts.begin_from, desk.cast.maya, submission=first), **BOB)
    assert account_of(desk, copy) is None
    assert submitted_as(desk, copy).endswith(", for a new client instead of the account that it was begun from")
    quote = desk.quoted(copy)
    assert (quote.insured_name, quote.account == old.row.account_locator) == ("Bob Marsh", False)
    new = bound(desk, copy)
    assert (new.insured_names, new.mailing_address) == (("Bob Marsh",), ("99 Other Street", "Newport, RI"))
    assert new.row.account_locator != old.row.account_locator
    deliver_due(door, holder="test")
    said = text_of(papers(door, desk, copy)["binder"])
    assert "Bob Marsh 99 Other Street Newport, RI" in said
    assert not any(word in said for word in ("Ada Quill", "12 Elm St"))
    again = door.run(policies.policy, desk.cast.maya, locator=old.row.locator)
    assert (again.insured_names, again.mailing_address) == (("Ada Quill",), ("12 Elm St", "Providence, RI"))
    for text, of in (("bob mar", copy), ("ada", first)):
        assert {each.submission for each in door.run(find.listed, desk.cast.maya, text=text).rows} == {of}


@pytest.mark.criterion("BOUND-25")
def test_an_account_stays_where_the_name_is_written_otherwise_and_tells_another_address(door: Door, desk: Desk) -> None:
    desk.allow()
    begun = desk.cast.begin(account=mayas_client(desk))
    submission = handed_in(desk, begun, name="MAYAS  CLIENT.", **ADA)
    assert submitted_as(desk, submission).endswith(", with another mailing address than the account has")
    policy = bound(desk, submission)
    assert (policy.row.account_locator, policy.insured_names) == (mayas_client(desk), ("MAYAS  CLIENT.",))
    deliver_due(door, holder="test")
    assert "12 Elm St Providence, RI" in text_of(papers(door, desk, submission)["binder"])
    other = handed_in(desk, desk.cast.begin(account=mayas_client(desk)), **BOB)
    assert account_of(desk, other) is None


@pytest.mark.criterion("BOUND-25")
def test_an_account_goes_to_no_producer_who_does_not_have_it(door: Door, desk: Desk) -> None:
    desk.allow()
    csr, daniel = desk.cast.underwriter, desk.cast.daniel
    first = desk.reviewed(name="Private Client")
    desk.quoted(first)
    for begun in (
        door.run(drafts.begin_from, csr, submission=first),
        desk.cast.begin(csr, account=mayas_client(desk)),
    ):
        submission = handed_in(desk, begun, csr, producer_code="HL-daniel")
        assert account_of(desk, submission) is None
        policy = bound(desk, submission, daniel)
        assert policy.row.account_locator == account_of(desk, submission)
    seen = {each.locator for each in door.run(accounts.find_accounts, daniel).rows}
    assert not {mayas_client(desk), account_of(desk, first)} & seen
    own = handed_in(desk, door.run(drafts.begin_from, csr, submission=first), csr)
    assert account_of(desk, own) == account_of(desk, first), "the producer's own client goes along"


@pytest.mark.criterion("BOUND-25")
def test_what_hung_on_anothers_account_before_is_bound_on_its_own(door: Door, desk: Desk) -> None:
    desk.allow()
    submission = desk.reviewed()
    quote = desk.offered(submission)
    with door.database.write() as db:
        wrong = db.scalars(select(Account).where(Account.name == "Daniel's Client")).one()
        db.execute(update(Submission).where(Submission.locator == submission).values(account_id=wrong.id))
    policy = door.run(policies.policy, desk.cast.maya, locator=desk.bind(quote.locator).policy)
    assert policy.insured_names == ("Ada Quill",)
    assert desk.row(quote.locator).account_id == row_of(door, submission).account_id


@pytest.mark.criterion("BOUND-25")
def test_a_corrected_name_lets_go_of_an_account_that_is_anothers_too(door: Door, desk: Desk) -> None:
    desk.allow()
    first = desk.reviewed()
    quote = desk.quoted(first)
    second = handed_in(desk, door.run(drafts.begin_from, desk.cast.maya, submission=first))
    kept = bound(desk, second)
    assert kept.row.account_locator == quote.account
    wanted = [Wanted(Kind.FIELD, path=f"{NAMED}.name")]
    door.run(information.ask, desk.cast.underwriter, locator=first, items=wanted)
    (item,) = door.run(requests.requests, desk.cast.maya, locator=first)[0].items
    door.run(information.answer, desk.cast.maya, locator=first, item=item.locator, value="Bob Marsh")
    door.run(information.complete, desk.cast.maya, locator=first)
    again = door.run(policies.policy, desk.cast.maya, locator=kept.row.locator)
    assert again.insured_names == ("Ada Quill",)
    seen = door.run(find.quote, desk.cast.underwriter, locator=quote.locator)
    assert (seen.insured_name, seen.account == quote.account) == ("Bob Marsh", False)
