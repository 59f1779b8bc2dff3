"""An export from its first byte to its last: measured, noted in the trail, then read part by part.

Each part is a short reading transaction of its own, so that a long export holds up nobody and takes no more memory than
a short one. Every line is a row of the list, so that whatever opens the file may count, sort and read all of them; that
it is not all of the list is told by its name. Where something fails in the middle the connection is broken off, so that
no browser takes what has arrived for the whole.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from types import ModuleType
from typing import Any

from portal_app.services import audit
from portal_app.services.access import Actor, Gate, check
from portal_app.services.door import SERVICES, Door, Tx, writes
from portal_app.services.errors import DomainError, TooMany
from portal_app.services.exports import access_review, accounts, policies, submissions, trail, users
from portal_app.services.exports.cells import BOM, lines
from portal_app.services.exports.kinds import MOST_OF_A_LIMITED_ROLE, Kind, Measured, is_limited
from portal_app.services.identity import throttle

PART = 500
MOST_IN_A_WINDOW = 10
OF_PAGES = ("offset", "count", "sort", "descending")
# One module a kind, each with `columns`, `measure` and `part`.
SOURCES: Mapping[Kind, ModuleType] = {
    Kind.POLICIES: policies,
    Kind.ACCOUNTS: accounts,
    Kind.SUBMISSIONS: submissions,
    Kind.USERS: users,
    Kind.ACCESS_REVIEW: access_review,
    Kind.AUDIT: trail,
}
# Looked for by somebody, it is not to be read in the trail.
NUMBER_OF_A_PERSON = re.compile(r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}")
OF_THE_BUSINESS = (Kind.POLICIES, Kind.ACCOUNTS, Kind.SUBMISSIONS)


class BrokenOff(RuntimeError):
    """A part could not be read. No error of the domain, which somebody would answer with a page of its own: the answer
    is on its way already."""


@dataclass(frozen=True)
class Export:
    """An export that may begin. `rows` is how many it holds at most, `total` how many the list does."""

    door: Door
    actor: Actor
    kind: Kind
    asked: Any
    measured: Measured
    rows: int
    day: date

    @property
    def file_name(self) -> str:
        """What the file is called; where it holds the first of many rows alone, that too."""
        part = f"-first-{self.rows}-of-{self.measured.rows}" if self.measured.rows > self.rows else ""
        return f"{self.kind.value}-{self.day.isoformat()}{part}.csv"

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file, a part at a time. Raises BrokenOff."""
        source, done, last = SOURCES[self.kind], 0, 0
        yield BOM.encode() + lines([source.columns(self.actor)])
        while done < self.rows:
            found = await self._part(source, last, min(PART, self.rows - done))
            if not found.last:
                break
            yield lines(found.rows)
            done, last = done + len(found.rows), found.last

    async def _part(self, source: ModuleType, after: int, most: int) -> Any:
        try:
            return await self.door.act(
                source.part, self.actor, asked=self.asked, measured=self.measured, after=after, most=most
            )
        except DomainError as failure:
            raise BrokenOff(failure.sentence) from failure


async def begin(door: Door, actor: Actor, *, kind: Kind, asked: Any) -> Export:
    """Raises Forbidden or TooMany; then nothing has been sent. An export reads, so a token that may only read may have
    one: what is written is that it was made."""
    measured = await door.act(SOURCES[kind].measure, actor, asked=asked)
    most = MOST_OF_A_LIMITED_ROLE if kind in OF_THE_BUSINESS and is_limited(actor) else measured.rows
    rows = min(measured.rows, most)
    day = await door.act(note, replace(actor, may_write=True), kind=kind, asked=asked, rows=rows)
    return Export(door, actor, kind, asked, measured, rows, day)


@writes(Gate.SIGNED_IN)
def note(tx: Tx, *, kind: Kind, asked: Any, rows: int) -> date:
    """Count the export, and write down who takes what along, before the first byte. Returns the agency's day. Raises
    Forbidden or TooMany."""
    check(tx.actor, SERVICES[SOURCES[kind].measure].requirement)
    if throttle.count(tx, f"export:{tx.actor.user_id}") > MOST_IN_A_WINDOW:
        raise TooMany(f"That was {MOST_IN_A_WINDOW} exports in a quarter of an hour. Please wait a few minutes.")
    detail = {"rows_at_most": rows, "filters": _filters(asked)}
    audit.record(tx, "export.made", subject_kind="export", subject=kind.value, detail=detail)
    return tx.now.astimezone(tx.settings.zone).date()


def _filters(asked: Any) -> dict[str, str]:
    """What narrowed the list, as JSON can hold it."""
    given = {"text": asked} if isinstance(asked, str) else asdict(asked) if asked is not None else {}
    told = {name: str(value) for name, value in given.items() if value and name not in OF_PAGES}
    return {
        name: NUMBER_OF_A_PERSON.sub("•••", value.encode(errors="replace").decode()) for name, value in told.items()
    }
