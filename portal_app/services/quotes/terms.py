"""What is quoted, as it is given: taken field by field, or refused with a sentence for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.licensing.jurisdictions import unknown
from portal_app.services.licensing.records import problems_of_days
from portal_app.services.producers.standing import why_not_anew
from portal_app.services.quotes import belonging
from portal_app.services.scope import visible

POSTAL_CODE = re.compile(r"[0-9]{5}(-[0-9]{4})?")
CLASS_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,8}[A-Z0-9])?")
MOST_CLASS_CODES = 50
LONGEST_TERMS = 4000
MOST_MONEY = Decimal("9999999999.99")
MONEY = ("premium", "insured_value", "limit", "deductible", "losses")
DAYS = ("effective", "expiration", "valid_until")


@dataclass(frozen=True, slots=True)
class QuoteTerms:
    """`line` is the code of a line of business, `carrier` the locator of a carrier, `producer_code` a code as it is
    written or None. Amounts are dollars with cents; what is None or empty is not known. The last moment of
    `valid_until` is the last at which the carrier stands by the quote."""

    line: str
    carrier: str
    effective: date
    expiration: date
    producer_code: str | None = None
    valid_until: date | None = None
    jurisdiction: str = ""
    postal_code: str = ""
    premium: Decimal | None = None
    insured_value: Decimal | None = None
    limit: Decimal | None = None
    deductible: Decimal | None = None
    losses: Decimal | None = None
    class_codes: Sequence[str] = ()
    terms: str = ""


OWN = ("jurisdiction", "postal_code", "class_codes", "terms", *DAYS, *MONEY)


def terms_of(tx: Tx, row: Quote) -> QuoteTerms:
    """The terms of a quote that is there."""
    code = tx.db.get_one(ProducerCode, row.producer_code_id).code if row.producer_code_id else None
    own = {name: getattr(row, name) for name in OWN} | {"class_codes": tuple(row.class_codes)}
    line, carrier = tx.db.get_one(LineOfBusiness, row.line_id), tx.db.get_one(Carrier, row.carrier_id)
    return QuoteTerms(line=line.code, carrier=carrier.locator, producer_code=code, **own)


def put(tx: Tx, row: Quote, terms: QuoteTerms, *, of: Submission | None = None, names_code: bool = True) -> None:
    """Put the terms into the row of a quote, `of` a submission or of none. Its producer code is looked up where it is
    named, for one that it carries already may have been retired since. Raises Invalid with a sentence for each field
    that cannot be taken."""
    problems = _problems(terms)
    line = tx.db.scalars(select(LineOfBusiness).where(col(LineOfBusiness.code) == terms.line)).first()
    carrier = tx.db.scalars(select(Carrier).where(col(Carrier.locator) == terms.carrier)).first()
    if line is None:
        problems["line"] = f"There is no line of business {terms.line}."
    if carrier is None:
        problems["carrier"] = "There is no such carrier."
    code = _code(tx, terms.producer_code, problems) if names_code and terms.producer_code else None
    if of is not None:
        problems = belonging.problems(tx, of, line, code) | problems
    if problems or line is None or carrier is None:
        raise Invalid(problems)
    row.line_id, row.carrier_id = line.id or 0, carrier.id or 0
    if names_code:
        row.producer_code_id = code.id if code else None
    for name in OWN:
        setattr(row, name, getattr(terms, name))
    row.class_codes = list(terms.class_codes)


def _code(tx: Tx, name: str, problems: dict[str, str]) -> ProducerCode | None:
    """A producer who is not validated, or is suspended, is no matter here: that is for underwriting to flag."""
    asked = visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == name)
    found: ProducerCode | None = tx.db.scalars(asked).first()
    if found is None:
        problems["producer_code"] = f"There is no producer code {name}."
    elif why := why_not_anew(tx, found):
        problems["producer_code"] = why
    return found


def _problems(terms: QuoteTerms) -> dict[str, str]:
    found = problems_of_days({name: getattr(terms, name) for name in DAYS})
    if not {"effective", "expiration"} & found.keys() and terms.expiration <= terms.effective:
        found["expiration"] = "The expiration date comes after the effective date."
    if terms.jurisdiction and (strange := unknown([terms.jurisdiction])):
        found["jurisdiction"] = strange
    if terms.postal_code and not POSTAL_CODE.fullmatch(terms.postal_code):
        found["postal_code"] = "Enter a ZIP code of five digits, or of nine such as 02840-1234."
    if problem := _problem_of_class_codes(terms.class_codes):
        found["class_codes"] = problem
    if len(terms.terms) > LONGEST_TERMS:
        found["terms"] = f"Enter at most {LONGEST_TERMS:,} characters."
    elif any(not (each.isprintable() or each in "\r\n\t") for each in terms.terms):
        found["terms"] = "There are characters in it that cannot be shown."
    return found | _problems_of_money({name: getattr(terms, name) for name in MONEY})


def _problem_of_class_codes(codes: Sequence[str]) -> str:
    if len(codes) > MOST_CLASS_CODES:
        return f"Enter at most {MOST_CLASS_CODES} class codes."
    if strange := [each for each in codes if not CLASS_CODE.fullmatch(each)]:
        return f"{strange[0][:40]} is no class code: at most ten digits, capital letters and dashes, such as 91340."
    return "" if len(set(codes)) == len(codes) else "Name each class code once."


def _problems_of_money(amounts: Mapping[str, Decimal | None]) -> dict[str, str]:
    found = {}
    for name, amount in amounts.items():
        if amount is None:
            continue
        if not amount.is_finite() or amount < 0 or amount > MOST_MONEY:
            found[name] = f"Enter an amount between $0.00 and ${MOST_MONEY:,.2f}."
        elif amount * 100 != (amount * 100).to_integral_value():
            found[name] = "Enter dollars with at most two decimals."
    return found
