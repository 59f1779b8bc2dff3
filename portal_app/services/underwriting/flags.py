"""Underwriting flags: raised for a producer that is not valid or by hand, removed by hand, and kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import FlagCause, FlagLevel
from portal_app.models.policies import Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote, UnderwritingFlag
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.ledger import rows as ledger_rows
from portal_app.services.ledger.drafts import hold
from portal_app.services.ledger.rules import Act
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.quotes import rows as quote_rows
from portal_app.services.quotes.lifecycle import check_flag
from portal_app.services.scope import visible
from portal_app.services.underwriting import judging
from portal_app.services.underwriting.subjects import Subject, of_quote, of_transaction
from portal_app.services.webhooks import events

LONGEST_TAG, LONGEST_NOTE = 200, 2000


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag as it is answered. It stands on `quote`, or on `transaction` of `policy` (locators, else empty).
    `producer_code` is the code that was found not valid, as it is written. `removed_at` None: it stands."""

    locator: str
    quote: str
    policy: str
    transaction: str
    cause: FlagCause
    level: FlagLevel
    tag: str
    note: str
    producer_code: str
    created_at: datetime
    created_by: str
    removed_at: datetime | None
    removed_by: str


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_a_quote(tx: Tx, *, locator: str) -> tuple[FlagView, ...]:
    """The quote's flags, removed ones among them, in the order in which they were raised. Raises NotFound."""
    return shown(tx, judging.flags_of(tx, of_quote(quote_rows.one(tx, locator))))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_a_transaction(tx: Tx, *, locator: str) -> tuple[FlagView, ...]:
    """The same of a transaction of a policy, also after it was issued. Raises NotFound."""
    row = ledger_rows.find(tx, locator)
    return shown(tx, judging.flags_of(tx, of_transaction(tx.db.get_one(Policy, row.policy_id), row)))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def flag(tx: Tx, *, locator: str) -> FlagView:
    """One flag, also a removed one. Raises NotFound."""
    return shown(tx, [_one(tx, locator)])[0]


@writes(Permission.UNDERWRITE)
def add_to_quote(tx: Tx, *, locator: str, level: FlagLevel, tag: str, note: str = "") -> FlagView:
    """Flag a quote by hand. Raises NotFound, Invalid by field, Conflict for a quote that is underwritten or at its
    end."""
    row = quote_rows.held(tx, locator)
    check_flag(row.state)
    return _added(tx, of_quote(row), level, tag, note)


@writes(Permission.UNDERWRITE)
def add_to_transaction(tx: Tx, *, locator: str, level: FlagLevel, tag: str, note: str = "") -> FlagView:
    """Flag a drafted transaction by hand. Raises NotFound, Invalid by field, Conflict for what is no draft."""
    row, policy = hold(tx, locator, Act.UNDERWRITE)
    return _added(tx, of_transaction(policy, row), level, tag, note)


@writes(Permission.UNDERWRITE)
def remove(tx: Tx, *, locator: str) -> FlagView:
    """Remove a flag of any level; it is kept, and says who did so. A flag for a producer that is not valid thereby lets
    its code through. Raises NotFound; Conflict for a flag that is removed already, or whose quote or transaction has
    gone on."""
    found = _one(tx, locator)
    subject = _held(tx, found)
    # Whoever was here first may have removed it while this waited.
    tx.db.refresh(found)
    if found.removed_at is not None:
        raise Conflict(f"This flag has been removed already, by {found.removed_by}.")
    found.removed_at, found.removed_by = tx.now, _by(tx)
    _note_removed(tx, subject, found)
    return shown(tx, [found])[0]


def raise_for_producer(tx: Tx, subject: Subject, code: str) -> UnderwritingFlag:
    """The flag as the agency configures it, for a code (locator) that was found not valid. Whoever asked for the
    underwriting holds the subject."""
    configured = producers_in_force(tx).underwriting_flag
    level = FlagLevel(configured.level.value)
    return _put(tx, subject, FlagCause.PRODUCER, level, configured.tag, configured.note, code)


def shown(tx: Tx, flags: "list[UnderwritingFlag] | tuple[UnderwritingFlag, ...]") -> tuple[FlagView, ...]:
    """Flags that the actor was found to see, as they are answered."""
    quotes = {each.quote_id for each in flags if each.quote_id}
    policies = {each.policy_id for each in flags if each.policy_id}
    codes = {each.producer_code for each in flags if each.producer_code}
    quote_of = dict(tx.db.execute(select(col(Quote.id), col(Quote.locator)).where(col(Quote.id).in_(quotes))).all())
    policy_of = dict(
        tx.db.execute(select(col(Policy.id), col(Policy.locator)).where(col(Policy.id).in_(policies))).all()
    )
    named = select(col(ProducerCode.locator), col(ProducerCode.code)).where(col(ProducerCode.locator).in_(codes))
    code_of = dict(tx.db.execute(named).all())
    return tuple(
        FlagView(
            locator=each.locator,
            quote=quote_of.get(each.quote_id, ""),
            policy=policy_of.get(each.policy_id, ""),
            transaction=each.transaction_locator,
            cause=each.cause,
            level=each.level,
            tag=each.tag,
            note=each.note,
            producer_code=code_of.get(each.producer_code) or "",
            created_at=each.created_at,
            created_by=each.created_by,
            removed_at=each.removed_at,
            removed_by=each.removed_by,
        )
        for each in flags
    )


def _one(tx: Tx, locator: str) -> UnderwritingFlag:
    asked = visible(tx.actor, UnderwritingFlag).where(col(UnderwritingFlag.locator) == locator)
    found: UnderwritingFlag | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def _held(tx: Tx, found: UnderwritingFlag) -> Subject:
    """What the flag stands on, where its flags may be changed, and held. Raises Conflict."""
    if found.quote_id is not None:
        quote = quote_rows.held(tx, tx.db.get_one(Quote, found.quote_id).locator)
        check_flag(quote.state)
        return of_quote(quote)
    row, policy = hold(tx, found.transaction_locator, Act.UNDERWRITE)
    return of_transaction(policy, row)


def _added(tx: Tx, subject: Subject, level: FlagLevel, tag: str, note: str) -> FlagView:
    tag, note = tag.strip(), note.strip()
    problems = {}
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        problems["tag"] = f"Say in a few words what it is about: at most {LONGEST_TAG} characters, in one line."
    if len(note) > LONGEST_NOTE or any(not (each.isprintable() or each in "\r\n\t") for each in note):
        problems["note"] = f"Enter at most {LONGEST_NOTE:,} characters, all of them to be seen."
    if problems:
        raise Invalid(problems)
    return shown(tx, [_put(tx, subject, FlagCause.PERSON, level, tag, note)])[0]


def _put(
    tx: Tx, subject: Subject, cause: FlagCause, level: FlagLevel, tag: str, note: str, code: str = ""
) -> UnderwritingFlag:
    told: dict[str, Any] = {"cause": cause, "level": level, "tag": tag, "note": note, "producer_code": code}
    row = UnderwritingFlag(**subject.columns, **told, created_at=tx.now, created_by=_by(tx))
    tx.db.add(row)
    _note_added(tx, subject, row)
    return row


def _by(tx: Tx) -> str:
    return tx.actor.email or tx.actor.name


def _note_added(tx: Tx, subject: Subject, row: UnderwritingFlag) -> None:
    detail = _detail(subject, row)
    if subject.quote is not None:
        audit.record(tx, "quote.flagged", subject_kind="quote", subject=subject.record, detail=detail)
        events.tell(tx, "quote.underwritingFlag.add", locator=row.locator, data=_about(subject, row))
    else:
        audit.record(tx, "transaction.flagged", subject_kind="policy", subject=subject.record, detail=detail)
        events.tell(tx, "policy.transaction.underwritingFlag.add", locator=row.locator, data=_about(subject, row))
    tx.changes(subject.topic)


def _note_removed(tx: Tx, subject: Subject, row: UnderwritingFlag) -> None:
    detail = _detail(subject, row)
    if subject.quote is not None:
        audit.record(tx, "quote.flag_removed", subject_kind="quote", subject=subject.record, detail=detail)
        events.tell(tx, "quote.underwritingFlag.remove", locator=row.locator, data=_about(subject, row))
    else:
        audit.record(tx, "transaction.flag_removed", subject_kind="policy", subject=subject.record, detail=detail)
        events.tell(tx, "policy.transaction.underwritingFlag.remove", locator=row.locator, data=_about(subject, row))
    tx.changes(subject.topic)


def _detail(subject: Subject, row: UnderwritingFlag) -> dict[str, str]:
    told = {"flag": row.locator, "cause": row.cause.value, "level": row.level.value, "tag": row.tag, "note": row.note}
    return told | ({"transaction": subject.transaction} if subject.transaction else {})


def _about(subject: Subject, row: UnderwritingFlag) -> dict[str, str]:
    where = {f"{name}Locator": locator for name, locator in subject.names.items()}
    return where | {"cause": row.cause.value, "level": row.level.value}
