"""May this producer write this line of business in this state on this day? Each rule says whether it passes, what it
found, and what would make it pass.

A license counts for its holder alone. An appointment counts for its holder, and for a producer below whose code it
lists: nothing else is inherited. What names codes of the producer is for these alone. Whoever asks for an appointment
asks for a license too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import CredentialState, LicenseStatus, QualificationCheck
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.licensing import holdings, lines, records
from portal_app.services.licensing.holdings import AppointmentHeld, Holdings, LicenseHeld
from portal_app.services.licensing.jurisdictions import STATES, state_name
from portal_app.services.licensing.license_rules import NO_LONGER
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.scope import visible

MOST_TOLD = 3


class Rule(StrEnum):
    LICENSE = "license"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule. `would_pass` is empty where it passes."""

    rule: Rule
    passes: bool
    found: str
    would_pass: str = ""


@dataclass(frozen=True, slots=True)
class Qualification:
    """The answer: it passes where every rule does. `would_pass` says what is to be done where it does not."""

    passes: bool
    reasons: tuple[Reason, ...] = ()
    would_pass: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`line` is the code of a line of business, `line_name` and `carrier_name` how people call it and the carrier.
    `today` is the day on which it is asked: what was written down was the case by then. Without a `code` it is asked
    whether the producer may under any of theirs."""

    line: str
    state: str
    carrier_id: int | None
    on: date
    check: QualificationCheck
    today: date
    line_name: str = ""
    carrier_name: str = ""
    code: str = ""

    @property
    def told_line(self) -> str:
        name = self.line_name or self.line
        return name[:1].lower() + name[1:]

    @property
    def told_day(self) -> str:
        return records.told_day(self.on)


@reads(Permission.VIEW_PRODUCERS)
def ask(
    tx: Tx,
    *,
    producer: str,
    line: str,
    state: str,
    carrier: str = "",
    on: date | None = None,
    check: QualificationCheck | None = None,
    producer_code: str = "",
) -> Qualification:
    """The same for whoever may see the producer, by locators; on the agency's day of today where none is given, and for
    what the agency's configuration asks of the line where no check is named. Raises NotFound for a producer or a
    carrier that there is not or a code that is not the producer's, Invalid for a state that is none. A line of business
    that nobody knows does not pass."""
    owner = records.producer_of(tx, producer)
    if state not in STATES:
        raise Invalid({"state": "This is no state: two letters such as RI are expected."})
    if producer_code:
        _check_code(tx, owner, producer_code)
    carrier_id = tx.db.scalar(select(col(Carrier.id)).where(col(Carrier.locator) == carrier)) if carrier else None
    if carrier and carrier_id is None:
        raise NotFound("There is no such carrier.")
    day = on or records.today(tx)
    check = check or producers_in_force(tx).qualification.of_line(line)
    return qualified(
        tx,
        producer_id=owner.id or 0,
        line=line,
        state=state,
        carrier_id=carrier_id,
        on=day,
        check=check,
        code=producer_code,
    )


def _check_code(tx: Tx, owner: Producer, code: str) -> None:
    theirs = visible(tx.actor, ProducerCode).where(col(ProducerCode.producer_id) == owner.id)
    if tx.db.scalars(theirs.where(col(ProducerCode.code) == code)).first() is None:
        raise NotFound("There is no such producer code, or it is not this producer's.")


def qualified(
    tx: Tx,
    *,
    producer_id: int,
    line: str,
    state: str,
    carrier_id: int | None,
    on: date,
    check: QualificationCheck,
    code: str = "",
) -> Qualification:
    """Whether the producer may write the line of business, by its code, in the state, by its two letters, on that day
    of the agency, under the producer code that is named or under any of theirs. The answer does not depend on who asks:
    that they may know of this producer is for the caller to see to. An appointment needs a carrier: without one it does
    not pass. That the producer has retired is told and decides nothing: since when is not written down, and who asks of
    a day gone by asks of what was held."""
    if check is QualificationCheck.NONE:
        return Qualification(True)
    line_name = tx.db.scalar(select(col(LineOfBusiness.name)).where(col(LineOfBusiness.code) == line)) or ""
    carrier_name = tx.db.scalar(select(col(Carrier.name)).where(col(Carrier.id) == carrier_id)) or ""
    question = Question(line, state, carrier_id, on, check, records.today(tx), line_name, carrier_name, code)
    return _with_holder(tx, producer_id, judged(holdings.of(tx, producer_id), question))


def _with_holder(tx: Tx, producer_id: int, found: Qualification) -> Qualification:
    """The answer, which also says where the producer themselves is out of use."""
    state = tx.db.scalar(select(col(Producer.state)).where(col(Producer.id) == producer_id))
    if state not in NO_LONGER:
        return found
    told = f"The producer {NO_LONGER[state]}."
    reasons = tuple(replace(each, found=f"{each.found} {told}") for each in found.reasons)
    return replace(found, reasons=reasons)


def judged(there: Holdings, asked: Question) -> Qualification:
    """The rules themselves, on facts alone."""
    if asked.check is QualificationCheck.NONE:
        return Qualification(True)
    reasons = [_license_rule(there, asked)]
    if asked.check is QualificationCheck.APPOINTMENT:
        reasons.append(_appointment_rule(there, asked))
    would_pass = " ".join(each.would_pass for each in reasons if each.would_pass)
    return Qualification(all(each.passes for each in reasons), tuple(reasons), would_pass)


def fault_of_license(held: LicenseHeld, asked: Question) -> str:
    """Why the license does not count for this state and day, or nothing."""
    what = f"License {held.number}" if held.number else "A license without a number"
    if held.state is not CredentialState.VALIDATED:
        return f"{what} is {held.state.label.lower()}."
    if sentence := _fault_of_status(what, held, asked):
        return sentence
    if held.begins is None or held.begins > asked.on:
        return f"{what} is not in force yet."
    if held.ends is not None and held.ends < asked.on:
        return f"{what} expired on {records.told_day(held.ends)}."
    if held.products and asked.line not in held.products:
        return f"{what} is not for {asked.told_line}."
    return _fault_of_code(what, held.codes, asked)


def _fault_of_code(what: str, codes: frozenset[str], asked: Question) -> str:
    return _for_these(what, codes) if codes and asked.code and asked.code not in codes else ""


def _for_these(what: str, codes: frozenset[str]) -> str:
    return f"{what} is for the producer code{'s' if len(codes) > 1 else ''} {', '.join(sorted(codes))} alone."


def _fault_of_status(what: str, held: LicenseHeld, asked: Question) -> str:
    """What is written down is the state's last word and its day. Before that day a license was what its term says: of
    one that became inactive later, as of one that was made active anew. A day that is still to come says from when."""
    since = held.status_on
    if held.status is LicenseStatus.ACTIVE:
        ahead = since is not None and asked.today < since and asked.on < since
        return f"{what} is active from {records.told_day(since)} on." if since and ahead else ""
    if since is None:
        return f"{what} is {held.status.label.lower()}."
    begun = f"{what} is {held.status.label.lower()} since {records.told_day(since)}."
    return begun if since <= asked.on else ""


def authorities(licenses: Iterable[LicenseHeld], asked: Question) -> set[str]:
    """The lines of authority that licenses which count give on that day."""
    return {
        each.line
        for held in licenses
        if asked.state in held.jurisdictions and not fault_of_license(held, asked)
        for each in held.lines
        if (each.begins is None or each.begins <= asked.on) and (each.ends is None or asked.on <= each.ends)
    }


def fault_of_appointment(appointment: AppointmentHeld, there: Holdings, asked: Question) -> str:
    """Why the appointment does not count for this day, or nothing."""
    what = _called(appointment)
    if appointment.state is not CredentialState.VALIDATED:
        return f"{what} is {appointment.state.label.lower()}."
    if appointment.begins is None or appointment.begins > asked.on:
        return f"{what} is not in force yet."
    if appointment.terminated_on is not None and appointment.terminated_on <= asked.on:
        return f"{what} was terminated on {records.told_day(appointment.terminated_on)}."
    if appointment.products and asked.line not in appointment.products:
        return f"{what} is not for {asked.told_line}."
    if appointment.licenses:
        named = [each for each in (*there.licenses, *there.others) if each.id in appointment.licenses]
        if not lines.suffices(asked.line, authorities(named, asked)):
            return f"{what} rests on licenses that do not cover {asked.told_line} that day."
    return _fault_of_code(what, appointment.codes, asked)


def _called(appointment: AppointmentHeld) -> str:
    return f"Appointment {appointment.number}" if appointment.number else "An appointment without a number"


def _license_rule(there: Holdings, asked: Question) -> Reason:
    held = authorities(there.licenses, asked)
    where = state_name(asked.state)
    if lines.suffices(asked.line, held):
        helping = lines.authorities_for(asked.line)
        counting = [each for each in there.licenses if authorities([each], asked) & helping]
        named = sorted(each.number for each in counting)
        words = "License" if len(named) == 1 else "Licenses"
        verb = "covers" if len(named) == 1 else "cover"
        found = f"{words} {', '.join(named)} for {where} {verb} {asked.told_line} on {asked.told_day}."
        for_all = authorities((each for each in counting if not each.codes), asked)
        only = [_for_these(f"License {each.number}", each.codes) for each in counting if each.codes]
        return Reason(Rule.LICENSE, True, _with(found, [] if lines.suffices(asked.line, for_all) else only))
    about = [each for each in there.licenses if asked.state in each.jurisdictions]
    faults = [fault_of_license(each, asked) or _what_it_covers(each, asked) for each in about]
    found = f"No validated license for {where} covers {asked.told_line} on {asked.told_day}."
    wanted = lines.told(asked.line)
    if not wanted:
        return Reason(Rule.LICENSE, False, found, f"No line of authority is known to cover {asked.told_line}.")
    would = f"A license with the line {wanted} that is in force that day would."
    return Reason(Rule.LICENSE, False, _with(found, faults), would)


def _what_it_covers(held: LicenseHeld, asked: Question) -> str:
    covered = ", ".join(sorted(lines.label(each) for each in authorities([held], asked)))
    return f"License {held.number} covers {covered or 'no line of authority'} that day."


def _appointment_rule(there: Holdings, asked: Question) -> Reason:
    if asked.carrier_id is None:
        found = "No carrier is named, so that nobody can say whether it appointed the producer."
        return Reason(Rule.APPOINTMENT, False, found, "Name the carrier.")
    where, carrier = state_name(asked.state), asked.carrier_name or "the carrier"
    about = [
        each for each in there.appointments if each.carrier_id == asked.carrier_id and asked.state in each.jurisdictions
    ]
    faults = [fault_of_appointment(each, there, asked) for each in about]
    counting = [each for each, fault in zip(about, faults, strict=True) if not fault]
    held = frozenset[str]().union(*(each.lines for each in counting))
    if lines.suffices(asked.line, held):
        found = f"{carrier} appointed the producer for {asked.told_line} in {where} on {asked.told_day}."
        for_all = frozenset[str]().union(*(each.lines for each in counting if not each.codes))
        only = [_for_these(_called(each), each.codes) for each in counting if each.codes]
        return Reason(Rule.APPOINTMENT, True, _with(found, [] if lines.suffices(asked.line, for_all) else only))
    found = f"No validated appointment by {carrier} for {where} covers {asked.told_line} on {asked.told_day}."
    wanted = lines.told(asked.line)
    if not wanted:
        return Reason(Rule.APPOINTMENT, False, found, f"No line of authority is known to cover {asked.told_line}.")
    would = (
        f"An appointment of the producer by {carrier} with the line {wanted} that is in force that day would, or one "
        "of an organisation above that lists a code of the producer."
    )
    return Reason(Rule.APPOINTMENT, False, _with(found, faults), would)


def _with(found: str, more: Iterable[str]) -> str:
    """What was found, and what else there is to say of it, as far as it helps."""
    return " ".join([found, *islice((each for each in more if each), MOST_TOLD)])
