"""`/files`: files that the data of producers and codes refers to, taken in from forms and handed out to browsers."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError, Forbidden, Invalid, NotFound
from portal_app.services.media import library, taking
from portal_app.services.media.library import Download, MediaView

CHUNK = 64 * 1024
STATUS: dict[type[DomainError], int] = {Invalid: 422, Forbidden: 403, NotFound: 404}


async def post_file(request: Request) -> Response:
    """The body is the file itself. Answers with the reference to keep, or with a sentence for the field."""
    names = {name: request.query_params.get(name, "") for name in ("filename", "of")}
    try:
        kept = await taking.take_in(the_door(), current_actor.get(), _arriving(request), **names)
    except DomainError as refusal:
        return JSONResponse({"problem": refusal.sentence}, STATUS.get(type(refusal), 503))
    except ClientDisconnect:
        return Response(status_code=400)
    return JSONResponse(reference(kept), 201)


async def get_file(request: Request) -> Response:
    """A version to be saved and not to be shown: the newest, or the one that `version` names."""
    locator, version = request.path_params["locator"], request.query_params.get("version", "")
    try:
        found = await the_door().call(library.download, locator=locator, version=version)
    except Forbidden:
        return Response(status_code=303, headers={"Location": "/denied"})
    except NotFound as refusal:
        return Response(refusal.sentence, 404, media_type="text/plain")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
        "Content-Length": str(found.size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_bytes(found), media_type=found.content_type, headers=headers)


def reference(kept: MediaView) -> dict[str, str]:
    """The newest version, as extension data refers to it."""
    newest = kept.versions[0]
    return {"locator": kept.locator, "versionLocator": newest.locator, "filename": newest.filename}


async def _arriving(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


def _bytes(found: Download) -> Iterator[bytes]:
    with found.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


ROUTES = [
    Route("/files", post_file, methods=["POST"]),
    Route("/files/{locator}", get_file, methods=["GET"]),
]
