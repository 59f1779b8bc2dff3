"""What stands in a new form already: the answers of an earlier one, or what is known of an account. Pure."""

from typing import Any

from portal_app.models.accounts import Account
from portal_app.services.intake.forms import Answers, Field, FieldType, Form, Role, Row, begun

# A new policy has dates of its own, and whoever signs signs anew: a paper that is said to be on file, too.
NOT_CARRIED = frozenset({Role.EFFECTIVE, Role.EXPIRATION})
SIGNED = ("signature", "signed", "no_loss", "rejection", "statement")
BY_ROLE = {
    Role.INSURED: "name",
    Role.EMAIL: "email",
    Role.PHONE: "phone",
    Role.POSTAL_CODE: "postal_code",
}
# Of a group of the applicant that has these, the address of the account is the answer.
ADDRESS = {"street": "street", "city": "city", "state": "state", "postal_code": "postal_code"}


def carried(old: Form, answers: Answers, new: Form, *, personal: bool) -> Answers:
    """The answers whose fields are still in the form, of the same type and with the same choice; but for the dates of
    the policy and signatures, and for what is personal in either form unless `personal` lets it through."""
    left_out = {new.roles[role] for role in NOT_CARRIED if role in new.roles}
    left_out |= set() if personal else old.personal() | new.personal()
    result = begun(new)
    for group in new.groups:
        before = old.group(group.key)
        if before is None:
            continue
        most = group.repeat.most if group.repeat else 1
        known = {each.name: each for each in before.fields}
        rows = [_row(group.fields, known, row, group.key, left_out) for row in answers.get(group.key, [])[:most]]
        if rows:
            result[group.key] = rows
    return result


def _row(fields: tuple[Field, ...], before: dict[str, Field], row: Row, key: str, left_out: set[str]) -> Row:
    return {
        each.name: row[each.name]
        for each in fields
        if each.name in row
        and f"{key}.{each.name}" not in left_out
        and not any(word in each.name for word in SIGNED)
        and each.name in before
        and before[each.name].type is each.type
        and _is_choice(each, row[each.name])
    }


def _is_choice(field: Field, value: Any) -> bool:
    if field.type not in (FieldType.CHOICE, FieldType.CHOICES):
        return True
    known = {each.value for each in field.choices}
    return set(value if isinstance(value, list) else [value]) <= known


def from_account(form: Form, account: Account) -> Answers:
    """The form with what is known of the account: its name, where it is reached and where it lies. Neither a tax number
    nor a birth date, which the producer asks for."""
    result = begun(form)
    for role, name in BY_ROLE.items():
        if role is not Role.POSTAL_CODE and (known := getattr(account, name)):
            result = with_value(form, result, role, known)
    section = form.section("applicant")
    for group in section.groups if section else ():
        names = {each.name: part_of_address(each) for each in group.fields}
        if group.repeat is None and {"street", "city"} <= set(names.values()):
            known = {name: getattr(account, ADDRESS[part]) for name, part in names.items() if part}
            result[group.key] = [result[group.key][0] | {name: value for name, value in known.items() if value}]
            break
    return result


def part_of_address(field: Field) -> str:
    """Which part of an address the field is, or nothing."""
    last = field.name.rpartition("_")[2]
    if field.type is FieldType.STATE:
        return "state"
    if field.type is FieldType.POSTAL_CODE:
        return "postal_code"
    return {"street": "street", "address": "street", "line1": "street", "city": "city"}.get(last, "")


def with_value(form: Form, answers: Answers, role: Role, value: str) -> Answers:
    """The answers with this value where the form says that the role stands."""
    key, _, name = form.roles.get(role, "").rpartition(".")
    if form.group(key) is None:
        return answers
    rows = answers.get(key) or [{}]
    return answers | {key: [rows[0] | {name: value}, *rows[1:]]}
