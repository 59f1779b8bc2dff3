"""The one reader of the environment."""

import ipaddress
import os
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX = "PORTAL_"
DEMO: dict[str, object] = {
    "agency_name": "Harbor Lane Insurance",
    "feeds_file": Path(__file__).resolve().parent.parent / "demo" / "feeds.toml",
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """Everything that is wrong with the settings, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _listed(value: object) -> object:
    if isinstance(value, str):
        return [part for part in (piece.strip() for piece in value.replace("\n", ",").split(",")) if part]
    return value


Listed = Annotated[list[str], BeforeValidator(_listed)]


def origin_of(scheme: str, host: str, port: int | None) -> str:
    """An origin as browsers write it: lower case, IPv6 in brackets, no port where it is the scheme's own."""
    named = f"[{host}]" if ":" in host else host.lower()
    return f"{scheme}://{named}" + (f":{port}" if port not in (None, 80 if scheme == "http" else 443) else "")


class TrailerSettings(BaseModel):
    """The last line of a file, which tells how many rows it has and what they add up to. Columns count from 1."""

    model_config = ConfigDict(extra="forbid")

    mark: Annotated[str, Field(min_length=1)]  # what the line says in its column `mark_column`
    mark_column: Annotated[int, Field(ge=1)] = 1
    rows: Annotated[int, Field(ge=1)] | None = None  # the column with the number of rows
    beside_rows: Annotated[int, Field(ge=0, le=2)] = 0  # lines which that number holds beyond the rows: header, trailer
    sums: dict[str, Annotated[int, Field(ge=1)]] = {}  # a field of the map → the column with its sum
    sums_in: Literal["dollars", "cents"] = "dollars"


class KindSettings(BaseModel):
    """How one kind of file is found and read: a name pattern, the column map, and words to translate."""

    model_config = ConfigDict(extra="forbid")

    files: str
    columns: dict[str, str | dict[str, str]]
    values: dict[str, dict[str, str]] = {}
    encoding: str | None = None
    delimiter: str | None = None
    dates: Literal["month first", "day first"] = "month first"
    rates: Literal["fraction", "percent"] = "fraction"  # how a rate without a per cent sign is read
    complete: bool = False  # whether every file holds all records, and not only those that changed
    trailer: TrailerSettings | None = None


class SftpSettings(BaseModel):
    """Where a feed's files lie on a server, how to sign in there, and by which key the server is known."""

    model_config = ConfigDict(extra="forbid")

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: Annotated[str, Field(min_length=1)]
    password: SecretStr | None = None
    password_file: Path | None = None
    key_file: Path | None = None
    passphrase: SecretStr | None = None
    passphrase_file: Path | None = None
    host_key: str = ""
    folder: Annotated[str, Field(min_length=1)] = "."
    archive: Annotated[str, Field(min_length=1)] | None = None
    connect_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0  # to be connected and signed in
    silence_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0  # for the server to say nothing meanwhile
    quiet_seconds: Annotated[float, Field(ge=0, le=60)] = 3.0  # for a new file not to change before it is fetched


class FeedSettings(BaseModel):
    """One feed from an agency management system: its files lie in a folder here, or on a server."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    system: Literal["custom"] = "custom"
    folder: Path = Path()
    sftp: SftpSettings | None = None
    first_import: Literal["at once", "after approval"] = "at once"
    producers: KindSettings | None = None
    clients: KindSettings | None = None
    policies: KindSettings | None = None
    billing: KindSettings | None = None
    claims: KindSettings | None = None
    documents: KindSettings | None = None
    commissions: KindSettings | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "FeedSettings":
        if ("folder" in self.model_fields_set) is (self.sftp is not None):
            raise ValueError("needs either a folder or [feed.sftp], which says where its files lie")
        return self

    def seen_from(self, place: Path) -> "FeedSettings":
        """The same with every path here read from `place`."""
        if self.sftp is None:
            return self.model_copy(update={"folder": place / self.folder})
        names = ("password_file", "key_file", "passphrase_file")
        files = {name: place / file for name in names if (file := getattr(self.sftp, name)) is not None}
        return self.model_copy(update={"sftp": self.sftp.model_copy(update=files)})


class Settings(BaseModel):
    """Every setting, by the name of its variable without the prefix, in lower case."""

    model_config = ConfigDict(extra="forbid")

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: str = ""
    database_url: str = ""
    redis_url: str | None = None
    agency_name: Annotated[str, Field(min_length=1, max_length=80)] = "Your agency"
    time_zone: str = "America/New_York"
    encryption_keys: Listed = []
    lookup_key: str = ""
    feeds_file: Path | None = None
    producers_file: Path | None = None
    plugins: str = ""
    hourly_minute: Annotated[int, Field(ge=0, le=59)] = 5
    daily_hour: Annotated[int, Field(ge=0, le=23)] = 5
    concurrent_sessions: bool = False
    password_list: Path | None = None
    trusted_proxies: Listed = []
    smtp_url: str | None = None
    mail_from: str = ""
    sms_url: str = "https://api.twilio.com"
    sms_account: str = ""
    sms_token: str = ""
    sms_from: str = ""
    webhook_networks: Listed = []
    clamd_url: str = ""
    ams_mail: str = ""
    ams_tasks: str = ""
    ams_attach: bool = True
    ams_attach_mb: Annotated[int, Field(ge=1, le=25)] = 10
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo: bool = False

    _given: frozenset[str] = PrivateAttr(frozenset())

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is not a time zone such as America/Chicago") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username or "")
        if parts.scheme not in ("http", "https") or not parts.hostname or any(rest):
            raise ValueError("must be an address such as https://portal.example.com, without path, query or name")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("must begin with https://: over plain http anybody on the way could take a session over")
        return origin_of(parts.scheme, parts.hostname, parts.port)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("clamd_url")
    @classmethod
    def _scanner(cls, value: str) -> str:
        parts = urlsplit(value)
        by_network = parts.scheme == "tcp" and parts.hostname and not parts.path and not parts.username
        if value and not by_network and not (parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1):
            raise ValueError("must be such as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl")
        return value

    @field_validator("ams_mail", "ams_tasks")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        try:
            return validate_email(value, check_deliverability=False).normalized if value else ""
        except EmailNotValidError:
            raise ValueError("must be a mail address") from None

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for each in value:
            ipaddress.ip_network(each)
        return value

    @field_validator("password_list", "producers_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @cached_property
    def origin(self) -> str:
        """The address people use, as browsers send it in Origin: links are built from it, requests are held against
        it."""
        return self.public_url or origin_of("http", self.host, self.port)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The origins that browsers may send. On loopback without a configured address, `localhost` is the same
        place."""
        if self.public_url or self.host not in LOOPBACK:
            return (self.origin,)
        return (self.origin, f"http://localhost:{self.port}")

    @cached_property
    def folder(self) -> Path:
        """Where everything is kept. The demo has a folder of its own inside, so that it never meets an agency's
        data."""
        return (self.data_dir / "demo" if self.demo else self.data_dir).resolve()

    @cached_property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'portal.db'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def given(self) -> frozenset[str]:
        """The names of the settings that the environment says something of; those are not changed in the app."""
        return self._given

    @cached_property
    def feeds(self) -> list[FeedSettings]:
        return load_feeds(self.feeds_file) if self.feeds_file else []


class _FeedsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    feed: list[FeedSettings] = []


def load_feeds(path: Path) -> list[FeedSettings]:
    """Read the feeds' file (TOML, one `[[feed]]` each). Paths are relative to the file. Raises SettingsError."""
    name = f"{PREFIX}FEEDS_FILE"
    try:
        found = _FeedsFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError([f"{name}: {path} cannot be read ({error.strerror})."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{name}: {path} is not TOML: {error}."]) from None
    except ValidationError as error:
        raise SettingsError([f"{name}: {_place(each)}: {_sentence(each)}" for each in error.errors()]) from None
    names = [feed.name for feed in found.feed]
    if len(set(names)) < len(names):
        raise SettingsError([f"{name}: two feeds bear the same name."])
    return [feed.seen_from(path.parent) for feed in found.feed]


def _place(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def _sentence(error: Any) -> str:
    return f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."


def load_settings(environ: dict[str, str] | None = None, **given: Any) -> Settings:
    """Read and check all settings. Raises SettingsError with the whole list of what is wrong."""

    env = dict(os.environ if environ is None else environ)
    problems, values = _from_environment(env)
    in_environment = frozenset(values)
    if given.get("demo", values.get("demo", "false")) in (True, "true", "1"):
        values = {**DEMO, **values}
    try:
        settings = Settings(**{**values, **given})
    except ValidationError as error:
        problems += [f"{PREFIX}{_place(each).upper()}: {_sentence(each)}" for each in error.errors()]
        raise SettingsError(problems) from None
    settings._given = in_environment
    try:
        _ = settings.feeds
    except SettingsError as error:
        problems += error.problems
    if settings.host not in LOOPBACK and not settings.public_url:
        problems.append(f"{PREFIX}PUBLIC_URL: needed when {PREFIX}HOST is not loopback: the address people will use.")
    if settings.smtp_url and not settings.mail_from:
        problems.append(f"{PREFIX}MAIL_FROM: needed when {PREFIX}SMTP_URL is set.")
    texting = {name: getattr(settings, name) for name in ("sms_account", "sms_token", "sms_from")}
    if any(texting.values()):
        problems += [
            f"{PREFIX}{name.upper()}: needed for text messages." for name, value in texting.items() if not value
        ]
    if problems:
        raise SettingsError(problems)
    return settings


def _from_environment(env: dict[str, str]) -> tuple[list[str], dict[str, object]]:
    """The values of PORTAL_… and PORTAL_…_FILE; a name that nobody reads is a problem, for it is usually a typing
    error."""
    problems: list[str] = []
    values: dict[str, object] = {}
    for name, text in sorted(env.items()):
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key in Settings.model_fields:
            values[key] = text
        elif key.removesuffix("_file") in Settings.model_fields:
            try:
                values[key.removesuffix("_file")] = Path(text).read_text(encoding="utf-8").strip()
            except OSError as error:
                problems.append(f"{name}: {text} cannot be read ({error.strerror}).")
        else:
            problems.append(f"{name}: there is no such setting.")
    return problems, values
