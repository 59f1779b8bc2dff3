"""What is asked about, in facts: a quote, a drafted transaction of a policy, or what somebody puts by hand."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import BindAction, QuoteState, TransactionKind
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.authority import terms
from portal_app.services.authority.facts import Facts, Flag, Offered, Subject
from portal_app.services.authority.gathering import Asked
from portal_app.services.authority.lines import has_insured_value
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.ledger import rows
from portal_app.services.ledger.reading import Ledger
from portal_app.services.licensing import jurisdictions, records
from portal_app.services.scope import visible
from portal_app.services.submissions.risk import Risk, risk_of
from portal_app.services.sync.projection import Term
from portal_app.services.underwriting import judging
from portal_app.services.underwriting import subjects as underwriting_subjects
from portal_app.services.underwriting.subjects import of_quote, of_transaction

ACTIONS = {TransactionKind.CHANGE: BindAction.ENDORSE, TransactionKind.RENEWAL: BindAction.RENEW}
AMOUNTS = ("premium", "insured_value", "limit", "deductible", "losses")
LONGEST_POSTAL_CODE = 10


def quote_of(tx: Tx, locator: str) -> Quote:
    """The quote. Raises NotFound."""
    found: Quote | None = tx.db.scalars(visible(tx.actor, Quote).where(col(Quote.locator) == locator)).first()
    if found is None:
        raise NotFound
    return found


def about_quote(tx: Tx, quote: Quote) -> Asked:
    """Binding a quote is new business. Raises Conflict for one that was discarded."""
    if quote.state is QuoteState.DISCARDED:
        raise Conflict("This quote was discarded and is not bound any more.")
    carrier = tx.db.get_one(Carrier, quote.carrier_id)
    line = tx.db.get_one(LineOfBusiness, quote.line_id)
    code = tx.db.get(ProducerCode, quote.producer_code_id) if quote.producer_code_id else None
    states, postal_codes, class_codes = _risk(tx, quote)
    facts = Facts(
        action=BindAction.NEW,
        producer_code=_called(code),
        carrier=carrier.locator,
        line=line.code,
        state=states[0] if len(states) == 1 else "",
        states=states if len(states) > 1 else (),
        postal_codes=postal_codes,
        effective=quote.effective,
        premium=quote.premium,
        insured_value=quote.insured_value,
        limit=quote.limit,
        deductible=quote.deductible,
        losses=quote.losses,
        class_codes=class_codes,
        carrier_name=carrier.name,
        line_name=line.name,
        is_valued=has_insured_value(line.code),
    )
    asked = Asked(Subject.QUOTE, facts, code, offered=Offered(quote.valid_until, quote.expiration))
    if quote.state is QuoteState.DRAFT:
        return asked
    return replace(asked, flags=_counting(tx, of_quote(quote), code), quote_state=quote.state)


def _risk(tx: Tx, quote: Quote) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """States, ZIP codes and classes: those that the submission is about, and what the quote says beside them. What is
    typed on a quote takes nothing of the risk away."""
    submission = tx.db.get(Submission, quote.submission_id) if quote.submission_id else None
    known = risk_of(tx, submission) if submission else Risk((), (), ())
    return (
        _once(*known.states, quote.jurisdiction),
        _once(*known.postal_codes, quote.postal_code),
        _once(*known.class_codes, *quote.class_codes),
    )


def _once(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def transaction_of(tx: Tx, locator: str) -> tuple[LedgerTransaction, Policy]:
    """The transaction with its policy. Raises NotFound."""
    row = rows.find(tx, locator)
    return row, tx.db.get_one(Policy, row.policy_id)


def about_transaction(tx: Tx, row: LedgerTransaction, policy: Policy) -> Asked:
    """What the term would be by a drafted change or renewal; what the ledger does not hold, such as losses, is not
    known. Raises Conflict for what is no draft, is another kind, or has no place any more."""
    if row.kind not in ACTIONS:
        raise Conflict("Binding authority is about changes and renewals; this is neither.")
    term, begins_at = Ledger.of(tx, policy).would_be(tx, row.locator)
    fields = term.fields
    named = fields["producer_code"]
    code = tx.db.scalars(select(ProducerCode).where(col(ProducerCode.code) == named)).first() if named else None
    carrier = tx.db.scalars(select(Carrier).where(col(Carrier.name) == fields["carrier"])).first()
    state, states, postal_codes = _place(tx, term, policy)
    facts = Facts(
        action=ACTIONS[row.kind],
        producer_code=_called(code),
        carrier=carrier.locator if carrier else "",
        line=fields["line"],
        state=state,
        states=states,
        postal_codes=postal_codes,
        effective=begins_at.astimezone(tx.settings.zone).date(),
        premium=term.premium,
        carrier_name=carrier.name if carrier else "",
    )
    return Asked(Subject.TRANSACTION, _with_line(tx, facts), code, _counting(tx, of_transaction(policy, row), code))


def _place(tx: Tx, term: Term, policy: Policy) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The state of the risk where it lies in one, else all its states, and its ZIP codes: those of its locations;
    without any, as with vehicles, those of the insured's mailing address."""
    places = [(each["state"], each["postal_code"]) for each in term.fields["locations"]]
    if not places:
        account = tx.db.get_one(Account, policy.account_id)
        places = [(account.state, account.postal_code)]
    states = tuple(dict.fromkeys(state for state, _ in places))
    postal_codes = tuple(postal_code for _, postal_code in places)
    return (states[0], (), postal_codes) if len(states) == 1 else ("", states, postal_codes)


def by_hand(tx: Tx, facts: Facts) -> Asked:
    """What somebody puts without a quote. Raises Invalid for what cannot be, or is not theirs to name."""
    facts = replace(
        facts,
        producer_code=facts.producer_code.strip(),
        postal_codes=records.tidy(facts.postal_codes),
        class_codes=tuple(dict.fromkeys(records.tidy(facts.class_codes))),
    )
    problems = _problems(facts)
    code = None
    if facts.producer_code:
        mine = visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == facts.producer_code)
        code = tx.db.scalars(mine).first()
        problems |= {} if code else {"producer_code": "There is no such producer code, or it is not yours."}
    carrier = tx.db.scalars(select(Carrier).where(col(Carrier.locator) == facts.carrier)).first()
    if facts.carrier and carrier is None:
        problems["carrier"] = "There is no such carrier."
    facts = replace(_with_line(tx, facts), carrier_name=carrier.name if carrier else "")
    if facts.line and not facts.line_name:
        problems["line"] = "There is no such line of business."
    if problems:
        raise Invalid(problems)
    return Asked(Subject.BY_HAND, facts, code)


def _problems(facts: Facts) -> dict[str, str]:
    found = {}
    if facts.state and facts.state not in jurisdictions.STATES:
        found["state"] = "This is no state: two letters such as RI are expected."
    amounts = {name: getattr(facts, name) for name in AMOUNTS}
    found |= {
        name: terms.NO_AMOUNT for name, amount in amounts.items() if amount is not None and not terms.fits(amount)
    }
    found |= records.problems_of_names({"class_codes": facts.class_codes}, terms.LONGEST_CLASS)
    if any(len(each) > LONGEST_POSTAL_CODE or not each.isprintable() for each in facts.postal_codes):
        found["postal_code"] = "Enter a ZIP code."
    return found | records.problems_of_days({"effective": facts.effective})


def _with_line(tx: Tx, facts: Facts) -> Facts:
    name = tx.db.scalar(select(col(LineOfBusiness.name)).where(col(LineOfBusiness.code) == facts.line))
    return replace(facts, line_name=name or "", is_valued=has_insured_value(facts.line))


def _called(code: ProducerCode | None) -> str:
    return (code.code or code.locator) if code else ""


def _counting(tx: Tx, subject: underwriting_subjects.Subject, code: ProducerCode | None) -> tuple[Flag, ...]:
    """The flags that count as underwriting counts them, in the order in which they were raised."""
    judged = judging.judge(tx, subject, code.id if code else None)
    return tuple(Flag(each.cause, each.level, each.tag) for each in judged.counting)
