"""What happened to a submission, in order: written with what happens, and told in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind, SubmissionEventKind, SubmissionStatus
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.identity.names import names_of
from portal_app.services.scope import visible
from portal_app.services.submissions.rows import named, one
from portal_app.services.topics import Topic

Kind = SubmissionEventKind
MOST = 500
BY_THE_RULES = "Binding the quote{} was refused"
OF_ACCOUNT = {
    "other_client": ", for a new client instead of the account that it was begun from",
    "other_address": ", with another mailing address than the account has",
}
"""What became of the account that it was begun from, by the names of `accounts.Settled`."""


@dataclass(frozen=True, slots=True)
class Event:
    """`words` say what happened, `reason` why or what was said beside it, where anything was. `by` is a name,
    `by_email` the address under which they did it; empty for the portal itself."""

    locator: str
    kind: SubmissionEventKind
    at: datetime
    by: str
    by_email: str
    words: str
    reason: str


def note(tx: Tx, row: Submission, kind: SubmissionEventKind, **about: Any) -> SubmissionEvent:
    """Write down what happens to the submission. `about` holds names, numbers and reasons, and no answers."""
    tx.db.flush()
    event = SubmissionEvent(submission_id=row.id or 0, kind=kind, at=tx.now, by=named(tx), about=about)
    tx.db.add(event)
    tx.changes(Topic.SUBMISSIONS)
    return event


@reads(Permission.VIEW_OWN_ACCOUNTS)
def events(tx: Tx, *, locator: str) -> tuple[Event, ...]:
    """The newest 500 events of a submission, the newest first. Raises NotFound."""
    return of(tx, one(tx, locator))


def of(tx: Tx, row: Submission) -> tuple[Event, ...]:
    mine = visible(tx.actor, SubmissionEvent).where(col(SubmissionEvent.submission_id) == row.id)
    found = _seen(tx, row, tx.db.scalars(mine.order_by(col(SubmissionEvent.id).desc()).limit(MOST)).all())
    names = people(tx, found)
    return tuple(
        Event(
            each.locator,
            each.kind,
            each.at,
            names[each.by],
            each.by if "@" in each.by else "",
            words(tx, each, names),
            str(each.about.get("reason", "")),
        )
        for each in found
    )


def people(tx: Tx, found: Sequence[SubmissionEvent]) -> dict[str, str]:
    """What those are called who did something, or whom it was given to."""
    return names_of(tx, {who or "" for each in found for who in (each.by, each.about.get("to"))})


def words(tx: Tx, event: SubmissionEvent, names: Mapping[str, str]) -> str:
    """What happened, in a sentence; the agency's rules by name for whoever looks after all accounts."""
    to = event.about.get("to")
    about = event.about | {"to": names[to]} if to else event.about
    return told(event.kind, about, names_rules=can(tx.actor, Permission.VIEW_ALL_ACCOUNTS))


def _seen(tx: Tx, row: Submission, found: Sequence[SubmissionEvent]) -> Sequence[SubmissionEvent]:
    """Without what concerns the carrier's paper of a quote that the actor does not see: its very name tells."""
    papers = {each.about.get("document") for each in found if each.about.get("kind") == SubmissionDocumentKind.QUOTE}
    if not papers or can(tx.actor, Permission.VIEW_ALL_ACCOUNTS):
        return found
    offered = visible(tx.actor, Quote).where(col(Quote.submission_id) == row.id)
    offered = offered.with_only_columns(col(Quote.document_id)).where(col(Quote.document_id).is_not(None))
    document = SubmissionDocument
    theirs = select(col(document.locator)).where(col(document.submission_id) == row.id, col(document.id).in_(offered))
    hidden = papers - set(tx.db.scalars(theirs))
    return [each for each in found if each.about.get("document") not in hidden]


def told(kind: SubmissionEventKind, about: Mapping[str, Any], *, names_rules: bool) -> str:
    """What happened, in a sentence. What an event does not say is left out of it, and how the agency calls its rules
    where they are not to be named."""
    if kind is Kind.BEGUN:
        return _begun(about)
    if kind is Kind.ROUTED:
        return _routed(about, names_rules)
    if kind is Kind.MOVED:
        return f"Moved from {_status(about['before'])} to {_status(about['after'])}"
    if kind is Kind.ASKED:
        return f"Asked the producer for {_things(about)}"
    return {
        Kind.SUBMITTED: f"Submitted as {about.get('number', '')}{OF_ACCOUNT.get(about.get('account', ''), '')}",
        Kind.ASSIGNED: f"Assigned to {about.get('to') or 'nobody'}",
        Kind.ANSWERED: "Sent the information that was asked for",
        Kind.CANCELLED: "No longer asks the producer for information",
        Kind.ADDED: f"Added {about.get('filename') or 'a document'}",
        Kind.REMOVED: f"Removed {about.get('filename') or 'a document'}",
        Kind.QUOTED: _of(about, "Took back the quote{}" if about.get("taken_back") else "Offered a quote{}"),
        Kind.REFUSED: _of(about, "Refused to bind the quote{}" if about.get("referral") else BY_THE_RULES),
        Kind.REFERRED: _of(about, "Asked the underwriters to bind the quote{}"),
        Kind.SENT: _handed("Sent", about),
        Kind.NOT_SENT: _handed("Could not send", about),
        Kind.CONFIRMED: f"The agency's system confirmed the policy as {about.get('number', '')}",
    }[kind]


def _handed(words: str, about: Mapping[str, Any]) -> str:
    """To the agency's management system; or, where it is named whom, to a carrier's contact by mail."""
    if about.get("to"):
        return f"{words} the application and its documents by mail to {about['to']}"
    told = {
        "task": "a task",
        "policy": "the bound policy",
        "outcome": "what became of the submission",
        "task_outcome": "what became of the task",
    }
    return f"{words} {told.get(about.get('what', ''), 'the submission')} to the AMS"


def _of(about: Mapping[str, Any], words: str) -> str:
    return words.format(_from(about, "carrier"))


def _begun(about: Mapping[str, Any]) -> str:
    if about.get("cloned"):
        return f"Began as a copy of {about['cloned']}"
    return "Began from an account" if about.get("account") else "Began"


def _routed(about: Mapping[str, Any], names_rules: bool) -> str:
    if not about.get("rule"):
        return "No routing rule took it: it waits to be assigned"
    to = about.get("to") or about.get("queue")
    words = f"Routed to {to}" if to else "Routed"
    return f"{words} by the rule “{about['rule']}”" if names_rules else words


def _status(value: str) -> str:
    return SubmissionStatus(value).label


def _things(about: Mapping[str, Any]) -> str:
    count = int(about.get("items", 1))
    return "one thing" if count == 1 else f"{count} things"


def _from(about: Mapping[str, Any], name: str) -> str:
    return f" of {about[name]}" if about.get(name) else ""
