"""What a form about binding offers to choose from."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.producers.choices import counted
from portal_app.services.producers.standing import AT_THEIR_END, taken_anew
from portal_app.services.scope import visible

MOST = 2000


@dataclass(frozen=True, slots=True)
class Choices:
    """Pairs of what is stored and what people read; producers and codes as far as the actor may see them, those that
    cannot be used again left out. Of those the first 2,000 by name: `producers_there` and `codes_there` are how many
    there are."""

    carriers: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...]
    producers: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    producers_there: int
    codes_there: int


@reads(Permission.VIEW_PRODUCERS)
def choices(tx: Tx) -> Choices:
    """What there is to choose from."""
    producers = visible(tx.actor, Producer).where(col(Producer.state).not_in(AT_THEIR_END))
    codes = visible(tx.actor, ProducerCode).where(taken_anew(), col(ProducerCode.code) != "")
    return Choices(
        carriers=tuple((row.locator, row.name) for row in tx.db.scalars(select(Carrier).order_by(col(Carrier.name)))),
        lines=tuple(
            (row.code, row.name) for row in tx.db.scalars(select(LineOfBusiness).order_by(col(LineOfBusiness.name)))
        ),
        producers=tuple(
            (row.locator, row.name)
            for row in tx.db.scalars(producers.order_by(func.lower(col(Producer.name)), col(Producer.id)).limit(MOST))
        ),
        codes=tuple(row.code for row in tx.db.scalars(codes.order_by(col(ProducerCode.code)).limit(MOST))),
        producers_there=counted(tx, producers),
        codes_there=counted(tx, codes),
    )
