"""The column map: which field stands in which column, by the settings, and where a given file's header puts it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from operator import itemgetter

from integrations.custom import values
from portal_app.models.enums import FeedKind
from portal_app.services.ports import RowProblem
from portal_app.settings import KindSettings

# To be raised when the same cells come to mean another record, so that unchanged rows are mapped again.
MAPPING_VERSION = 1
_NUMBER = "{n}"


@dataclass(frozen=True, slots=True)
class Field:
    """What a map can name. `words` are the values it may take, None free text, which is `translated` where the settings
    may replace it. A field with `parts` repeats, numbered from 1. What a `personal` one holds is kept encrypted."""

    name: str
    meaning: str
    required: bool = False
    words: frozenset[str] | None = None
    translated: bool = False
    personal: bool = False
    parts: tuple["Field", ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one header keeps the mapped fields.

    A row's texts stand in slots: the kind's fields in their order, then the groups' parts; `groups` has the slots where
    they begin. `pick` takes the row's cells with an empty one added at the end, which a field without a column reads.
    """

    width: int
    names: tuple[str, ...]
    slots: Mapping[str, int]
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    groups: tuple[tuple[int, ...], ...]
    prefix: bytes


class Cells(Mapping[str, str]):
    """A row's mapped cells by the file's own header. A column that the map does not name is not kept."""

    __slots__ = ("layout", "texts")

    def __init__(self, layout: Layout, texts: tuple[str, ...]) -> None:
        self.layout = layout
        self.texts = texts

    def __getitem__(self, header: str) -> str:
        return self.texts[self.layout.slots[header]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout.slots)

    def __len__(self) -> int:
        return len(self.layout.slots)


class ColumnMap:
    """The map of one kind of file. Hold `check` against the settings first."""

    def __init__(self, kind: FeedKind, fields: Sequence[Field], settings: KindSettings) -> None:
        self.kind = kind
        self.settings = settings
        self.day_first = settings.dates == "day first"
        self.day = values.day_reader(self.day_first)
        self._single = [field for field in fields if not field.parts]
        self._groups = [field for field in fields if field.parts]
        templates = self._group_templates()
        self._patterns = {template: _numbered(template) for template in templates if _NUMBER in template}
        self._named = {_plain(name) for name in [*map(self._header_of, self._single), *templates] if name}
        self._words = {field.name: _dictionary(field, settings.values.get(field.name, {})) for field in self._single}
        self._last: tuple[tuple[str, ...], Layout] | None = None

    def words(self, field: str) -> Mapping[str, str]:
        """The field's dictionary: what the file may say, case-folded, → our value."""
        return self._words[field]

    def maps(self, field: str) -> bool:
        return field in self.settings.columns

    def known(self, header: Sequence[str]) -> int:
        """How many of the header's cells the map names."""
        patterns = self._patterns.values()
        return sum(
            _plain(name) in self._named or any(pattern.fullmatch(name.strip()) for pattern in patterns)
            for name in header
        )

    def layout(self, header: Sequence[str]) -> Layout:
        """Where this header keeps the fields. Raises RowProblem where a column of the map is missing or there twice."""
        names = tuple(header)
        if self._last is None or self._last[0] != names:
            self._last = names, self._laid_out(names)
        return self._last[1]

    def _laid_out(self, header: tuple[str, ...]) -> Layout:
        places: dict[str, list[int]] = {}
        for index, name in enumerate(header):
            places.setdefault(_plain(name), []).append(index)
        counts = [self._repeats(group, header) for group in self._groups]
        wanted = [self._header_of(field) for field in self._single]
        groups: list[tuple[int, ...]] = []
        for group, count in zip(self._groups, counts, strict=True):
            starts: list[int] = []
            for number in range(1, count + 1):
                starts.append(len(wanted))
                wanted += [self._header_of(part, group, number) for part in group.parts]
            groups.append(tuple(starts))
        _complain(wanted, places)
        indexes = [places[_plain(name)][0] if name else -1 for name in wanted]
        names = tuple(header[index].strip() if index >= 0 else "" for index in indexes)
        slots: dict[str, int] = {}
        for slot, name in enumerate(names):
            if name:
                slots.setdefault(name, slot)
        return Layout(len(header), names, slots, itemgetter(*indexes), tuple(groups), self._prefix(counts))

    def headings(self) -> list[str]:
        """The columns that the settings name, a repeated group's with the number 1."""
        single = [self._header_of(field) for field in self._single]
        parts = [self._header_of(part, group) for group in self._groups for part in group.parts]
        return list(dict.fromkeys(name for name in [*single, *parts] if name))

    def _repeats(self, group: Field, header: Sequence[str]) -> int:
        """How often the group stands in the header, by the highest number that any of its columns bears."""
        templates = self.settings.columns.get(group.name)
        if not isinstance(templates, dict):
            return 0
        most = 1
        for template in templates.values():
            if pattern := self._patterns.get(template):
                most = max([most, *(int(match[1]) for name in header if (match := pattern.fullmatch(name.strip())))])
        return most

    def _header_of(self, field: Field, group: Field | None = None, number: int = 1) -> str:
        columns = self.settings.columns.get(group.name if group else field.name, "")
        name = columns.get(field.name, "") if isinstance(columns, dict) else columns
        return name.replace(_NUMBER, str(number))

    def _group_templates(self) -> list[str]:
        found = [self.settings.columns.get(group.name) for group in self._groups]
        return [template for columns in found if isinstance(columns, dict) for template in columns.values()]

    @cached_property
    def meaning(self) -> bytes:
        """Changes with everything that the settings say of how files of this kind are read."""
        return blake2b(f"{MAPPING_VERSION}{self.settings!r}".encode(), digest_size=16).digest()

    def _prefix(self, counts: list[int]) -> bytes:
        """What every fingerprint begins with: it changes when the same texts would be read as something else."""
        mapped = sorted(
            f"{name}.{part}"
            for name, columns in self.settings.columns.items()
            for part in (sorted(columns) if isinstance(columns, dict) else [""])
        )
        meaning = (
            MAPPING_VERSION,
            self.kind.value,
            mapped,
            counts,
            self.settings.dates,
            self.settings.rates,
            sorted((field, sorted(words.items())) for field, words in self.settings.values.items()),
        )
        return blake2b(repr(meaning).encode(), digest_size=16).digest()


def check(kind: FeedKind, fields: Sequence[Field], settings: KindSettings, one_of: Sequence[str] = ()) -> list[str]:
    """What is wrong with a kind's column map, one sentence each. Of the fields `one_of` at least one is needed."""
    known = {field.name: field for field in fields}
    problems = [f"columns.{name}: there is no such field." for name in settings.columns if name not in known]
    if one_of and not settings.columns.keys() & set(one_of):
        problems.append(f"columns: one of {', '.join(one_of)} is needed.")
    for field in fields:
        columns = settings.columns.get(field.name)
        if columns is None:
            if field.required:
                problems.append(f"columns.{field.name}: needed ({field.meaning}).")
        elif bool(field.parts) != isinstance(columns, dict):
            shape = "a table of its parts" if field.parts else "the name of one column"
            problems.append(f"columns.{field.name}: must be {shape}.")
        elif isinstance(columns, dict):
            problems += _check_group(field, columns)
        elif not columns.strip():
            problems.append(f"columns.{field.name}: must not be empty.")
    for name, words in settings.values.items():
        problems += _check_words(known.get(name), name, words)
    return [f"{kind.value}.{problem}" for problem in problems]


def _check_group(group: Field, columns: Mapping[str, str]) -> list[str]:
    known = {part.name for part in group.parts}
    place = f"columns.{group.name}"
    problems = [f"{place}.{name}: there is no such field." for name in columns if name not in known]
    problems += [f"{place}.{part.name}: needed." for part in group.parts if part.required and part.name not in columns]
    problems += [f"{place}.{name}: must not be empty." for name, template in columns.items() if not template.strip()]
    if len({_NUMBER in template for template in columns.values()}) > 1:
        problems.append(f"{place}: either every column bears {_NUMBER} or none does.")
    return problems


def _check_words(field: Field | None, name: str, words: Mapping[str, str]) -> list[str]:
    if field is None or not (field.words or field.translated):
        return [f"values.{name}: words of this field are not translated."]
    if field.words is None:
        return []
    allowed = ", ".join(sorted(field.words))
    return [f"values.{name}: {ours!r} is not one of {allowed}." for ours in words.values() if ours not in field.words]


def _complain(wanted: Sequence[str], places: Mapping[str, Sequence[int]]) -> None:
    names = list(dict.fromkeys(name for name in wanted if name))
    missing = [name for name in names if _plain(name) not in places]
    twice = [name for name in names if len(places.get(_plain(name), ())) > 1]
    if len(missing) == len(names):
        raise RowProblem(["The file has no header: its first line names none of the columns of the map."])
    reasons = []
    if missing:
        reasons.append(f"The header lacks {_listed(missing)}.")
    if twice:
        reasons.append(f"The header has {_listed(twice)} more than once.")
    if reasons:
        raise RowProblem(reasons)


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:most])
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"the column{'s' if len(names) > 1 else ''} {shown}{more}"


def _plain(header: str) -> str:
    return header.strip().casefold()


def _numbered(template: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in template.strip().split(_NUMBER)]
    return re.compile("([1-9][0-9]?)".join(parts[:2]) + "".join(r"\1" + part for part in parts[2:]), re.IGNORECASE)


def _dictionary(field: Field, words: Mapping[str, str]) -> Mapping[str, str]:
    """Our own words in their usual spellings, then the agency's, which win."""
    own = {word.replace("_", mark): word for word in sorted(field.words or ()) for mark in "_ -"}
    return {**own, **{_plain(theirs): ours for theirs, ours in words.items()}}
