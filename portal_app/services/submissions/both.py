"""What comes next where it is the turn of both: the producer has quotes to choose from, and the underwriters are asked
to bind another. Each is told what they may do themselves, and at which quote; whoever may do nothing, who is waited
for."""

from sqlmodel import col

from portal_app.models.policies import Carrier
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission, can
from portal_app.services.binding.bindability import bindability
from portal_app.services.door import Tx
from portal_app.services.quotes.referrals import NEVER_REFERRED, Referral
from portal_app.services.scope import visible
from portal_app.services.submissions.standing import is_valid

MEANWHILE = "Meanwhile the producer may bind what else is offered."
Next = tuple[str, str]
"""A sentence, and the locator of the quote that it is about; empty where who looks only waits."""


def next_of_both(tx: Tx, row: Submission, asked: str, referred: Referral, *, hands_in: bool, decides: bool) -> Next:
    """`asked` says who asked whom to bind what; `hands_in` tells that it is the actor's business, `decides` that the
    underwriters' turn is theirs."""
    if not (can(tx.actor, Permission.BIND_POLICIES) and tx.actor.may_write):
        hands_in = decides = False
    to_decide = _decides(tx, referred) if decides else ("", "")
    to_choose = _chooses(tx, row) if hands_in else ("", "")
    words = [to_decide[0], to_choose[0], "" if decides else asked, "" if hands_in else MEANWHILE]
    return " ".join(filter(None, words)), to_decide[1] or to_choose[1]


def _decides(tx: Tx, referred: Referral) -> Next:
    if bindability(tx, quote=referred.quote).can_bind:
        words = f"Bind the quote of {referred.carrier}, as {referred.by} asks, or refuse with a reason."
    else:
        words = f"Refuse the quote of {referred.carrier} with a reason: {referred.by} asks to have it bound, and it "
        words += "cannot be as it stands."
    return words, referred.quote


def _chooses(tx: Tx, row: Submission) -> Next:
    """The first that the actor may bind, else the first for which they may ask."""
    free = (
        visible(tx.actor, Quote)
        .join(Carrier, col(Carrier.id) == col(Quote.carrier_id))
        .where(col(Quote.submission_id) == row.id, col(Quote.offer) == QuoteOffer.OFFERED, is_valid(tx), NEVER_REFERRED)
        .with_only_columns(col(Quote.locator), col(Carrier.name))
        .order_by(col(Quote.id))
    )
    stand = [(locator, carrier, bindability(tx, quote=locator)) for locator, carrier in tx.db.execute(free).all()]
    for locator, carrier, found in stand:
        if found.can_bind:
            return f"Bind the quote of {carrier}, if the client takes it.", locator
    for locator, carrier, found in stand:
        if found.may_refer:
            return f"Ask the underwriters to bind the quote of {carrier}, if the client takes it.", locator
    return "None of the other quotes can be bound as it stands.", ""
