"""A webhook rests, by hand or because its receiver does not take events; and goes on."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import PauseReason, WebhookState
from portal_app.models.identity import User
from portal_app.models.webhooks import Webhook
from portal_app.services import audit, mail
from portal_app.services.access import MATRIX, Permission
from portal_app.services.door import Tx
from portal_app.services.webhooks import queue

WHY = {
    PauseReason.BY_HAND: "Somebody paused it.",
    PauseReason.GONE: "Its receiver answered that it is gone for good (410).",
    PauseReason.FAILING: "Its receiver took no event for three days.",
}
TOLD = [role for role, rights in MATRIX.items() if Permission.CHANGE_SETTINGS in rights.permissions]


def pause(tx: Tx, webhook: Webhook, reason: PauseReason) -> None:
    """From now on nothing is written for it, and what waits is held. Where nobody paused it by hand, everybody who may
    change that is told by mail."""
    webhook.state, webhook.paused_for, webhook.retry_at, webhook.failures = WebhookState.PAUSED, reason, None, 0
    queue.hold(tx, webhook.locator)
    audit.record(tx, "webhook.paused", subject_kind="webhook", subject=webhook.locator, detail={"why": WHY[reason]})
    if reason is not PauseReason.BY_HAND:
        _mail(tx, webhook, reason)


def resume(tx: Tx, webhook: Webhook) -> None:
    """What was held goes out first; the three days begin anew."""
    webhook.state, webhook.paused_for = WebhookState.ACTIVE, None
    webhook.failing_since, webhook.retry_at, webhook.failures = None, None, 0
    queue.release(tx, webhook.locator)
    audit.record(tx, "webhook.resumed", subject_kind="webhook", subject=webhook.locator)


def _mail(tx: Tx, webhook: Webhook, reason: PauseReason) -> None:
    people = select(col(User.email)).where(col(User.role).in_(TOLD), col(User.disabled_at).is_(None))
    called = webhook.description or webhook.locator
    waiting, _ = queue.counted(tx).get(webhook.locator, (0, 0))
    for recipient in tx.db.scalars(people.order_by(col(User.id))):
        mail.send(
            tx,
            recipient=recipient,
            subject=f"A webhook of the {tx.settings.agency_name} portal was paused",
            text=f"The webhook {called} was paused. {WHY[reason]}\n\n"
            f"Nothing new is written for it until somebody resumes it; {waiting} events that waited are held and go "
            f"out then.\nIts locator is {webhook.locator}.",
        )
