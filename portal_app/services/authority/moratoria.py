"""Moratoria: what nobody binds for the time being, and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from portal_app.models.authority import Moratorium as Row
from portal_app.models.enums import BindAction
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.authority import kept_rules, revision, terms, words
from portal_app.services.authority.facts import Stop
from portal_app.services.authority.terms import MoratoriumTerms, Standing
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing import records
from portal_app.services.webhooks import events

COLUMNS = {BindAction.NEW: "stops_new", BindAction.ENDORSE: "stops_endorse", BindAction.RENEW: "stops_renew"}


@dataclass(frozen=True, slots=True)
class Moratorium:
    """A moratorium as it stands. `told` says in words what it is about, `window` from when to when."""

    locator: str
    version: int
    standing: Standing
    told: str
    window: str
    terms: MoratoriumTerms
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class Moratoria:
    """A page of moratoria, those that run first, the newest before others, and how many there are."""

    rows: tuple[Moratorium, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, standing: Standing | None = None, offset: int = 0, count: int = 50) -> Moratoria:
    """The moratoria that the actor may see."""
    stand = _stand(tx.now)
    rows, total = kept_rules.page(tx, Row, stand, standing=standing, offset=offset, count=count)
    return Moratoria(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Moratorium:
    """One moratorium. Raises NotFound."""
    return _told(tx, [records.one_of(tx, Row, locator)])[0]


@writes(Permission.SET_AUTHORITY)
def add(tx: Tx, *, terms: MoratoriumTerms) -> Moratorium:
    """Stop what is bound. Raises Invalid."""
    row = Row(**_checked(tx, terms), created_at=tx.now, created_by=tx.actor.email or tx.actor.name)
    tx.db.add(row)
    tx.db.flush()
    number = revision.raised(tx)
    answer = _told(tx, [row])[0]
    detail = {"revision": number, "rule": answer.told, "after": records.plain(answer.terms)}
    audit.record(tx, "moratorium.added", subject_kind="moratorium", subject=row.locator, detail=detail)
    events.tell(tx, "authority.moratorium.create", locator=row.locator, data=_about(row, number))
    return answer


@writes(Permission.SET_AUTHORITY)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> Moratorium:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. Raises NotFound,
    Conflict where it was changed in the meantime or is ended, or Invalid."""
    row = records.one_of(tx, Row, locator)
    before = _told(tx, [row])[0]
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    after = terms.tidied_moratorium(replace(before.terms, **given))
    if after == before.terms and row.version == version:
        return before
    kept_rules.write(tx, row, version, _checked(tx, after))
    number = revision.raised(tx)
    detail = {"revision": number, **records.differences(before.terms, after)}
    audit.record(tx, "moratorium.changed", subject_kind="moratorium", subject=locator, detail=detail)
    events.tell(tx, "authority.moratorium.update", locator=locator, data=_about(row, number))
    return _told(tx, [row])[0]


@writes(Permission.SET_AUTHORITY)
def end(tx: Tx, *, locator: str, version: int) -> Moratorium:
    """Let it stop nothing more; it is kept. Raises NotFound, or Conflict where it was changed in the meantime or is
    ended already."""
    row = records.one_of(tx, Row, locator)
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    kept_rules.write(tx, row, version, {"ended_at": tx.now, "ended_by": tx.actor.email or tx.actor.name})
    number = revision.raised(tx)
    detail = {"revision": number, "name": row.name}
    audit.record(tx, "moratorium.ended", subject_kind="moratorium", subject=locator, detail=detail)
    events.tell(tx, "authority.moratorium.end", locator=locator, data=_about(row, number))
    return _told(tx, [row])[0]


def running(now: datetime) -> ColumnElement[bool]:
    """Which moratoria count at that moment."""
    until = col(Row.ends_at).is_(None) | (col(Row.ends_at) > now)
    return col(Row.ended_at).is_(None) & (col(Row.begins_at) <= now) & until


def stop_of(row: Row) -> Stop:
    """The moratorium as the rules read it."""
    return Stop(
        locator=row.locator,
        version=row.version,
        name=row.name,
        peril=row.peril,
        reason=row.reason,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        actions=tuple(action for action, name in COLUMNS.items() if getattr(row, name)),
        states=tuple(row.jurisdictions),
        zip_prefixes=tuple(row.zip_prefixes),
        lines=tuple(row.lines),
        carriers=tuple(row.carriers),
    )


def _checked(tx: Tx, given: MoratoriumTerms) -> dict[str, Any]:
    given = terms.tidied_moratorium(given)
    problems = terms.problems_of_moratorium(given)
    problems |= _unknown(tx, "lines", col(LineOfBusiness.code), given.lines, "There is no such line of business.")
    problems |= _unknown(tx, "carriers", col(Carrier.locator), given.carriers, "There is no such carrier.")
    if problems:
        raise Invalid(problems)
    named = {name: getattr(given, name) for name in ("name", "peril", "reason", "begins_at", "ends_at")}
    lists = {name: list(getattr(given, name)) for name in ("zip_prefixes", "lines", "carriers")}
    actions = {name: action in given.actions for action, name in COLUMNS.items()}
    return {**named, **lists, **actions, "jurisdictions": list(given.states)}


def _unknown(tx: Tx, field: str, column: Any, named: Sequence[str], sentence: str) -> dict[str, str]:
    if not named:
        return {}
    if len(named) > records.MOST_NAMES:
        return {field: f"Name at most {records.MOST_NAMES}."}
    known = set(tx.db.scalars(select(column).where(column.in_(named))))
    return {} if known == set(named) else {field: sentence}


def _about(row: Row, number: int) -> dict[str, Any]:
    return {"version": row.version, "revision": number, "ended": row.ended_at is not None}


def _stand(now: datetime) -> dict[Standing, ColumnElement[bool]]:
    standing = col(Row.ended_at).is_(None)
    return {
        Standing.IN_FORCE: running(now),
        Standing.COMING: standing & (col(Row.begins_at) > now),
        Standing.OVER: standing & (col(Row.ends_at) <= now),
        Standing.ENDED: col(Row.ended_at).is_not(None),
    }


def _standing(row: Row, now: datetime) -> Standing:
    if row.ended_at is not None:
        return Standing.ENDED
    if row.begins_at > now:
        return Standing.COMING
    return Standing.OVER if row.ends_at is not None and row.ends_at <= now else Standing.IN_FORCE


def _told(tx: Tx, rows: Iterable[Row]) -> list[Moratorium]:
    found = list(rows)
    carriers: dict[str, str] = {}
    if named := {each for row in found for each in row.carriers}:
        asked = select(col(Carrier.locator), col(Carrier.name)).where(col(Carrier.locator).in_(named))
        carriers = {row.locator: row.name for row in tx.db.execute(asked)}
    lines = {row.code: row.name for row in tx.db.scalars(select(LineOfBusiness))}
    zone = tx.settings.zone
    return [
        Moratorium(
            locator=row.locator,
            version=row.version,
            standing=_standing(row, tx.now),
            told=words.stop(
                stop_of(row), [carriers[each] for each in row.carriers], [lines.get(each, each) for each in row.lines]
            ),
            window=words.window(stop_of(row), zone),
            terms=MoratoriumTerms(**{name: getattr(stop_of(row), name) for name in MoratoriumTerms.__slots__}),
            created_at=row.created_at,
            created_by=row.created_by,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
        )
        for row in found
    ]
