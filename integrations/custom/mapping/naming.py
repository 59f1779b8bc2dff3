"""How rows of other kinds name their policy: by the agency's own id, or by the carrier's number."""

from collections.abc import Callable, Sequence

from integrations.custom.columns import ColumnMap, Field
from integrations.custom.mapping.policies import BETWEEN
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.services.ports import PolicyName

# Every kind that names a policy begins with these.
FIELDS = (
    Field("policy_id", "the policy's number inside the agency's system; without it policy number and carrier are used"),
    Field("policy_number", "the carrier's policy number; needed where there is no `policy_id`"),
    Field("carrier", "the writing carrier's name, where two may have the same policy number", translated=True),
)
POLICY_ID, POLICY_NUMBER, CARRIER = range(len(FIELDS))
ONE_OF = ("policy_id", "policy_number")


def identity(columns: ColumnMap) -> Callable[[Sequence[str]], str]:
    """The function from a row's texts to what tells its policy from others; "" where the row names none."""
    carriers, by_id = columns.words("carrier"), columns.maps("policy_id")

    def named(texts: Sequence[str]) -> str:
        if by_id and (policy_id := folded(texts[POLICY_ID])):
            return policy_id
        carrier, number = folded(texts[CARRIER]), BETWEEN.sub("", texts[POLICY_NUMBER])
        return f"{carriers.get(carrier.casefold(), carrier)}|{number}".lower() if number else ""

    return named


def policy_of(row: MappedRow, columns: ColumnMap) -> PolicyName | None:
    """The policy that the row names; None, without a reason, where it names none."""
    policy_id, number = row.text(POLICY_ID, 128), row.text(POLICY_NUMBER, 64)
    carrier = row.translated(CARRIER, columns.words("carrier"), 120)
    if policy_id:
        return PolicyName(policy_id)
    if number and not BETWEEN.sub("", number):
        row.refuse(POLICY_NUMBER, "has neither a letter nor a digit")
    return PolicyName("", number, carrier) if number else None


def policy_needed(row: MappedRow, columns: ColumnMap) -> PolicyName:
    """The policy that the row names, which it must."""
    found = policy_of(row, columns)
    if found is None:
        row.refuse(POLICY_ID if columns.maps("policy_id") else POLICY_NUMBER, "is empty")
    return found or PolicyName()
