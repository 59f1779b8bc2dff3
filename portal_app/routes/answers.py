"""`/answers`: what a page of an intake form holds when it goes. Its socket is closed by then: it sends them in a
request that outlasts it, whose answer nobody hears."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.routes.files import STATUS
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError
from portal_app.services.submissions import sending

# Browsers send no more than 64 KiB from a page that goes.
MOST_BYTES = 65_536
MOST_GROUPS = 100


async def post_answers(request: Request) -> Response:
    """The body is the groups as the page sends them, one a line, each with whose page it was: what somebody typed whose
    session ended is not to be saved by whoever signs in next. They are saved in that order, each for itself; what is
    answered is the first that was not."""
    try:
        lines = (await _text(request)).split("\n")
    except (ClientDisconnect, UnicodeDecodeError):
        return Response(status_code=400)
    answers = [await _save(each) for each in lines[:MOST_GROUPS]]
    return next((each for each in answers if each.status_code != 204), answers[0])


async def _save(line: str) -> Response:
    sent, caller = sending.read_sent(line), current_actor.get()
    if sent is None or sent.by != caller.email:
        return Response(status_code=422 if sent is None else 403)
    try:
        await sending.save(the_door(), caller, sent, name=None)
    except DomainError as refusal:
        status = next((number for kind, number in STATUS.items() if isinstance(refusal, kind)), 503)
        return Response(refusal.sentence, status, media_type="text/plain")
    return Response(status_code=204)


async def _text(request: Request) -> str:
    """Nothing of what is longer than it can be."""
    arrived = b""
    async for piece in request.stream():
        arrived += piece
        if len(arrived) > MOST_BYTES:
            return ""
    return arrived.decode()


ROUTES = [Route("/answers", post_answers, methods=["POST"])]
