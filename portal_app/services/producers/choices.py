"""What the forms about a producer offer: types with their fields, parents, carriers, lines, codes and licenses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlmodel import col

from portal_app.database import lowered
from portal_app.models.enums import CredentialState, LineOfAuthority, ProducerState
from portal_app.models.licensing import ProducerAppointment, ProducerLicense
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.overview import lines
from portal_app.services.producers.particulars import bears
from portal_app.services.producers.rows import one
from portal_app.services.producers.tree import FINAL
from portal_app.services.scope import down_from, visible

MOST_CHOICES = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """What is kept, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The first 2,000 by name, and how many there are."""

    rows: tuple[Choice, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Types:
    """The configured types of producers and of codes by name, abstract ones too, and which types of codes have a
    numbering plan."""

    producers: Mapping[str, EntityType]
    codes: Mapping[str, EntityType]
    numbered: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfCredentials:
    """What a license or an appointment of a producer may name. `codes_below` are those of everybody below."""

    name: str
    authorities: tuple[Choice, ...]
    products: tuple[Choice, ...]
    carriers: tuple[Choice, ...]
    codes: tuple[Choice, ...]
    codes_below: tuple[Choice, ...]
    licenses: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class OfQuestion:
    """What may be asked about."""

    lines: tuple[Choice, ...]
    states: tuple[Choice, ...]
    carriers: tuple[Choice, ...]


@reads(Permission.VIEW_PRODUCERS)
def types(tx: Tx) -> Types:
    """The types of the configuration."""
    configured = producers_in_force(tx)
    numbered = (name for name, each in configured.producer_codes.items() if configured.plan_of(each) is not None)
    producers = _by_hand(configured.stored_producers, configured.producers)
    return Types(producers, _by_hand(configured.stored_codes, configured.producer_codes), frozenset(numbered))


def _by_hand(stored: Mapping[str, EntityType], declared: Mapping[str, EntityType]) -> dict[str, EntityType]:
    """The types, of which those that are not declared are there for what is stored alone."""
    return {name: each if name in declared else replace(each, abstract=True) for name, each in stored.items()}


@reads(Permission.VIEW_PRODUCERS)
def producers(tx: Tx) -> Offered:
    """Whom somebody may be put below, or a code be given to: everybody whom the actor may see and who is not at their
    end. Each label is one of its kind."""
    asked = _choosable(tx)
    return Offered(_labelled(tx, asked, MOST_CHOICES), counted(tx, asked))


@reads(Permission.VIEW_PRODUCERS)
def meant(tx: Tx, *, text: str) -> tuple[Choice, ...]:
    """Whom of all those somebody means who typed a name, a National Producer Number or a code, or several of these as a
    label has them, whatever the case: two at most, for who wants to know whether it is one alone's."""
    asked = _choosable(tx)
    parts = [" ".join(each.split()).lower() for each in text.replace("\x00", " ").split(" · ")]
    if not all(parts):
        return ()
    for part in parts:
        code = exists().where(
            col(ProducerCode.producer_id) == col(Producer.id), lowered(col(ProducerCode.code)) == part
        )
        npn = part.removeprefix("npn ")
        named = or_(lowered(col(Producer.name)) == part, lowered(col(Producer.locator)) == part)
        asked = asked.where(or_(named, bears(npn), code))
    return _labelled(tx, asked, 2)


def _choosable(tx: Tx) -> Select[Any]:
    return visible(tx.actor, Producer).where(col(Producer.state).not_in(FINAL))


def _labelled(tx: Tx, asked: Select[Any], most: int) -> tuple[Choice, ...]:
    found: dict[str, str] = {}
    for each in lines(tx, asked.order_by(func.lower(col(Producer.name)), col(Producer.id)).limit(most)).values():
        code = next((code.code for code in each.codes if code.code), "")
        label = " · ".join(part for part in (each.name or each.type, code or (each.npn and f"NPN {each.npn}")) if part)
        found[label if label not in found else f"{label} · {each.locator}"] = each.locator
    return tuple(Choice(locator, label) for label, locator in found.items())


@reads(Permission.VIEW_PRODUCERS)
def of_credentials(tx: Tx, *, locator: str) -> OfCredentials:
    """What a license or an appointment of this producer may name. Raises NotFound."""
    owner = one(tx, Producer, locator)
    codes = visible(tx.actor, ProducerCode).where(
        col(ProducerCode.code).is_not(None), col(ProducerCode.state) != ProducerState.DISCARDED
    )
    own = codes.where(col(ProducerCode.producer_id) == owner.id)
    line = codes.where(col(ProducerCode.producer_id).in_(down_from(owner.id)))
    licenses = visible(tx.actor, ProducerLicense).where(
        col(ProducerLicense.producer_id) == owner.id, col(ProducerLicense.state) == CredentialState.VALIDATED
    )
    return OfCredentials(
        name=owner.name,
        authorities=tuple(Choice(each.value, each.label) for each in LineOfAuthority),
        products=_lines_of_business(tx),
        carriers=carriers(tx),
        codes=tuple(Choice(str(each.code), str(each.code)) for each in tx.db.scalars(own.order_by(ProducerCode.code))),
        codes_below=tuple(
            Choice(str(each.code), str(each.code)) for each in tx.db.scalars(line.order_by(ProducerCode.code))
        ),
        licenses=tuple(
            Choice(each.locator, f"{each.number}, {', '.join(each.jurisdictions)}") for each in tx.db.scalars(licenses)
        ),
    )


@reads(Permission.VIEW_PRODUCERS)
def of_question(tx: Tx) -> OfQuestion:
    """What one may ask about a producer. Carriers are those that the actor meets anyway."""
    return OfQuestion(_lines_of_business(tx), tuple(Choice(*each) for each in STATES.items()), carriers(tx))


def counted(tx: Tx, asked: Select[Any]) -> int:
    return tx.db.scalar(select(func.count()).select_from(asked.order_by(None).subquery())) or 0


def _lines_of_business(tx: Tx) -> tuple[Choice, ...]:
    rows = tx.db.execute(select(col(LineOfBusiness.code), col(LineOfBusiness.name)).order_by(col(LineOfBusiness.name)))
    return tuple(Choice(code, name) for code, name in rows)


def carriers(tx: Tx) -> tuple[Choice, ...]:
    """All for who writes appointments down; for the others those of the appointments and policies that they see."""
    asked = select(Carrier).order_by(func.lower(col(Carrier.name)))
    if not can(tx.actor, Permission.MANAGE_PRODUCERS):
        seen = (
            visible(tx.actor, model).with_only_columns(col(model.carrier_id)).correlate(None)
            for model in (ProducerAppointment, Policy)
        )
        asked = asked.where(or_(*(col(Carrier.id).in_(each) for each in seen)))
    return tuple(Choice(each.locator, each.name) for each in tx.db.scalars(asked))
