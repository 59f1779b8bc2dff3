"""On which account a submission hangs. What it was begun from is a proposal: it counts where it is the account of who
was certified as the insured, and where the producer whose business it is has that client already. Else the submission
gets an account of its own, made of its answers, as one that was typed from nothing does."""

from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import exists, or_, select, update
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.policies import Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Form
from portal_app.services.naming import alike
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.applicant import PORTAL_FEED, Applicant, applicant

SHORT_ZIP = 5


class Settled(StrEnum):
    """What became of the account that was proposed."""

    AS_IT_WAS = ""
    OTHER_CLIENT = "other_client"
    OTHER_ADDRESS = "other_address"


def settle(tx: Tx, row: Submission, form: Form, answers: Answers, code_id: int | None) -> Settled:
    """Let go of the account of a submission, which is held, where it is not the insured's of these answers, or not the
    business of the producer whose code (its id) it is written under. What was quoted of it follows to an account that
    is made then. An account stays where its address alone is another: the agency's system says where a client lives."""
    account = tx.db.get(Account, row.account_id) if row.account_id else None
    if account is None:
        return Settled.AS_IT_WAS
    found = applicant(form, answers, day_of(tx, row))
    same = not found.name or alike(found.name, account.name)
    if same and (is_own(account, row) or _is_business_of(tx, row, account, code_id)):
        return Settled.OTHER_ADDRESS if lives_elsewhere(found, account) else Settled.AS_IT_WAS
    row.account_id = None
    audit.record(
        tx,
        "submission.account_let_go",
        subject_kind="submission",
        subject=row.locator,
        detail={"account": account.locator},
    )
    quotes = col(Quote.submission_id) == row.id
    if tx.db.scalar(select(exists().where(quotes))):
        tx.db.execute(update(Quote).where(quotes).values(account_id=made(tx, row, form, answers).id))
    return Settled.OTHER_CLIENT


def made(tx: Tx, row: Submission, form: Form, answers: Answers) -> Account:
    """An account for a submission that has none, made of its answers."""
    found = applicant(form, answers, day_of(tx, row))
    source_id = row.locator
    if tx.db.scalar(select(exists().where(col(Account.feed) == PORTAL_FEED, col(Account.source_id) == source_id))):
        source_id = f"{row.locator}/{new_locator()}"
    account = Account(feed=PORTAL_FEED, source_id=source_id, as_of=tx.now, **asdict(found))
    tx.db.add(account)
    tx.db.flush()
    row.account_id = account.id
    detail = {"account": account.locator}
    audit.record(tx, "submission.account_made", subject_kind="submission", subject=row.locator, detail=detail)
    return account


def is_own(account: Account, row: Submission) -> bool:
    """Whether the account was made of the answers of this very submission."""
    return account.feed == PORTAL_FEED and account.source_id.partition("/")[0] == row.locator


def is_shared(tx: Tx, account: Account, row: Submission) -> bool:
    """Whether others hang on the account, too."""
    others = exists().where(col(Submission.account_id) == account.id, col(Submission.id) != row.id)
    return bool(tx.db.scalar(select(others)))


def lives_elsewhere(found: Applicant, account: Account) -> bool:
    """Whether somebody has another address than the account, as far as it was answered at all."""
    if not (found.street or found.city):
        return False
    pairs = [(found.street, account.street), (found.city, account.city), (found.state, account.state)]
    pairs.append((found.postal_code[:SHORT_ZIP], account.postal_code[:SHORT_ZIP]))
    return not all(alike(one, other) for one, other in pairs if one)


def _is_business_of(tx: Tx, row: Submission, account: Account, code_id: int | None) -> bool:
    """Whether the producer of the code has business on the account: a policy, or another submission that was handed in.
    A submission without a code is the agency's alone."""
    if code_id is None:
        return True
    producer = select(col(ProducerCode.producer_id)).where(col(ProducerCode.id) == code_id).scalar_subquery()
    theirs = select(col(ProducerCode.id)).where(col(ProducerCode.producer_id) == producer)
    policy = exists().where(col(Policy.account_id) == account.id, col(Policy.producer_code_id).in_(theirs))
    submission = exists().where(
        col(Submission.account_id) == account.id,
        col(Submission.id) != row.id,
        col(Submission.number).is_not(None),
        col(Submission.producer_code_id).in_(theirs),
    )
    return bool(tx.db.scalar(select(or_(policy, submission))))
