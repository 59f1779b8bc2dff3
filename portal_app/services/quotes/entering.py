"""A quote is entered in a form: what it begins with, and what is saved of it at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import NotFound
from portal_app.services.intake.forms import Role
from portal_app.services.quotes import drafts, of_submissions
from portal_app.services.quotes.lifecycle import Step, check_step
from portal_app.services.quotes.rows import one
from portal_app.services.quotes.terms import QuoteTerms, terms_of
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.scope import visible
from portal_app.services.submissions import rows
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import value_of


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a form for a quote begins with. `terms` go by the names of `QuoteTerms`, without those that are not known.
    `submission` is empty for a quote of none, `quote` for one that is new, whose `version` is 0; `document` is the
    locator of the carrier's paper."""

    submission: str
    number: str
    insured_name: str
    line: str
    line_name: str
    quote: str
    version: int
    terms: Mapping[str, Any]
    document: str


@reads(Permission.UNDERWRITE)
def begin(tx: Tx, *, submission: str, like: str = "") -> Beginning:
    """A new quote of a submission (locator): as far as its answers say it, over which go the terms of an earlier quote
    of it (`like`, a locator). Raises NotFound; Conflict where the submission is not quoted."""
    of = rows.one(tx, submission)
    of_submissions.check_quotable(of)
    earlier = _known(_earlier(tx, of, like)) if like else {}
    return _beginning(tx, of, _known(_answered(tx, of)) | earlier)


@reads(Permission.UNDERWRITE)
def again(tx: Tx, *, quote: str) -> Beginning:
    """A quote (locator) that is to be changed. Raises NotFound; Conflict for what is no draft."""
    row = one(tx, quote)
    check_step(row.state, Step.UPDATE)
    of = tx.db.get_one(Submission, row.submission_id) if row.submission_id else None
    about = shown(tx, [row])[0]
    line = tx.db.get_one(LineOfBusiness, row.line_id)
    return Beginning(
        submission=of.locator if of else "",
        number=(of.number or "") if of else "",
        insured_name=about.insured_name,
        line=line.code,
        line_name=line.name,
        quote=row.locator,
        version=row.version,
        terms=asdict(terms_of(tx, row)),
        document=about.document,
    )


@writes(Permission.UNDERWRITE)
def change(tx: Tx, *, locator: str, terms: QuoteTerms, document: str = "", version: int | None = None) -> QuoteView:
    """Save a draft as its form was filled in: the terms, and the carrier's paper (locator, "" for none). Raises as
    `drafts.update` and `of_submissions.attach`; then nothing is changed."""
    row = one(tx, locator)
    before = asdict(terms_of(tx, row))
    given = {name: value for name, value in asdict(terms).items() if value != before[name]}
    done = drafts.update(tx, locator=locator, given=given, version=version)
    if document != done.document:
        done = of_submissions.attach(tx, locator=locator, document=document)
    return done


def _beginning(tx: Tx, of: Submission, terms: Mapping[str, Any]) -> Beginning:
    line = tx.db.get_one(LineOfBusiness, of.line_id)
    account = tx.db.get(Account, of.account_id) if of.account_id else None
    return Beginning(
        submission=of.locator,
        number=of.number or "",
        insured_name=of.insured_name or (account.name if account else ""),
        line=line.code,
        line_name=line.name,
        quote="",
        version=0,
        terms=terms,
        document="",
    )


def _known(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if value not in (None, "", ())}


def _answered(tx: Tx, of: Submission) -> dict[str, Any]:
    form, _ = form_of(tx, of)
    day = day_of(tx, of)
    ends = value_of(form, corrected_answers(tx, of, form), Role.EXPIRATION, day)
    code = tx.db.get_one(ProducerCode, of.producer_code_id).code if of.producer_code_id else None
    return {
        "producer_code": code,
        "effective": of.effective,
        "expiration": date.fromisoformat(ends) if ends else _a_year_later(of.effective),
        **of_submissions.risk_terms(tx, of),
    }


def _a_year_later(day: date | None) -> date | None:
    if day is None:
        return None
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _earlier(tx: Tx, of: Submission, like: str) -> dict[str, Any]:
    asked = visible(tx.actor, Quote).where(col(Quote.locator) == like, col(Quote.submission_id) == of.id)
    found: Quote | None = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return asdict(terms_of(tx, found))
