"""Which files a list offers, by what the person may take along, and with which filters."""

from dataclasses import dataclass, field, fields
from datetime import date

from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.exports.kinds import MOST_OF_A_LIMITED_ROLE, Kind, is_limited
from portal_app.services.policies.views import Query
from portal_app.services.submissions.find import Filter
from portal_app.services.trail.events import Asked

OF_A_PAGE = ("sort", "descending", "offset", "count")
LEFT_OUT = (
    f"Your exports hold the columns of this list and at most {MOST_OF_A_LIMITED_ROLE:,} rows, without personal data "
    "and commissions."
)


@dataclass
class Given:
    """A filter as it is sent along."""

    name: str
    value: str


@dataclass
class Offer:
    """One button: the kind of export, its label, the filters of the list, and what is left out for this person."""

    kind: str
    label: str
    filters: list[Given] = field(default_factory=list)
    left_out: str = ""


def of_policies(query: Query) -> list[Offer]:
    given = {each.name: getattr(query, each.name) for each in fields(query) if each.name not in OF_A_PAGE}
    return _of_the_business(Kind.POLICIES, **given)


def of_accounts(text: str) -> list[Offer]:
    return _of_the_business(Kind.ACCOUNTS, text=text)


def of_submissions(wanted: Filter) -> list[Offer]:
    given = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    return _of_the_business(Kind.SUBMISSIONS, **given | {"statuses": ",".join(wanted.statuses)})


def of_users(text: str, **kept: str) -> list[Offer]:
    return _offered(Kind.USERS, "Export", Permission.MANAGE_USERS, text=text, **kept)


def of_access() -> list[Offer]:
    return _offered(Kind.ACCESS_REVIEW, "Export access review", Permission.VIEW_AUDIT)


def of_the_trail(asked: Asked) -> list[Offer]:
    given = {each.name: getattr(asked, each.name) for each in fields(asked)}
    kind = given.pop("kind")
    return _offered(Kind.AUDIT, "Export", Permission.VIEW_AUDIT, **given, kind_of_record=kind)


def _of_the_business(kind: Kind, **given: str | date | bool | None) -> list[Offer]:
    offers = _offered(kind, "Export", Permission.EXPORT_DATA, **given)
    for each in offers:
        each.left_out = LEFT_OUT if is_limited(current_actor.get()) else ""
    return offers


def _offered(kind: Kind, label: str, permission: Permission, **given: str | date | bool | None) -> list[Offer]:
    if not can(current_actor.get(), permission):
        return []
    return [Offer(kind.value, label, [Given(name, str(value)) for name, value in given.items() if value])]
