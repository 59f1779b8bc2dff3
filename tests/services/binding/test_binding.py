"""A quote is bound by who may, once, with everything that belongs to it in one transaction; else it is refused with
every reason, and passed on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal_app.models.audit import AuditEvent
from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import (
    BindAction,
    BindOutcome,
    FlagLevel,
    Origin,
    ProducerState,
    SubmissionDocumentKind,
    SubmissionEventKind,
    SubmissionStatus,
    TransactionKind,
)
from portal_app.models.identity import User
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.notifications import Notification
from portal_app.models.policies import Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.services.authority import decide, decisions, moratoria
from portal_app.services.authority.answers import Verdict
from portal_app.services.authority.terms import MoratoriumTerms
from portal_app.services.binding import refer
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.ledger import reading
from portal_app.services.papers import making
from portal_app.services.policies import detail as policies
from portal_app.services.quotes import drafts, of_submissions
from portal_app.services.submissions import assigning, timeline
from portal_app.services.submissions import find as submissions
from portal_app.services.sync.rebuilding import rebuild_all
from portal_app.services.underwriting import flags, requests
from tests.services.binding.acting import Desk
from tests.services.producers.acting import listen
from tests.services.submissions.acting import field, form, row_of
from tests.world import NOW, Clock

BINDER = SubmissionDocumentKind.BINDER
STORM = MoratoriumTerms(
    name="Storm Ida",
    peril="Wind",
    reason="A named storm is near.",
    actions=(BindAction.NEW,),
    begins_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    zip_prefixes=("029",),
)


def count(door: Door, model: Any) -> int:
    with door.database.read() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.criterion("BOUND-03")
def test_within_authority_a_sub_agent_binds_and_all_of_it_is_there(
    door: Door, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.allow()
    submission = desk.reviewed()
    other, quote = desk.offered(submission), desk.offered(submission, premium=Decimal("1450.37"))
    draft = desk.quoted(submission)
    can = desk.asks(quote.locator)
    assert (can.can_bind, can.reasons, can.outcome) == (True, (), BindOutcome.BIND)
    assert can.binder_until == date(2027, 2, 13)
    heard = listen(monkeypatch)

    done = desk.bind(quote.locator, version=quote.version)
    assert (done.number, done.reasons, done.binder_until) == ("BND-2026-000001", (), date(2027, 2, 13))
    assert (done.quote.offer, done.quote.bound_by, done.quote.bound_at) == (QuoteOffer.BOUND, "maya@agency.test", NOW)
    assert [desk.row(each.locator).offer for each in (other, draft)] == [QuoteOffer.NOT_TAKEN] * 2
    it = row_of(door, submission)
    assert it.status is SubmissionStatus.BOUND

    policy = door.run(policies.policy, desk.cast.maya, locator=done.policy)
    assert (policy.row.number, policy.row.premium, policy.producer_code) == (
        "BND-2026-000001",
        Decimal("1450.37"),
        "HL-maya",
    )
    assert (policy.feed, policy.as_of) == ("portal", NOW)
    assert [(each.name, each.limit, each.deductible) for each in policy.coverages] == [
        ("Homeowners", "$350,000.00", "$1,000.00")
    ]
    with pytest.raises(NotFound):
        door.run(policies.policy, desk.cast.daniel, locator=done.policy)
    with door.database.read() as db:
        row = db.scalars(select(LedgerTransaction)).one()
        assert (row.origin, row.kind, row.policy_id) == (Origin.PORTAL, TransactionKind.ISSUANCE, it.policy_id)
        decision = db.scalars(select(AuthorityDecision)).one()
        assert (decision.outcome, decision.asked_by) == (BindOutcome.BIND, "maya@agency.test")
        bodies = select(Notification.user_id, Notification.body).where(Notification.kind == "policy_bound")
        told = {row.user_id: row.body for row in db.execute(bodies)}
        runs = "The binder runs through Feb 13, 2027."
        assert told[desk.cast.ids["csr@agency.test"]] == f"Granite Mutual, BND-2026-000001, from Jan 15, 2027. {runs}"
        actions = list(db.scalars(select(AuditEvent.action)))
        assert actions.count("quote.not_taken") == 2
        assert {"quote.bound", "submission.bound", "authority.decided"} <= set(actions)
    assert {"quote.bind", "submission.bind", "policy.transaction.issue", "authority.decision.create"} <= {
        name for name, _ in heard
    }
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert newest.words == "Moved from Quoted to Bound"
    assert door.run(reading.transactions, desk.cast.maya, policy=done.policy).total == 1
    for step in (drafts.reset, drafts.discard):
        with pytest.raises(Conflict, match="stays as it is"):
            door.run(step, desk.cast.underwriter, locator=quote.locator)


@pytest.mark.criterion("BOUND-04")
@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ({"premium": Decimal(20_000)}, "premium"),
        ({"jurisdiction": "MA", "postal_code": "02139"}, "MA"),
        ({"effective": date(2026, 11, 1), "expiration": date(2027, 11, 1)}, "19 days back"),
    ],
)
def test_beyond_authority_it_is_refused_with_reasons_and_referred(
    door: Door, desk: Desk, terms: dict[str, Any], found: str
) -> None:
    desk.allow()
    submission = desk.reviewed()
    quote = desk.offered(submission, **terms)
    refused = desk.bind(quote.locator)
    assert refused.policy == ""
    assert refused.may_refer
    assert found in " ".join(each.found for each in refused.reasons)
    assert all(each.would_pass for each in refused.reasons)
    assert desk.row(quote.locator).offer is QuoteOffer.OFFERED
    assert count(door, LedgerTransaction) == 0
    kept = door.run(decisions.of_quote, desk.cast.maya, quote=quote.locator)
    assert [each.outcome for each in kept.rows] == [BindOutcome.REFER]
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert newest.kind is SubmissionEventKind.REFUSED
    assert found in newest.reason
    with door.database.read() as db:
        audited = list(db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "quote.bind_refused")))
    by = [each.rule for each in refused.reasons]
    assert audited == [{"decision": refused.decision.locator, "by": by}]

    for who in (desk.cast.csr, desk.cast.underwriter):
        assert desk.bind(quote.locator, who).reasons
    asked = door.run(refer.refer, desk.cast.maya, quote=quote.locator, note="The client waits.")
    assert (asked.can_bind, asked.may_refer) == (False, False)
    assert desk.bind(quote.locator, desk.cast.csr).reasons
    past = terms.get("effective", NOW.date()) < NOW.date()
    assert desk.bind(quote.locator, desk.cast.underwriter, no_loss=past).number == "BND-2026-000001"


@pytest.mark.criterion("BOUND-05")
def test_underwriters_are_asked_once_and_never_by_themselves(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    quote = desk.offered(submission)
    assert desk.asks(quote.locator, desk.cast.underwriter).may_refer
    door.run(refer.refer, desk.cast.underwriter, quote=quote.locator, note="My own")
    assert "grant" in [each.rule for each in desk.bind(quote.locator, desk.cast.underwriter).reasons]
    with pytest.raises(Conflict, match="asked to bind it already"):
        door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    with door.database.read() as db:
        told = db.scalars(select(Notification).where(Notification.kind == "bind_referred")).all()
        assert [(each.user_id, each.body) for each in told] == [(desk.cast.ids["principal@agency.test"], "My own")]
    newest = next(
        each
        for each in door.run(timeline.events, desk.cast.maya, locator=submission)
        if each.kind is SubmissionEventKind.REFERRED
    )
    assert (newest.words, newest.reason) == ("Asked the underwriters to bind the quote of Granite Mutual", "My own")
    desk.allow()
    mine = desk.offered(desk.reviewed())
    with pytest.raises(Conflict, match="bind this quote yourself"):
        door.run(refer.refer, desk.cast.maya, quote=mine.locator)


@pytest.mark.criterion("BOUND-05")
def test_all_underwriters_are_asked_where_who_handled_it_has_left(door: Door, desk: Desk) -> None:
    quote = desk.offered()
    with door.database.write() as db:
        db.execute(update(User).where(User.email == "csr@agency.test").values(disabled_at=NOW))
    door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    with door.database.read() as db:
        told = db.scalars(select(Notification.user_id).where(Notification.kind == "bind_referred")).all()
    assert told == [desk.cast.ids["principal@agency.test"]]


@pytest.mark.criterion("BOUND-06")
def test_a_principal_is_not_limited_but_stopped_by_moratoria_and_flags(door: Door, desk: Desk) -> None:
    quote = desk.offered(premium=Decimal(900_000))
    principal = desk.cast.principal
    assert desk.asks(quote.locator, principal).can_bind
    storm = door.run(moratoria.add, desk.cast.agency.admin(), terms=STORM)
    refused = desk.bind(quote.locator, principal)
    assert [each.rule for each in refused.reasons] == ["moratorium"]
    assert not refused.may_refer
    with pytest.raises(Conflict, match="Nobody can bind this quote as it is"):
        door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    door.run(moratoria.end, desk.cast.agency.admin(), locator=storm.locator, version=storm.version)
    with door.database.write() as db:
        db.execute(update(ProducerCode).where(ProducerCode.code == "HL-maya").values(state=ProducerState.SUSPENDED))
    suspended = desk.bind(quote.locator, principal)
    assert {"code", "flags"} & {each.rule for each in suspended.reasons}
    with door.database.write() as db:
        db.execute(update(ProducerCode).where(ProducerCode.code == "HL-maya").values(state=ProducerState.VALIDATED))
    assert desk.bind(quote.locator, principal).binder_until is None
    assert row_of(door, quote.submission).status is SubmissionStatus.BOUND


@pytest.mark.criterion("BOUND-06")
def test_the_risk_of_the_submission_counts_whatever_is_typed_on_the_quote(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    taken_over = desk.offered(submission, jurisdiction="", postal_code="")
    assert taken_over.jurisdiction == "RI"
    elsewhere = desk.offered(submission, jurisdiction="MA", postal_code="02116")
    assert desk.asks(elsewhere.locator, desk.cast.principal).can_bind
    storm = replace(STORM, zip_prefixes=(), states=("RI",))
    door.run(moratoria.add, desk.cast.agency.admin(), terms=storm)
    for each in (taken_over, elsewhere):
        assert [reason.rule for reason in desk.bind(each.locator, desk.cast.principal).reasons] == ["moratorium"]


@pytest.mark.criterion("BOUND-06")
def test_where_a_building_lies_and_what_it_is_classed_as_count_too(door: Door, desk: Desk) -> None:
    document = form()
    places = [field("state", "State", "state"), field("postal_code", "ZIP code", "postal_code")]
    repeat = {"least": 0, "most": 5, "item": "location"}
    document["sections"][0]["groups"].append(
        {"name": "locations", "title": "Locations", "repeat": repeat, "fields": places}
    )
    document["sections"][1]["groups"].append(
        {"name": "hazard", "title": "Hazard", "fields": [field("class_code", "Class", "gl_class")]}
    )
    desk.cast.put_form(document, number=2)
    draft = desk.cast.filled()
    desk.cast.save(draft, "applicant.locations", {"state": "MA", "postal_code": "02554"})
    desk.cast.save(draft, "risk.hazard", {"class_code": "91340"})
    desk.cast.submit(draft)
    door.run(assigning.pick_up, desk.cast.underwriter, locator=draft)
    desk.allow(states=("RI", "MA"), excluded_classes=("91340",))
    quote = desk.offered(draft, class_codes=("10010",), postal_code="02903")
    (reason,) = desk.asks(quote.locator).reasons
    assert reason.found.startswith("Class 91340 is excluded.")
    door.run(moratoria.add, desk.cast.agency.admin(), terms=replace(STORM, zip_prefixes=("025",)))
    assert "moratorium" in [each.rule for each in desk.bind(quote.locator, desk.cast.underwriter).reasons]


@pytest.mark.criterion("BOUND-06")
def test_what_underwriting_blocks_is_not_offered_and_not_bound(door: Door, desk: Desk) -> None:
    made = desk.quoted(desk.reviewed())
    door.run(
        flags.add_to_quote, desk.cast.underwriter, locator=made.locator, level=FlagLevel.BLOCK, tag="Roof is too old"
    )
    door.run(requests.underwrite_quote, desk.cast.underwriter, locator=made.locator)
    with pytest.raises(Conflict, match="This quote is blocked"):
        door.run(of_submissions.offer, desk.cast.underwriter, locator=made.locator)
    for who in (desk.cast.principal, desk.cast.underwriter):
        with pytest.raises(Conflict, match="is In Review"):
            desk.bind(made.locator, who)
    assert [each.rule for each in desk.asks(made.locator, desk.cast.principal).reasons] == ["state"]


@pytest.mark.criterion("BOUND-07")
@pytest.mark.criterion("BIND-30")
def test_what_expired_or_is_over_is_refused(door: Door, desk: Desk, clock: Clock) -> None:
    desk.allow()
    quote = desk.offered()
    clock.forward(days=31)
    turn = door.run(submissions.submission, desk.cast.maya, locator=quote.submission)
    assert turn.turn_words == "The agency's"
    assert turn.next_action == "No offered quote is valid any more: the underwriter has one renewed, or declines."
    refused = desk.bind(quote.locator)
    assert [each.rule for each in refused.reasons] == ["validity"]
    assert refused.reasons[0].found == "The carrier stood by this quote until Dec 20, 2026."
    assert not refused.may_refer
    told = door.run(decide.for_quote, desk.cast.maya, quote=quote.locator)
    stops = [each for each in told.answers if each.verdict is not Verdict.PASS]
    assert [(each.rule.value, each.found) for each in stops] == [(each.rule, each.found) for each in refused.reasons]
    asked = desk.asks(quote.locator)
    assert (asked.outcome, asked.reasons) == (told.outcome, refused.reasons)
    free = desk.offered(valid_until=None)
    with door.database.write() as db:
        db.execute(update(Quote).where(Quote.locator == free.locator).values(premium=Decimal(0)))
    assert [each.found for each in desk.bind(free.locator, desk.cast.principal).reasons] == ["Its premium is $0.00."]
    over = desk.offered(effective=date(2025, 1, 1), expiration=date(2026, 1, 1), valid_until=None)
    assert "term" in [each.rule for each in desk.bind(over.locator, desk.cast.principal).reasons]
    assert count(door, LedgerTransaction) == 0


@pytest.mark.criterion("BOUND-08")
@pytest.mark.both_databases
def test_of_two_binds_at_once_one_wins_and_the_other_is_told(door: Door, desk: Desk) -> None:
    desk.allow()
    submission = desk.reviewed()
    quotes = [desk.offered(submission).locator for _ in range(2)]

    def attempt(quote: str) -> str:
        try:
            return desk.bind(quote).number
        except Conflict as refusal:
            return refusal.sentence

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(attempt, [*quotes, *quotes]))
    assert min(answers) == "BND-2026-000001"
    assert all("bound already by " in each for each in sorted(answers)[1:])
    assert (count(door, LedgerTransaction), count(door, AuthorityDecision)) == (1, 1)
    with door.database.read() as db:
        assert sorted(db.scalars(select(Quote.offer))) == [QuoteOffer.BOUND, QuoteOffer.NOT_TAKEN]
        assert db.scalar(select(func.count()).select_from(Policy).where(Policy.source_id.startswith("submission"))) == 1


@pytest.mark.criterion("BOUND-08")
def test_only_what_was_looked_at_is_bound_by_whom_it_concerns(door: Door, desk: Desk) -> None:
    desk.allow()
    quote = desk.offered()
    with pytest.raises(Conflict):
        desk.bind(quote.locator, version=quote.version - 1)
    with pytest.raises(NotFound):
        desk.bind(quote.locator, desk.cast.daniel)
    for who in (desk.cast.agency.read_only(), desk.cast.agency.admin()):
        with pytest.raises(Forbidden):
            desk.bind(quote.locator, who)
    assert count(door, AuthorityDecision) == 0

    door.run(drafts.reset, desk.cast.underwriter, locator=quote.locator)
    with pytest.raises(Conflict, match="is In Review"):
        desk.bind(quote.locator, desk.cast.principal)


@pytest.mark.criterion("BOUND-21")
def test_cover_that_begins_in_the_past_is_bound_by_nobody_without_a_no_loss_statement(door: Door, desk: Desk) -> None:
    desk.allow(backdating_days=365, binder_days=30)
    submission = desk.reviewed()
    quote = desk.offered(submission, effective=date(2026, 3, 1), expiration=date(2027, 3, 1))
    stated = "Nothing has happened since Mar 1, 2026 that a claim under this policy could come of."
    for who in (desk.cast.maya, desk.cast.principal):
        can = desk.asks(quote.locator, who)
        assert (can.can_bind, can.no_loss) == (True, stated)
        with pytest.raises(Invalid, match="Have the insured state this") as refused:
            desk.bind(quote.locator, who)
        assert stated in refused.value.problems["no_loss"]
    assert (count(door, LedgerTransaction), count(door, AuthorityDecision)) == (0, 0)
    done = desk.bind(quote.locator, no_loss=True)
    # Thirty days from the day on which it was bound: its cover began long before.
    assert (done.number, done.binder_until) == ("BND-2026-000001", date(2026, 12, 19))
    newest = door.run(timeline.events, desk.cast.maya, locator=submission)[0]
    assert (newest.by, newest.at, newest.reason) == ("maya@agency.test", NOW, f"The insured states: {stated}")
    assert f"The insured states: {stated}" in str(door.run(making.evidence, desk.cast.maya, submission=submission))
    assert "Dec 19, 2026" in str(door.run(making.said, making.ACTOR, submission=submission, kind=BINDER))

    today = desk.offered(effective=date(2026, 11, 20), expiration=date(2027, 11, 20))
    assert desk.asks(today.locator).no_loss == ""


@pytest.mark.criterion("BOUND-20")
def test_under_another_producers_code_a_sub_agent_binds_nothing_and_asks(door: Door, desk: Desk) -> None:
    desk.allow()
    quote = desk.offered()
    with door.database.write() as db:
        to = desk.cast.agency.daniel.id
        db.execute(update(ProducerCode).where(ProducerCode.code == "HL-maya").values(producer_id=to))
    refused = desk.bind(quote.locator)
    assert [each.rule for each in refused.reasons] == ["book"]
    assert refused.may_refer
    assert count(door, LedgerTransaction) == 0
    assert desk.asks(quote.locator, desk.cast.csr).can_bind
    door.run(refer.refer, desk.cast.maya, quote=quote.locator)
    assert desk.bind(quote.locator, desk.cast.underwriter).number == "BND-2026-000001"


@pytest.mark.criterion("BOUND-09")
def test_a_bound_policy_is_the_same_when_it_is_built_again(door: Door, desk: Desk) -> None:
    desk.allow()
    done = desk.bind(desk.offered().locator)
    with door.database.read() as db:
        before = db.scalars(select(Policy).where(Policy.locator == done.policy)).one().model_dump()
    rebuild_all(door)
    with door.database.read() as db:
        assert db.scalars(select(Policy).where(Policy.locator == done.policy)).one().model_dump() == before
