"""Whether the names on paper that a form gives hold: each is one, and no two answers come to stand at the same. Asked
before a form is saved. One that was kept under another release is read all the same, for no answer takes the place of
another even where this says that it would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal_app.services.configuration.reading import Place, Reader
from portal_app.services.intake.acord import amounts_of, measure_of, of_entity, targets_of
from portal_app.services.intake.forms import OF_CHOICES, Condition, Field, FieldType, Form, Group

NAME = re.compile(r"(?:[A-Za-z0-9]+\[\d+\]\.)*[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?:\[\d+\])?")
LETTERED = re.compile(r"_[A-Z](?:\[\d+\])?$")
OF_AMOUNTS = frozenset({FieldType.MONEY, FieldType.WHOLE, FieldType.CHOICE})
TAKES = {"Amount": OF_AMOUNTS, "Percent": OF_AMOUNTS | {FieldType.PERCENT, FieldType.DECIMAL}}
HOLDS = {"Amount": re.compile(r"[0-9]+"), "Percent": re.compile(r"[0-9]+(?:\.[0-9]+)?")}
NO_END = 10**9


@dataclass(frozen=True, slots=True)
class _Claim:
    """A name that a field may stand at, with the letters from `first` to `last`, counted from 0."""

    name: str
    first: int
    last: int
    group: Group
    field: Field
    path: str


def problems_of(form: Form) -> list[str]:
    """What is wrong with the names of a form that is otherwise right, each thing with its path."""
    reader, claims = Reader(), list[_Claim]()
    for s, section in enumerate(form.sections):
        for g, group in enumerate(section.groups):
            at = Place(f"sections.{s}.groups.{g}")
            _check_lettering(reader, at / "acord", form, group)
            for f, field in enumerate(group.fields):
                here = at / "fields" / str(f)
                _check_field(reader, here, field)
                claims += _claims(form, group, field, (here / "acord").path)
    _check_claims(reader, claims)
    return reader.problems


def _check_lettering(reader: Reader, at: Place, form: Form, group: Group) -> None:
    lettering = group.acord
    about = form.group(lettering.of)
    if lettering.of and (about is None or about.repeat is None or about.acord.of):
        reader.wrong(at / "of", "should be another group that repeats, whose rows have letters of their own")
    number, kind = group.field(lettering.number), group.field(lettering.kind)
    if lettering.number and (number is None or number.type is not FieldType.WHOLE):
        reader.wrong(at / "number", "should be a field of this group of type whole")
    for name in lettering.same:
        if group.field(name) is None or about is None or about.field(name) is None:
            reader.wrong(at / "same", f"{name} should be a field of both groups")
    known = {each.value for each in kind.choices} if kind and kind.type is FieldType.CHOICE else set()
    for choice, _ in lettering.entities:
        if choice not in known:
            reader.wrong(at / "entities", f"{choice[:64]} should be a choice of the field kind")


def _check_field(reader: Reader, at: Place, field: Field) -> None:
    for name in field.acord:
        _check_name(reader, at / "acord", name)
        if (measure := measure_of(name)) and field.type not in TAKES[measure]:
            reader.wrong(at / "acord", f"{name} holds a number, which a field of type {field.type} is not")
    if len(field.acord) > 1 and field.type is not FieldType.CHOICE:
        reader.wrong(at / "acord", "should be one name: only of a choice can parts go to several")
    for number, choice in enumerate(field.choices):
        here = at / "choices" / str(number)
        for name, value in choice.acord:
            _check_name(reader, here / "acord", name)
            if (measure := measure_of(name)) and not HOLDS[measure].fullmatch(value):
                reader.wrong(here / "acord", f"{name} holds a number, in digits")
        amounts = amounts_of(choice.value) if field.acord and measure_of(field.acord[0]) else []
        if amounts and not choice.acord and len(amounts) != len(field.acord):
            reader.wrong(here, f"is {len(amounts)} amounts for {len(field.acord)} names")


def _check_name(reader: Reader, at: Place, name: str) -> None:
    if not NAME.fullmatch(name):
        reader.wrong(at, f"{name} should be parts of letters and digits with _ between, such as NamedInsured_FullName")
    elif LETTERED.search(name):
        reader.wrong(at, f"{name} should leave out the letter at its end: every row gets its own")


def _claims(form: Form, group: Group, field: Field, path: str) -> Iterator[_Claim]:
    about = form.group(group.acord.of) if group.acord.of else group
    of = about or group
    last = NO_END if of.repeat else of.acord.first
    for name in names_of(field):
        yield _Claim(name, of.acord.first, last, group, field, path)
        for _, entity in group.acord.entities:
            yield _Claim(of_entity(name, entity), 0, NO_END, group, field, path)


def names_of(field: Field) -> list[str]:
    """Every name that an answer to the field may stand at, without letters."""
    if field.type not in OF_CHOICES:
        return list(field.acord[:1])
    values = [each.value if field.type is FieldType.CHOICE else [each.value] for each in field.choices]
    return list(dict.fromkeys(name for value in values for name, _ in targets_of(field, value)))


def _check_claims(reader: Reader, claims: list[_Claim]) -> None:
    by_name: dict[str, list[_Claim]] = {}
    for claim in claims:
        for other in by_name.setdefault(claim.name, []):
            apart = claim.last < other.first or other.last < claim.first
            if not apart and claim.path != other.path and not (_instead(claim, other) or _instead(other, claim)):
                reader.wrong(
                    Place(claim.path),
                    f"{claim.name} is where {other.group.key}.{other.field.name} stands too: "
                    "one would take the place of the other",
                )
                break
        by_name[claim.name].append(claim)


def _instead(claim: _Claim, other: _Claim) -> bool:
    """Whether the first is only asked where the answer to the second is a choice that stands at another name."""
    if claim.group is not other.group or other.field.type is not FieldType.CHOICE:
        return False
    return any(
        asked.field == other.field.name
        and bool(asked.values)
        and all(claim.name not in dict(targets_of(other.field, value)) for value in asked.values)
        for asked in _asked(claim.field.when)
    )


def _asked(condition: Condition | None) -> tuple[Condition, ...]:
    """The questions of which each has to hold."""
    if condition is None:
        return ()
    return (condition, *(part for each in condition.all for part in _asked(each)))
