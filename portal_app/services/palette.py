"""What the palette proposes for a few letters: records, each kind for whom may see it."""

from dataclasses import dataclass

from portal_app.services.access import Gate, Permission, can
from portal_app.services.accounts import find_accounts
from portal_app.services.door import Tx, reads
from portal_app.services.identity import roster
from portal_app.services.identity.roster import PersonLine
from portal_app.services.policies.search import find
from portal_app.services.policies.views import AccountRow, PolicyRow, Query
from portal_app.services.submissions import find as submissions
from portal_app.services.submissions.views import SubmissionRow

SHORTEST, LONGEST = 2, 100
OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The first of each kind, and how many policies there are in all."""

    policies: tuple[PolicyRow, ...] = ()
    total_policies: int = 0
    accounts: tuple[AccountRow, ...] = ()
    submissions: tuple[SubmissionRow, ...] = ()
    people: tuple[PersonLine, ...] = ()


@reads(Gate.SIGNED_IN)
def suggestions(tx: Tx, *, text: str) -> Suggestions:
    """Exactly what the lists of policies, accounts, submissions and users would find first for this person; of a kind
    that is not theirs to see, nothing. Less than two characters find nothing; what is longer than a hundred is cut."""
    typed = text.strip()[:LONGEST]
    if len(typed) < SHORTEST:
        return Suggestions()
    business, users = can(tx.actor, Permission.VIEW_OWN_ACCOUNTS), can(tx.actor, Permission.MANAGE_USERS)
    found = find(tx, query=Query(text=typed, count=OF_EACH)) if business else None
    wanted = submissions.Filter(text=typed)
    return Suggestions(
        policies=found.rows if found else (),
        total_policies=found.total if found else 0,
        accounts=find_accounts(tx, text=typed, count=OF_EACH).rows if business else (),
        submissions=tuple(submissions.listed(tx, wanted=wanted, count=OF_EACH).rows) if business else (),
        people=roster.listed(tx, text=typed, count=OF_EACH).rows if users else (),
    )
