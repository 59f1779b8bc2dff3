"""`/home`: what waits, what happened and figures, as Home shows them to you."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from fastapi import APIRouter
from pydantic import model_validator
from pydantic.alias_generators import to_camel

from portal_app.models.enums import SubmissionStatus, TransactionKind
from portal_app.routes.api import people, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.feeds import FedKind
from portal_app.routes.api.messages import UnreadThread
from portal_app.routes.api.quotes import Quote
from portal_app.services.door import the_door
from portal_app.services.errors import DomainError, Unexpected
from portal_app.services.home import cards

router = APIRouter(tags=["home"])
Item = TypeVar("Item")


class Some(shapes.Listed[Item], Generic[Item]):
    """The first of a list."""

    @model_validator(mode="before")
    @classmethod
    def of_rows(cls, given: Any) -> Any:
        if isinstance(given, dict) and "rows" in given:
            rows, total = given["rows"], given["total"]
            return {"items": rows, "total": total, "list_completed": len(rows) == total}
        return given


class DraftToFinish(shapes.Shape):
    """`complete` of the form's `sections` are, and `goOn` names the one to go on with."""

    locator: str
    insured_name: str
    line_name: str
    changed_at: datetime
    sections: int
    complete: int
    go_on: str


class AskedSubmission(shapes.Shape):
    """`items` things are asked for; `answered` of them are, and not sent yet."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    asked_at: datetime
    items: int
    answered: int


class QuotedSubmission(shapes.Shape):
    """`quotes` of them are valid, the first for `daysLeft` more days; null where none says until when."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    quotes: int
    valid_until: date | None
    days_left: int | None


class Turns(shapes.Shape):
    """Where it is the producer's turn. `own` says that it is what you began or handed in, `whole` that it is the whole
    agency's; drafts are always your own."""

    own: bool
    whole: bool
    drafts: Some[DraftToFinish]
    asked: Some[AskedSubmission]
    quoted: Some[QuotedSubmission]


class WaitingSubmission(shapes.Shape):
    """`daysLeft` counts business days until the response is due, below zero those that it is overdue; null where
    nothing is due, or the clock stands since `waitingSince`."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    status: SubmissionStatus
    assigned_to: str
    unrouted: bool
    target_on: date | None
    waiting_since: datetime | None
    days_left: int | None


class ReferredQuote(shapes.Shape):
    """A quote that somebody asks the underwriters to bind, of the submission with that locator and number."""

    locator: str
    submission: str
    number: str
    insured_name: str
    carrier: str
    referred_at: datetime


class LapsedSubmission(shapes.Shape):
    """None of its offered quotes is valid any more; `endedOn` was the last day of the last of them."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    assigned_to: str
    ended_on: date


class DraftedTransaction(shapes.Shape):
    """A drafted transaction of the policy with that locator and number."""

    locator: str
    policy: str
    number: str
    insured_name: str
    kind: TransactionKind
    known_at: datetime


class UnderwritingQueue(shapes.Shape):
    """What waits for any underwriter. `unrouted` of the unassigned no rule took; `blocked` are quotes that a flag
    stops."""

    unassigned: Some[WaitingSubmission]
    unrouted: int
    referred: Some[ReferredQuote]
    lapsed: Some[LapsedSubmission]
    blocked: Some[Quote]
    quotes: Some[Quote]
    transactions: Some[DraftedTransaction]


class HappenedToSubmission(shapes.Shape):
    """What happened last, in words, and how many things did."""

    locator: str
    number: str
    insured_name: str
    words: str
    by: str
    at: datetime
    events: int


class HappenedToPolicy(shapes.Shape):
    locator: str
    number: str
    insured_name: str
    kind: TransactionKind
    at: datetime


class SinceSignIn(shapes.Shape):
    """What others did since you signed in last in the browser, null where you never did. The totals count submissions
    and policies that something happened to; `…More` says that there may be more than that."""

    since: datetime | None
    submissions: list[HappenedToSubmission]
    submissions_total: int
    submissions_more: bool
    policies: list[HappenedToPolicy]
    policies_total: int
    policies_more: bool
    unread: int


class LineShare(shapes.Shape):
    code: str
    name: str
    policies: int
    premium: shapes.Money
    share: int


class Book(shapes.Shape):
    """The policies in force that you may see; `share` is in whole percent of the premium."""

    in_force: int
    premium: shapes.Money
    lines: list[LineShare]
    as_of: datetime | None


class RenewalWindow(shapes.Shape):
    """Policies in force whose term ends between two days, both counted; `renewed` of them are already."""

    first: date
    last: date
    policies: int
    premium: shapes.Money
    renewed: int


class HomePolicy(shapes.Shape):
    locator: str
    account_locator: str
    insured_name: str
    number: str
    line: str
    carrier: str
    effective: date
    expiration: date
    premium: shapes.Money


class Renewals(shapes.Shape):
    """`lapsed` ended in the last seven days; neither they nor the next to end are renewed."""

    windows: list[RenewalWindow]
    next_to_end: list[HomePolicy]
    lapsed: list[HomePolicy]
    lapsed_total: int


class FeedState(FedKind):
    feed: str


class Troubles(shapes.Shape):
    """What waits in Integrations. `feeds` counts the kinds of data whose last run failed; `deadLetters` is null where
    you have nothing to do with them."""

    feeds: int
    quarantined: int
    conflicts: int
    dead_letters: int | None


class RoleCount(shapes.Shape):
    role: str
    people: int
    without_second_factor: int
    locked: int


class People(shapes.Shape):
    """`wanting` were invited and have not come, are locked, or have no second factor yet."""

    roles: list[RoleCount]
    invited: int
    locked: int
    without_second_factor: int
    wanting: Some[people.UserItem]


class FailedCard(shapes.Shape):
    """A card that could not be had now; `reference` finds a fault of the portal in its log."""

    card: str
    detail: str
    reference: str


class Home(shapes.Shape):
    """`cards` are those that your role has; the others are null. A card of yours that is null could not be had, and
    `failed` says why."""

    today: date
    cards: list[str]
    turns: Turns | None = None
    desk: Some[WaitingSubmission] | None = None
    queue: UnderwritingQueue | None = None
    messages: Some[UnreadThread] | None = None
    at_risk: Some[WaitingSubmission] | None = None
    since: SinceSignIn | None = None
    book: Book | None = None
    renewals: Renewals | None = None
    feeds: list[FeedState] | None = None
    troubles: Troubles | None = None
    people: People | None = None
    failed: list[FailedCard] = []


@router.get("/home")
async def get_home(caller: Caller) -> Home:
    """All cards of your role, each by itself: one that cannot be had takes no other with it."""
    door = the_door()
    found = await door.act(cards.overview, caller)
    answers = await cards.ask(door, caller, found.cards)
    given = {
        name: [asdict(each) for each in answer] if isinstance(answer, tuple) else asdict(answer)
        for name, answer in answers.found.items()
    }
    failed = [_failed(name, error) for name, error in answers.failed.items()]
    names = [to_camel(name) for name in found.cards]
    return Home.model_validate({"today": found.today, "cards": names, **given, "failed": failed})


def _failed(name: str, error: DomainError) -> dict[str, str]:
    if isinstance(error, Unexpected):
        return {"card": to_camel(name), "detail": "Something went wrong on our side.", "reference": error.reference}
    return {"card": to_camel(name), "detail": error.sentence, "reference": ""}
