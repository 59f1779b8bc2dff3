"""Where it is the producer's turn: drafts to finish, questions to answer, quotes to bind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from portal_app.models.enums import Role, SubmissionStatus
from portal_app.models.policies import LineOfBusiness
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import InformationItem, InformationRequest, Submission, SubmissionAnswers
from portal_app.services.access import Actor, Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.intake.forms import Row, begun
from portal_app.services.intake.progress import Stage, go_on, progress, with_more
from portal_app.services.licensing.records import today
from portal_app.services.quotes.referrals import NEVER_REFERRED
from portal_app.services.scope import in_scope, scope_of, visible
from portal_app.services.submissions.find import Filter, matching
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import is_still_taken, problem_of_code
from portal_app.services.submissions.standing import is_valid
from portal_app.services.submissions.turns import Turn

DRAFTS = Filter(statuses=(SubmissionStatus.DRAFT,), own=True)
"""Drafts are their makers', also where others see them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to be finished: `complete` of its `sections` are, and `go_on` names the one to go on with."""

    locator: str
    insured_name: str
    line_name: str
    changed_at: datetime
    sections: int
    complete: int
    go_on: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A submission for which `items` things are asked since `asked_at`; `answered` of them are, and not sent yet."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    asked_at: datetime
    items: int
    answered: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A submission with quotes to choose from. `quotes` of them are valid, the first of them for `days_left` more days
    after today (None where none of them says until when)."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    quotes: int
    valid_until: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Turns:
    """`own` says that this is what the actor began or handed in, and not all that they see; `whole` that it is the
    whole agency's."""

    own: bool
    whole: bool
    drafts: Some[Draft]
    asked: Some[Asked]
    quoted: Some[Quoted]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def turns(tx: Tx) -> Turns:
    """What waits for whoever hands business in."""
    hands_in = can(tx.actor, Permission.SUBMIT_BUSINESS)
    own = is_narrowed(tx.actor)
    whole = scope_of(tx.actor).agency and not own
    return Turns(own, whole, _drafts(tx) if hands_in else Some(), _asked(tx, own), _quoted(tx, own))


def is_narrowed(actor: Actor) -> bool:
    """Whether Home tells somebody of their own work alone: a CSR sees the whole agency, most of which others do."""
    return actor.role is Role.CSR


def asked_of(own: bool) -> Filter:
    return Filter(waiting=True, own=own)


def quoted_of(own: bool) -> Filter:
    return Filter(offered=True, own=own, turn=Turn.PRODUCER)


def total(tx: Tx, wanted: Filter, found: int) -> int:
    """How many there are, where `found` of them were when five were asked for."""
    if found < SHOWN:
        return found
    ids = matching(tx, wanted).with_only_columns(col(Submission.id)).subquery()
    return tx.db.scalar(select(func.count()).select_from(ids)) or 0


def _drafts(tx: Tx) -> Some[Draft]:
    newest = matching(tx, DRAFTS).order_by(col(Submission.changed_at).desc(), col(Submission.id).desc())
    listed = tx.db.execute(newest.add_columns(is_still_taken(tx.actor)).limit(SHOWN)).all()
    if not listed:
        return Some()
    rows = [row for row, _ in listed]
    lines, saved = _lines(tx, rows), _saved(tx, rows)
    forms = {number: form_of(tx, row)[0] for number, row in {each.form_id: each for each in rows}.items()}

    def draft(row: Submission, taken: bool | None) -> Draft:
        form = forms[row.form_id]
        answers = begun(form) | saved[row.id or 0]
        beside = () if taken else problem_of_code(tx, form, answers, today(tx))
        found = with_more(progress(form, answers, today(tx)), beside)
        complete = sum(each.stage is Stage.COMPLETE for each in found)
        return Draft(
            row.locator, row.insured_name, lines[row.line_id], row.changed_at, len(found), complete, go_on(found)
        )

    return Some(tuple(draft(*each) for each in listed), total(tx, DRAFTS, len(rows)))


def _saved(tx: Tx, rows: Sequence[Submission]) -> dict[int, dict[str, list[Row]]]:
    found: dict[int, dict[str, list[Row]]] = {each.id or 0: {} for each in rows}
    answers = visible(tx.actor, SubmissionAnswers).where(col(SubmissionAnswers.submission_id).in_(found))
    for each in tx.db.scalars(answers):
        found[each.submission_id][each.path] = each.rows
    return found


def _asked(tx: Tx, own: bool) -> Some[Asked]:
    longest = matching(tx, asked_of(own)).order_by(col(Submission.waiting_since), col(Submission.id))
    rows: Sequence[Submission] = tx.db.scalars(longest.limit(SHOWN)).all()
    if not rows:
        return Some()
    lines, items = _lines(tx, rows), _items(tx, rows)
    told = tuple(
        Asked(
            each.locator,
            each.number or "",
            each.insured_name,
            lines[each.line_id],
            each.waiting_since,
            *items.get(each.id or 0, (0, 0)),
        )
        for each in rows
        if each.waiting_since is not None
    )
    return Some(told, total(tx, asked_of(own), len(rows)))


def _items(tx: Tx, rows: Sequence[Submission]) -> dict[int, tuple[int, int]]:
    """How many things are asked for of each, and how many of them are answered."""
    request, item = InformationRequest, InformationItem
    counted = (
        visible(tx.actor, item)
        .join(request, col(request.id) == col(item.request_id))
        .where(col(request.submission_id).in_([each.id for each in rows]))
        .where(col(request.answered_at).is_(None), col(request.cancelled_at).is_(None))
        .with_only_columns(col(request.submission_id), func.count(), func.count(col(item.answered_at)))
        .group_by(col(request.submission_id))
    )
    return {of: (items, answered) for of, items, answered in tx.db.execute(counted)}


def _quoted(tx: Tx, own: bool) -> Some[Quoted]:
    day, quote = today(tx), Quote
    offered = and_(
        col(quote.submission_id) == col(Submission.id),
        col(quote.offer) == QuoteOffer.OFFERED,
        # What lies with the underwriters is not to be chosen from.
        or_(NEVER_REFERRED, col(quote.refused_at).is_not(None)),
        in_scope(tx.actor, quote),
    )
    holds = is_valid(tx)
    first = func.min(col(quote.valid_until)).filter(holds)
    soonest = (
        matching(tx, quoted_of(own))
        .outerjoin(quote, offered)
        .add_columns(func.count(col(quote.id)).filter(holds), first)
        .group_by(col(Submission.id))
        .order_by(first.asc().nulls_last(), col(Submission.id))
        .limit(SHOWN)
    )
    found = tx.db.execute(soonest).all()
    if not found:
        return Some()
    lines = _lines(tx, [row for row, _, _ in found])
    told = tuple(
        Quoted(
            row.locator,
            row.number or "",
            row.insured_name,
            lines[row.line_id],
            quotes,
            until,
            (until - day).days if until else None,
        )
        for row, quotes, until in found
    )
    return Some(told, total(tx, quoted_of(own), len(found)))


def _lines(tx: Tx, rows: Sequence[Submission]) -> dict[int, str]:
    line = LineOfBusiness
    named = select(col(line.id), col(line.name)).where(col(line.id).in_({each.line_id for each in rows}))
    return {number or 0: name for number, name in tx.db.execute(named)}
