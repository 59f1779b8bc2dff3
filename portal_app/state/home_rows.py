"""What the cards of Home draw: rows made of what the services answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal_app.models.enums import TransactionKind
from portal_app.services.access import Actor
from portal_app.services.home import at_risk, desk, turns
from portal_app.services.home.people import People, RoleCount
from portal_app.services.home.queue import LAPSED, UNASSIGNED, UNROUTED, Drafted, Lapsed, Queue, Referred
from portal_app.services.home.since import OfPolicy, OfSubmission, Since
from portal_app.services.home.some import Some
from portal_app.services.home.troubles import Troubles
from portal_app.services.home.turns import DRAFTS, Asked, Draft, Quoted, Turns
from portal_app.services.home.unread import UnreadThread
from portal_app.services.home.waiting import Waiting
from portal_app.services.identity.roster import PersonLine, Standing
from portal_app.services.quotes.views import QuoteView
from portal_app.services.submissions.find import Sort
from portal_app.state import address, wording
from portal_app.state.inbox import UNREAD
from portal_app.state.messages import PLACE as MESSAGES
from portal_app.state.submission_address import PLACE, href_of

Told = Callable[[datetime | None], str]
SOON = 7
"""Days: a quote that ends within them is told in amber."""
UNNAMED = "No name yet"
INTEGRATIONS, USERS = "/admin/integrations", "/admin/users"
HAPPENED = {
    TransactionKind.ISSUANCE: "New policy",
    TransactionKind.RENEWAL: "Renewed",
    TransactionKind.CANCELLATION: "Cancelled",
    TransactionKind.REINSTATEMENT: "Reinstated",
}


@dataclass
class Thing:
    """One line of a card: a link, what it is about, and a mark. `tone` is "bad", "soon", "count", "new", "calm", or
    empty."""

    key: str
    href: str
    title: str
    detail: str
    mark: str = ""
    tone: str = ""


@dataclass
class Link:
    label: str
    href: str


@dataclass
class Group:
    """A part of a card. `count` is how many there are, `href` their list, empty where there is none; `more` says how
    many are not shown."""

    key: str
    title: str
    count: str
    href: str = ""
    more: str = ""
    things: list[Thing] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass
class RoleLine:
    role: str
    people: str
    remark: str


def of_turns(found: Turns, moment: Told) -> list[Group]:
    asked, quoted = turns.asked_of(found.own), turns.quoted_of(found.own)
    return _filled(
        _group("waiting", "Information requested", found.asked, lambda each: _asked(each, moment), href_of(asked)),
        _group("quoted", "Quotes to choose from", found.quoted, _quoted, href_of(quoted)),
        _group("drafts", "Your drafts to finish", found.drafts, lambda each: _draft(each, moment), href_of(DRAFTS)),
    )


def of_risk(found: Some[Waiting], actor: Actor) -> list[Group]:
    href = href_of(at_risk.wanted_by(actor), Sort.TARGET_ON)
    return _filled(_group("at-risk", "Due now or overdue", found, _due, href))


def of_desk(found: Some[Waiting], actor: Actor) -> list[Group]:
    href = href_of(desk.wanted_by(actor), Sort.TARGET_ON)
    return _filled(_group("desk", "Assigned to you", found, _due, href))


def of_queue(found: Queue, moment: Told) -> list[Group]:
    unassigned = _group("unassigned", "Nobody handles", found.unassigned, _due, href_of(UNASSIGNED, Sort.TARGET_ON))
    if found.unrouted:
        unassigned.links = [Link(f"{found.unrouted:,} taken by no routing rule", href_of(UNROUTED))]
    return _filled(
        unassigned,
        _group("referred", "Asked to be bound", found.referred, lambda each: _referred(each, moment)),
        _group("lapsed", "No quote is valid any more", found.lapsed, _lapsed, href_of(LAPSED)),
        _group("blocked", "Quotes that a flag stops", found.blocked, _quote, address.address("/quotes", _BLOCKED)),
        _group("quotes", "Quotes in draft", found.quotes, _quote, address.address("/quotes", _DRAFT)),
        _group("drafted", "Policy changes in draft", found.transactions, lambda each: _drafted(each, moment)),
    )


def of_messages(found: Some[UnreadThread], moment: Told) -> list[Group]:
    href = address.address(MESSAGES, {"state": UNREAD})
    return _filled(_group("messages", "Not read yet", found, lambda each: _unread(each, moment), href))


_BLOCKED, _DRAFT = {"state": "blocked"}, {"state": "draft"}


def of_since(found: Since, moment: Told) -> list[Group]:
    submissions = Group(
        "submissions",
        "Submissions",
        _at_least(found.submissions_total, found.submissions_more),
        things=[_of_submission(each, moment) for each in found.submissions],
        more=_more(found.submissions_total, len(found.submissions), found.submissions_more),
    )
    policies = Group(
        "policies",
        "Policies",
        _at_least(found.policies_total, found.policies_more),
        things=[_of_policy(each, moment) for each in found.policies],
        more=_more(found.policies_total, len(found.policies), found.policies_more),
    )
    return _filled(submissions, policies)


def of_people(found: People) -> list[Group]:
    wanting = _group("wanting", "Wants looking after", found.wanting, _person)
    for standing, count in ((Standing.INVITED, found.invited), (Standing.LOCKED, found.locked)):
        if count:
            href = address.address(USERS, {"standing": standing.value})
            wanting.links.append(Link(f"{count:,} {standing.label.lower()}", href))
    return _filled(wanting)


def roles(found: Sequence[RoleCount]) -> list[RoleLine]:
    return [_role(each) for each in found]


def of_troubles(found: Troubles) -> list[Thing]:
    counted = (
        ("feeds", INTEGRATIONS, "Data whose last run failed", "Look at the run, and have it run again", found.feeds),
        ("quarantine", f"{INTEGRATIONS}#quarantine", "Rows in quarantine", "Could not be taken in", found.quarantined),
        ("conflicts", f"{INTEGRATIONS}#conflicts", "Conflicts", "Two sides say different things", found.conflicts),
        (
            "letters",
            f"{INTEGRATIONS}#dead-letters",
            "Messages that were given up",
            "Could not be sent",
            found.dead_letters,
        ),
    )
    return [
        Thing(key, href, title, detail, f"{count:,}", "count") for key, href, title, detail, count in counted if count
    ]


def _group(key: str, title: str, found: Some[Any], thing: Callable[[Any], Thing], href: str = "") -> Group:
    things = [thing(each) for each in found.rows]
    return Group(key, title, f"{found.total:,}", href, _more(found.total, len(things)), things)


def _filled(*groups: Group) -> list[Group]:
    return [each for each in groups if each.things]


def _more(total: int, shown: int, at_least: bool = False) -> str:
    return f"and {'at least ' if at_least else ''}{total - shown:,} more" if total > shown else ""


def _at_least(number: int, more: bool) -> str:
    return f"{number:,} or more" if more else f"{number:,}"


def _told(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _asked(each: Asked, moment: Told) -> Thing:
    mark = f"{each.answered:,} of {each.items:,} answered"
    detail = _told(each.number, each.line_name, f"asked {moment(each.asked_at)}")
    href = f"{PLACE}/{each.locator}#requests"
    return Thing(each.locator, href, each.insured_name or UNNAMED, detail, mark, "soon")


def _quoted(each: Quoted) -> Thing:
    href = f"{PLACE}/{each.locator}#quotes"
    quotes = wording.count(each.quotes, "quote") if each.quotes else ""
    until = f"valid until {wording.day(each.valid_until)}" if each.valid_until else ""
    mark, tone = _validity(each)
    return Thing(
        each.locator, href, each.insured_name or UNNAMED, _told(each.number, each.line_name, quotes, until), mark, tone
    )


def _validity(each: Quoted) -> tuple[str, str]:
    if each.days_left is None:
        return "Waits for your choice", "calm"
    if not each.days_left:
        return "Last day", "bad"
    return f"{wording.count(each.days_left, 'day')} left", "soon" if each.days_left <= SOON else "calm"


def _draft(each: Draft, moment: Told) -> Thing:
    mark = f"{each.complete} of {each.sections} sections"
    href = f"{PLACE}/{each.locator}/edit/{each.go_on}"
    detail = _told(each.line_name, f"changed {moment(each.changed_at)}")
    return Thing(each.locator, href, each.insured_name or UNNAMED, detail, mark, "calm")


def _due(each: Waiting) -> Thing:
    mark, tone = _days(each)
    handled = "unrouted" if each.unrouted else each.assigned_to
    due = f"due {wording.day(each.target_on)}" if each.target_on else ""
    detail = _told(each.number, each.line_name, due, handled)
    return Thing(each.locator, f"{PLACE}/{each.locator}", each.insured_name or UNNAMED, detail, mark, tone)


def _days(each: Waiting) -> tuple[str, str]:
    if each.waiting_since is not None:
        return "Waiting for the producer", "calm"
    if each.days_left is None:
        return "", ""
    if each.days_left < 0:
        return f"Overdue by {wording.count(-each.days_left, 'business day')}", "bad"
    if not each.days_left:
        return "Due by close of business", "soon"
    return f"{wording.count(each.days_left, 'business day')} left", "calm"


def _referred(each: Referred, moment: Told) -> Thing:
    detail = _told(each.number, each.carrier, f"asked {moment(each.referred_at)}")
    return Thing(each.locator, f"{PLACE}/{each.submission}#quotes", each.insured_name or UNNAMED, detail)


def _lapsed(each: Lapsed) -> Thing:
    detail = _told(each.number, each.line_name, each.assigned_to)
    mark = f"Ended {wording.day(each.ended_on)}"
    return Thing(each.locator, f"{PLACE}/{each.locator}#quotes", each.insured_name or UNNAMED, detail, mark, "bad")


def _quote(each: QuoteView) -> Thing:
    detail = _told(each.line_name, each.carrier, wording.money(each.premium))
    return Thing(each.locator, f"/quotes/{each.locator}", each.insured_name, detail)


def _drafted(each: Drafted, moment: Told) -> Thing:
    detail = _told(each.number, each.kind.label, f"drafted {moment(each.known_at)}")
    return Thing(each.locator, f"/policies/{each.policy}/ledger", each.insured_name, detail)


def _unread(each: UnreadThread, moment: Told) -> Thing:
    detail = _told(each.named, moment(each.at))
    return Thing(each.locator, each.href, each.insured or UNNAMED, detail, f"{each.unread:,} new", "new")


def _of_submission(each: OfSubmission, moment: Told) -> Thing:
    earlier = wording.count(each.events - 1, "thing") + " before that" if each.events > 1 else ""
    detail = _told(each.number, each.words, f"{each.by}, {moment(each.at)}", earlier)
    return Thing(each.locator, f"{PLACE}/{each.locator}", each.insured_name or UNNAMED, detail)


def _of_policy(each: OfPolicy, moment: Told) -> Thing:
    detail = _told(each.number, HAPPENED.get(each.kind, each.kind.label), moment(each.at))
    return Thing(each.locator, f"/policies/{each.locator}", each.insured_name, detail)


def _person(each: PersonLine) -> Thing:
    mark, tone = {Standing.LOCKED: ("Locked", "bad"), Standing.INVITED: ("Invited", "calm")}.get(
        each.standing, ("No second factor", "soon")
    )
    return Thing(each.locator, f"{USERS}/{each.locator}", each.name, _told(each.role.label, each.email), mark, tone)


def _role(each: RoleCount) -> RoleLine:
    remarks = []
    if each.without_second_factor:
        remarks.append(f"{each.without_second_factor:,} without a second factor yet")
    if each.locked:
        remarks.append(f"{each.locked:,} locked")
    return RoleLine(each.role, wording.count(each.people, "person", "people"), ", ".join(remarks))
