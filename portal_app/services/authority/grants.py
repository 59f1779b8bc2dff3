"""Grants of binding authority: written down, changed, ended, and as they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col

from portal_app.models.authority import AuthorityGrant
from portal_app.models.enums import GranteeKind
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.authority import grant_rows, kept_rules, revision, terms, words
from portal_app.services.authority.facts import UNNAMED
from portal_app.services.authority.terms import GrantTerms, Standing
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing import records
from portal_app.services.producers import naming
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
    stand = _stand(records.today(tx))
    rows, total = kept_rules.page(tx, AuthorityGrant, stand, standing=standing, offset=offset, count=count)
    return Grants(tuple(_told(tx, rows)), total)


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Grant:
    """One grant. Raises NotFound."""
    return _told(tx, [records.one_of(tx, AuthorityGrant, locator)])[0]


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
    row = records.one_of(tx, AuthorityGrant, locator)
    before = _told(tx, [row])[0]
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    after = terms.tidied_grant(replace(before.terms, **given))
    if after == before.terms and row.version == version:
        return before
    same = (after.grantee_kind, after.grantee) == (before.terms.grantee_kind, before.terms.grantee)
    kept_rules.write(tx, row, version, _checked(tx, after, row if same else None))
    number = revision.raised(tx)
    detail = {"revision": number, **records.differences(before.terms, after)}
    audit.record(tx, "authority_grant.changed", subject_kind="authority_grant", subject=locator, detail=detail)
    events.tell(tx, "authority.grant.update", locator=locator, data=_about(row, number))
    return _told(tx, [row])[0]


@writes(Permission.SET_AUTHORITY)
def end(tx: Tx, *, locator: str, version: int) -> Grant:
    """Let it count no more; it is kept. Raises NotFound, or Conflict where it was changed in the meantime or is ended
    already."""
    row = records.one_of(tx, AuthorityGrant, locator)
    if row.ended_at is not None:
        raise Conflict(terms.ENDED)
    kept_rules.write(tx, row, version, {"ended_at": tx.now, "ended_by": tx.actor.email or tx.actor.name})
    number = revision.raised(tx)
    answer = _told(tx, [row])[0]
    detail = {"revision": number, "rule": answer.told}
    audit.record(tx, "authority_grant.ended", subject_kind="authority_grant", subject=locator, detail=detail)
    events.tell(tx, "authority.grant.end", locator=locator, data=_about(row, number))
    return answer


def _checked(tx: Tx, given: GrantTerms, kept: AuthorityGrant | None = None) -> dict[str, Any]:
    """As the table holds it; `kept` is the row whose grantee it stays with."""
    given = terms.tidied_grant(given)
    if problems := terms.problems_of_grant(given):
        raise Invalid(problems)
    return grant_rows.columns_of(tx, given, kept)


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
