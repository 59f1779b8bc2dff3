"""`/configurations`: what the agency configures in the app, kind by kind, and its versions."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import Field

from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller, TokenFirst
from portal_app.services.configuration import versions
from portal_app.services.door import the_door

router = APIRouter(
    prefix="/configurations", tags=["configurations"], responses=problems.OF_A_ROLE, route_class=TokenFirst
)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

Kind = Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$", examples=["producer-types"])]
Number = Annotated[int, Path(ge=0, le=2**31 - 2), parameters.WHOLE_NUMBER]
Content = Annotated[str, Field(max_length=versions.LONGEST, pattern=r"^[^\x00]*$")]
Note = Annotated[str, Field(max_length=versions.LONGEST_NOTE, pattern=r"^[^\x00]*$")]


class Named(parameters.Narrowed):
    """Which of the kind; left out where there is one only."""

    name: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class AskedVersions(parameters.Asked, Named):
    pass


class GivenContent(credentials.Sent):
    """`content` is the configuration as text, for names that stand in it twice are told too."""

    content: Content


class NewVersion(GivenContent):
    """`expectedVersion` is the version that was looked at, 0 where nothing was saved; `note` says why."""

    expected_version: credentials.Version
    note: Annotated[Note, Field(min_length=1)]


class Restored(credentials.Sent):
    """Without a `note` it says which version was restored."""

    expected_version: credentials.Version
    note: Note = ""


class ConfigurationVersion(shapes.Shape):
    """Version 0 is what holds where nothing was saved: nobody made it, and its `locator` is null."""

    locator: str | None
    kind: str
    label: str
    name: str
    version: int
    content: str
    note: str
    made_by: str
    made_at: datetime | None

    @classmethod
    def of(cls, answer: versions.Version) -> Self:
        return cls.model_validate(asdict(answer) | {"locator": answer.locator or None})


class Configuration(ConfigurationVersion):
    """The version in force. `shippedChanged` tells that another is shipped than when it was saved."""

    shipped_changed: bool

    @classmethod
    def of_current(cls, answer: versions.Current) -> Self:
        told = asdict(answer.version) | {"locator": answer.version.locator or None}
        return cls.model_validate(told | {"shipped_changed": answer.shipped_changed})


class Configurations(shapes.Listed[Configuration]):
    pass


class ConfigurationVersions(shapes.Listed[ConfigurationVersion]):
    pass


class CheckedConfiguration(shapes.Shape):
    """What a save would meet, each problem with its path, and the lines that differ from `version`. `kept` says what
    goes on as it began, or is empty."""

    version: int
    problems: list[str]
    difference: list[str]
    kept: str


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_configurations(caller: Caller, asked: Annotated[parameters.Asked, Query()]) -> Configurations:
    """What is configured, each with the version in force."""
    found = await the_door().act(versions.listed, caller)
    some = found[asked.offset : asked.offset + asked.count]
    return Configurations.page([Configuration.of_current(each) for each in some], len(found), asked.offset)


@router.get("/{kind}", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def get_configuration(caller: Caller, kind: Kind, asked: Annotated[Named, Query()]) -> Configuration:
    """The version in force."""
    return Configuration.of_current(await the_door().act(versions.current, caller, kind=kind, name=asked.name))


@router.put("/{kind}", responses=CHANGED, dependencies=parameters.GIVEN_ONCE)
async def save_configuration(
    caller: Caller, kind: Kind, asked: Annotated[Named, Query()], sent: NewVersion
) -> ConfigurationVersion:
    """Save a new version. It holds from then on, and is refused whole where anything is wrong with it."""
    given = {"content": sent.content, "note": sent.note}
    about = {"kind": kind, "name": asked.name}
    made = await the_door().act(versions.save, caller, **about, **given, expected=sent.expected_version)
    return ConfigurationVersion.of(made)


@router.post("/{kind}/check", responses=problems.MISSING | problems.WRITTEN, dependencies=parameters.GIVEN_ONCE)
async def check_configuration(
    caller: Caller, kind: Kind, asked: Annotated[Named, Query()], sent: GivenContent
) -> CheckedConfiguration:
    """Whether this could be saved, and what would be different. Nothing is saved."""
    about = {"kind": kind, "name": asked.name, "content": sent.content}
    return CheckedConfiguration.of(await the_door().act(versions.check, caller, **about))


@router.get("/{kind}/versions", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def list_configuration_versions(
    caller: Caller, kind: Kind, asked: Annotated[AskedVersions, Query()]
) -> ConfigurationVersions:
    """What was saved, the newest first."""
    found = await the_door().act(versions.history, caller, kind=kind, **asked.model_dump())
    rows = [ConfigurationVersion.of(row) for row in found.rows]
    return ConfigurationVersions.page(rows, found.total, asked.offset)


@router.get("/{kind}/versions/{number}", responses=problems.MISSING, dependencies=parameters.GIVEN_ONCE)
async def get_configuration_version(
    caller: Caller, kind: Kind, number: Number, asked: Annotated[Named, Query()]
) -> ConfigurationVersion:
    """One version; 0 is what is shipped now."""
    found = await the_door().act(versions.version, caller, kind=kind, name=asked.name, number=number)
    return ConfigurationVersion.of(found)


@router.post("/{kind}/versions/{number}/restore", responses=CHANGED, dependencies=parameters.GIVEN_ONCE)
async def restore_configuration_version(
    caller: Caller, kind: Kind, number: Number, asked: Annotated[Named, Query()], sent: Restored
) -> ConfigurationVersion:
    """Save what an older version says, or what is shipped now (0), as a new one."""
    about = {"kind": kind, "name": asked.name, "note": sent.note}
    made = await the_door().act(versions.restore, caller, **about, number=number, expected=sent.expected_version)
    return ConfigurationVersion.of(made)
