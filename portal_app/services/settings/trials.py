"""Messages to try the mail server, the text gateway and the management system with. They do not wait in the outbox, for
somebody waits for the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal_app.logs import log
from portal_app.models.ams import HandoverKind
from portal_app.models.identity import User
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Actor, Permission
from portal_app.services.ams import set_up
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Invalid, TooMany
from portal_app.services.identity import sign_in, text_codes, throttle
from portal_app.services.ports import DeliveryFailed, DeliveryRefused, Mail, TextMessage
from portal_app.services.routing.rules import AmsWay
from portal_app.settings import PREFIX

MAY = Permission.CHANGE_SETTINGS
SECONDS = 20.0
DESKS = {AmsWay.MAIL: HandoverKind.SUBMISSION, AmsWay.TASK: HandoverKind.TASK}
OF_A_PERSON = 5
"""So many tests in a quarter of an hour: enough to find a mistake, too few to bother anybody with."""

NO_MAIL = f"No mail server is set up. Set {PREFIX}SMTP_URL and {PREFIX}MAIL_FROM, and start the portal anew."
NO_TEXTS = (
    f"No text gateway is set up. Set {PREFIX}SMS_ACCOUNT, {PREFIX}SMS_TOKEN and {PREFIX}SMS_FROM, and start the portal "
    "anew."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the message was handed over, and a sentence that says so or why not."""

    sent: bool
    told: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be tried here. `number` is one's own verified number, masked, or empty; `ams` has the kinds of desks of
    the management system that are set up."""

    mail: bool
    texts: bool
    number: str
    ams: frozenset[AmsWay] = frozenset()


@reads(MAY)
def ways(tx: Tx) -> Ways:
    there = frozenset(way for way, kind in DESKS.items() if not set_up.missing(tx, kind))
    return Ways(tx.ports.mailer is not None, tx.ports.texts is not None, sign_in.masked(_own_number(tx)), there)


async def mail_me(door: Door, actor: Actor) -> Outcome:
    """Send a mail to one's own address and wait for what the server says. Raises Forbidden or TooMany."""
    mail = await door.act(begin_mail, actor)
    mailer = door.ports.mailer
    if mailer is None or mail is None:
        return Outcome(False, NO_MAIL)
    outcome = await _tried(lambda: mailer.send(mail), "The mail server took it. Look into your mail.", "mail server")
    await door.act(note, actor, what="mail", outcome=outcome)
    return outcome


async def text_me(door: Door, actor: Actor, *, number: str = "") -> Outcome:
    """Send a text message to this number, or to one's own where none is given, and wait for what the gateway says.
    Raises Invalid, Forbidden or TooMany."""
    message = await door.act(begin_text, actor, number=number)
    texts = door.ports.texts
    if texts is None or message is None:
        return Outcome(False, NO_TEXTS)
    outcome = await _tried(lambda: texts.send(message), "The text gateway took it. Look at the phone.", "text gateway")
    await door.act(note, actor, what="text", outcome=outcome)
    return outcome


async def tell_the_ams(door: Door, actor: Actor, *, way: AmsWay) -> Outcome:
    """Send a test to the desk of the management system that takes what goes there in this way, and wait for what comes
    of it. Raises Forbidden or TooMany."""
    desk, told = await door.act(begin_ams, actor, way=way)
    intake = door.ports.ams
    if intake is None or not desk:
        return Outcome(False, told)
    agency = door.settings_in_force().agency_name
    done = "It was taken. Look into the AMS for a test from the portal."
    outcome = await _tried(lambda: intake.test(desk, agency, new_locator()), done, "management system")
    await door.act(note, actor, what=f"ams {way.value}", outcome=outcome)
    return outcome


@writes(MAY)
def begin_ams(tx: Tx, *, way: AmsWay) -> tuple[str, str]:
    """The desk that takes it; or an empty one, and what is missing."""
    if missing := set_up.missing(tx, DESKS[way]):
        return "", missing
    _limit(tx, f"ams {way.value}")
    return set_up.desk_of(tx, DESKS[way]), ""


@writes(MAY)
def begin_mail(tx: Tx) -> Mail | None:
    """The mail to send; None where there is no mail server."""
    if tx.ports.mailer is None:
        return None
    _limit(tx, "mail")
    host = urlsplit(tx.settings.origin).hostname or "portal"
    name = tx.settings.agency_name
    return Mail(
        f"<{new_locator()}@{host}>",
        tx.actor.email,
        f"A test from the {name} portal",
        f"Mail from the portal of {name} arrives. You asked for this test under Settings; there is nothing to do.\n",
    )


@writes(MAY)
def begin_text(tx: Tx, *, number: str) -> TextMessage | None:
    """The message to send; None where there is no gateway. Raises Invalid for what cannot be texted."""
    if tx.ports.texts is None:
        return None
    to = text_codes.number_of(number) if number.strip() else _own_number(tx)
    if not to:
        raise Invalid({"number": text_codes.SENTENCES[text_codes.Unsent.NUMBER]})
    _limit(tx, "text")
    return TextMessage(to, f"A test from the {tx.settings.agency_name} portal. There is nothing to do.")


@writes(MAY)
def note(tx: Tx, *, what: str, outcome: Outcome) -> None:
    """That it was tried, and what came of it."""
    detail = {"sent": outcome.sent, "told": outcome.told}
    audit.record(tx, "settings.tested", subject_kind="settings", subject=what, detail=detail)


def _limit(tx: Tx, what: str) -> None:
    if throttle.count(tx, f"test {what} of {tx.actor.user_id}") > OF_A_PERSON:
        raise TooMany("You have tried this several times just now. Wait a quarter of an hour.")


def _own_number(tx: Tx) -> str:
    user = tx.db.get(User, tx.actor.user_id) if tx.actor.user_id else None
    return user.phone or "" if user is not None and user.phone_verified_at is not None else ""


async def _tried(send: Callable[[], None], done: str, whom: str) -> Outcome:
    """Outside of any transaction, in a thread of its own, and not for longer than somebody would wait."""
    try:
        await asyncio.wait_for(asyncio.to_thread(send), SECONDS)
    except (DeliveryRefused, DeliveryFailed) as refusal:
        return Outcome(False, str(refusal))
    except TimeoutError:
        return Outcome(False, f"The {whom} did not answer within {SECONDS:.0f} seconds.")
    except Exception as error:  # noqa: BLE001 (whatever keeps the message here is the answer that was asked for)
        log.warning("test message failed", whom=whom, exc_info=error)
        return Outcome(False, f"The {whom} could not be used ({type(error).__name__}).")
    return Outcome(True, done)
