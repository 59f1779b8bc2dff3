"""Reads the configuration of producers, and says everything that is wrong with it, each with its path in the file."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from portal_app.models.enums import QualificationCheck
from portal_app.services.configuration.reading import ConfigurationProblems, Place, Reader
from portal_app.services.licensing.lines import COVERED_BY
from portal_app.services.producers.configuration import (
    EntityType,
    FeedTypes,
    FlagLevel,
    NumberingPlan,
    NumberingScope,
    ProducerConfiguration,
    QualificationRules,
    UnderwritingFlag,
)
from portal_app.services.producers.fields import data_fields
from portal_app.services.producers.formats import LONGEST, Format, FormatProblem, parsed
from portal_app.services.producers.spelling import problem_of_code

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
    reader = Reader()
    try:
        document = json.loads(text, object_pairs_hook=_Object)
        _check_names(reader, Place(), document)
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems([f"is not JSON: {error}."]) from None
    found = _document(reader, document)
    if reader.problems:
        raise ConfigurationProblems(reader.problems)
    return replace(found, text=text)


class _Object(dict[str, Any]):
    """An object of the file that still knows which names stand in it twice; the last of them counts."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        often = Counter(name for name, _ in pairs)
        self.twice = [name for name, times in often.items() if times > 1]


def _check_names(reader: Reader, at: Place, given: Any) -> None:
    if isinstance(given, _Object):
        for name in given.twice:
            reader.wrong(at / name[:80], "stands twice in one object")
        for name, each in given.items():
            _check_names(reader, at / name[:80], each)
    elif isinstance(given, list):
        for number, each in enumerate(given):
            _check_names(reader, at / str(number), each)


def _document(reader: Reader, document: Any) -> ProducerConfiguration:
    top = reader.fields(Place(), document, ("producerManagement", "numberingPlans"))
    plans = _plans(reader, Place("numberingPlans"), top.get("numberingPlans", {}))
    at = Place("producerManagement")
    if "producerManagement" not in top:
        reader.wrong(at, "is missing")
    allowed = ("producers", "producerCodes", "underwritingFlag", "qualification", "feeds")
    own = reader.fields(at, top.get("producerManagement", {}), allowed)
    producers, _ = _types(reader, at / "producers", own.get("producers", {}), OF_ANY_TYPE)
    given = own.get("producerCodes", {})
    codes, doubtful = _types(reader, at / "producerCodes", given, OF_A_CODE_TYPE)
    for kind in codes.values():
        if kind.plan and kind.plan not in plans:
            # Told where it is named, and not once more of each type that extends that one.
            if "numberingPlan" in given[kind.name]:
                place = at / "producerCodes" / kind.name / "numberingPlan"
                reader.wrong(place, f"there is no numbering plan {kind.plan}")
        elif kind.name not in doubtful:
            _check_numbering(reader, at / "producerCodes" / kind.name, kind, plans)
    _check_apart(reader, at / "producerCodes", [each for each in codes.values() if each.name not in doubtful], plans)
    feeds = _feeds(reader, at, own.get("feeds", {}), producers, codes)
    return ProducerConfiguration(
        producers,
        codes,
        {name: plan for name, plan in plans.items() if plan},
        _flag(reader, at / "underwritingFlag", own.get("underwritingFlag", {})),
        _qualification(reader, at / "qualification", own.get("qualification", {})),
        feeds,
    )


def _feeds(
    reader: Reader,
    management: Place,
    given: Any,
    producers: Mapping[str, EntityType],
    codes: Mapping[str, EntityType],
) -> FeedTypes:
    """The types of what feeds bring: one that is named has to be there, and none can be abstract."""
    at, default = management / "feeds", FeedTypes()
    fields = reader.fields(at, given, ("producer", "producerCode"))
    found = FeedTypes(
        reader.text(at / "producer", fields.get("producer", default.producer), 64, empty=False),
        reader.text(at / "producerCode", fields.get("producerCode", default.producer_code), 64, empty=False),
    )
    for name, word, types, place in (
        (found.producer, "producer", producers, management / "producers"),
        (found.producer_code, "producerCode", codes, management / "producerCodes"),
    ):
        if name in types and types[name].abstract:
            reader.wrong(place / name / "abstract", "should be false: feeds bring what is of this type")
        elif name and word in fields and name not in types:
            reader.wrong(at / word, f"there is no type {name}")
    return found


def _plans(reader: Reader, at: Place, given: Any) -> dict[str, NumberingPlan | None]:
    """By name; None for a plan that is there and wrong, so that it is not told to be missing too."""
    found: dict[str, NumberingPlan | None] = {}
    for name, each in reader.named(at, given).items():
        fields = reader.fields(at / name, each, ("format", "initialCoreNumber", "scope"))
        written = _format(reader, at / name / "format", fields.get("format"))
        initial = reader.whole(at / name / "initialCoreNumber", fields.get("initialCoreNumber", 1), 0, MOST_CORE)
        scope = reader.one_of(at / name / "scope", fields.get("scope", NumberingScope.PLAN.value), NumberingScope)
        found[name] = None
        if written is not None:
            if problem_of_code(written.written(0, "x")):
                reader.wrong(at / name / "format", "makes codes that begin or end with a space or cannot be seen whole")
            if initial >= written.capacity:
                reader.wrong(at / name / "initialCoreNumber", "has more digits than the format")
            found[name] = NumberingPlan(name, written, initial, NumberingScope(scope))
    return found


def _format(reader: Reader, at: Place, given: Any) -> Format | None:
    text = reader.text(at, given, LONGEST * 2, empty=False)
    try:
        return parsed(text) if text else None
    except FormatProblem as problem:
        reader.wrong(at, str(problem))
        return None


def _types(
    reader: Reader, at: Place, given: Any, allowed: tuple[str, ...]
) -> tuple[dict[str, EntityType], Collection[str]]:
    """The types with what they inherit, and the names of those whose numbering cannot be judged: it, or something that
    they extend, was told to be wrong already."""
    own: dict[str, EntityType] = {}
    silent: set[str] = set()
    unread: set[str] = set()
    for name, each in reader.named(at, given).items():
        fields = reader.fields(at / name, each, allowed)
        if "defaultSearchable" not in fields:
            silent.add(name)
        own[name] = _type(reader, at / name, name, fields)
        told = len(reader.problems)
        plan = reader.text(at / name / "numberingPlan", fields.get("numberingPlan", ""), 64)
        string = reader.text(at / name / "numberingString", fields.get("numberingString", ""), LONGEST)
        if string and problem_of_code(string):
            reader.wrong(at / name / "numberingString", "should neither begin nor end with a space, nor hide anything")
        own[name] = replace(own[name], plan=plan, numbering_string=string)
        if len(reader.problems) > told:
            unread.add(name)
    _check_lines_of_descent(reader, at, own)
    lines = {name: _line_of(own, name) for name in own}
    doubtful = {name for name, line in lines.items() if own[line[-1]].extend or unread & set(line)}
    whole = {name: _whole(own, line, silent) for name, line in lines.items()}
    for name, kind in whole.items():
        if own[name].numbering_string and not (kind.plan or kind.abstract or name in doubtful):
            reader.wrong(at / name / "numberingString", "stands for nothing: the type has no numberingPlan")
    return whole, doubtful


def _type(reader: Reader, at: Place, name: str, fields: Mapping[str, Any]) -> EntityType:
    """What a type says itself, its numbering apart."""
    return EntityType(
        name,
        abstract=reader.flag(at / "abstract", fields.get("abstract", False)),
        extend=reader.text(at / "extend", fields.get("extend", ""), 64),
        fields=data_fields(reader, at / "data", fields.get("data", {})),
        searchable=reader.flag(at / "defaultSearchable", fields.get("defaultSearchable", False)),
    )


def _line_of(own: Mapping[str, EntityType], name: str) -> list[str]:
    """The type and what it extends, the nearest first, as far as that is there and goes round in no circle."""
    line = [name]
    while (above := own[line[-1]].extend) in own and above not in line:
        line.append(above)
    return line


def _check_lines_of_descent(reader: Reader, at: Place, own: Mapping[str, EntityType]) -> None:
    """Every `extend` names a type, and none comes back to where it began."""
    told: set[str] = set()
    for name in own:
        line = _line_of(own, name)
        above = own[line[-1]].extend
        if above and above not in own and len(line) == 1:
            reader.wrong(at / name / "extend", f"there is no type {above}")
        if above in line and not told & set(line):
            loop = line[line.index(above) :]
            told.update(loop)
            reader.wrong(at / loop[0] / "extend", f"goes round in a circle: {' → '.join([*loop, loop[0]])}")


def _whole(own: Mapping[str, EntityType], line: Sequence[str], silent: set[str]) -> EntityType:
    """The first of the line with what it inherits from the others: the nearest that says something counts."""
    kind = own[line[0]]
    if len(line) == 1:
        return kind
    above = _whole(own, line[1:], silent)
    return replace(
        kind,
        fields={**above.fields, **kind.fields},
        searchable=above.searchable if kind.name in silent else kind.searchable,
        plan=kind.plan or above.plan,
        numbering_string=kind.numbering_string or above.numbering_string,
    )


def _check_numbering(reader: Reader, at: Place, kind: EntityType, plans: Mapping[str, NumberingPlan | None]) -> None:
    plan = plans.get(kind.plan)
    if plan is None or kind.abstract:
        return
    if plan.format.takes_string and not kind.numbering_string:
        reader.wrong(at / "numberingString", f"is missing: the format of {plan.name} takes it")
    if plan.format.length(kind.numbering_string) > LONGEST:
        reader.wrong(at / "numberingString", f"makes codes of more than {LONGEST} characters")


def _check_apart(
    reader: Reader, at: Place, kinds: Sequence[EntityType], plans: Mapping[str, NumberingPlan | None]
) -> None:
    """Types that count each by itself write other numbers than each other."""
    written: dict[tuple[str, str], str] = {}
    for kind in kinds:
        plan = plans.get(kind.plan)
        if plan is None or kind.abstract or plan.scope is not NumberingScope.TYPE:
            continue
        string = kind.numbering_string if plan.format.takes_string else ""
        other = written.setdefault((plan.name, string), kind.name)
        if other != kind.name:
            why = f"would write the numbers of {other}: where each type of {plan.name} counts by itself, each takes a"
            reader.wrong(at / kind.name / "numberingString", f"{why} string of its own")


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
    default = _check(reader, at / "default", fields.get("default", QualificationCheck.NONE.value))
    lines = reader.named(at / "lines", fields.get("lines", {}))
    for name in (each for each in lines if each not in COVERED_BY):
        reader.wrong(at / "lines" / name, f"there is no such line of business; there are {', '.join(COVERED_BY)}")
    return QualificationRules(
        default, {name: _check(reader, at / "lines" / name, each) for name, each in lines.items()}
    )


def _check(reader: Reader, at: Place, given: Any) -> QualificationCheck:
    return QualificationCheck(reader.one_of(at, given, QualificationCheck))
