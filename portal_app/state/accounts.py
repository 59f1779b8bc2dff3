"""Accounts: the list, and one of them."""

from portal_app.guard.events import requires
from portal_app.services import accounts
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.intake.values import told_phone
from portal_app.services.policies.views import AccountDetail
from portal_app.services.topics import Topic
from portal_app.state import address, exports, wording
from portal_app.state.exports import Offer
from portal_app.state.portal import PortalState
from portal_app.state.rows import AccountLine, PolicyLine, account_line, policy_line


class AccountsState(PortalState):
    loaded: bool = False
    rows: list[AccountLine] = []
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    searching: bool = False
    exports: list[Offer] = []
    as_of: str = ""
    stale: bool = False

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        text, page = address.read_simple(self.router.url.query_parameters)
        found = await self._ask(accounts.find_accounts, text=text, offset=(page - 1) * address.PAGE, count=address.PAGE)
        if found is None:
            return
        self.rows = [account_line(row) for row in found.rows]
        self.total, self.searching, self.loaded = found.total, bool(text), True
        self.headline = wording.count(found.total, "account")
        self.exports = exports.of_accounts(text)
        self.as_of, self.stale = self._moment(found.as_of), wording.is_stale(found.as_of, self._now())
        self.span = wording.span(found.offset, len(found.rows), found.total)
        self.previous, self.following = address.simple_neighbours("/accounts", text, page, found.total)


class AccountState(PortalState):
    shown: str = ""
    account_name: str = ""
    kind: str = ""
    mailing_address: list[str] = []
    contact_email: str = ""
    contact_phone: str = ""
    tax_id: str = ""
    birth_year: str = ""
    rows: list[PolicyLine] = []
    policies: str = ""
    premium_in_force: str = ""
    all_policies: str = ""
    feed: str = ""
    as_of: str = ""
    stale: bool = False
    may_submit: bool = False

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        self.shown, self.may_submit = "", can(current_actor.get(), Permission.SUBMIT_BUSINESS)
        await self._look()

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        found = await self._ask(accounts.account, locator=self._last_of_path())
        if found is not None:
            self._show(found)

    def _show(self, found: AccountDetail) -> None:
        self.shown, self.account_name, self.kind = found.locator, found.name, found.kind
        self.mailing_address = list(found.mailing_address)
        self.contact_email, self.contact_phone = found.email, told_phone(found.phone)
        self.tax_id, self.birth_year = found.tax_id_masked, found.birth_year
        self.rows = [policy_line(row) for row in found.policies]
        self.policies = wording.count(found.total_policies, "policy", "policies")
        self.premium_in_force = wording.money(found.premium_in_force)
        more = found.total_policies > len(found.policies)
        self.all_policies = address.policies(account=found.locator) if more else ""
        self.feed, self.as_of = found.feed, self._moment(found.as_of)
        self.stale = wording.is_stale(found.as_of, self._now())
