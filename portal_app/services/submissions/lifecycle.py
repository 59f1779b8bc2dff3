"""The life of a submission: one table of transitions with who may do which, from which the diagram is drawn. `check_…`
raises, `can_…` answers."""

from enum import StrEnum

from portal_app.models.enums import SubmissionStatus
from portal_app.services import access
from portal_app.services.access import Actor, Permission
from portal_app.services.errors import Conflict

S = SubmissionStatus


class Step(StrEnum):
    SAVE = "save"
    DISCARD = "discard"
    SUBMIT = "submit"
    ASSIGN = "assign"
    ASK = "ask"
    QUOTE = "quote"
    UNQUOTE = "unquote"
    BIND = "bind"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[SubmissionStatus, Step], SubmissionStatus] = {
    (S.DRAFT, Step.SAVE): S.DRAFT,
    (S.DRAFT, Step.SUBMIT): S.PENDING,
    (S.PENDING, Step.ASSIGN): S.IN_REVIEW,
    (S.IN_REVIEW, Step.ASSIGN): S.IN_REVIEW,
    (S.QUOTED, Step.ASSIGN): S.QUOTED,
    (S.PENDING, Step.ASK): S.PENDING,
    (S.IN_REVIEW, Step.ASK): S.IN_REVIEW,
    (S.QUOTED, Step.ASK): S.QUOTED,
    (S.IN_REVIEW, Step.QUOTE): S.QUOTED,
    (S.QUOTED, Step.QUOTE): S.QUOTED,
    (S.QUOTED, Step.UNQUOTE): S.IN_REVIEW,
    (S.QUOTED, Step.BIND): S.BOUND,
    (S.PENDING, Step.DECLINE): S.DECLINED,
    (S.IN_REVIEW, Step.DECLINE): S.DECLINED,
    (S.QUOTED, Step.DECLINE): S.DECLINED,
    (S.PENDING, Step.WITHDRAW): S.WITHDRAWN,
    (S.IN_REVIEW, Step.WITHDRAW): S.WITHDRAWN,
    (S.QUOTED, Step.WITHDRAW): S.WITHDRAWN,
    (S.DECLINED, Step.REOPEN): S.PENDING,
    (S.WITHDRAWN, Step.REOPEN): S.PENDING,
}
# What is thrown away is there no more.
LEAVES = frozenset({(S.DRAFT, Step.DISCARD)})
MAY: dict[Step, Permission] = {
    Step.SAVE: Permission.SUBMIT_BUSINESS,
    Step.DISCARD: Permission.SUBMIT_BUSINESS,
    Step.SUBMIT: Permission.SUBMIT_BUSINESS,
    Step.ASSIGN: Permission.UNDERWRITE,
    Step.ASK: Permission.UNDERWRITE,
    Step.QUOTE: Permission.UNDERWRITE,
    Step.UNQUOTE: Permission.UNDERWRITE,
    Step.BIND: Permission.BIND_POLICIES,
    Step.DECLINE: Permission.UNDERWRITE,
    Step.WITHDRAW: Permission.SUBMIT_BUSINESS,
    Step.REOPEN: Permission.UNDERWRITE,
}
DONE = {
    Step.SAVE: "changed",
    Step.DISCARD: "discarded",
    Step.SUBMIT: "submitted",
    Step.ASSIGN: "assigned",
    Step.ASK: "asked for information",
    Step.QUOTE: "quoted",
    Step.UNQUOTE: "brought back to review",
    Step.BIND: "bound",
    Step.DECLINE: "declined",
    Step.WITHDRAW: "withdrawn",
    Step.REOPEN: "reopened",
}
NEED_A_REASON = frozenset({Step.DECLINE, Step.WITHDRAW})
FINAL = (S.BOUND,)
OPEN = (S.PENDING, S.IN_REVIEW, S.QUOTED)
"""Handed in, and not at its end."""
AWAITS_AN_ANSWER = (S.PENDING, S.IN_REVIEW)
"""Where the clock of the response runs."""


def can_step(status: SubmissionStatus, step: Step) -> bool:
    return (status, step) in TRANSITIONS or (status, step) in LEAVES


def check_step(status: SubmissionStatus, step: Step) -> None:
    """Raises Conflict with the statuses from which it could be done."""
    if not can_step(status, step):
        sources = " or ".join(before.label for before, each in (*TRANSITIONS, *LEAVES) if each is step)
        raise Conflict(f"This submission is {status.label}. Only one that is {sources} can be {DONE[step]}.")


def steps_for(actor: Actor, status: SubmissionStatus) -> frozenset[Step]:
    """What this person can do with a submission of that status that they see: a hint for the eye, since each service
    asks again."""
    return frozenset(
        step for step in Step if actor.may_write and can_step(status, step) and access.can(actor, MAY[step])
    )
