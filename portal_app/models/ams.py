"""What the agency's management system is handed of a submission."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import Labelled
from portal_app.models.stored import stored_enum


class HandoverKind(Labelled):
    """What the agency's management system is handed of a submission. An outcome follows the submission, or the task,
    that it has."""

    SUBMISSION = "submission"
    TASK = "task"
    POLICY = "policy"
    OUTCOME = "outcome"
    TASK_OUTCOME = "task_outcome"


OUTCOMES = {HandoverKind.SUBMISSION: HandoverKind.OUTCOME, HandoverKind.TASK: HandoverKind.TASK_OUTCOME}
"""By what was handed over, as what its outcome goes."""


class AmsHandover(SQLModel, table=True):
    """One thing of a submission that the management system is to have. The locator is the key under which it goes
    there, however often. `event` is the locator of the line of the timeline that an outcome tells of, and empty for
    anything else. `message` is the locator of the outbox's message that carries it, empty where nothing was set up when
    it was to go; `reference` is what the system calls it, where it tells."""

    __tablename__ = "ams_handover"
    __table_args__ = (
        UniqueConstraint("submission_id", "kind", "event", name="uq_ams_handover_kind"),
        CheckConstraint("sent_at IS NULL OR message <> ''", name="ck_ams_handover_sent"),
    )

    id: int | None = key()
    locator: str = locator()
    submission_id: int = reference("submission.id")
    kind: HandoverKind = column(Holds.BUSINESS, sa_type=stored_enum(HandoverKind))
    event: str = column(Holds.PLAIN, "", max_length=26)
    ordered_at: datetime = moment()
    ordered_by: str = column(Holds.CONTACT, max_length=254)
    message: str = column(Holds.PLAIN, "", max_length=26)
    sent_at: datetime | None = moment(None)
    reference: str = column(Holds.BUSINESS, "", max_length=300)
