"""Rows as the pages draw them: text only, links included."""

from dataclasses import dataclass

from portal_app.services.policies.views import AccountRow, Matched, PolicyRow
from portal_app.state import wording

SHOWN_IN_A_COLUMN = (Matched.INSURED, Matched.NUMBER)


@dataclass
class PolicyLine:
    href: str
    insured_name: str
    number: str
    line: str
    carrier: str
    effective: str
    expiration: str
    premium: str
    status: str
    matched: str = ""
    matched_text: str = ""


@dataclass
class AccountLine:
    href: str
    name: str
    kind: str
    place: str
    policies: str
    noun: str


@dataclass
class Column:
    """A header of a sorted table: where it leads, and which way it is sorted now."""

    label: str
    href: str
    sorted: str = "none"
    numeric: bool = False


@dataclass
class Pill:
    """A filter that is in force, and the address without it."""

    label: str
    href: str


def policy_line(row: PolicyRow) -> PolicyLine:
    return PolicyLine(
        href=f"/policies/{row.locator}",
        insured_name=row.insured_name,
        number=row.number,
        line=row.line,
        carrier=row.carrier,
        effective=wording.day(row.effective),
        expiration=wording.day(row.expiration),
        premium=wording.money(row.premium),
        status=row.status.label,
        matched=row.matched.value if row.matched else "",
        matched_text=row.matched_text if row.matched and row.matched not in SHOWN_IN_A_COLUMN else "",
    )


def account_line(row: AccountRow) -> AccountLine:
    return AccountLine(
        href=f"/accounts/{row.locator}",
        name=row.name,
        kind=row.kind,
        place=", ".join(part for part in (row.city, row.state) if part),
        policies=f"{row.policies:,}",
        noun=" policy" if row.policies == 1 else " policies",
    )
