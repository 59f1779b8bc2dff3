"""How each person wants to be told of what: as it was shipped, until they say otherwise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.models.notifications import NotificationPreference
from portal_app.services import audit
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Invalid, SignInNeeded
from portal_app.services.identity.confirm import self_of
from portal_app.services.notifications.kinds import KINDS, Kind
from portal_app.services.scope import visible

NO_MAIL = "No mail server is set up here: ask whoever runs the portal."
NO_TEXTS = "No text gateway is set up here: ask whoever runs the portal."
NO_NUMBER = "Set up your mobile number under “Text messages” first."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The ways in which somebody wants to be told."""

    in_portal: bool
    mail: bool
    sms: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One event of a person's preferences, by its name and its label."""

    event: str
    label: str
    in_portal: bool
    mail: bool
    sms: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """All events. `no_mail` and `no_sms` say why nothing leaves that way now, or are empty."""

    choices: tuple[Choice, ...]
    no_mail: str
    no_sms: str


def shipped(kind: Kind) -> Wanted:
    return Wanted(kind.in_portal, kind.mail, kind.sms)


def of_people(tx: Tx, people: Collection[int], kind: Kind) -> dict[int, Wanted]:
    """How each of these users wants to be told of this."""
    row = NotificationPreference
    said = tx.db.scalars(select(row).where(col(row.user_id).in_(people), col(row.event) == kind.name))
    own = {each.user_id: Wanted(each.in_portal, each.mail, each.sms) for each in said}
    return {each: own.get(each, shipped(kind)) for each in people}


@reads(Gate.SIGNED_IN)
def own(tx: Tx) -> Preferences:
    """One's own preferences, for every event there is."""
    said = {each.event: each for each in _said(tx)}
    choices = tuple(_choice(kind, said.get(kind.name)) for kind in KINDS.values())
    person = tx.db.get(User, tx.actor.user_id)
    if person is None:
        raise SignInNeeded
    return Preferences(choices, no_mail(tx), no_sms(tx, person))


@writes(Gate.SIGNED_IN)
def choose(tx: Tx, *, event: str, way: str, on: bool) -> None:
    """Turn one way (`in_portal`, `mail` or `sms`) of one event on or off. Raises Invalid for what there is not, and
    where that way is not set up."""
    kind = KINDS.get(event)
    if kind is None or way not in Wanted.__dataclass_fields__:
        raise Invalid({"event": "There is no such event or way."})
    row = next((each for each in _said(tx) if each.event == event), None)
    before = _choice(kind, row)
    asked = {name: getattr(before, name) for name in Wanted.__dataclass_fields__} | {way: on}
    _keep(tx, kind, row, Choice(event, kind.label, **asked))


@writes(Gate.SIGNED_IN)
def put(tx: Tx, *, choices: Sequence[Choice]) -> Preferences:
    """Say how one wants to be told of these events; others stay as they are. Raises Invalid for an event that there is
    not or that comes twice, and where a way is turned on that is not set up."""
    names = [each.event for each in choices]
    if unknown := [name for name in names if name not in KINDS]:
        raise Invalid({"event": f"There is no event {unknown[0]!r}."})
    if len(set(names)) < len(names):
        raise Invalid({"event": "An event is named once."})
    said = {each.event: each for each in _said(tx)}
    for each in choices:
        _keep(tx, KINDS[each.event], said.get(each.event), each)
    tx.db.flush()
    return own(tx)


def _said(tx: Tx) -> list[NotificationPreference]:
    return list(tx.db.scalars(visible(tx.actor, NotificationPreference)))


def _choice(kind: Kind, row: NotificationPreference | None) -> Choice:
    wanted = Wanted(row.in_portal, row.mail, row.sms) if row is not None else shipped(kind)
    return Choice(kind.name, kind.label, wanted.in_portal, wanted.mail, wanted.sms)


def _keep(tx: Tx, kind: Kind, row: NotificationPreference | None, choice: Choice) -> None:
    before = _choice(kind, row)
    after = replace(choice, label=kind.label)
    if after == before:
        return
    user = self_of(tx)
    problem = (after.mail > before.mail and no_mail(tx)) or (after.sms > before.sms and no_sms(tx, user))
    if problem:
        raise Invalid({"sms" if after.sms > before.sms else "mail": problem})
    row = row or NotificationPreference(user_id=user.id or 0, event=kind.name, in_portal=True, mail=True, sms=True)
    row.in_portal, row.mail, row.sms = after.in_portal, after.mail, after.sms
    tx.db.add(row)
    ways = {"before": _ways(before), "after": _ways(after)}
    detail = {"event": kind.label, **ways}
    audit.record(tx, "notifications.preference", subject_kind="user", subject=user.locator, detail=detail)


def _ways(choice: Choice) -> str:
    said = {"in portal": choice.in_portal, "email": choice.mail, "SMS": choice.sms}
    return ", ".join(way for way, on in said.items() if on) or "not at all"


def no_mail(tx: Tx) -> str:
    """Why no mail leaves here, or empty."""
    return "" if tx.ports.mailer is not None else NO_MAIL


def no_sms(tx: Tx, user: User) -> str:
    """Why no text message reaches this person, or empty."""
    if tx.ports.texts is None:
        return NO_TEXTS
    return "" if user.phone is not None and user.phone_verified_at is not None else NO_NUMBER
