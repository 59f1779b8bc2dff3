"""The port: one agency management system whose exports lie as CSV files in a folder."""

import codecs
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path, PurePath

from integrations.custom import trailer as trailers
from integrations.custom.columns import Cells, ColumnMap, check
from integrations.custom.mapping import MAPPINGS, KeyOf, RecordOf
from integrations.custom.preview import choices, previewed
from integrations.custom.reader import hold_against_trailer, raw_rows
from integrations.custom.survey import Stamp, Survey, opened, survey
from integrations.custom.trailer import Trailer
from portal_app.models.enums import Cadence, FeedKind
from portal_app.services.ports import (
    Columns,
    FeedConnector,
    FeedRecord,
    FeedUnavailable,
    FieldChoice,
    FilePreview,
    RawRow,
    RowProblem,
)
from portal_app.settings import FeedSettings, KindSettings, SettingsError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTLED = 2.0  # seconds after which a file whose last line has no end is taken for complete
_CADENCES = {
    Cadence.HOURLY: (
        *(FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES),
        *(FeedKind.BILLING, FeedKind.CLAIMS, FeedKind.DOCUMENTS),
    ),
    Cadence.DAILY: (FeedKind.COMMISSIONS,),
}


@dataclass(frozen=True, slots=True)
class CsvBatch:
    """One file. Implements FeedBatch."""

    name: str
    path: Path
    columns: ColumnMap
    key: KeyOf | None
    trailer: Trailer | None
    found: Survey
    complete: bool

    @property
    def digest(self) -> bytes:
        """Of the content and of how it is read: with a mended map the same file says something new."""
        return blake2b(self.columns.meaning + self.found.digest, digest_size=32).digest()

    @property
    def exported_at(self) -> datetime:
        """When the file was last written."""
        return _EPOCH + timedelta(microseconds=self.found.stamp.modified // 1000)

    def rows(self, start: int = 0) -> Iterator[RawRow]:
        """The rows after the first `start`. Raises FeedUnavailable, or RowProblem where the whole file is unusable."""
        return islice(self._rows(), start, None)

    def _rows(self) -> Iterator[RawRow]:
        if self.found.workbook:
            raise RowProblem(["The file is a spreadsheet's workbook, not CSV: save it as CSV."])
        if self.trailer is not None:
            with opened(self.path, self.found) as text:
                hold_against_trailer(text, self.columns, self.trailer)
        with opened(self.path, self.found) as text:
            yield from raw_rows(text, self.columns, self.key, self.trailer)


@dataclass(frozen=True, slots=True)
class _Kind:
    settings: KindSettings
    columns: ColumnMap
    key: KeyOf | None
    trailer: Trailer | None
    record: RecordOf


class CustomConnector(FeedConnector):
    """Implements FeedConnector for one feed. Raises SettingsError with all that is wrong with its column maps."""

    def __init__(self, feed: FeedSettings) -> None:
        self._feed = feed
        self._folder = feed.folder
        self._name = feed.name
        self._surveys: dict[FeedKind, dict[Path, Survey]] = {}
        wanted = {kind: settings for kind in FeedKind if (settings := getattr(feed, kind.value)) is not None}
        problems = [problem for kind, settings in wanted.items() for problem in _problems(kind, settings)]
        if problems:
            raise SettingsError([f"feed {feed.name}: {problem}" for problem in problems])
        self._kinds = {kind: _compiled(kind, settings) for kind, settings in wanted.items()}

    @property
    def name(self) -> str:
        return self._name

    def kinds(self, cadence: Cadence) -> Sequence[FeedKind]:
        """The kinds this feed brings at that cadence, in the order in which they must be applied."""
        return [kind for kind in _CADENCES[cadence] if kind in self._kinds]

    def batches(self, kind: FeedKind) -> Sequence[CsvBatch]:
        """The files that lie ready, oldest first, then by name. One that is still being written waits for the next run.

        Raises FeedUnavailable where the folder or a file in it cannot be read.
        """
        of_kind = self._kinds[kind]
        surveys = self._surveyed(kind, of_kind.settings)
        ready = [
            (found.stamp.modified, path, found) for path, found in surveys.items() if not _fresh_and_cut_short(found)
        ]
        return [
            CsvBatch(
                path.relative_to(self._folder).as_posix(),
                path,
                of_kind.columns,
                of_kind.key,
                of_kind.trailer,
                found,
                of_kind.settings.complete,
            )
            for _, path, found in sorted(ready, key=lambda each: each[:2])
        ]

    def record(self, kind: FeedKind, row: RawRow) -> FeedRecord:
        """Map a row to the domain, also one mended by hand. Raises RowProblem with every reason at once."""
        of_kind = self._kinds[kind]
        if isinstance(row.cells, Cells):
            return of_kind.record(row.cells.layout, row.cells.texts, row.source_id)
        layout = of_kind.columns.layout(tuple(row.cells))
        return of_kind.record(layout, layout.pick([*row.cells.values(), ""]), row.source_id)

    def headings(self, kind: FeedKind) -> Sequence[str]:
        """The columns that the map names, a repeated group's once."""
        return self._kinds[kind].columns.headings()

    def fields(self, kind: FeedKind) -> Sequence[FieldChoice]:
        """What columns of that kind can hold."""
        return choices(MAPPINGS[kind].fields)

    def columns(self, kind: FeedKind) -> Columns:
        """The column map in force."""
        return self._kinds[kind].settings.columns

    def with_columns(self, maps: Mapping[FeedKind, Columns]) -> "CustomConnector":
        """The same feed, read by other column maps. Raises RowProblem with all that is wrong with them."""
        told = {kind.value: self._with(kind, columns) for kind, columns in maps.items() if kind in self._kinds}
        try:
            other = CustomConnector(self._feed.model_copy(update=told))
        except SettingsError as error:
            raise RowProblem(error.problems) from None
        other._surveys = self._surveys
        return other

    def preview(self, kind: FeedKind, columns: Columns) -> FilePreview | None:
        """How the newest file would be read by this map. Raises FeedUnavailable, or RowProblem where it has no
        header."""
        batches = self.batches(kind)
        return previewed(batches[-1], self._with(kind, columns)) if batches else None

    def _with(self, kind: FeedKind, columns: Columns) -> KindSettings:
        return self._kinds[kind].settings.model_copy(update={"columns": columns})

    def source_id(self, kind: FeedKind, cells: Mapping[str, str]) -> str | None:
        """What a row with these cells is known by, "" or None. Raises RowProblem where a column is missing."""
        of_kind = self._kinds[kind]
        layout = of_kind.columns.layout(tuple(cells))
        return of_kind.key(layout.pick([*cells.values(), ""])) if of_kind.key else None

    def naming(self, kind: FeedKind) -> Sequence[str]:
        """The columns of the map that make up what a row is known by."""
        held = self._kinds[kind].settings.columns
        fields = next((each for each in MAPPINGS[kind].named_by if each[0] in held), ())
        return [heading for field in fields if isinstance(heading := held.get(field), str)]

    def _files(self, pattern: str) -> list[Path]:
        try:
            next(self._folder.iterdir(), None)  # for glob passes in silence over a folder that it may not read
        except OSError as error:
            raise FeedUnavailable(f"The folder {self._folder} cannot be read ({error.strerror}).") from error
        return [path for path in self._folder.glob(pattern) if path.is_file() and not path.name.startswith(".")]

    def _surveyed(self, kind: FeedKind, settings: KindSettings) -> Mapping[Path, Survey]:
        """The kind's files with their surveys, from memory where a file is the same; without those being written."""
        known, found = self._surveys.get(kind, {}), {}
        for path in self._files(settings.files):
            try:
                same = known.get(path)
                unchanged = same is not None and same.stamp == Stamp.of(path.stat())
                found[path] = same if same and unchanged else survey(path, settings.encoding)
            except FeedUnavailable:
                continue
            except OSError as error:
                raise FeedUnavailable(f"{path} cannot be read ({error.strerror}).") from error
        self._surveys[kind] = found
        return found


def _fresh_and_cut_short(found: Survey) -> bool:
    return found.cut_short and 0 <= time.time() - found.stamp.modified / 1e9 < _SETTLED


def _compiled(kind: FeedKind, settings: KindSettings) -> _Kind:
    mapping = MAPPINGS[kind]
    columns = ColumnMap(kind, mapping.fields, settings)
    found = trailers.trailer_of(settings, mapping.fields)
    return _Kind(settings, columns, mapping.key(columns), found, mapping.mapper(columns))


def _problems(kind: FeedKind, settings: KindSettings) -> list[str]:
    mapping = MAPPINGS[kind]
    problems = [
        *check(kind, mapping.fields, settings, mapping.one_of),
        *trailers.check(kind, mapping.fields, settings),
    ]
    pattern = PurePath(settings.files)
    if not pattern.parts or pattern.is_absolute() or ".." in pattern.parts:
        problems.append(f"{kind.value}.files: must be a name pattern inside the folder, such as policies*.csv.")
    if settings.delimiter is not None and (len(settings.delimiter) != 1 or settings.delimiter in '"\r\n'):
        problems.append(f"{kind.value}.delimiter: must be one character, such as ; or a tab.")
    if settings.encoding is not None and not _is_text_encoding(settings.encoding):
        problems.append(f"{kind.value}.encoding: {settings.encoding!r} is not an encoding such as utf-8 or cp1252.")
    return problems


def _is_text_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except LookupError:
        return False
