"""What an appointment may say at all, and what it has to say before it counts."""

import dataclasses

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerLicense
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.licensing import appointment_rows, jurisdictions, lines, records
from portal_app.services.licensing.license_rules import LONGEST_CODE, LONGEST_NAME, NO_LONGER
from portal_app.services.licensing.terms import AppointmentTerms

LONGEST = {"appointment_number": 64, "carrier": 26, "reason": 200}


def shaped(terms: AppointmentTerms) -> AppointmentTerms:
    """The terms without stray spaces, states in capitals. Raises Invalid for what no table could hold; a draft may
    otherwise say what it likes."""
    terms = dataclasses.replace(
        terms,
        appointment_number=terms.appointment_number.strip(),
        reason=terms.reason.strip(),
        jurisdictions=tuple(each.upper() for each in records.tidy(terms.jurisdictions)),
        lines=records.tidy(terms.lines),
        products=records.tidy(terms.products),
        producer_codes=tuple(sorted(records.tidy(terms.producer_codes))),
        licenses=tuple(sorted(records.tidy(terms.licenses))),
    )
    problems = records.problems_of_texts({name: getattr(terms, name) for name in LONGEST}, LONGEST)
    names = ("jurisdictions", "lines", "products", "licenses")
    problems |= records.problems_of_names({name: getattr(terms, name) for name in names}, LONGEST_NAME)
    problems |= records.problems_of_names({"producer_codes": terms.producer_codes}, LONGEST_CODE)
    days = ("effective_date", "termination_date")
    problems |= records.problems_of_days({name: getattr(terms, name) for name in days})
    if problems:
        raise Invalid(problems)
    return terms


def problems(tx: Tx, producer: Producer, terms: AppointmentTerms) -> dict[str, str]:
    """What keeps the appointment from counting, by field, in sentences."""
    found = {
        "producer": f"The producer {NO_LONGER[producer.state]}." if producer.state in NO_LONGER else "",
        "appointment_number": _of_number(terms),
        "carrier": "" if terms.carrier else "Say which carrier appoints the producer.",
        "jurisdictions": jurisdictions.unknown(terms.jurisdictions) or ("" if terms.jurisdictions else "Name a state."),
        "lines": lines.unknown(terms.lines) or ("" if terms.lines else "Name at least one line of authority."),
        "products": records.unknown_products(tx, terms.products),
        "producer_codes": _of_codes(tx, producer, terms),
        "licenses": _of_licenses(tx, producer, terms),
    }
    found |= _of_days(terms)
    return {name: sentence for name, sentence in found.items() if sentence}


def _of_number(terms: AppointmentTerms) -> str:
    """One that is made just in time has no number until the carrier has filed it."""
    return "" if terms.appointment_number or terms.just_in_time else "Give the appointment's number."


def _of_codes(tx: Tx, producer: Producer, terms: AppointmentTerms) -> str:
    """Codes of the producer, and of those below, who may work under it."""
    asked = select(ProducerCode).where(col(ProducerCode.code).in_(terms.producer_codes))
    foreign = [
        str(each.code)
        for each in tx.db.scalars(asked)
        if each.producer_id != producer.id and producer.id not in above(tx, each.producer_id)
    ]
    return f"{', '.join(sorted(foreign))}: a code of another producer, who is not below this one." if foreign else ""


def above(tx: Tx, producer_id: int) -> list[int]:
    """The ids of those above a producer, the nearest first."""
    # Not by `visible`: whose appointment somebody works under does not depend on who asks.
    chain: list[int] = []
    step = tx.db.scalar(select(col(Producer.parent_id)).where(col(Producer.id) == producer_id))
    while step is not None and step not in chain and step != producer_id:
        chain.append(step)
        step = tx.db.scalar(select(col(Producer.parent_id)).where(col(Producer.id) == step))
    return chain


def _of_licenses(tx: Tx, producer: Producer, terms: AppointmentTerms) -> str:
    named = appointment_rows.licenses_named(tx, terms.licenses)
    sentences = [sentence for each in named if (sentence := _of_license(producer, each))]
    if named and not sentences:
        licensed = {state for each in named for state in each.jurisdictions}
        if lacking := [state for state in terms.jurisdictions if state not in licensed]:
            where = ", ".join(jurisdictions.state_name(each) for each in lacking)
            sentences.append(f"None of the licenses that are named is for {where}.")
    return " ".join(sentences)


def _of_license(producer: Producer, named: ProducerLicense) -> str:
    what = f"License {named.number or named.locator}"
    if named.producer_id != producer.id:
        return f"{what} is another producer's."
    if named.state is not CredentialState.VALIDATED:
        return f"{what} is {named.state.label.lower()} and not validated."
    return ""


def _of_days(terms: AppointmentTerms) -> dict[str, str]:
    found = {}
    begins, ends = terms.effective_date, terms.termination_date
    if begins is None:
        found["effective_date"] = "Say when the appointment takes effect."
    elif ends is not None and ends < begins:
        found["termination_date"] = "The appointment is terminated before it takes effect."
    if ends is not None and not terms.reason:
        found["reason"] = "Say why it was terminated."
    return found
