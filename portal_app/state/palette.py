"""What the palette proposes for what was typed, as rows that lead somewhere."""

from dataclasses import dataclass

import reflex as rx

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionStatus
from portal_app.services import palette
from portal_app.services.access import Gate
from portal_app.services.door import the_door
from portal_app.services.errors import DomainError
from portal_app.services.identity.roster import PersonLine
from portal_app.services.palette import LONGEST, Suggestions
from portal_app.services.policies.views import AccountRow, PolicyRow
from portal_app.services.submissions.views import SubmissionRow
from portal_app.state import address, wording
from portal_app.state.rows import account_line, policy_line
from portal_app.state.sealed import Sealed


@dataclass
class Suggestion:
    key: str
    title: str
    detail: str
    href: str


class PaletteState(Sealed, rx.State):
    """Stands apart from the pages' states: what goes wrong here is told in the palette, and leaves the page as it
    was. `asked` is the text that the rows answer."""

    asked: str = ""
    trouble: str = ""
    policies: list[Suggestion] = []
    accounts: list[Suggestion] = []
    submissions: list[Suggestion] = []
    people: list[Suggestion] = []

    @requires(Gate.SIGNED_IN)
    async def suggest(self, text: str) -> None:
        text, found, self.trouble = text[:LONGEST].encode(errors="ignore").decode(), Suggestions(), ""
        try:
            found = await the_door().call(palette.suggestions, text=text)
        except DomainError as error:
            self.trouble = error.sentence
        self.asked = text
        self.policies = [_policy(each) for each in found.policies]
        if found.total_policies > len(found.policies):
            self.policies.append(_all_policies(text, found.total_policies))
        self.accounts = [_account(each) for each in found.accounts]
        self.submissions = [_submission(each) for each in found.submissions]
        self.people = [_person(each) for each in found.people]


def _policy(row: PolicyRow) -> Suggestion:
    """With the VIN or the address by which it was found, where that is not to be seen from name and number."""
    line = policy_line(row)
    detail = f"{line.number} · {line.matched_text or f'{line.line} · {line.status}'}"
    return Suggestion(f"policy-{row.locator}", line.insured_name, detail, line.href)


def _all_policies(text: str, total: int) -> Suggestion:
    title = f"All {wording.count(total, 'policy', 'policies')} that match"
    return Suggestion("all-policies", title, text, address.policies(q=text.strip()))


def _account(row: AccountRow) -> Suggestion:
    line = account_line(row)
    return Suggestion(f"account-{row.locator}", line.name, " · ".join(filter(None, (line.kind, line.place))), line.href)


def _submission(row: SubmissionRow) -> Suggestion:
    detail = " · ".join(filter(None, (row.number, row.line_name, row.status.label)))
    href = f"/submissions/{row.locator}" + ("/edit/applicant" if row.status is SubmissionStatus.DRAFT else "")
    return Suggestion(f"submission-{row.locator}", row.insured_name or "No name yet", detail, href)


def _person(row: PersonLine) -> Suggestion:
    detail = f"{row.email} · {row.role.label}"
    return Suggestion(f"user-{row.locator}", row.name, detail, f"/admin/users/{row.locator}")
