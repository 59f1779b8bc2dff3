"""`/accounts`: the clients whose policies one may see."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services import accounts
from portal_app.services.door import the_door

router = APIRouter(prefix="/accounts", tags=["accounts"], responses=problems.OF_A_ROLE)


class AskedAccounts(parameters.Asked):
    text: parameters.Text = ""


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_accounts(caller: Caller, asked: Annotated[AskedAccounts, Query()]) -> shapes.Accounts:
    """Accounts whose name holds the text."""
    found = await the_door().act(
        accounts.find_accounts, caller, text=asked.text, offset=asked.offset, count=asked.count
    )
    return shapes.Accounts.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.get("/{locator}", responses=problems.MISSING)
async def get_account(caller: Caller, locator: parameters.Locator) -> shapes.Account:
    """One account with its first policies."""
    return shapes.Account.of(await the_door().act(accounts.account, caller, locator=locator))
