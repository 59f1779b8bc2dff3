"""`/routing-rules`: by which rules a submission finds its desk, and which of them would take one."""

from dataclasses import asdict
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import Field

from portal_app.models.enums import AccountKind
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.configuration import versions
from portal_app.services.door import the_door
from portal_app.services.routing import desk
from portal_app.services.routing.rules import AmsWay, Rule, Rules, Target, TargetKind, When
from portal_app.services.routing.writing import rules_text

router = APIRouter(prefix="/routing-rules", tags=["routing"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.AGAINST_IT

Note = Annotated[str, Field(min_length=1, max_length=versions.LONGEST_NOTE, pattern=r"^[^\x00]*$")]
Short = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
Shorts = Annotated[list[Short], Field(max_length=200)]
Address = Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$", examples=["name@example.com"])]


class GivenWhen(credentials.Sent):
    """What a rule takes; what is left out takes everything. `lines` are codes, `carriers` names, `producers` locators.
    The premium is taken from `premiumFrom` on, and below `premiumBelow`."""

    lines: Shorts = []
    carriers: Shorts = []
    states: Shorts = []
    premium_from: credentials.Amount | None = None
    premium_below: credentials.Amount | None = None
    producers: Shorts = []
    producer_codes: Shorts = []
    account_kinds: Annotated[list[AccountKind], Field(max_length=2)] = []

    def when(self) -> When:
        amounts = {"premium_from": self.premium_from, "premium_below": self.premium_below}
        lists = {name: frozenset(getattr(self, name)) for name in type(self).model_fields if name not in amounts}
        return When(**amounts, **lists)  # type: ignore[arg-type]


class GivenTarget(credentials.Sent):
    """An `underwriter` by `email`, a `queue` by `name`, a `carrierContact` by both, or the `ams` by its `way`."""

    kind: TargetKind
    name: Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")] = ""
    email: Address = ""
    way: AmsWay | None = None


class GivenRule(credentials.Sent):
    name: Short
    when: GivenWhen = GivenWhen()
    to: GivenTarget

    def rule(self) -> Rule:
        return Rule(self.name, self.when.when(), Target(self.to.kind, self.to.name, self.to.email, self.to.way))


class NewRules(credentials.Sent):
    """All rules in their order. `expectedVersion` is the version that was looked at, 0 where nothing was saved; `note`
    says why."""

    expected_version: credentials.Version
    note: Note
    items: Annotated[list[GivenRule], Field(max_length=200)]


class RoutingWhen(shapes.Shape):
    lines: list[str]
    carriers: list[str]
    states: list[str]
    premium_from: shapes.Money | None
    premium_below: shapes.Money | None
    producers: list[str]
    producer_codes: list[str]
    account_kinds: list[AccountKind]


class RoutingTarget(shapes.Shape):
    kind: TargetKind
    name: str
    email: str
    way: AmsWay | None


class RoutingRule(shapes.Shape):
    """One rule; `takes` and `leads` say in words what it takes, which is everything where empty, and where to. `remark`
    says what keeps the management system from being told, where it leads there."""

    name: str
    when: RoutingWhen
    to: RoutingTarget
    takes: list[str]
    leads: str
    remark: str


class RoutingRules(shapes.Shape):
    """The version in force, its rules in their order. `problems` are what keeps a rule from being followed now, each
    with its path, such as an underwriter who has left."""

    version: int
    items: list[RoutingRule]
    problems: list[str]

    @classmethod
    def of_desk(cls, found: desk.Desk) -> Self:
        items = [
            {"name": rule.name, "when": _when(rule.when), "to": asdict(rule.to)}
            | {"takes": told.takes, "leads": told.to, "remark": told.remark}
            for rule, told in zip(found.rules.rules, found.told, strict=True)
        ]
        return cls.model_validate({"version": found.version, "items": items, "problems": found.problems})


class AskedRoute(credentials.Sent):
    """What a submission might be. What is left out is not known, and fits no rule that asks for it."""

    line: parameters.Code = ""
    carrier: Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")] = ""
    state: credentials.State = ""
    premium: credentials.Amount | None = None
    producer_code: credentials.Code = ""
    account_kind: AccountKind | None = None


class RuleTried(shapes.Shape):
    """What one rule says; `whyNot` holds a sentence for each thing that speaks against it."""

    name: str
    leads: str
    takes: bool
    why_not: list[str]


class RouteTried(shapes.Shape):
    """`takenBy` is the name of the rule, and null for what goes to the queue of unrouted business."""

    taken_by: str | None
    items: list[RuleTried]


def _when(when: When) -> dict[str, Any]:
    return {name: sorted(each) if isinstance(each, frozenset) else each for name, each in asdict(when).items()}


@router.get("")
async def get_routing_rules(caller: Caller) -> RoutingRules:
    """The rules in force, in the order in which they are asked."""
    return RoutingRules.of_desk(await the_door().act(desk.look, caller))


@router.put("", responses=CHANGED)
async def save_routing_rules(caller: Caller, sent: NewRules) -> RoutingRules:
    """Save these rules as a new version, which holds from then on. Refused whole where anything is wrong with them."""
    content = rules_text(Rules(tuple(each.rule() for each in sent.items)))
    about = {"kind": "routing", "content": content, "note": sent.note}
    with problems.told_by(sent, rules="items"):
        await the_door().act(versions.save, caller, **about, expected=sent.expected_version)
    return RoutingRules.of_desk(await the_door().act(desk.look, caller))


@router.post("/test", responses=problems.WRITTEN)
async def try_routing_rules(caller: Caller, sent: AskedRoute) -> RouteTried:
    """Which rule would take this, and why each other one does not. Nothing is saved."""
    question = desk.Question(**{name: getattr(sent, name) for name in type(sent).model_fields})
    found = await the_door().act(desk.ask, caller, question=question)
    items = [
        RuleTried(name=each.rule.name, leads=each.rule.to, takes=each.takes, why_not=list(each.why_not))
        for each in found
    ]
    return RouteTried(taken_by=next((each.name for each in items if each.takes), None), items=items)
