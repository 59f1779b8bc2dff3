"""Whether a quote is what its submission asks for. What differs may be meant, and is no mistake by itself: it is told
to who enters, offers and decides, and whoever offers it says that it is meant."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import col

from portal_app.models.enums import QuoteState
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.authority import words
from portal_app.services.door import Tx, reads
from portal_app.services.intake.forms import Role
from portal_app.services.quotes.rows import one
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.scope import visible
from portal_app.services.submissions import rows
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import value_of

LEAST_PREMIUM = Decimal(25)
FAR = 2
"""A premium is far from the target at more than twice of it, and at less than half."""
USUAL_MONTHS = (6, 12)


@dataclass(frozen=True, slots=True)
class Asks:
    """What a submission asks for, as it was certified or corrected since; None where it does not say. The premium is
    the target, in dollars."""

    effective: date | None = None
    expiration: date | None = None
    premium: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field of the quote, and what about it differs from what is asked for or usual."""

    field: str
    sentence: str


@reads(Permission.UNDERWRITE)
def of_terms(tx: Tx, *, submission: str, terms: QuoteTerms) -> tuple[Doubt, ...]:
    """Of what is being entered for a submission (locator). Raises NotFound."""
    asks = asked_for(tx, rows.one(tx, submission))
    return doubts(asks, terms.effective, terms.expiration, terms.premium)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_submission(tx: Tx, *, submission: str) -> dict[str, tuple[Doubt, ...]]:
    """Of each quote of a submission (by its locator) that the actor sees, but for discarded ones. Raises NotFound."""
    of = rows.one(tx, submission)
    mine = visible(tx.actor, Quote).where(col(Quote.submission_id) == of.id, col(Quote.state) != QuoteState.DISCARDED)
    quotes = list(tx.db.scalars(mine))
    asks = asked_for(tx, of) if quotes else Asks()
    return {each.locator: doubts(asks, each.effective, each.expiration, each.premium) for each in quotes}


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_quote(tx: Tx, *, locator: str) -> tuple[Doubt, ...]:
    """Of one quote; none of one that is of no submission that the actor sees. Raises NotFound."""
    return found(tx, one(tx, locator))


def found(tx: Tx, row: Quote) -> tuple[Doubt, ...]:
    """The same of a row that the actor was found to see."""
    asked = visible(tx.actor, Submission).where(col(Submission.id) == row.submission_id)
    of: Submission | None = tx.db.scalars(asked).first() if row.submission_id else None
    return doubts(asked_for(tx, of), row.effective, row.expiration, row.premium) if of else ()


def asked_for(tx: Tx, of: Submission) -> Asks:
    form, _ = form_of(tx, of)
    answers, day = corrected_answers(tx, of, form), day_of(tx, of)
    ends, premium = (value_of(form, answers, role, day) for role in (Role.EXPIRATION, Role.PREMIUM))
    return Asks(
        of.effective, date.fromisoformat(ends) if ends else None, None if premium is None else Decimal(str(premium))
    )


def doubts(asks: Asks, effective: date, expiration: date, premium: Decimal | None) -> tuple[Doubt, ...]:
    """In the order of the form, at most one of a field. Pure."""
    told = {
        "premium": _of_premium(asks.premium, premium),
        "effective": _of_day("begins", asks.effective, effective),
        "expiration": _of_day("ends", asks.expiration, expiration) or _of_term(asks, effective, expiration),
    }
    return tuple(Doubt(field, sentence) for field, sentence in told.items() if sentence)


def _of_premium(target: Decimal | None, premium: Decimal | None) -> str:
    if premium is None:
        return ""
    if premium < LEAST_PREMIUM:
        return f"{words.money(premium)} is hardly a premium."
    if target and not target / FAR <= premium <= target * FAR:
        side = "more than twice" if premium > target else "less than half"
        return f"The submission's target premium is {words.money(target)}; {words.money(premium)} is {side} of it."
    return ""


def _of_day(what: str, asked: date | None, quoted: date) -> str:
    if asked in (None, quoted):
        return ""
    wanted = words.day(asked) if asked else ""
    asks = f"The submission asks for {wanted}" if what == "begins" else f"The submission asks for a term until {wanted}"
    return f"{asks}; the quote {what} {words.day(quoted)}."


def _of_term(asks: Asks, effective: date, expiration: date) -> str:
    """Of one that the submission asks for by its dates nothing is said."""
    if (asks.effective, asks.expiration) == (effective, expiration) or any(
        expiration == _later(effective, months) for months in USUAL_MONTHS
    ):
        return ""
    return f"A term from {words.day(effective)} to {words.day(expiration)} is neither 6 nor 12 months, as is usual."


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = min(day.year + years, date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
