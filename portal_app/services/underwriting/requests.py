"""A request for underwriting, on a quote or on a drafted transaction. That it fails is a result, and is kept."""

from dataclasses import dataclass

from portal_app.models.enums import QuoteState, TransactionState
from portal_app.models.producers import ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict
from portal_app.services.ledger import views as ledger_views
from portal_app.services.ledger.drafts import about as about_transaction
from portal_app.services.ledger.drafts import hold
from portal_app.services.ledger.reading import told_of
from portal_app.services.ledger.rules import Act
from portal_app.services.producers import naming
from portal_app.services.producers.standing import MISTAKES, Link, faults, why_not_anew
from portal_app.services.quotes import rows as quote_rows
from portal_app.services.quotes.drafts import about as about_quote
from portal_app.services.quotes.lifecycle import Step, check_step
from portal_app.services.quotes.views import QuoteView
from portal_app.services.quotes.views import shown as quotes_shown
from portal_app.services.underwriting import flags, judging
from portal_app.services.underwriting.flags import FlagView
from portal_app.services.underwriting.judging import Judgement
from portal_app.services.underwriting.outcome import Outcome
from portal_app.services.underwriting.subjects import Subject, of_quote, of_transaction
from portal_app.services.webhooks import events

LEADS_TO: dict[Outcome, QuoteState] = {
    Outcome.PASSED: QuoteState.UNDERWRITTEN,
    Outcome.FAILED: QuoteState.DRAFT,
    Outcome.BLOCKED: QuoteState.BLOCKED,
    Outcome.DECLINED: QuoteState.DECLINED,
    Outcome.REJECTED: QuoteState.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Underwriting:
    """What underwriting came to. `way` is the producer code that is carried, its producer and everybody above, from the
    bottom up, without the names of whom the actor does not see; `invalid` those of them that are not validated; `flags`
    all that were ever raised, as far as the actor may see them; `counting` the locators of those that count now."""

    outcome: Outcome
    way: tuple[Link, ...]
    invalid: tuple[Link, ...]
    flags: tuple[FlagView, ...]
    counting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuoteUnderwriting:
    result: Underwriting
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class TransactionUnderwriting:
    result: Underwriting
    transaction: ledger_views.TransactionLine


@reads(Permission.VIEW_OWN_ACCOUNTS)
def standing_of_quote(tx: Tx, *, locator: str) -> Underwriting:
    """What underwriting would come to now, without asking for it. Raises NotFound."""
    row = quote_rows.one(tx, locator)
    return _told(tx, of_quote(row), judging.judge(tx, of_quote(row), row.producer_code_id))


@writes(Permission.UNDERWRITE)
def underwrite_quote(tx: Tx, *, locator: str, version: int | None = None) -> QuoteUnderwriting:
    """Underwrite a draft. With a producer that is not valid it stays a draft, and gets the configured flag, once.
    Raises NotFound; Conflict for what is no draft, where `version` is not the one that is there, or where the code,
    or its producer, has been discarded meanwhile."""
    row = quote_rows.held(tx, locator, version)
    check_step(row.state, Step.UNDERWRITE)
    subject = of_quote(row)
    judged = _asked(tx, subject, row.producer_code_id)
    row.state = LEADS_TO[judged.outcome]
    if row.state is not QuoteState.DRAFT:
        row.version += 1
    row.underwritten_at = tx.now if row.state is QuoteState.UNDERWRITTEN else None
    detail = {"outcome": judged.outcome.value, "state": row.state.value, "invalid": _names(judged)}
    audit.record(tx, "quote.underwritten", subject_kind="quote", subject=row.locator, detail=detail)
    data = about_quote(tx, row) | {"outcome": judged.outcome.value}
    events.tell(tx, "quote.underwrite", locator=row.locator, data=data)
    tx.changes(subject.topic)
    return QuoteUnderwriting(_told(tx, subject, judged), quotes_shown(tx, [row])[0])


@writes(Permission.UNDERWRITE)
def underwrite_transaction(tx: Tx, *, locator: str) -> TransactionUnderwriting:
    """Underwrite a drafted transaction, by the producer code that its term has once it is applied. It stays a draft;
    what counts is looked at again when it is issued. Raises NotFound, Conflict for what is no draft."""
    row, policy = hold(tx, locator, Act.UNDERWRITE)
    subject, line = of_transaction(policy, row), told_of(tx, locator)
    judged = _asked(tx, subject, judging.code_id(tx, code_of(line)))
    detail = {
        "transaction": row.locator,
        "kind": row.kind.value,
        "outcome": judged.outcome.value,
        "invalid": _names(judged),
    }
    audit.record(tx, "transaction.underwritten", subject_kind="policy", subject=policy.locator, detail=detail)
    data = about_transaction(policy, row) | {"outcome": judged.outcome.value}
    events.tell(tx, "policy.transaction.underwrite", locator=row.locator, data=data)
    tx.changes(subject.topic)
    return TransactionUnderwriting(_told(tx, subject, judged), line)


def code_of(line: ledger_views.TransactionLine) -> str:
    """The producer code that the term has from the moment at which the transaction takes effect; empty for none."""
    drafted = line.state is TransactionState.DRAFT
    return line.segments[0].producer_info.producer_code if drafted and line.segments else ""


def _asked(tx: Tx, subject: Subject, carried: int | None) -> Judgement:
    judging.hold_code(tx, carried)
    judged = judging.judge(tx, subject, carried)
    # Whoever removed the flag let pass what is not valid for now, and not what can never be used again.
    if judged.outcome is Outcome.PASSED and carried is not None:
        code = tx.db.get_one(ProducerCode, carried)
        if why := why_not_anew(tx, code, MISTAKES):
            raise Conflict(why)
    if judged.unflagged:
        flags.raise_for_producer(tx, subject, judged.code)
        tx.db.flush()
        judged = judging.judge(tx, subject, carried)
    return judged


def _names(judged: Judgement) -> list[str]:
    return [f"{each.called}: {each.state.value}" for each in judged.invalid]


def _told(tx: Tx, subject: Subject, judged: Judgement) -> Underwriting:
    told = flags.shown(tx, judging.flags_of(tx, subject))
    seen = {each.locator for each in told}
    counting = tuple(each.locator for each in judged.counting if each.locator in seen)
    way = naming.links_told(tx, judged.way)
    return Underwriting(judged.outcome, way, faults(way), told, counting)
