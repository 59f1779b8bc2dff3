"""Grants between the table and what is written down of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from portal_app.models.authority import AuthorityGrant
from portal_app.models.enums import BindAction, GranteeKind, Role
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.authority.facts import Granted, Limits
from portal_app.services.authority.terms import GrantTerms, Standing
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.producers.standing import AT_THEIR_END, why_not_anew
from portal_app.services.producers.views import called
from portal_app.services.scope import visible

COLUMNS = {BindAction.NEW: "allows_new", BindAction.ENDORSE: "allows_endorse", BindAction.RENEW: "allows_renew"}
LIMITS = tuple(Limits.__dataclass_fields__)
LISTS = ("allowed_classes", "excluded_classes")


def columns_of(tx: Tx, terms: GrantTerms, kept: AuthorityGrant | None = None) -> dict[str, Any]:
    """The terms as the table holds them. `kept` is the row whose grantee they stay with: that one may have been retired
    since. Raises Invalid for what they name and there is not."""
    problems: dict[str, str] = {}
    row: dict[str, Any] = dict.fromkeys(("role", "producer_id", "producer_code_id", "carrier_id", "line_id"))
    if kept is None:
        row |= _grantee(tx, terms, problems)
    else:
        row |= {name: getattr(kept, name) for name in ("role", "producer_id", "producer_code_id")}
    if terms.carrier:
        row["carrier_id"] = tx.db.scalar(select(col(Carrier.id)).where(col(Carrier.locator) == terms.carrier))
        problems |= {} if row["carrier_id"] else {"carrier": "There is no such carrier."}
    if terms.line:
        row["line_id"] = tx.db.scalar(select(col(LineOfBusiness.id)).where(col(LineOfBusiness.code) == terms.line))
        problems |= {} if row["line_id"] else {"line": "There is no such line of business."}
    if problems:
        raise Invalid(problems)
    limits = {name: getattr(terms, name) for name in LIMITS}
    return {
        "grantee": terms.grantee_kind,
        **row,
        "jurisdictions": list(terms.states),
        **{name: action in terms.actions for action, name in COLUMNS.items()},
        **{name: list(value) if name in LISTS else value for name, value in limits.items()},
        "effective_on": terms.effective_on,
        "expires_on": terms.expires_on,
    }


def _grantee(tx: Tx, terms: GrantTerms, problems: dict[str, str]) -> dict[str, Any]:
    """Whom the grant names, by id."""
    if terms.grantee_kind is GranteeKind.AGENCY:
        if terms.grantee:
            problems["grantee"] = "A grant to the whole agency names nobody."
        return {}
    if terms.grantee_kind is GranteeKind.ROLE:
        return {"role": Role(terms.grantee)}
    if terms.grantee_kind is GranteeKind.PRODUCER:
        found = tx.db.scalars(visible(tx.actor, Producer).where(col(Producer.locator) == terms.grantee)).first()
        name = "producer"
    else:
        found = tx.db.scalars(visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == terms.grantee)).first()
        name = "producer code"
    if found is None:
        problems["grantee"] = f"There is no such {name}."
        return {}
    if isinstance(found, ProducerCode):
        if why := why_not_anew(tx, found):
            problems["grantee"] = why
    elif found.state in AT_THEIR_END:
        problems["grantee"] = f"{called(found)} is {found.state.value} and cannot be used again."
    return {"producer_id" if name == "producer" else "producer_code_id": found.id}


def actions_of(row: AuthorityGrant) -> tuple[BindAction, ...]:
    return tuple(action for action, name in COLUMNS.items() if getattr(row, name))


def limits_of(row: AuthorityGrant) -> Limits:
    values: dict[str, Any] = {name: getattr(row, name) for name in LIMITS}
    return Limits(**(values | {name: tuple(values[name]) for name in LISTS}))


def granted(tx: Tx, rows: Sequence[AuthorityGrant]) -> list[Granted]:
    """The grants as the rules read them and as they are kept, with all names, whatever the actor sees of producers. Who
    shows them tells the names by `naming.grants_told`."""
    carriers = _named(tx, Carrier, (row.carrier_id for row in rows))
    lines = {row.id: row for row in tx.db.scalars(select(LineOfBusiness))}
    producers = _named(tx, Producer, (row.producer_id for row in rows))
    codes = _named(tx, ProducerCode, (row.producer_code_id for row in rows))

    def grantee(row: AuthorityGrant) -> tuple[str, str]:
        if row.role is not None:
            return row.role.value, row.role.label
        holder = producers.get(row.producer_id) or codes.get(row.producer_code_id)
        return (holder.locator, called(holder)) if holder is not None else ("", "")

    return [
        Granted(
            locator=row.locator,
            version=row.version,
            kind=row.grantee,
            grantee=grantee(row)[0],
            actions=actions_of(row),
            limits=limits_of(row),
            carrier=carriers[row.carrier_id].locator if row.carrier_id else "",
            line=lines[row.line_id].code if row.line_id else "",
            states=tuple(row.jurisdictions),
            grantee_name=grantee(row)[1],
            carrier_name=carriers[row.carrier_id].name if row.carrier_id else "",
            line_name=lines[row.line_id].name if row.line_id else "",
        )
        for row in rows
    ]


def _named(tx: Tx, model: Any, ids: Iterable[int | None]) -> dict[int | None, Any]:
    wanted = {each for each in ids if each is not None}
    return {row.id: row for row in tx.db.scalars(select(model).where(model.id.in_(wanted)))} if wanted else {}


def terms_of(row: AuthorityGrant, given: Granted) -> GrantTerms:
    """What is written down of it."""
    return GrantTerms(
        grantee_kind=row.grantee,
        # A code is named as people write it.
        grantee=given.grantee_name if row.grantee is GranteeKind.CODE else given.grantee,
        actions=given.actions,
        carrier=given.carrier,
        line=given.line,
        states=given.states,
        **{name: getattr(given.limits, name) for name in LIMITS},
        effective_on=row.effective_on,
        expires_on=row.expires_on,
    )


def in_force(today: date) -> ColumnElement[bool]:
    """Which grants count on that day of the agency."""
    grant = AuthorityGrant
    ends = col(grant.expires_on).is_(None) | (col(grant.expires_on) >= today)
    return col(grant.ended_at).is_(None) & (col(grant.effective_on) <= today) & ends


def standing(row: AuthorityGrant, today: date) -> Standing:
    if row.ended_at is not None:
        return Standing.ENDED
    if row.effective_on > today:
        return Standing.COMING
    return Standing.OVER if row.expires_on is not None and row.expires_on < today else Standing.IN_FORCE
