"""The ledger of a policy in plain words, and the parts of an address by which its pages are asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal_app.models.enums import Origin, TransactionKind
from portal_app.services.ledger.instructions import CLEAR, NOTHING_THERE, REVERT, SET, SET_OF_RECORD, Instruction
from portal_app.services.ledger.views import Happening
from portal_app.state import address, wording

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
BETWEEN = f"Choose a date between {EARLIEST.year} and {LATEST.year}."
ORIGINS = {Origin.FEED: "from the agency's system", Origin.PORTAL: "made in the portal"}
# What is drafted in the portal, as people call it.
KINDS = {
    TransactionKind.CHANGE: "Change of producer code",
    TransactionKind.CANCELLATION: "Cancellation",
    TransactionKind.RENEWAL: "Renewal",
    TransactionKind.REINSTATEMENT: "Reinstatement",
}


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def as_read_here(sentence: str, zone: ZoneInfo) -> str:
    """A sentence of a service, with its times told as they are where the agency is."""
    local = _MOMENT.sub(lambda found: wording.instant(datetime.fromisoformat(found[0]), zone), sentence)
    return _DAY.sub(lambda found: wording.day(date.fromisoformat(found[0])), local)


def policy_of(path: str) -> str:
    """The locator in /policies/{locator}/…"""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 else ""


def query(path: str, **parts: str) -> str:
    filled = {name: value for name, value in parts.items() if value}
    return f"{path}?{urlencode(filled)}" if filled else path


def row_of(ledger: str, transaction: str, happened: Sequence[Happening]) -> str:
    """The address of a transaction's row in the ledger, on the page on which it stands: the newest come first there,
    `happened` has all of them in the order in which they were written."""
    place = next((place for place, each in enumerate(reversed(happened)) if each.locator == transaction), 0)
    return f"{query(ledger, page=address.page_of(place))}#t-{transaction}"


def read_day(text: str) -> date | None:
    """2026-12-01; None for anything else, and for days that nobody means."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-12-01") else None
    except ValueError:
        return None
    return found if found and EARLIEST <= found <= LATEST else None


def read_time(text: str) -> time | None:
    """14:30, or 14:30:15; None for anything else."""
    try:
        found = time.fromisoformat(text) if ":" in text and len(text) <= len("14:30:15.000") else None
    except ValueError:
        return None
    return found if found and found.tzinfo is None else None


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day where the agency is."""
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)


def asked_for(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    """The parts of an address that ask for a moment, to the whole second that it is not before. Of the hour that comes
    twice in autumn, `again` is the second."""
    whole = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
    there = whole.astimezone(zone)
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return {"date": there.date().isoformat(), "time": clock} | ({"again": "1"} if there.fold else {})


def named(each: Happening, zone: ZoneInfo) -> str:
    """Change effective Dec 1, 2026."""
    return f"{each.kind.label} effective {wording.instant(each.effective_at, zone)}"


def within(each: Happening, zone: ZoneInfo) -> str:
    """The same within a sentence: the change effective Dec 1, 2026."""
    return f"the {each.kind.label.lower()} effective {wording.instant(each.effective_at, zone)}"


def asked_in_words(instructions: Iterable[Instruction]) -> list[str]:
    """What somebody asked for, instruction by instruction."""
    return [part for each in instructions for part in _asked(each)]


def _asked(each: Instruction) -> list[str]:
    told = []
    if each.get(SET):
        told.append(f"set the producer code to {each[SET]}")
    if each.get(CLEAR):
        told.append("clear the producer code")
    if each.get(SET_OF_RECORD):
        told.append(f"set the code of record to {each[SET_OF_RECORD]}")
    if each.get(REVERT):
        told.append("set the code of record to the current code")
    return told


def processed_in_words(given: Iterable[Instruction], processed: Iterable[Instruction]) -> list[str]:
    """What came of each instruction where it was applied."""
    return [part for asked, done in zip(given, processed, strict=True) for part in _done(asked, done)]


def _done(asked: Instruction, done: Mapping[str, Any]) -> list[str]:
    told = []
    if done.get(SET):
        told.append(f"producer code set to {done[SET]}")
    if done.get(CLEAR):
        told.append("producer code cleared")
    if done.get(SET_OF_RECORD):
        told.append(f"code of record set to {done[SET_OF_RECORD]}")
    if done.get(REVERT):
        meant = f", which is {asked[SET_OF_RECORD]}" if asked.get(SET_OF_RECORD) else ""
        told.append(f"code of record set to the current code{meant}")
    elif done.get(NOTHING_THERE):
        told.append("code of record left alone: there is no current code")
    return told
