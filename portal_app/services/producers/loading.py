"""Reads the configuration of producers, and says everything that is wrong with it, each with its path in the file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from portal_app.services.producers.configuration import (
    EntityType,
    FlagLevel,
    NumberingPlan,
    ProducerConfiguration,
    Qualification,
    QualificationRules,
    UnderwritingFlag,
)
from portal_app.services.producers.fields import data_fields
from portal_app.services.producers.formats import LONGEST, Format, FormatProblem, parsed
from portal_app.services.producers.reading import ConfigurationProblems, Place, Reader

SHIPPED = Path(__file__).resolve().parents[2] / "producers.json"
MOST_CORE = 10**18
OF_ANY_TYPE = ("abstract", "extend", "data", "defaultSearchable")
OF_A_CODE_TYPE = (*OF_ANY_TYPE, "numberingPlan", "numberingString")


@cache
def shipped() -> ProducerConfiguration:
    """The configuration that holds where the agency has none of its own."""
    return load(SHIPPED.read_text(encoding="utf-8"))


def load(text: str) -> ProducerConfiguration:
    """Read a configuration from JSON. Raises ConfigurationProblems with every problem at once."""
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems([f"is not JSON: {error}."]) from None
    if twice:
        raise ConfigurationProblems([f"the name {name!r} stands twice in one object." for name in twice])
    reader = Reader()
    found = _document(reader, document)
    if reader.problems:
        raise ConfigurationProblems(reader.problems)
    return found


def _document(reader: Reader, document: Any) -> ProducerConfiguration:
    top = reader.fields(Place(), document, ("producerManagement", "numberingPlans"))
    plans = _plans(reader, Place("numberingPlans"), top.get("numberingPlans", {}))
    at = Place("producerManagement")
    if "producerManagement" not in top:
        reader.wrong(at, "is missing")
    allowed = ("producers", "producerCodes", "underwritingFlag", "qualification")
    own = reader.fields(at, top.get("producerManagement", {}), allowed)
    producers = _types(reader, at / "producers", own.get("producers", {}), OF_ANY_TYPE)
    codes = _types(reader, at / "producerCodes", own.get("producerCodes", {}), OF_A_CODE_TYPE)
    for kind in codes.values():
        _check_numbering(reader, at / "producerCodes" / kind.name, kind, plans)
    return ProducerConfiguration(
        producers,
        codes,
        {name: plan for name, plan in plans.items() if plan},
        _flag(reader, at / "underwritingFlag", own.get("underwritingFlag", {})),
        _qualification(reader, at / "qualification", own.get("qualification", {})),
    )


def _plans(reader: Reader, at: Place, given: Any) -> dict[str, NumberingPlan | None]:
    """By name; None for a plan that is there and wrong, so that it is not told to be missing too."""
    found: dict[str, NumberingPlan | None] = {}
    for name, each in reader.named(at, given).items():
        fields = reader.fields(at / name, each, ("format", "initialCoreNumber"))
        written = _format(reader, at / name / "format", fields.get("format"))
        initial = reader.whole(at / name / "initialCoreNumber", fields.get("initialCoreNumber", 1), 0, MOST_CORE)
        found[name] = None
        if written is not None:
            if initial >= written.capacity:
                reader.wrong(at / name / "initialCoreNumber", "has more digits than the format")
            found[name] = NumberingPlan(name, written, initial)
    return found


def _format(reader: Reader, at: Place, given: Any) -> Format | None:
    text = reader.text(at, given, LONGEST * 2, empty=False)
    try:
        return parsed(text) if text else None
    except FormatProblem as problem:
        reader.wrong(at, str(problem))
        return None


def _types(reader: Reader, at: Place, given: Any, allowed: tuple[str, ...]) -> dict[str, EntityType]:
    own: dict[str, EntityType] = {}
    silent: set[str] = set()
    for name, each in reader.named(at, given).items():
        fields = reader.fields(at / name, each, allowed)
        if "defaultSearchable" not in fields:
            silent.add(name)
        own[name] = EntityType(
            name,
            abstract=reader.flag(at / name / "abstract", fields.get("abstract", False)),
            extend=reader.text(at / name / "extend", fields.get("extend", ""), 64),
            fields=data_fields(reader, at / name / "data", fields.get("data", {})),
            searchable=reader.flag(at / name / "defaultSearchable", fields.get("defaultSearchable", False)),
            plan=reader.text(at / name / "numberingPlan", fields.get("numberingPlan", ""), 64),
            numbering_string=reader.text(at / name / "numberingString", fields.get("numberingString", ""), LONGEST),
        )
    _check_lines_of_descent(reader, at, own)
    return own if reader.problems else {name: _whole(own, name, silent) for name in own}


def _check_lines_of_descent(reader: Reader, at: Place, own: Mapping[str, EntityType]) -> None:
    """Every `extend` names a type, and none comes back to where it began."""
    told: set[str] = set()
    for name in own:
        line = [name]
        while (above := own[line[-1]].extend) in own and above not in line:
            line.append(above)
        if above and above not in own and len(line) == 1:
            reader.wrong(at / name / "extend", f"there is no type {above}")
        if above in line and not told & set(line):
            loop = line[line.index(above) :]
            told.update(loop)
            reader.wrong(at / loop[0] / "extend", f"goes round in a circle: {' → '.join([*loop, loop[0]])}")


def _whole(own: Mapping[str, EntityType], name: str, silent: set[str]) -> EntityType:
    """The type with what it inherits: the nearest that says something counts."""
    kind = own[name]
    if not kind.extend:
        return kind
    above = _whole(own, kind.extend, silent)
    return replace(
        kind,
        fields={**above.fields, **kind.fields},
        searchable=above.searchable if name in silent else kind.searchable,
        plan=kind.plan or above.plan,
        numbering_string=kind.numbering_string or above.numbering_string,
    )


def _check_numbering(reader: Reader, at: Place, kind: EntityType, plans: Mapping[str, NumberingPlan | None]) -> None:
    if kind.plan and kind.plan not in plans:
        reader.wrong(at / "numberingPlan", f"there is no numbering plan {kind.plan}")
    plan = plans.get(kind.plan)
    if plan is None or kind.abstract:
        return
    if plan.format.takes_string and not kind.numbering_string:
        reader.wrong(at / "numberingString", f"is missing: the format of {plan.name} takes it")
    if plan.format.length(kind.numbering_string) > LONGEST:
        reader.wrong(at / "numberingString", f"makes codes of more than {LONGEST} characters")


def _flag(reader: Reader, at: Place, given: Any) -> UnderwritingFlag:
    default = UnderwritingFlag()
    fields = reader.fields(at, given, ("level", "tag", "note"))
    return UnderwritingFlag(
        FlagLevel(reader.one_of(at / "level", fields.get("level", default.level.value), FlagLevel)),
        reader.text(at / "tag", fields.get("tag", default.tag), 120, empty=False),
        reader.text(at / "note", fields.get("note", ""), 2000),
    )


def _qualification(reader: Reader, at: Place, given: Any) -> QualificationRules:
    fields = reader.fields(at, given, ("default", "lines"))
    default = reader.one_of(at / "default", fields.get("default", Qualification.NONE.value), Qualification)
    lines = reader.named(at / "lines", fields.get("lines", {}))
    asked = {name: reader.one_of(at / "lines" / name, each, Qualification) for name, each in lines.items()}
    return QualificationRules(Qualification(default), {name: Qualification(each) for name, each in asked.items()})
