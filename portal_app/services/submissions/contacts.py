"""A carrier's contact, who has no account here, is sent the application and its documents by mail, and told what
happens to it since. What cannot be mailed waits where everybody who works on submissions sees it."""

from portal_app.models.enums import SubmissionDocumentKind, SubmissionEventKind
from portal_app.models.submissions import Submission
from portal_app.services import mail, outbox
from portal_app.services.door import Tx
from portal_app.services.submissions import timeline

TOPIC = "contact"
QUEUE = "Carriers"
"""Where it is seen that a submission was to go to a carrier, and did not."""
NOTHING = "No mail server is set up, and a carrier's contact is told by mail."
APPLICATION = SubmissionDocumentKind.APPLICATION


def send(tx: Tx, row: Submission) -> bool:
    """Have the application and its documents mailed to the contact who handles the submission, once this transaction is
    through. Where no mail server is set up the timeline says that it was not; returns whether it will be."""
    if tx.ports.mailer is None:
        timeline.note(tx, row, SubmissionEventKind.NOT_SENT, what=APPLICATION.value, to=row.contact, reason=NOTHING)
        return False
    payload = {"submission": row.locator, "contact": row.contact}
    outbox.enqueue(tx, TOPIC, record_key=_order(row, row.contact), payload=payload)
    return True


def send_or_queue(tx: Tx, row: Submission) -> bool:
    """The same of what nobody gave to the contact by hand: what cannot be mailed waits in the queue."""
    if send(tx, row):
        return True
    queue(row)
    return False


def queue(row: Submission) -> None:
    row.contact, row.queue = "", row.queue or QUEUE


def again(tx: Tx, row: Submission, happened: str) -> None:
    """Tell the contact, who was sent it by mail, what happened since: a sentence without the client's words."""
    agency = tx.settings.agency_name
    text = f"{agency} sent you submission {row.number}.\n\n{happened}"
    mail.send(tx, recipient=row.contact, subject=subject(tx, row), text=text, record_key=_order(row, row.contact))


def no_longer(tx: Tx, row: Submission, contact: str, words: str) -> None:
    """Tell a contact by mail that they have nothing to do with the submission any more, and why. What has not left to
    them yet does not leave; who was sent nothing is told nothing."""
    order = _order(row, contact)
    sent_nothing = outbox.waits(tx, TOPIC, order)
    outbox.take_out(tx, order)
    if sent_nothing:
        return
    agency = tx.settings.agency_name
    text = f"{agency} needs nothing more from you for submission {row.number} ({row.insured_name}).\n\n{words}"
    mail.send(tx, recipient=contact, subject=f"{subject(tx, row)}: nothing more to do", text=text, record_key=order)


def subject(tx: Tx, row: Submission) -> str:
    return f"Submission {row.number} of {tx.settings.agency_name}"


def _order(row: Submission, contact: str) -> str:
    """What goes to one contact about one submission leaves in order."""
    return f"contact:{row.locator}:{mail.order_of(contact)}"
