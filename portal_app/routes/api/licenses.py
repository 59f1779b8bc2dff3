"""`/licenses`: the licenses of producers, and taking them from a file."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Body, HTTPException, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import LicenseStatus
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller, TokenFirst
from portal_app.routes.api.credentials import Codes, Day, Moment, Name, Names, States, Text
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.errors import Invalid
from portal_app.services.licensing import importing, licenses
from portal_app.services.licensing.matching import Outcome
from portal_app.services.licensing.terms import LicenseTerms, LineTerms

router = APIRouter(prefix="/licenses", tags=["licensing"], responses=problems.OF_A_ROLE, route_class=TokenFirst)
DONE = problems.MISSING | problems.AGAINST_IT


class SentLine(credentials.Sent):
    """A line of authority; without days of its own it goes with the license. The expiration date is its last day."""

    line: Name
    effective_date: Day | None = None
    expiration_date: Day | None = None

    def terms(self) -> LineTerms:
        return LineTerms(self.line, self.effective_date, self.expiration_date)


class LicenseSaid(credentials.Sent):
    """What a license says. A draft may lack anything and contradict itself."""

    license_number: Text = ""
    type: Text = ""
    npn: Text = ""
    jurisdictions: States = []
    resident: credentials.Truth = False
    producer_codes: Codes = []
    products: Names = []
    lines: Annotated[list[SentLine], Field(max_length=100)] = []
    original_issue_date: Day | None = None
    status: LicenseStatus = LicenseStatus.ACTIVE
    status_date: Day | None = None
    effective_time: Moment | None = None
    expiration_time: Moment | None = None

    def terms(self, *others: str) -> dict[str, Any]:
        """The terms that are named."""
        named = self.given(*others)
        return named | ({"lines": tuple(each.terms() for each in self.lines)} if "lines" in named else {})


class NewLicense(LicenseSaid):
    producer: credentials.Producer


class ChangedLicense(LicenseSaid):
    """What is to be otherwise; what is not named stays. `version` is the one that was looked at."""

    version: credentials.Version


class LicenseLine(shapes.Shape):
    line: str
    effective_date: date | None
    expiration_date: date | None


class License(credentials.Credential):
    """A license. From `expirationTime` on it is in force no more; `products` empty means all that its lines of
    authority cover."""

    license_number: str
    type: str
    npn: str
    jurisdictions: list[str]
    resident: bool
    producer_codes: list[str]
    products: list[str]
    lines: list[LicenseLine]
    original_issue_date: date | None
    status: LicenseStatus
    status_date: date | None
    effective_time: datetime | None
    expiration_time: datetime | None

    @classmethod
    def of(cls, answer: licenses.License) -> Self:
        return cls.model_validate(credentials.said_of("producerLicense", answer))


class Licenses(shapes.Listed[License]):
    pass


class ImportDifference(shapes.Shape):
    field: str
    before: str
    after: str


class ImportEntry(shapes.Shape):
    """What becomes of one license; `locator` is empty for one that is still to be added, `lines` are the file's."""

    outcome: Outcome
    locator: str
    producer: credentials.Holder
    npn: str
    jurisdiction: str
    license_number: str
    lines: list[int]
    differences: list[ImportDifference]


class RefusedRow(shapes.Shape):
    """A row that cannot be taken; `column` is empty where it is the row as a whole."""

    line: int
    column: str
    why: str


class Import(shapes.Shape):
    """What a file changes, or has changed where `applied`. Send the same file with `apply=true` and this `fingerprint`
    to have exactly this done. `ignored` are columns that nobody knows."""

    applied: bool
    fingerprint: str
    rows: int
    new: int
    changed: int
    unchanged: int
    entries: list[ImportEntry]
    refused: list[RefusedRow]
    ignored: list[str]


class AskedImport(parameters.Narrowed):
    apply: parameters.Truth = False
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | SkipJsonSchema[None] = None


@router.get("", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_licenses(caller: Caller, asked: Annotated[credentials.AskedOfProducer, Query()]) -> Licenses:
    """The licenses of producers whom one may see, in the order in which they were written down."""
    found = await the_door().act(licenses.listed, caller, **asked.model_dump())
    return Licenses.page([License.of(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=201, responses=problems.WRITTEN | problems.MISSING)
async def create_license(caller: Caller, sent: NewLicense, answer: Response) -> License:
    """Write a license down as a draft."""
    terms = LicenseTerms(**sent.terms("producer"))
    locator = await the_door().act(licenses.create, caller, producer=sent.producer, terms=terms)
    answer.headers["Location"] = f"/api/v1/licenses/{locator}"
    return await _now(caller, locator)


@router.post("/imports", dependencies=parameters.GIVEN_ONCE, responses=problems.WRITTEN | problems.AGAINST_IT)
async def import_licenses(
    caller: Caller, asked: Annotated[AskedImport, Query()], content: Annotated[bytes, Body(media_type="text/csv")]
) -> Import:
    """What a file of the national producer database would change, or, with `apply=true` and the fingerprint of what was
    looked at, exactly that: nothing is changed where the file or a record is another one by now. At most 5 MB."""
    if not asked.apply:
        return Import.of(await importing.look_at(the_door(), caller, content=content))
    if not asked.fingerprint:
        raise Invalid({"fingerprint": "Say which preview is to be applied."})
    done = await importing.take(the_door(), caller, content=content, fingerprint=asked.fingerprint)
    return Import.of(done)


@router.get("/imports", include_in_schema=False)
@router.patch("/imports", include_in_schema=False)
@router.put("/imports", include_in_schema=False)
async def refuse_imports() -> None:
    """Else it would be taken for a locator."""
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)


@router.get("/{locator}", responses=problems.MISSING)
async def get_license(caller: Caller, locator: parameters.Locator) -> License:
    """One license."""
    return await _now(caller, locator)


@router.patch("/{locator}", responses=problems.WRITTEN | DONE)
async def change_license(caller: Caller, locator: parameters.Locator, sent: ChangedLicense) -> License:
    """Set what is named and leave the rest. One that is validated is validated again."""
    given = sent.terms("version")
    await the_door().act(licenses.change, caller, locator=locator, version=sent.version, given=given)
    return await _now(caller, locator)


@router.put("/{locator}", responses=problems.WRITTEN | DONE)
async def replace_license(caller: Caller, locator: parameters.Locator, sent: ChangedLicense) -> License:
    """Have it say this and nothing else. One that is validated is validated again."""
    terms = LicenseTerms(**sent.terms("version"))
    await the_door().act(licenses.replace, caller, locator=locator, version=sent.version, terms=terms)
    return await _now(caller, locator)


@router.patch("/{locator}/validate", responses=DONE)
async def validate_license(caller: Caller, locator: parameters.Locator) -> License:
    """Let a draft count. Where `validationResult` says that something is missing or contradicts, it stays one."""
    return License.of(await the_door().act(licenses.validate, caller, locator=locator))


@router.patch("/{locator}/discard", responses=DONE)
async def discard_license(caller: Caller, locator: parameters.Locator) -> License:
    """Let it count no more, for good."""
    await the_door().act(licenses.discard, caller, locator=locator)
    return await _now(caller, locator)


async def _now(caller: Actor, locator: str) -> License:
    return License.of(await the_door().act(licenses.one, caller, locator=locator))
