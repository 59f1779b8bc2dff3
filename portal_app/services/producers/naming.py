"""Whom one is told of those who stand above a producer: those whom one may see. Who sees a policy or a quote does not
thereby see who stands above its producer; that somebody does, and whether they are valid, is told without a name."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import GranteeKind
from portal_app.models.producers import Producer
from portal_app.services.authority.facts import UNNAMED, Granted, Step
from portal_app.services.door import Tx
from portal_app.services.producers.standing import Link
from portal_app.services.scope import in_scope


def seen(tx: Tx, locators: Iterable[str]) -> frozenset[str]:
    """Which of these producers (locators) the actor is told."""
    name = col(Producer.locator)
    return frozenset(tx.db.scalars(select(name).where(in_scope(tx.actor, Producer), name.in_(list(locators)))))


def links_told(tx: Tx, links: Sequence[Link]) -> tuple[Link, ...]:
    """A way up from a code, which is told, without the names and locators of whom the actor does not see."""
    known = seen(tx, [each.locator for each in links if each.kind == "producer"])
    return tuple(
        each if each.kind != "producer" or each.locator in known else replace(each, locator="", called=UNNAMED)
        for each in links
    )


def steps_told(known: frozenset[str], steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same of producers as binding authority keeps them; `known` are the locators that are told."""
    return tuple(each if each.locator in known else replace(each, locator="", called=UNNAMED) for each in steps)


def grants_told(known: frozenset[str], grants: Sequence[Granted]) -> tuple[Granted, ...]:
    """The same of the producers to whom grants are given. The locators stay, for by them the rules find whom a grant
    reaches; who shows a grantee's locator asks `known` too."""
    return tuple(
        each if each.kind is not GranteeKind.PRODUCER or each.grantee in known else replace(each, grantee_name=UNNAMED)
        for each in grants
    )
