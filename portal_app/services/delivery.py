"""Takes what is due out of the outbox and hands it to whom it is for, outside of any transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from portal_app.logs import log
from portal_app.services.access import system
from portal_app.services.ams import handing
from portal_app.services.door import Door
from portal_app.services.identity import reset
from portal_app.services.mail import content_of
from portal_app.services.outbox import GIVEN_UP, Claimed, anything_due, claim, delivered, failed
from portal_app.services.papers import making, ordering
from portal_app.services.ports import DeliveryFailed, DeliveryRefused, Mail, MailFile, TextMessage
from portal_app.services.submissions import contact_mail
from portal_app.services.webhooks import delivering as webhooks
from portal_app.services.webhooks.queue import Withheld

ACTOR = system("outbox")


def deliver_due(door: Door, *, holder: str, stop: Event | None = None, only: Collection[str] | None = None) -> int:
    """Deliver what is due, of all topics or of `only` some, one message at a time. Returns how many left the house."""
    wanted = WAYS if only is None else only
    topics = [topic for topic, way in WAYS.items() if topic in wanted and way.is_open(door)]
    count = 0
    if not topics or not door.run(anything_due, ACTOR, topics=topics):
        return count
    while not (stop and stop.is_set()):
        message = door.run(claim, ACTOR, topics=topics, holder=holder)
        if message is None:
            break
        count += _deliver(door, message)
    return count


def _deliver(door: Door, message: Claimed) -> bool:
    try:
        WAYS[message.topic].deliver(door, message)
    except DeliveryRefused as refusal:
        log.warning("refused", topic=message.topic, message=message.locator)
        door.run(failed, ACTOR, message=message, error=str(refusal), for_good=True)
    except DeliveryFailed as failure:
        log.warning("not delivered", topic=message.topic, message=message.locator, error=str(failure))
        door.run(failed, ACTOR, message=message, error=str(failure), for_good=False, wait=failure.wait)
    except Withheld:
        log.info("withheld", topic=message.topic, message=message.locator)
    except Exception as error:  # noqa: BLE001 (whatever keeps a message here now may let it go later)
        unforeseen = None if isinstance(error, OSError) else error
        told = {"topic": message.topic, "message": message.locator, "error": type(error).__name__}
        log.warning("not delivered", **told, exc_info=unforeseen)
        door.run(failed, ACTOR, message=message, error=type(error).__name__, for_good=False)
    else:
        door.run(delivered, ACTOR, message=message)
        return True
    return False


def _send_mail(door: Door, message: Claimed) -> None:
    mailer = door.ports.mailer
    if mailer is None:
        raise LookupError("no mail server")
    host = urlsplit(door.settings.origin).hostname or "portal"
    told = message.payload
    _not_too_late(door, message, "The link in it was no longer valid.")
    files = tuple(_file(door, each) for each in told.get("attached", ()))
    number = f"<{message.locator}@{host}>"
    mailer.send(Mail(number, told["recipient"], told["subject"], told["text"], told.get("html", ""), files))


def _file(door: Door, attached: Mapping[str, Any]) -> MailFile:
    content = content_of(door.settings.folder, attached["digest"])
    return MailFile(attached["filename"], attached["content_type"], content)


def _send_text(door: Door, message: Claimed) -> None:
    texts = door.ports.texts
    if texts is None:
        raise LookupError("no text gateway")
    told = message.payload
    _not_too_late(door, message, "It came too late to be of use.")
    texts.send(TextMessage(told["number"], told["text"]))


def _not_too_late(door: Door, message: Claimed, sentence: str) -> None:
    until = message.payload.get("until")
    if until and door.clock() >= datetime.fromisoformat(until):
        raise DeliveryRefused(sentence)


def _mail_reset(door: Door, message: Claimed) -> None:
    door.run(reset.mail_link, ACTOR, email=message.payload["email"])


@dataclass(frozen=True, slots=True)
class Way:
    """How messages of one topic leave, and whether that is set up here."""

    deliver: Callable[[Door, Claimed], None]
    is_open: Callable[[Door], bool]


def _has_mail(door: Door) -> bool:
    return door.ports.mailer is not None


def _has_texts(door: Door) -> bool:
    return door.ports.texts is not None


def _has_webhooks(door: Door) -> bool:
    return door.ports.webhooks is not None


def _has_ams(door: Door) -> bool:
    return door.ports.ams is not None


def _always(door: Door) -> bool:
    return True


WAYS: Mapping[str, Way] = {
    "mail": Way(_send_mail, _has_mail),
    "text": Way(_send_text, _has_texts),
    "reset": Way(_mail_reset, _has_mail),
    ordering.TOPIC: Way(making.make, _always),
    handing.TOPIC: Way(handing.hand_over, _has_ams),
    contact_mail.TOPIC: Way(contact_mail.hand_over, _has_mail),
    webhooks.TOPIC: Way(webhooks.hand_over, _has_webhooks),
}
# A receiver that is slow holds up other receivers, and no mail.
TO_RECEIVERS = (webhooks.TOPIC,)
TO_PEOPLE = tuple(topic for topic in WAYS if topic not in TO_RECEIVERS)
GIVEN_UP |= {handing.TOPIC: handing.given_up, contact_mail.TOPIC: contact_mail.given_up}
