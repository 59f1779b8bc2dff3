"""Policies that were bound in the portal, found again in what a feed brings: by the Submission ID where the feed
carries it, else by carrier, number and effective date. The feed then goes on with the policy that is there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, exists, or_, select, tuple_, update
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.documents import PolicyDocument
from portal_app.models.enums import SubmissionEventKind, SubmissionStatus
from portal_app.models.policies import Carrier, Policy
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission, SubmissionEvent
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.ports import PolicyRecord
from portal_app.services.sync import joining
from portal_app.services.sync.projecting import number_key
from portal_app.services.topics import Topic

MARK = "submission:"
"""How the source id of a policy begins that no feed has confirmed yet."""
THE_PORTALS = "portal"
REFERENCE = re.compile(r"\bSUB[^0-9a-z]{0,3}([0-9]{4})[^0-9a-z]{0,3}([0-9]{6,})(?![0-9])", re.IGNORECASE)
WAITING = col(Policy.source_id).startswith(MARK, autoescape=True)


def unconfirmed(submission: str) -> str:
    """What stands for the feed's own id of a policy until a feed confirms it, by the locator of its submission."""
    return f"{MARK}{submission}"


def is_unconfirmed(source_id: str) -> bool:
    return source_id.startswith(MARK)


def binder_number(submission: str) -> str:
    """The number under which a submission (by its number) is bound: BND-2026-000001."""
    return f"BND-{submission.removeprefix('SUB-')}"


def reference_in(text: str) -> str:
    """The Submission ID that stands in what somebody keyed, however it is spaced or what is beside it; else "". One
    that was cut short is none."""
    found = REFERENCE.search(text)
    return f"SUB-{found[1]}-{found[2]}" if found else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A policy that was bound here, of which a feed says something for the first time."""

    policy_id: int
    submission_id: int


def find_again(tx: Tx, feed: str, records: Sequence[PolicyRecord], known: Iterable[str]) -> dict[str, Found]:
    """Of the feed's policies the ones that were bound here, by the feed's id: of those that it has not brought before
    (`known` are those that it has), and of those that it brought before it said so. They are the feed's from now on,
    and held."""
    before = set(known)
    new = [each for each in records if each.policy_id not in before]
    late = [each for each in records if each.policy_id in before and reference_in(each.submission)]
    if not (new or late) or not _any_waits(tx):
        return {}
    found: dict[str, Found] = {}
    taken: set[int] = set()
    for source_id, there in (*_by_reference(tx, [*new, *late]), *_by_number(tx, new)):
        if source_id in found or there.policy_id in taken or not _waits(tx, there):
            continue
        if source_id in before and not joining.made_one(tx, feed, source_id, there.policy_id, records):
            continue
        _hand_over(tx, feed, source_id, there)
        found[source_id] = there
        taken.add(there.policy_id)
    return found


def _any_waits(tx: Tx) -> bool:
    # From the submissions, which an index knows by status: a large agency's policies are not gone through.
    bound = select(col(Submission.id)).join(Policy, col(Policy.id) == col(Submission.policy_id))
    waiting = bound.where(col(Submission.status) == SubmissionStatus.BOUND, WAITING).limit(1)
    return tx.db.scalar(waiting) is not None


def _by_reference(tx: Tx, records: Sequence[PolicyRecord]) -> list[tuple[str, Found]]:
    named = {number: each.policy_id for each in records if (number := reference_in(each.submission))}
    wanted = select(col(Submission.number), col(Submission.policy_id), col(Submission.id)).where(
        col(Submission.number).in_(list(named)), col(Submission.policy_id).is_not(None)
    )
    return [
        (named[number or ""], Found(policy or 0, submission or 0))
        for number, policy, submission in tx.db.execute(wanted)
    ]


def _by_number(tx: Tx, records: Sequence[PolicyRecord]) -> list[tuple[str, Found]]:
    keys: dict[tuple[str, str, date], str] = {
        (each.carrier, number_key(each.number), each.effective): each.policy_id for each in records
    }
    wanted = (
        select(col(Carrier.name), col(Policy.number_key), col(Policy.effective), col(Policy.id), col(Submission.id))
        .join(Carrier, col(Carrier.id) == col(Policy.carrier_id))
        .join(Submission, col(Submission.policy_id) == col(Policy.id))
        .where(
            WAITING,
            tuple_(col(Policy.number_key), col(Policy.effective)).in_([key[1:] for key in keys]),
        )
    )
    rows = tx.db.execute(wanted).all()
    return [
        (keys[carrier, number, effective], Found(policy or 0, submission or 0))
        for carrier, number, effective, policy, submission in rows
        if (carrier, number, effective) in keys
    ]


def _waits(tx: Tx, there: Found) -> bool:
    """Whether it is still to be confirmed, which happens once; then it is held."""
    waiting = select(col(Policy.id)).where(col(Policy.id) == there.policy_id, WAITING).with_for_update()
    return tx.db.scalar(waiting) is not None


def _hand_over(tx: Tx, feed: str, source_id: str, there: Found) -> None:
    tx.db.execute(
        update(Policy).where(col(Policy.id) == there.policy_id).values({"feed": feed, "source_id": source_id})
    )


def confirm(tx: Tx, feed: str, found: Mapping[str, Found]) -> None:
    """Told when what the feed says of these policies is written: their submissions say so, and belong to the feed's
    account from now on."""
    for there in found.values():
        policy = tx.db.get_one(Policy, there.policy_id, populate_existing=True)
        submission = tx.db.get_one(Submission, there.submission_id)
        _move_to_account(tx, submission, policy.account_id)
        about = {"number": policy.number}
        tx.db.add(
            SubmissionEvent(
                submission_id=there.submission_id,
                kind=SubmissionEventKind.CONFIRMED,
                at=tx.now,
                by=tx.actor.email or tx.actor.name,
                about=about,
            )
        )
        detail = about | {"feed": feed, "policy": policy.locator}
        audit.record(tx, "submission.confirmed", subject_kind="submission", subject=submission.locator, detail=detail)
    if found:
        tx.changes(Topic.SUBMISSIONS)


def _move_to_account(tx: Tx, submission: Submission, account_id: int) -> None:
    """What was quoted for an account of the portal's own goes with the feed's; the own one goes where nothing is left
    that belongs to it."""
    before = submission.account_id
    if before is None or before == account_id or tx.db.get_one(Account, before).feed != THE_PORTALS:
        return
    for model in (Submission, Quote):
        moved = update(model).where(col(model.account_id) == before).values(account_id=account_id)
        tx.db.execute(moved)
    left = or_(
        exists().where(col(Policy.account_id) == before), exists().where(col(PolicyDocument.account_id) == before)
    )
    tx.db.execute(delete(Account).where(col(Account.id) == before, ~left))
