"""What a quote of a submission has in common with it: its line of business, and whose business it is."""

from sqlmodel import col

from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.scope import visible


def problems(tx: Tx, of: Submission, line: LineOfBusiness | None, code: ProducerCode | None) -> dict[str, str]:
    """What keeps a quote of this line and code from being one of the submission. It stays in the submission's line, and
    under its producer code or another of the same producer: else the business, and the commission on it, would be
    somebody's who did not bring it. A submission without a code leaves the code open."""
    found = {}
    if line is not None and line.id != of.line_id:
        found["line"] = f"The submission is about {tx.db.get_one(LineOfBusiness, of.line_id).name}."
    if code is not None and of.producer_code_id not in (None, code.id):
        theirs = tx.db.get_one(ProducerCode, of.producer_code_id)
        if theirs.producer_id != code.producer_id:
            said = f"The submission is under {theirs.code}. Enter that code, or another of its producer."
            found["producer_code"] = said
    return found


def is_own(tx: Tx, row: Quote) -> bool:
    """Whether the actor may bind under the quote's producer code: a producer under the codes of their own book alone. A
    quote without a code is nobody's, and left to the rules of authority."""
    if row.producer_code_id is None:
        return True
    mine = visible(tx.actor, ProducerCode).where(col(ProducerCode.id) == row.producer_code_id)
    return tx.db.scalars(mine).first() is not None
