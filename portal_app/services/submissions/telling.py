"""Who is told of what happens to a submission: people in their ways, programs by webhooks."""

from collections.abc import Sequence
from typing import Any

from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import Submission
from portal_app.services import mail
from portal_app.services.door import Tx
from portal_app.services.licensing.records import told_day
from portal_app.services.mail import Attached
from portal_app.services.notifications.telling import notify
from portal_app.services.webhooks import events


def people(
    tx: Tx,
    row: Submission,
    kind: str,
    *,
    key: str,
    words: str = "",
    items: Sequence[str] = (),
    file: Attached | None = None,
) -> None:
    """Tell those who handed it in and who handles it, but for the one who acts: they know. The confirmation of a
    submission goes to whoever handed it in."""
    to = {row.created_by_id, row.submitted_by_id}
    if kind != "submission_received":
        to = (to | {row.assignee_id}) - {tx.actor.user_id}
    named = row.number or ""
    told = {"insured": row.insured_name, "words": words, "items": items, "attachment": file}
    notify(tx, kind, about=row, to=to, named=named, key=key, **told)  # type: ignore[arg-type]


def contact(tx: Tx, row: Submission) -> None:
    """Tell the carrier's contact, who has no account here, by mail: which submission it is and by when it is to be
    answered. The answers do not go by mail."""
    line = tx.db.get_one(LineOfBusiness, row.line_id).name
    agency = tx.settings.agency_name
    facts = {
        "Submission ID": row.number or "",
        "Line of business": line,
        "Insured": row.insured_name,
        "State": row.jurisdiction,
        "Effective date": told_day(row.effective) if row.effective else "",
        "Answer asked for by": told_day(row.target_on) if row.target_on else "",
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    begin, end = f"{agency} has a submission for you.", f"{agency} sends you the application and its documents."
    text = "\n".join([begin, "", *lines, "", end])
    mail.send(tx, recipient=row.contact, subject=f"Submission {row.number} of {agency}", text=text)


def contact_no_longer(tx: Tx, row: Submission, contact: str, words: str) -> None:
    """Tell a carrier's contact by mail that they have nothing to do with the submission any more, and why."""
    agency = tx.settings.agency_name
    text = f"{agency} needs nothing more from you for submission {row.number} ({row.insured_name}).\n\n{words}"
    mail.send(tx, recipient=contact, subject=f"Submission {row.number} of {agency}: nothing more to do", text=text)


def programs(tx: Tx, row: Submission, verb: str, **more: Any) -> None:
    line = tx.db.get_one(LineOfBusiness, row.line_id).code
    data = {"number": row.number, "status": row.status.value, "line": line, "version": row.version, **more}
    events.tell(tx, f"submission.{verb}", locator=row.locator, data=data)
