"""Grants of binding authority: written down, changed, ended, and as they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlmodel import col

from portal_app.models.authority import AuthorityGrant
from portal_app.models.enums import GranteeKind
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.authority import grant_rows, revision, terms, words
from portal_app.services.authority.facts import UNNAMED
from portal_app.services.authority.terms import GrantTerms, Standing
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.licensing import records
from portal_app.services.producers import naming
from portal_app.services.scope import visible
from portal_app.services.webhooks import events


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as it stands. `told` is the rule in words."""

    locator: str
    version: int
    standing: Standing
    told: str
    terms: GrantTerms
    grantee_name: str
    carrier_name: str
    line_name: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class Grants:
    """A page of grants, those in force first, the newest before others, and how many there are."""

    rows: tuple[Grant, ...]
    total: int


@reads(Permission.VIEW_PRODUCERS)
def listed(tx: Tx, *, standing: Standing | None = None, offset: int = 0, count: int = 50) -> Grants:
    """The grants that the actor may see."""
    today = records.today(tx)
    asked = visible(tx.actor, AuthorityGrant)
    if standing is not None:
        asked = asked.where(_stand(today)[standing])
    total = tx.db.scalar(select(func.count()).select_from(asked.subquery())) or 0
    places = {which: place for place, which in enumerate(Standing)}
    order = case(*((condition, places[which]) for which, condition in _stand(today).items()), else_=len(places))
    ordered = asked.order_by(order, col(AuthorityGrant.id).desc()).offset(max(offset, 0)).limit(min(max(count, 1), 200))
    return Grants(tuple(_told(tx, list(tx.db.scalars(ordered)))), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Grant:
    """One grant. Raises NotFound."""
    return _told(tx, [_find(tx, locator)])[0]


@writes(Permission.SET_AUTHORITY)
def add(tx: Tx, *, terms: GrantTerms) -> Grant:
    """Let somebody bind. Raises Invalid."""
    row = AuthorityGrant(**_checked(tx, terms), created_at=tx.now, created_by=tx.actor.email or tx.actor.name)
    tx.db.add(row)
    tx.db.flush()
    number = revision.raised(tx)
    answer = _told(tx, [row])[0]
    detail = {"revision": number, "rule": answer.told, "after": records.plain(answer.terms)}
    audit.record(tx, "authority_grant.added", subject_kind="authority_grant", subject=row.locator, detail=detail)
    events.tell(tx, "authority.grant.create", locator=row.locator, data=_about(row, number))
    return answer


@writes(Permission.SET_AUTHORITY)
def change(tx: Tx, *, locator: str, version: int, given: Mapping[str, Any]) -> Grant:
    """Set the terms that are given and leave the rest. `version` is the one that was looked at. Raises NotFound,
    Conflict where it was changed in the meantime or is ended, or Invalid."""
    row = _find(tx, locator)
    before = _told(tx, [row])[0]
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    after = terms.tidied_grant(replace(before.terms, **given))
    if after == before.terms and row.version == version:
        return before
    same = (after.grantee_kind, after.grantee) == (before.terms.grantee_kind, before.terms.grantee)
    _written(tx, row, version, _checked(tx, after, row if same else None))
    number = revision.raised(tx)
    detail = {"revision": number, **records.differences(before.terms, after)}
    audit.record(tx, "authority_grant.changed", subject_kind="authority_grant", subject=locator, detail=detail)
    events.tell(tx, "authority.grant.update", locator=locator, data=_about(row, number))
    return _told(tx, [row])[0]


@writes(Permission.SET_AUTHORITY)
def end(tx: Tx, *, locator: str, version: int) -> Grant:
    """Let it count no more; it is kept. Raises NotFound, or Conflict where it was changed in the meantime or is ended
    already."""
    row = _find(tx, locator)
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    _written(tx, row, version, {"ended_at": tx.now, "ended_by": tx.actor.email or tx.actor.name})
    number = revision.raised(tx)
    answer = _told(tx, [row])[0]
    detail = {"revision": number, "rule": answer.told}
    audit.record(tx, "authority_grant.ended", subject_kind="authority_grant", subject=locator, detail=detail)
    events.tell(tx, "authority.grant.end", locator=locator, data=_about(row, number))
    return answer


def _find(tx: Tx, locator: str) -> AuthorityGrant:
    found: AuthorityGrant | None = tx.db.scalars(
        visible(tx.actor, AuthorityGrant).where(col(AuthorityGrant.locator) == locator)
    ).first()
    if found is None:
        raise NotFound
    return found


def _checked(tx: Tx, given: GrantTerms, kept: AuthorityGrant | None = None) -> dict[str, Any]:
    """As the table holds it; `kept` is the row whose grantee it stays with."""
    given = terms.tidied_grant(given)
    if problems := terms.problems_of_grant(given):
        raise Invalid(problems)
    return grant_rows.columns_of(tx, given, kept)


def _written(tx: Tx, row: AuthorityGrant, version: int, values: Mapping[str, Any]) -> None:
    """Raises Conflict where somebody else was here since that version."""
    same = (
        col(AuthorityGrant.id) == row.id,
        col(AuthorityGrant.version) == version,
        col(AuthorityGrant.ended_at).is_(None),
    )
    written = update(AuthorityGrant).where(*same).values(version=version + 1, **values)
    if not tx.db.execute(written.returning(col(AuthorityGrant.id))).all():
        raise Conflict(records.CHANGED_MEANWHILE)
    tx.db.refresh(row)


def _about(row: AuthorityGrant, number: int) -> dict[str, Any]:
    return {"grantee": row.grantee.value, "version": row.version, "revision": number, "ended": row.ended_at is not None}


def _stand(today: date) -> dict[Standing, ColumnElement[bool]]:
    grant = AuthorityGrant
    standing = col(grant.ended_at).is_(None)
    return {
        Standing.IN_FORCE: grant_rows.in_force(today),
        Standing.COMING: standing & (col(grant.effective_on) > today),
        Standing.OVER: standing & (col(grant.expires_on) < today),
        Standing.ENDED: col(grant.ended_at).is_not(None),
    }


def _told(tx: Tx, rows: Sequence[AuthorityGrant]) -> list[Grant]:
    today = records.today(tx)
    kept = grant_rows.granted(tx, rows)
    named = naming.seen(tx, {each.grantee for each in kept if each.kind is GranteeKind.PRODUCER})
    shown = [
        # Nor the locator of whom one is not told.
        given if given.grantee_name != UNNAMED else replace(given, grantee="")
        for given in naming.grants_told(named, kept)
    ]
    return [
        Grant(
            locator=row.locator,
            version=row.version,
            standing=grant_rows.standing(row, today),
            told=words.grant(given),
            terms=grant_rows.terms_of(row, given),
            grantee_name=given.grantee_name,
            carrier_name=given.carrier_name,
            line_name=given.line_name,
            created_at=row.created_at,
            created_by=row.created_by,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
        )
        for row, given in zip(rows, shown, strict=True)
    ]
