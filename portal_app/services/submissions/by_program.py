"""What programs may ask for under a key: to begin a submission, and to hand it in."""

from collections.abc import Callable
from typing import Any

from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.idempotency import Asked, once
from portal_app.services.submissions import certifying, drafts
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
    """As `drafts.begin`, or as `drafts.begin_from` where `clone_of` is given; once for each key."""

    def do() -> Answered:
        if clone_of is not None:
            return drafts.begin_from(tx, submission=clone_of)
        return drafts.begin(tx, line=line, account=account)

    return once(tx, asked, do, tell)


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
