"""What programs may ask for under a key: to begin a submission, and to hand it in."""

from collections.abc import Callable
from typing import Any

from portal_app.models.accounts import Account
from portal_app.models.policies import LineOfBusiness
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Invalid
from portal_app.services.idempotency import Asked, once
from portal_app.services.submissions import certifying, drafts, rows
from portal_app.services.submissions.answering import Answered
from portal_app.services.submissions.certifying import HandedIn


@writes(Permission.SUBMIT_BUSINESS)
def begin(
    tx: Tx,
    *,
    asked: Asked | None,
    tell: Callable[[Answered], dict[str, Any]],
    line: str = "",
    account: str | None = None,
    clone_of: str | None = None,
) -> dict[str, Any]:
    """As `drafts.begin`, or as `drafts.begin_from` where `clone_of` is given; once for each key. Raises Invalid too
    where a copy is asked for in a line, or for an account, that what is copied has not."""

    def do() -> Answered:
        if clone_of is None:
            return drafts.begin(tx, line=line, account=account)
        _check_copy(tx, clone_of, line, account)
        return drafts.begin_from(tx, submission=clone_of)

    return once(tx, asked, do, tell)


def _check_copy(tx: Tx, clone_of: str, line: str, account: str | None) -> None:
    source = rows.one(tx, clone_of)
    problems = {}
    if line and line != tx.db.get_one(LineOfBusiness, source.line_id).code:
        problems["line"] = "A copy is in the line of the submission that it is of. Leave the line out."
    if account and (source.account_id is None or account != tx.db.get_one(Account, source.account_id).locator):
        problems["account"] = "A copy is for the account of the submission that it is of. Leave the account out."
    if problems:
        raise Invalid(problems)


@writes(Permission.SUBMIT_BUSINESS)
def submit(
    tx: Tx,
    *,
    asked: Asked | None,
    tell: Callable[[HandedIn], dict[str, Any]],
    locator: str,
    statement_agreed: bool,
    version: int | None,
) -> dict[str, Any]:
    """As `certifying.certify_and_submit`, once for each key."""
    return once(
        tx,
        asked,
        lambda: certifying.certify_and_submit(tx, locator=locator, statement_agreed=statement_agreed, version=version),
        tell,
    )
