"""`/users`: who can sign in, added, changed, shut out and let in, by whoever manages users."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import Role
from portal_app.routes.api import parameters, people, problems
from portal_app.routes.api.auth import Caller
from portal_app.services.access import Actor
from portal_app.services.door import the_door
from portal_app.services.identity import reset, roster, users

router = APIRouter(prefix="/users", tags=["users"], responses=problems.OF_A_ROLE)
WRITTEN = problems.WRITTEN
DONE = problems.MISSING | problems.AGAINST_IT


class AskedUsers(parameters.Asked):
    text: parameters.Text = ""
    role: Role | SkipJsonSchema[None] = None
    standing: roster.Standing | SkipJsonSchema[None] = None


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_users(caller: Caller, asked: Annotated[AskedUsers, Query()]) -> people.Users:
    """People whose name or address holds the text, by name, narrowed by role and by how it stands with them."""
    found = await the_door().act(roster.listed, caller, **asked.model_dump())
    return people.Users.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=201, responses=WRITTEN)
async def add_user(caller: Caller, sent: people.NewUser, answer: Response) -> people.Invited:
    """Add a person and get the one-time link by which they set their password. They are mailed it too, where there is
    a mail server; it is not told again."""
    added = await the_door().act(users.add, caller, **asdict(sent.draft()))
    answer.headers["Location"] = f"/api/v1/users/{added.locator}"
    return people.Invited(link=added.link, user=await _now(caller, added.locator))


@router.post("/outlook", responses=WRITTEN | problems.MISSING)
async def get_outlook(caller: Caller, sent: people.OutlookAsked) -> people.Outlook:
    """What somebody would see and may do, before anything is saved. Changes nothing."""
    found = await the_door().act(roster.outlook, caller, draft=sent.draft(), who=sent.user)
    return people.Outlook.of(found)


@router.get("/outlook", include_in_schema=False)
@router.patch("/outlook", include_in_schema=False)
async def refuse_outlook() -> None:
    """Else it would be taken for a locator."""
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)


@router.get("/{locator}", responses=problems.MISSING)
async def get_user(caller: Caller, locator: parameters.Locator) -> people.User:
    """One person with grants, tokens and the number of open sessions."""
    return await _now(caller, locator)


@router.patch("/{locator}", responses=WRITTEN | DONE)
async def change_user(caller: Caller, locator: parameters.Locator, sent: people.ChangedUser) -> people.User:
    """Change what is named. Where role, producer or grants change, the person's sessions and tokens end. Where the
    address changes, their links are void; who has set no password yet is mailed another invitation, where there is a
    mail server. The last administrator stays one, and nobody changes what they may do themselves."""
    await the_door().act(users.amend, caller, who=locator, amendment=sent.amendment())
    return await _now(caller, locator)


@router.post("/{locator}/disable", responses=DONE)
async def disable_user(caller: Caller, locator: parameters.Locator) -> people.User:
    """Shut a person out: sessions, tokens and links end at once."""
    return await _done(users.disable, caller, locator)


@router.post("/{locator}/enable", responses=problems.MISSING)
async def enable_user(caller: Caller, locator: parameters.Locator) -> people.User:
    """Let a person in again, with the password and second factor that they had."""
    return await _done(users.enable, caller, locator)


@router.post("/{locator}/unlock", responses=problems.MISSING)
async def unlock_user(caller: Caller, locator: parameters.Locator) -> people.User:
    """Take a lock off before its time."""
    return await _done(users.unlock, caller, locator)


@router.post("/{locator}/reset-mfa", responses=problems.MISSING)
async def reset_mfa(caller: Caller, locator: parameters.Locator) -> people.User:
    """Take the second factor back: they set up a new one at the next sign-in; their sessions and tokens end."""
    return await _done(users.reset_mfa, caller, locator)


@router.post("/{locator}/sign-out", responses=problems.MISSING)
async def sign_user_out(caller: Caller, locator: parameters.Locator) -> people.Ended:
    """End all sessions of a person."""
    return people.Ended(ended=await the_door().act(users.sign_out_everywhere, caller, who=locator))


@router.post("/{locator}/invitation", responses=DONE)
async def invite_again(caller: Caller, locator: parameters.Locator) -> people.Link:
    """Another link for somebody who has not set a password yet; the older one is void."""
    return people.Link(link=await the_door().act(users.invite_again, caller, who=locator))


@router.post("/{locator}/reset-link", responses=DONE)
async def make_reset_link(caller: Caller, locator: parameters.Locator) -> people.Link:
    """A link for a new password, good for an hour, to be handed over."""
    return people.Link(link=await the_door().act(reset.link_for, caller, who=locator))


@router.delete("/{locator}/tokens/{token}", status_code=204, responses=problems.MISSING)
async def revoke_users_token(caller: Caller, locator: parameters.Locator, token: parameters.TokenLocator) -> None:
    """End a token of somebody."""
    await the_door().act(users.revoke_token, caller, who=locator, locator=token)


async def _done(service: Callable[..., None], caller: Actor, locator: str) -> people.User:
    await the_door().act(service, caller, who=locator)
    return await _now(caller, locator)


async def _now(caller: Actor, locator: str) -> people.User:
    return people.User.of(await the_door().act(roster.one, caller, who=locator))
