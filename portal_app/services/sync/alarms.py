"""Who answers is not the agency's system: everybody who can see to it is told, once."""

from sqlalchemy import or_, select
from sqlmodel import col

from portal_app.models.enums import Role, RunState
from portal_app.models.identity import User
from portal_app.services import audit, mail
from portal_app.services.door import Tx
from portal_app.services.sync import bulk

TOLD = (Role.PRINCIPAL, Role.ADMIN)


def tell(tx: Tx, *, run_id: int, sentence: str) -> None:
    """Mail every active Principal and Administrator, unless the alarm stood already: then nothing is new until a run of
    the feed went well or the reason is another."""
    run = bulk.SYNC_RUN.c
    feed = tx.db.scalars(select(run.feed).where(run.id == run_id)).one()
    before = (
        select(run.alarm, run.message)
        .where(run.feed == feed, run.id < run_id, or_(run.alarm, run.state == RunState.SUCCEEDED))
        .order_by(run.id.desc())
        .limit(1)
    )
    last = tx.db.execute(before).first()
    if last is not None and last.alarm and last.message == sentence:
        return
    audit.record(tx, "feed.alarm", subject_kind="feed", subject=feed, detail={"why": sentence})
    people = (
        select(col(User.email)).where(col(User.role).in_(TOLD), col(User.disabled_at).is_(None)).order_by(col(User.id))
    )
    for recipient in tx.db.scalars(people):
        mail.send(
            tx,
            recipient=recipient,
            subject=f"The feed {feed} of the {tx.settings.agency_name} portal was stopped",
            text=f"{sentence}\n\nThe feed {feed} brings nothing until this is settled. How it stands:\n"
            f"{tx.settings.origin}/admin/integrations",
        )
