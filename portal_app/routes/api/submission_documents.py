"""`/submissions/{locator}/documents`: the files of a submission."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import ScanState
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.media import HANDED_OUT, SENT, FileName, arriving, bytes_of, headers_of
from portal_app.services.door import the_door
from portal_app.services.submissions import documents, uploading

router = APIRouter(
    prefix="/submissions/{locator}/documents", tags=["submissions"], responses=problems.OF_A_ROLE | problems.MISSING
)
UploadKey = Annotated[str, Query(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", alias="uploadKey")]
KINDS = (*documents.TAKEN, SubmissionDocumentKind.QUOTE)
OneOfTaken = Annotated[str, Query(json_schema_extra={"enum": [each.value for each in KINDS]})]


class SubmissionDocument(shapes.Shape):
    """A file of a submission. `size` is in bytes, `digest` the SHA-256 of what is kept, in hexadecimal; a picture is
    kept as it was written anew. While `scan` is `waiting` or `refused`, nobody gets it."""

    locator: str
    kind: SubmissionDocumentKind
    filename: str
    content_type: str
    size: int
    digest: str
    scan: ScanState
    added_at: datetime
    added_by: str
    removed_at: datetime | None
    may_remove: bool


class KeptDocument(SubmissionDocument):
    """`again` tells that the same bytes were there already as a document of that kind, and were not kept twice."""

    again: bool


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_submission_documents(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> shapes.Listed[SubmissionDocument]:
    """The files in the order in which they came. What was removed after the submission was handed in is shown to
    underwriters."""
    found = await the_door().act(documents.listed, caller, submission=locator)
    return shapes.Listed[SubmissionDocument].part(found, asked)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=problems.WRITTEN | problems.AGAINST_IT,
    openapi_extra=SENT,
    dependencies=parameters.GIVEN_ONCE,
)
async def add_submission_document(
    caller: Caller,
    locator: parameters.Locator,
    request: Request,
    answer: Response,
    filename: FileName,
    kind: OneOfTaken,
    upload_key: UploadKey,
) -> KeptDocument:
    """Keep a file: the body is the file itself, a PDF, JPG or PNG of at most 25 MB that opens; a submission's files
    have at most 100 MB together. A carrier's `quote` comes from underwriters. What is sent again under its `uploadKey`
    is there once, and answered alike; another file under that key is refused. The same bytes under another key are
    answered with the document of that kind that is there."""
    named = documents.Named(locator, kind, filename, upload_key)
    made = KeptDocument.of(await uploading.take_in(the_door(), caller, arriving(request), named))
    answer.headers["Location"] = f"/api/v1/submissions/{locator}/documents/{made.locator}"
    return made


@router.get("/{document}")
async def get_submission_document(
    caller: Caller, locator: parameters.Locator, document: parameters.DocumentLocator
) -> SubmissionDocument:
    """What is written down of it."""
    return SubmissionDocument.of(await the_door().act(documents.one, caller, submission=locator, locator=document))


@router.delete("/{document}", status_code=HTTPStatus.NO_CONTENT, responses=problems.WRITTEN | problems.AGAINST_IT)
async def remove_submission_document(
    caller: Caller, locator: parameters.Locator, document: parameters.DocumentLocator
) -> None:
    """Take a file out: out of a draft for good; after that it is marked as removed, which only underwriters may."""
    await uploading.remove(the_door(), caller, submission=locator, locator=document)


@router.get("/{document}/content", responses=HANDED_OUT | problems.AGAINST_IT, response_class=Response)
async def get_submission_document_content(
    caller: Caller, locator: parameters.Locator, document: parameters.DocumentLocator
) -> Response:
    """The file, to be saved and not to be shown."""
    found = await the_door().act(documents.download, caller, submission=locator, locator=document)
    return StreamingResponse(bytes_of(found), media_type=found.content_type, headers=headers_of(found))
