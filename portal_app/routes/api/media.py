"""`/media`: files that the data of producers and codes refers to."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.media import library, removing, taking
from portal_app.services.media.files import TYPES
from portal_app.services.media.library import Download

router = APIRouter(prefix="/media", tags=["producers"], responses=problems.OF_A_ROLE)
BINARY = {"schema": {"type": "string", "format": "binary"}}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}}
HANDED_OUT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(TYPES.values(), BINARY)}
}
CHUNK = 64 * 1024
FileName = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$", examples=["license.pdf"])]


class MediaVersion(shapes.Shape):
    """One content. `size` is in bytes, `digest` its SHA-256 in hexadecimal."""

    locator: str
    filename: str
    content_type: str
    size: int
    digest: str
    created_at: datetime
    created_by: str


class Media(shapes.Shape):
    """Media with its versions, the newest first. Data refers to it by `locator` and a version's as `versionLocator`."""

    locator: str
    title: str
    versions: list[MediaVersion]


class AskedContent(parameters.Narrowed):
    version: parameters.LocatorOrEmpty = ""


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=problems.WRITTEN,
    openapi_extra=SENT,
    dependencies=parameters.GIVEN_ONCE,
)
async def add_media(
    caller: Caller, request: Request, answer: Response, filename: FileName, title: parameters.Text = ""
) -> Media:
    """Keep a file: the body is the file itself, a PDF, JPG or PNG of at most 25 MB."""
    names = {"filename": filename, "title": title}
    made = Media.of(await taking.take_in(the_door(), caller, arriving(request), **names))
    answer.headers["Location"] = f"/api/v1/media/{made.locator}"
    return made


@router.post(
    "/{locator}/versions",
    status_code=HTTPStatus.CREATED,
    responses=problems.WRITTEN | problems.MISSING,
    openapi_extra=SENT,
    dependencies=parameters.GIVEN_ONCE,
)
async def add_media_version(caller: Caller, locator: parameters.Locator, request: Request, filename: FileName) -> Media:
    """Keep a newer version; what refers to an older one still does."""
    return Media.of(await taking.take_in(the_door(), caller, arriving(request), filename=filename, of=locator))


@router.get("/{locator}", responses=problems.MISSING)
async def get_media(caller: Caller, locator: parameters.Locator) -> Media:
    """What is written down of it. A producer sees the versions that their own data refers to."""
    return Media.of(await the_door().act(library.one, caller, locator=locator))


@router.delete("/{locator}", status_code=HTTPStatus.NO_CONTENT, responses=problems.WRITTEN | problems.MISSING)
async def remove_media(caller: Caller, locator: parameters.Locator) -> None:
    """Remove a file that nothing refers to, with all of its versions, for good."""
    await removing.take_away(the_door(), caller, locator=locator)


@router.get(
    "/{locator}/content",
    responses=HANDED_OUT | problems.MISSING | problems.AGAINST_IT,
    response_class=Response,
    dependencies=parameters.GIVEN_ONCE,
)
async def get_media_content(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedContent, Query()]
) -> Response:
    """The file, to be saved and not to be shown: the newest version that the caller sees, or the one that is named."""
    found = await the_door().act(library.download, caller, locator=locator, version=asked.version)
    return StreamingResponse(bytes_of(found), media_type=found.content_type, headers=headers_of(found))


def headers_of(found: Download) -> dict[str, str]:
    """With these a file is saved and never shown."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
        "Content-Length": str(found.size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Who breaks off gets no answer, and leaves no fault in the log."""
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None


def bytes_of(found: Download) -> Iterator[bytes]:
    with found.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
