"""What a license may say at all, and what it has to say before it counts."""

import dataclasses

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import CredentialState, ProducerState
from portal_app.models.licensing import ProducerLicense
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.licensing import jurisdictions, lines, records
from portal_app.services.licensing.terms import LicenseTerms, LineTerms
from portal_app.services.producers.particulars import plain_npn

LONGEST = {"license_number": 64, "type": 80, "npn": 10}
LONGEST_NAME = 40
LONGEST_CODE = 128
NO_LONGER = {ProducerState.RETIRED: "has retired", ProducerState.DISCARDED: "was discarded"}


def shaped(terms: LicenseTerms) -> LicenseTerms:
    """The terms without stray spaces, states in capitals. Raises Invalid for what no table could hold; a draft may
    otherwise say what it likes."""
    terms = dataclasses.replace(
        terms,
        license_number=terms.license_number.strip(),
        type=terms.type.strip(),
        npn=terms.npn.strip(),
        jurisdictions=tuple(each.upper() for each in records.tidy(terms.jurisdictions)),
        products=records.tidy(terms.products),
        producer_codes=tuple(sorted(records.tidy(terms.producer_codes))),
        lines=tuple(dataclasses.replace(each, line=each.line.strip()) for each in terms.lines if each.line.strip()),
    )
    names = {"jurisdictions": terms.jurisdictions, "products": terms.products}
    names["lines"] = tuple(each.line for each in terms.lines)
    problems = records.problems_of_texts({name: getattr(terms, name) for name in LONGEST}, LONGEST)
    problems |= records.problems_of_names(names, LONGEST_NAME)
    problems |= records.problems_of_names({"producer_codes": terms.producer_codes}, LONGEST_CODE)
    days = ("original_issue_date", "status_date", "effective_time", "expiration_time")
    problems |= records.problems_of_days({name: getattr(terms, name) for name in days})
    for each in terms.lines:
        problems |= records.problems_of_days({"lines": each.effective_date})
        problems |= records.problems_of_days({"lines": each.expiration_date})
    if problems:
        raise Invalid(problems)
    return terms


def problems(
    tx: Tx, producer: Producer, terms: LicenseTerms, *, own_id: int | None = None, is_only_one: bool = False
) -> dict[str, str]:
    """What keeps the license from counting, by field, in sentences. `own_id` is that of the license itself, where it
    is written down already; `is_only_one` says that no other license of the producer is
    known by this number and state."""
    found = {
        "producer": _of_producer(producer),
        "license_number": _of_number(tx, producer, terms, own_id, is_only_one),
        "npn": _of_npn(producer, terms.npn),
        "jurisdictions": jurisdictions.unknown(terms.jurisdictions) or ("" if terms.jurisdictions else "Name a state."),
        "lines": _of_lines(terms),
        "products": records.unknown_products(tx, terms.products),
        "producer_codes": _of_codes(tx, producer, terms),
    }
    found |= _of_times(tx, terms)
    return {name: sentence for name, sentence in found.items() if sentence}


def _of_producer(producer: Producer) -> str:
    return f"The producer {NO_LONGER[producer.state]}." if producer.state in NO_LONGER else ""


def _of_number(tx: Tx, producer: Producer, terms: LicenseTerms, own_id: int | None, is_only_one: bool) -> str:
    if not terms.license_number:
        return "Give the license's number."
    if is_only_one:
        return ""
    others = select(ProducerLicense).where(
        col(ProducerLicense.producer_id) == producer.id,
        col(ProducerLicense.number) == terms.license_number,
        col(ProducerLicense.state) == CredentialState.VALIDATED,
    )
    for other in tx.db.scalars(others):
        if other.id != own_id and (same := set(other.jurisdictions) & set(terms.jurisdictions)):
            where = ", ".join(jurisdictions.state_name(each) for each in sorted(same))
            return f"Another validated license of this producer has this number in {where}."
    return ""


def _of_npn(producer: Producer, npn: str) -> str:
    if not npn or plain_npn(npn) == plain_npn(producer.npn):
        return ""
    if not producer.npn:
        return "No National Producer Number is written down of the producer to hold this one against."
    return "This is not the National Producer Number of the producer."


def _of_lines(terms: LicenseTerms) -> str:
    if not terms.lines:
        return "Name at least one line of authority."
    if strange := lines.unknown([each.line for each in terms.lines]):
        return strange
    wrong = [each for each in terms.lines if _is_reversed(each)]
    return " ".join(f"{lines.label(each.line)} expires before it takes effect." for each in wrong)


def _is_reversed(line: LineTerms) -> bool:
    return bool(line.effective_date and line.expiration_date and line.expiration_date < line.effective_date)


def _of_codes(tx: Tx, producer: Producer, terms: LicenseTerms) -> str:
    if not terms.producer_codes:
        return ""
    asked = select(ProducerCode).where(col(ProducerCode.code).in_(terms.producer_codes))
    foreign = sorted(str(each.code) for each in tx.db.scalars(asked) if each.producer_id != producer.id)
    return f"{', '.join(foreign)}: a code of another producer." if foreign else ""


def _of_times(tx: Tx, terms: LicenseTerms) -> dict[str, str]:
    begins, ends = terms.effective_time, terms.expiration_time
    if begins is None:
        return {"effective_time": "Say when the license takes effect."}
    found = {}
    if ends is not None and ends <= begins:
        found["expiration_time"] = "The license expires before it takes effect."
    issued = terms.original_issue_date
    if issued is not None and issued > begins.astimezone(tx.settings.zone).date():
        found["original_issue_date"] = "The license takes effect before it was first issued."
    return found
