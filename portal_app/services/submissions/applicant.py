"""Who applies, read out of the answers of a submission: what an account is made of where there is none yet. Pure. No
tax number and no birth date: those stay in the answers, sealed."""

from dataclasses import dataclass
from datetime import date

from portal_app.models.enums import AccountKind
from portal_app.services.intake.forms import Answers, Field, FieldType, Form, Role, first
from portal_app.services.intake.values import read, told
from portal_app.services.submissions.carrying import part_of_address

PORTAL_FEED = "portal"
"""What an account of the portal's own bears in place of a feed; its source id is the submission's locator."""
PERSONAL = frozenset({"personal_auto", "homeowners"})
A_PERSON = frozenset({"individual", "couple", "estate", "sole_proprietor"})
A_COMPANY = frozenset({"llc"})


@dataclass(frozen=True, slots=True)
class Applicant:
    """Texts are empty where nothing was answered."""

    kind: AccountKind
    name: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str


def applicant(form: Form, answers: Answers, day: date) -> Applicant:
    """The applicant as of the answers, read by that day."""

    def of(role: Role) -> str:
        place = form.at(form.roles.get(role, ""))
        return _text(place[1], first(form, answers, role), day) if place else ""

    address = _address(form, answers, day)
    return Applicant(
        kind=_kind(form, of(Role.ENTITY_TYPE), answers),
        name=of(Role.INSURED)[:200],
        email=of(Role.EMAIL)[:254],
        phone=of(Role.PHONE)[:40],
        street=address.get("street", "")[:200],
        city=address.get("city", "")[:100],
        state=(address.get("state") or of(Role.STATE))[:2],
        postal_code=(address.get("postal_code") or of(Role.POSTAL_CODE))[:10],
    )


def _kind(form: Form, entity: str, answers: Answers) -> AccountKind:
    """Personal lines are people's, whatever holds their home, but for a company."""
    typed = first(form, answers, Role.ENTITY_TYPE) if entity else ""
    person = typed not in A_COMPANY if form.line in PERSONAL else typed in A_PERSON
    return AccountKind.PERSON if person else AccountKind.BUSINESS


def _address(form: Form, answers: Answers, day: date) -> dict[str, str]:
    """The first group of the applicant that has a street and a city."""
    section = form.section("applicant")
    for group in section.groups if section else ():
        parts = {part: each for each in group.fields if (part := part_of_address(each))}
        if group.repeat is None and {"street", "city"} <= parts.keys():
            row = (answers.get(group.key) or [{}])[0]
            return {part: _text(each, row.get(each.name), day) for part, each in parts.items()}
    return {}


def _text(field: Field, typed: object, day: date) -> str:
    value = read(field, typed, day).value
    if value is None:
        return ""
    return str(value) if field.type in (FieldType.STATE, FieldType.POSTAL_CODE) else told(field, value)
