"""The port: a feed whose files are fetched from an SFTP server into a folder here, and are read there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy

from integrations.sftp import credentials
from integrations.sftp.fetching import Fetching
from portal_app.models.enums import Cadence, FeedKind
from portal_app.services.ports import (
    Columns,
    FeedAlarm,
    FeedBatch,
    FeedConnector,
    FeedRecord,
    FeedUnavailable,
    FieldChoice,
    FilePreview,
    RawRow,
)
from portal_app.settings import FeedSettings, SettingsError, SftpSettings


class _OverReader(FeedConnector):
    """What is told of files that lie here already: all by the reader of their folder."""

    _reader: FeedConnector

    @property
    def name(self) -> str:
        return self._reader.name

    def kinds(self, cadence: Cadence) -> Sequence[FeedKind]:
        return self._reader.kinds(cadence)

    def batches(self, kind: FeedKind) -> Sequence[FeedBatch]:
        return self._reader.batches(kind)

    def record(self, kind: FeedKind, row: RawRow) -> FeedRecord:
        return self._reader.record(kind, row)

    def headings(self, kind: FeedKind) -> Sequence[str]:
        return self._reader.headings(kind)

    def source_id(self, kind: FeedKind, cells: Mapping[str, str]) -> str | None:
        return self._reader.source_id(kind, cells)

    def naming(self, kind: FeedKind) -> Sequence[str]:
        return self._reader.naming(kind)

    def fields(self, kind: FeedKind) -> Sequence[FieldChoice]:
        return self._reader.fields(kind)

    def columns(self, kind: FeedKind) -> Columns:
        return self._reader.columns(kind)

    def preview(self, kind: FeedKind, columns: Columns) -> FilePreview | None:
        return self._reader.preview(kind, columns)

    def with_columns(self, maps: Mapping[FeedKind, Columns]) -> "FeedConnector":
        other = copy(self)
        other._reader = self._reader.with_columns(maps)
        return other


class SftpConnector(_OverReader):
    """Implements FeedConnector over the `reader` of the folder that files are fetched into. Outside of a session it
    knows what has been fetched. Raises SettingsError with all that is wrong with the settings of the server."""

    def __init__(self, feed: FeedSettings, server: SftpSettings, reader: FeedConnector) -> None:
        self._feed, self._server, self._reader = feed, server, reader
        problems = [
            f"{kind.value}.files: must be a name pattern without a folder; sftp.folder says where the files lie."
            for kind, pattern in patterns(feed).items()
            if "/" in pattern
        ]
        try:
            self._credentials = credentials.read(server)
        except SettingsError as wrong:
            problems += wrong.problems
        if problems:
            raise SettingsError([f"feed {feed.name}: {problem}" for problem in problems])

    @contextmanager
    def session(self, go_on: Callable[[], None]) -> Iterator[FeedConnector]:
        fetching = Fetching(self._server, self._credentials, self._feed.folder, patterns(self._feed), go_on)
        try:
            yield _Session(self._reader, fetching)
        finally:
            fetching.close()


class _Session(_OverReader):
    """The connector while a run lasts, over one connection."""

    def __init__(self, reader: FeedConnector, fetching: Fetching) -> None:
        self._reader, self._fetching = reader, fetching
        self._unavailable: dict[FeedKind, FeedUnavailable] = {}

    def batches(self, kind: FeedKind) -> Sequence[FeedBatch]:
        """Fetch what is new, and return what lies here. Where the server cannot be reached, what was fetched before is
        taken in all the same; the run is told in the end. Raises FeedAlarm at once."""
        try:
            self._fetching.fetch(kind)
        except FeedAlarm:
            raise
        except FeedUnavailable as problem:
            self._unavailable[kind] = problem
        return self._reader.batches(kind)

    def put_away(self, kind: FeedKind, through: Sequence[FeedBatch] | None) -> Sequence[str]:
        if kind in self._unavailable:
            raise self._unavailable[kind]
        return () if through is None else self._fetching.put_away(kind, through)


def patterns(feed: FeedSettings) -> dict[FeedKind, str]:
    """How the files of each kind are called."""
    return {kind: settings.files for kind in FeedKind if (settings := getattr(feed, kind.value)) is not None}
