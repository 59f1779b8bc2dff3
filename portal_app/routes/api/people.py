"""What is sent and answered about people who sign in."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from portal_app.models.enums import Grant, Role
from portal_app.routes.api import parameters, shapes
from portal_app.services.access import Reach
from portal_app.services.identity.draft import Draft
from portal_app.services.identity.roster import Outlook as OutlookFound
from portal_app.services.identity.roster import PersonDetail, Standing
from portal_app.services.identity.users import Amendment

# As the services take it: they say what is wrong with an address or a name, this only what cannot be one.
Email = Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$", examples=["olga@example.com"])]
Name = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$", examples=["Olga Tereshkova"])]
ProducerCode = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$", examples=["HL-110"])]
Grants = Annotated[list[Grant], Field(max_length=len(Grant))]
ReachWord = Annotated[
    str,
    BeforeValidator(lambda given: to_camel(given.name.lower()) if isinstance(given, Reach) else given),
    WithJsonSchema({"type": "string", "enum": [to_camel(each.name.lower()) for each in Reach]}),
]
PermissionName = Annotated[
    str,
    BeforeValidator(lambda given: shapes.NAMES.get(given, given)),
    WithJsonSchema({"type": "string", "enum": list(shapes.NAMES.values())}),
]


class Sent(BaseModel):
    """The base of bodies. A field that it does not know is refused: nothing is changed by a name that nobody meant."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class NewUser(Sent):
    """Somebody to add. A producer needs a code of theirs; grants stay under the role's ceiling."""

    email: Email
    name: Name
    role: Role
    producer_code: ProducerCode = ""
    grants: Grants = []

    def draft(self) -> Draft:
        return Draft(self.email, self.name, self.role, self.producer_code, frozenset(self.grants))


class ChangedUser(Sent):
    """What is to be otherwise; what is not named stays. `producerCode` empty takes the producer away."""

    email: Email = ""
    name: Name = ""
    role: Role = Role.READ_ONLY
    producer_code: ProducerCode = ""
    grants: Grants = []

    def amendment(self) -> Amendment:
        given = self.model_dump(exclude_unset=True)
        if "grants" in given:
            given["grants"] = frozenset(given["grants"])
        return Amendment(**given)


class OutlookAsked(NewUser):
    """Somebody who is to be added, or one who is here already (`user`, their locator) as they would be then."""

    user: parameters.LocatorOrEmpty = ""


class UserItem(shapes.Shape):
    """One person. `enrolled` says that they have set up a second factor."""

    locator: str
    name: str
    email: str
    role: Role
    producer: str
    standing: Standing
    enrolled: bool
    last_sign_in_at: datetime | None


class Users(shapes.Listed[UserItem]):
    pass


class Token(shapes.Shape):
    """A token that works; what it is cannot be seen again."""

    locator: str
    name: str
    may_write: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class Tokens(shapes.Listed[Token]):
    pass


class User(UserItem):
    """One person with all that is written down of them. `mayBeGranted` is their role's ceiling."""

    producer_code: str
    grants: list[Grant]
    may_be_granted: list[Grant]
    created_at: datetime
    open_sessions: int
    tokens: list[Token]

    @classmethod
    def of(cls, answer: PersonDetail) -> Self:
        found = asdict(answer)
        for name in ("grants", "may_be_granted"):
            found[name] = sorted(found[name])
        return cls.model_validate(found.pop("line") | found)


class Link(shapes.Shape):
    """A one-time link, told once, for whoever hands it over."""

    link: str


class Invited(Link):
    user: User


class Ended(shapes.Shape):
    """How many sessions ended."""

    ended: int


class Reaching(shapes.Shape):
    """A permission and how far it goes."""

    permission: PermissionName
    reach: ReachWord


def _reaching(pairs: Any) -> list[dict[str, Any]]:
    return [{"permission": permission, "reach": how} for permission, how in pairs]


class Outlook(shapes.Shape):
    """What somebody would see and may do, in numbers and words alone."""

    permissions: list[Reaching]
    accounts: int
    policies: int

    @classmethod
    def of(cls, answer: OutlookFound) -> Self:
        return cls.model_validate(asdict(answer) | {"permissions": _reaching(answer.permissions)})


class RoleItem(shapes.Shape):
    """A role. `role` is what is sent, `label` what people read."""

    role: Role
    label: str
    description: str
    permissions: list[Reaching]
    may_be_granted: list[Grant]

    @classmethod
    def of(cls, answer: Any) -> Self:
        told = {"label": answer.role.label, "permissions": _reaching(answer.permissions)}
        return cls.model_validate(asdict(answer) | told | {"may_be_granted": sorted(answer.may_be_granted)})


class Roles(shapes.Listed[RoleItem]):
    pass
