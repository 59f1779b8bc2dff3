"""The rules of qualification once more, written down plainly and slowly, to hold the real ones against."""

from collections.abc import Iterable
from datetime import date

from portal_app.services.licensing.holdings import AppointmentHeld, Holdings, LicenseHeld

MAY_WRITE = {
    "personal_auto": ["personal_lines", "casualty"],
    "homeowners": ["personal_lines", "property"],
    "general_liability": ["casualty"],
    "bop": ["property+casualty"],
    "workers_compensation": ["casualty"],
    "commercial_auto": ["casualty"],
    "commercial_property": ["property"],
    "umbrella": ["personal_lines", "casualty"],
}


def covers(line: str, held: list[str]) -> bool:
    return any(all(part in held for part in option.split("+")) for option in MAY_WRITE.get(line, []))


def good_that_day(held: LicenseHeld, on: date, today: date) -> bool:
    """The state tells one word and since when. What it told before that is not kept: until then the license was as
    good as its term. A word that is still to come true is not true yet."""
    if held.status_on is None:
        return held.status == "active"
    days_of_the_word = on >= held.status_on
    if held.status == "active":
        comes_true_later = held.status_on > today
        return days_of_the_word or not comes_true_later
    return not days_of_the_word


def is_for(named: Iterable[str], code: str) -> bool:
    """What names codes is for no other one; who names no code asks whether there is any."""
    return not list(named) or code == "" or code in named


def counts(held: LicenseHeld, line: str, state: str, on: date, today: date, code: str) -> bool:
    if not is_for(held.codes, code):
        return False
    if held.state != "validated" or not good_that_day(held, on, today):
        return False
    if state not in held.jurisdictions:
        return False
    if held.begins is None or on < held.begins:
        return False
    if held.ends is not None and on > held.ends:
        return False
    return not held.products or line in held.products


def held_by(licenses: list[LicenseHeld], line: str, state: str, on: date, today: date, code: str) -> list[str]:
    held = []
    for each in licenses:
        if counts(each, line, state, on, today, code):
            for authority in each.lines:
                begun = authority.begins is None or authority.begins <= on
                over = authority.ends is not None and authority.ends < on
                if begun and not over:
                    held.append(authority.line)
    return held


def appointed(
    each: AppointmentHeld, there: Holdings, carrier: int, line: str, state: str, on: date, today: date, code: str
) -> bool:
    if not is_for(each.codes, code):
        return False
    if each.state != "validated" or each.carrier_id != carrier or state not in each.jurisdictions:
        return False
    if each.begins is None or on < each.begins:
        return False
    if each.terminated_on is not None and on >= each.terminated_on:
        return False
    if each.products and line not in each.products:
        return False
    if not each.licenses:
        return True
    resting = [one for one in [*there.licenses, *there.others] if one.id in each.licenses]
    return covers(line, held_by(resting, line, state, on, today, code))


def qualified(
    there: Holdings, carrier: int | None, line: str, state: str, on: date, today: date, check: str, code: str = ""
) -> bool:
    if check == "none":
        return True
    if not covers(line, held_by(list(there.licenses), line, state, on, today, code)):
        return False
    if check == "license":
        return True
    if carrier is None:
        return False
    held: list[str] = []
    for each in there.appointments:
        if appointed(each, there, carrier, line, state, on, today, code):
            held += each.lines
    return covers(line, held)
