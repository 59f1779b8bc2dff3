"""What a feed's records name in its own words: accounts, carriers, lines and producer codes, looked up in one go."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal_app.models.types import new_locator
from portal_app.services.producers.standing import MISTAKES
from portal_app.services.sync import bulk


@dataclass(frozen=True, slots=True)
class References:
    """Ids by the feed's words. `account_names` is what a policy is called whose own insured name is blank;
    of `codes` some are `discarded`, they or their producer."""

    lines: dict[str, int]
    carriers: dict[str, int]
    codes: dict[str, int]
    accounts: dict[str, int]
    account_names: dict[str, str]
    discarded: frozenset[str]


def look_up(
    db: Session, feed: str, *, accounts: Iterable[str], codes: Iterable[str], carriers: Iterable[str]
) -> References:
    """What of it there is; a word without an id is unknown."""
    account = bulk.ACCOUNT.c
    found = db.execute(
        select(account.source_id, account.id, account.name).where(
            account.feed == feed, account.source_id.in_(_words(accounts))
        )
    ).all()
    code, carrier, line = bulk.PRODUCER_CODE.c, bulk.CARRIER.c, bulk.LINE.c
    holder = bulk.PRODUCER.c
    codes_there = db.execute(
        select(code.code, code.id, code.state, holder.state)
        .join(bulk.PRODUCER, holder.id == code.producer_id)
        .where(code.code.in_(_words(codes)))
    ).all()
    return References(
        lines=dict(db.execute(select(line.code, line.id)).all()),
        carriers=dict(db.execute(select(carrier.name, carrier.id).where(carrier.name.in_(_words(carriers)))).all()),
        codes={word: number for word, number, *_ in codes_there},
        accounts={word: number for word, number, _ in found},
        account_names={word: name for word, _, name in found},
        discarded=frozenset(word for word, _, *states in codes_there if set(states) & set(MISTAKES)),
    )


def add_carriers(db: Session, references: References, naics: dict[str, str]) -> None:
    """Make the carriers that are not there yet and add them to `references`. `naics` maps names to NAIC numbers."""
    missing = sorted(set(naics) - set(references.carriers))
    if not missing:
        return
    rows = [{"locator": new_locator(), "name": name, "naic": naics[name]} for name in missing]
    bulk.insert_missing(db, bulk.CARRIER, rows)
    carrier = bulk.CARRIER.c
    for name, number in db.execute(select(carrier.name, carrier.id).where(carrier.name.in_(missing))):
        references.carriers[name] = number


def _words(given: Iterable[str]) -> list[str]:
    return sorted({word for word in given if word})
