"""People in the administrator's hands: the list, and one of them, reviewed before anything is saved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from portal_app.guard.events import requires
from portal_app.models.enums import Grant, Role
from portal_app.services.access import MATRIX, Permission
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Invalid
from portal_app.services.identity import reset, roster, users
from portal_app.services.identity.draft import Draft
from portal_app.services.identity.roster import Outlook, PersonDetail, PersonLine, Standing
from portal_app.services.topics import Topic
from portal_app.state import address, exports, wording
from portal_app.state.exports import Offer
from portal_app.state.portal import PortalState, places_of
from portal_app.state.preferences import TokenRow, token_row
from portal_app.state.settings import ChangeRow

ROLES = {role.value: role.label for role in Role}
STANDINGS = {each.value: each.label for each in Standing}
GRANTS = {
    Grant.DOWNLINE.value: "Also sees the book of the producers below them",
    Grant.COMMISSIONS.value: "Sees commission reports",
    Grant.UNDERWRITING.value: "Underwrites quotes and changes policies",
}
MANAGES = Permission.MANAGE_USERS
PLACE = "/admin/users"


@dataclass
class PersonRow:
    href: str
    name: str
    email: str
    role: str
    producer: str
    standing: str
    factor: str
    seen: str


@dataclass
class May:
    """A permission that somebody would have, and how far it goes."""

    what: str
    how: str


class UsersState(PortalState):
    loaded: bool = False
    rows: list[PersonRow] = []
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    exports: list[Offer] = []

    @requires(MANAGES, passive=True, shows=(Topic.USERS,))
    async def load(self) -> None:
        await self._look()

    @requires(MANAGES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        given = self.router.url.query_parameters
        text, page = address.read_simple(given)
        role = Role(given["role"]) if given.get("role") in ROLES else None
        standing = Standing(given["standing"]) if given.get("standing") in STANDINGS else None
        offset = (page - 1) * address.PAGE
        found = await self._ask(
            roster.listed, text=text, role=role, standing=standing, offset=offset, count=address.PAGE
        )
        if found is None:
            return
        self.rows = [self._row(each) for each in found.rows]
        self.loaded = True
        self.headline = wording.count(found.total, "user")
        self.span = wording.span(offset, len(found.rows), found.total)
        kept = {"role": role.value if role else "", "standing": standing.value if standing else ""}
        self.previous, self.following = address.simple_neighbours(PLACE, text, page, found.total, **kept)
        self.exports = [*exports.of_users(text, **kept), *exports.of_access()]

    def _row(self, each: PersonLine) -> PersonRow:
        return PersonRow(
            href=f"{PLACE}/{each.locator}",
            name=each.name,
            email=each.email,
            role=each.role.label,
            producer=each.producer,
            standing=each.standing.label,
            factor="Set up" if each.enrolled else "Not yet",
            seen=self._moment(each.last_sign_in_at) or "Never",
        )


class UserState(PortalState):
    """One person, or one who is to be added (`locator` is empty)."""

    SHOWN_ONCE: ClassVar[tuple[str, ...]] = ("link",)

    loaded: bool = False
    locator: str = ""
    person: str = ""
    person_email: str = ""
    person_role: str = Role.CSR.value
    code: str = ""
    grants: list[str] = []
    standing: str = ""
    enrolled: bool = False
    role_label: str = ""
    producer_name: str = ""
    seen: str = ""
    since: str = ""
    open_sessions: int = 0
    tokens: list[TokenRow] = []

    version: str = ""
    overtaken: bool = False
    form: dict[str, str] = {}
    problems: dict[str, str] = {}
    reviewing: bool = False
    adding: str = ""
    adding_as: list[str] = []
    would_see: str = ""
    would_may: list[May] = []
    # By the keys of the navigation.
    would_open: list[str] = []
    would_gain: list[str] = []
    would_lose: list[str] = []
    would_change: list[ChangeRow] = []
    link: str = ""
    mailed: bool = False
    asking: str = ""
    # Nobody changes what they may do themselves.
    oneself: bool = False

    @requires(MANAGES, passive=True, shows=(Topic.USERS,))
    async def load(self) -> None:
        self._forget()
        self.locator = self._last_of_path()
        await self._look()

    @requires(MANAGES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look_beside)

    @requires(MANAGES)
    async def show_now(self) -> None:
        """Let go of what was filled in, and show the person as they are."""
        self._forget()
        await self._look()

    @requires(MANAGES, passive=True)
    async def load_new(self) -> None:
        """An empty form, or one filled in like somebody else's (`?like=`)."""
        self._forget()
        self.locator, self.version, self.person, self.person_email, self.code, self.grants = "", "", "", "", "", []
        self.person_role, self.oneself = Role.CSR.value, False
        like = self.router.url.query_parameters.get("like", "")
        found = await self._ask(roster.one, who=like) if like else None
        if found is not None:
            self.person_role, self.code = found.line.role.value, found.producer_code
            self.grants = sorted(each.value for each in found.grants)
        self.loaded = True

    def _forget(self) -> None:
        self.loaded, self.reviewing, self.link, self.asking = False, False, "", ""
        self.mailed = the_door().ports.mailer is not None
        self.problems, self.form = {}, {}

    async def _look(self) -> None:
        found = await self._ask(roster.one, who=self.locator)
        if found is not None:
            self._show_form(found)
            self._show_standing(found)

    async def _look_beside(self) -> None:
        """Everything but the form, in which somebody may be writing: where it is overtaken, the page says so."""
        found = await self._ask(roster.one, who=self.locator)
        if found is not None:
            self.overtaken = found.version != self.version
            self._show_standing(found)

    def _show_form(self, found: PersonDetail) -> None:
        line = found.line
        self.person, self.person_email, self.person_role = line.name, line.email, line.role.value
        self.code, self.grants = found.producer_code, sorted(each.value for each in found.grants)
        self.version, self.overtaken = found.version, False

    def _show_standing(self, found: PersonDetail) -> None:
        line = found.line
        self.oneself = line.locator == current_actor.get().locator
        self.role_label, self.producer_name = line.role.label, line.producer
        self.standing, self.enrolled = line.standing.label, line.enrolled
        if line.standing is Standing.DISABLED:
            # With being shut out every link is void, whoever did it.
            self.link = ""
        self.seen, self.since = self._moment(line.last_sign_in_at) or "Never", self._moment(found.created_at)
        self.open_sessions = found.open_sessions
        self.tokens = [token_row(self, each) for each in found.tokens]
        self.loaded = True

    @requires(MANAGES)
    async def review(self, form: dict[str, Any]) -> None:
        """What they would see and do, before anything is saved."""
        self.form = {name: str(value) for name, value in form.items()} | (self._reaches() if self.oneself else {})
        self.problems = {}
        draft = _draft(self.form)
        try:
            found = await the_door().call(roster.outlook, draft=draft, who=self.locator)
        except Invalid as refusal:
            self.problems, self.reviewing = _in_words(refusal.problems, draft), False
            return
        self._preview(found, draft)

    def _reaches(self) -> dict[str, str]:
        """What decides what somebody may do, as it was drawn."""
        granted = {f"grant_{grant}": "on" for grant in self.grants}
        return {"role": self.person_role, "producer_code": self.code} | granted

    def _preview(self, found: Outlook, draft: Draft) -> None:
        drawn = _draft({"name": self.person, "email": self.person_email} | self._reaches())
        self.would_change = _changes(drawn, draft) if self.locator else []
        (_, name), (_, email), *rest = _told(draft)
        self.adding, self.adding_as = f"{name}, {email}", [f"{label}: {said}" for label, said in rest if said]
        accounts, policies = (
            wording.count(found.accounts, "account"),
            wording.count(found.policies, "policy", "policies"),
        )
        self.would_see = f"{accounts} and {policies}" if found.accounts or found.policies else "no accounts or policies"
        self.would_may = [May(permission.value, how.value) for permission, how in found.permissions]
        self._preview_places(found)
        self.reviewing = True

    def _preview_places(self, found: Outlook) -> None:
        self.would_open, now = places_of(dict(found.permissions)), places_of(found.permissions_now)
        self.would_gain = [each for each in self.would_open if each not in now] if self.locator else []
        self.would_lose = [each for each in now if each not in self.would_open] if self.locator else []

    @requires(MANAGES)
    async def back(self) -> None:
        self.reviewing = False

    @requires(MANAGES)
    async def save(self) -> None:
        """Save what was reviewed, once: a second click finds nothing under review any more."""
        if self.form and not self.reviewing:
            return
        self.reviewing = False
        if not self.form:
            self._say("Nothing was saved: the connection was lost in between. Review it once more.", "bad")
        elif self.locator:
            await self._save(_draft(self.form), self.form.get("version", ""))
        else:
            await self._add(_draft(self.form))

    async def _save(self, draft: Draft, version: str) -> None:
        drawn = self.person_email
        done, link = await self._do(users.change, who=self.locator, draft=draft, version=version)
        if done:
            await self._look()
            moved = self.person_email != drawn
            self.link = (link or "") if moved else self.link
            self._say("Saved. Links that were made for them before are void." if moved else "Saved.")
        else:
            await self._look_beside()

    async def _add(self, draft: Draft) -> None:
        done, added = await self._do(
            users.add,
            email=draft.email,
            name=draft.name,
            role=draft.role,
            producer_code=draft.producer_code,
            grants=draft.grants,
        )
        if done and added is not None:
            self.link, self.person = added.link, draft.name

    @requires(MANAGES)
    async def ask_first(self, what: str) -> None:
        self.asking = what if what in ASKED_FIRST else ""

    @requires(MANAGES)
    async def go_on(self) -> None:
        what, self.asking = self.asking, ""
        if what in ASKED_FIRST:
            service, said = ASKED_FIRST[what]
            await self._act(service, said)

    @requires(MANAGES)
    async def enable(self) -> None:
        await self._act(users.enable, "They can sign in again.")

    @requires(MANAGES)
    async def unlock(self) -> None:
        await self._act(users.unlock, "The lock is off.")

    @requires(MANAGES)
    async def make_link(self) -> None:
        """A link to hand over: for the first password, or for another one."""
        service = users.invite_again if self.standing == Standing.INVITED.label else reset.link_for
        done, link = await self._do(service, who=self.locator)
        if done and link is not None:
            self.link = link

    @requires(MANAGES)
    async def revoke_token(self, locator: str) -> None:
        done, _ = await self._do(users.revoke_token, who=self.locator, locator=locator)
        if done:
            await self._look_beside()
            self._say("The token is void.")

    async def _act(self, service: Any, said: str) -> None:
        done, _ = await self._do(service, who=self.locator)
        if done:
            await self._look_beside()
            self._say(said)


ASKED_FIRST: Mapping[str, tuple[Any, str]] = {
    "disable": (users.disable, "They are shut out. Their sessions, tokens and links ended."),
    "reset_mfa": (users.reset_mfa, "They set up a new second factor at their next sign-in."),
    "sign_out": (users.sign_out_everywhere, "Their sessions were ended."),
}


def _draft(form: Mapping[str, str]) -> Draft:
    role = Role(form["role"]) if form.get("role") in ROLES else Role.READ_ONLY
    grants = frozenset(grant for grant in Grant if form.get(f"grant_{grant.value}") not in (None, "", "False"))
    return Draft(
        email=form.get("email", ""),
        name=form.get("name", ""),
        role=role,
        producer_code=form.get("producer_code", ""),
        grants=grants,
    )


def _changes(before: Draft, after: Draft) -> list[ChangeRow]:
    """What of a person would be otherwise than it was drawn, in the words of the form."""
    return [
        ChangeRow(label, was or "none", becomes or "none")
        for (label, was), (_, becomes) in zip(_told(before), _told(after), strict=True)
        if was != becomes
    ]


def _told(draft: Draft) -> list[tuple[str, str]]:
    return [
        ("Name", draft.name.strip()),
        ("Email", draft.email.strip().lower()),
        ("Role", draft.role.label),
        ("Producer code", draft.producer_code.strip()),
        ("Beyond the role", _granted(draft.grants)),
    ]


def _granted(grants: Collection[Grant]) -> str:
    return "; ".join(GRANTS[each.value] for each in sorted(grants))


def _in_words(problems: Mapping[str, str], draft: Draft) -> dict[str, str]:
    """The problems by the words of the form's own boxes."""
    beyond = draft.grants - MATRIX[draft.role].may_be_granted
    told = {"grants": f"{draft.role.label} cannot be given: {_granted(beyond)}."} if beyond else {}
    return {**problems, **told}


# The matrix as the page of roles lays it out: each role's word for each permission, and what it may be granted.
MATRIX_ROWS = [
    (
        permission.value,
        [
            MATRIX[role].permissions[permission].value if permission in MATRIX[role].permissions else "—"
            for role in Role
        ],
    )
    for permission in Permission
]
ROLE_HEADS = [
    (role.label, MATRIX[role].description, [GRANTS[each.value] for each in sorted(MATRIX[role].may_be_granted)])
    for role in Role
]
