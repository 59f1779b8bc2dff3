"""A notification that somebody sends themselves, to see that it arrives."""

from dataclasses import dataclass

from portal_app.models.types import new_locator
from portal_app.services import mail, texts
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.errors import TooMany
from portal_app.services.identity import throttle
from portal_app.services.identity.confirm import self_of
from portal_app.services.notifications.kinds import TRIAL
from portal_app.services.notifications.mails import Notice, written
from portal_app.services.notifications.recipients import recipient
from portal_app.services.notifications.telling import add
from portal_app.services.topics import Topic

OF_A_PERSON = 3
"""So many tests in a quarter of an hour: text messages cost money."""
TITLE = "A test from the portal"
LEAD = "You asked for this test under Preferences. There is nothing to do."


@dataclass(frozen=True, slots=True)
class Sent:
    """The ways by which the test is under way, beside the portal itself."""

    mail: bool
    sms: bool


@writes(Gate.SIGNED_IN)
def send(tx: Tx) -> Sent:
    """Tell oneself in the portal, and by mail and text message where those are set up, whatever one prefers for
    events. Raises TooMany."""
    person = recipient(self_of(tx))
    if throttle.count(tx, f"test notification of {person.id}") > OF_A_PERSON:
        raise TooMany("You have tried this several times just now. Wait a quarter of an hour.")
    locator = new_locator()
    row = {"locator": locator, "user_id": person.id, "kind": TRIAL, "event_key": f"{TRIAL}:{locator}"}
    row |= {"subject_kind": "", "subject": "", "named": "", "insured": "", "title": TITLE, "body": LEAD}
    add(tx, row | {"shown": True, "created_at": tx.now, "read_at": None})
    tx.changes(Topic.NOTIFICATIONS, Topic.BELL)
    sent = Sent(tx.ports.mailer is not None, tx.ports.texts is not None and bool(person.number))
    order, agency, link = f"notice:{person.locator}:{TRIAL}", tx.settings.agency_name, f"{tx.settings.origin}/"
    preferences = f"{link}preferences"
    notice = Notice(agency, person.name, LEAD, "", "", (), "", "", f"{link}notifications", preferences)
    if sent.mail:
        text, html = written(notice)
        mail.send(tx, recipient=person.email, subject=TITLE, text=text, html=html, record_key=order)
    if sent.sms:
        texts.send(tx, number=person.number, text=f"{agency}: {TITLE}. There is nothing to do.", record_key=order)
    return sent
