"""Which desk a submission comes to, and by when it is to be answered."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import SubmissionEventKind, SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.submissions import InformationRequest, Submission, SubmissionEvent
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Form, Role
from portal_app.services.routing import clock
from portal_app.services.routing.in_force import holidays_in_force, routed
from portal_app.services.routing.rules import AmsWay, Facts, TargetKind
from portal_app.services.submissions import timeline
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.applicant import applicant
from portal_app.services.submissions.projection import value_of

AMS_QUEUE = "AMS"
"""Where it is seen that a rule sends a submission to the agency's system."""


def route(tx: Tx, row: Submission, form: Form, answers: Answers) -> AmsWay | None:
    """Bring the submission to the desk that the first matching rule names. Where none matches it is unrouted, which its
    empty `routed_by` says, and waits in the queue of those. Returns how the management system is to be told, where the
    rule leads there."""
    found = routed(tx, facts_of(tx, row, form, answers))
    row.assignee_id, row.contact, row.queue, row.routed_by = None, "", "", ""
    if found is None:
        timeline.note(tx, row, SubmissionEventKind.ROUTED)
        return None
    row.routed_by = found.rule.name[:120]
    to = found.target
    if to.kind is TargetKind.UNDERWRITER:
        row.assignee_id = tx.db.scalars(select(col(User.id)).where(col(User.email) == to.email)).one()
    elif to.kind is TargetKind.CARRIER_CONTACT:
        row.contact = to.email
    else:
        row.queue = to.name[:80] if to.kind is TargetKind.QUEUE else AMS_QUEUE
    timeline.note(tx, row, SubmissionEventKind.ROUTED, rule=row.routed_by, to=to.email or to.name or AMS_QUEUE)
    return to.way


def facts_of(tx: Tx, row: Submission, form: Form, answers: Answers) -> Facts:
    """What rules ask about, as far as the answers say it. The kind of account is that of the applicant where there is
    no account yet."""
    day = day_of(tx, row)
    premium = value_of(form, answers, Role.PREMIUM, day)
    code = tx.db.get_one(ProducerCode, row.producer_code_id) if row.producer_code_id else None
    account = tx.db.get_one(Account, row.account_id) if row.account_id else applicant(form, answers, day)
    return Facts(
        line=form.line,
        carrier=str(value_of(form, answers, Role.CARRIER, day) or ""),
        state=row.jurisdiction,
        premium=Decimal(str(premium)) if premium is not None else None,
        producer_code=(code.code or "") if code else "",
        producer=tx.db.get_one(Producer, code.producer_id).locator if code else "",
        account_kind=account.kind,
    )


def set_target(tx: Tx, row: Submission) -> None:
    """Work out by when an answer is due: the line's business days from when it came in, was reopened, or was brought
    back to review since its last offer fell away, without those on which the producer was asked."""
    holidays, zone = holidays_in_force(tx), tx.settings.zone
    line = tx.db.get_one(LineOfBusiness, row.line_id)
    began = _began(tx, row)
    waits = _waits(tx, row, began)
    row.target_on = clock.target(began, line.response_days, holidays, zone, waits, now=tx.now)
    row.waited_days = sum(
        clock.between(
            clock.first_day(each.since, holidays, zone), clock.first_day(each.until or tx.now, holidays, zone), holidays
        )
        for each in waits
    )


def due_by(tx: Tx) -> date:
    """What is due up to this day is at risk; what was due before it is overdue."""
    return clock.first_day(tx.now, holidays_in_force(tx), tx.settings.zone)


def _began(tx: Tx, row: Submission) -> datetime:
    event = SubmissionEvent
    mine = (col(event.submission_id) == row.id, col(event.kind) == SubmissionEventKind.MOVED)
    moves = tx.db.scalars(select(event).where(*mine).order_by(col(event.id).desc())).all()
    anew = next((each.at for each in moves if _begins_anew(each.about)), None)
    return anew or row.submitted_at or tx.now


def _begins_anew(about: Mapping[str, Any]) -> bool:
    back = (SubmissionStatus.QUOTED.value, SubmissionStatus.IN_REVIEW.value)
    return bool(about.get("reopened")) or (about.get("before"), about.get("after")) == back


def _waits(tx: Tx, row: Submission, began: datetime) -> list[clock.Wait]:
    request = InformationRequest
    mine = (col(request.submission_id) == row.id, col(request.asked_at) >= began)
    found = tx.db.scalars(select(request).where(*mine).order_by(col(request.id))).all()
    return [clock.Wait(each.asked_at, each.answered_at or each.cancelled_at) for each in found]
