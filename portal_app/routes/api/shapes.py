"""What the API answers: the services' answers in camelCase, money as text."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from portal_app.models.enums import (
    AccountKind,
    BillMode,
    ClaimStatus,
    DocumentCategory,
    FeedKind,
    Origin,
    PolicyStatus,
    Role,
    RunState,
    TransactionKind,
)
from portal_app.routes.api import parameters
from portal_app.services.access import Permission
from portal_app.services.policies import sections, views
from portal_app.services.trail.events import EventDetail

Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["1234.50"]}),
]
Matched = Annotated[
    Literal["insured", "number", "vin", "address"],
    BeforeValidator(lambda field: field.name.lower() if isinstance(field, views.Matched) else field),
]
NAMES = {each: to_camel(each.name.lower()) for each in Permission}
Permissions = Annotated[
    list[str],
    BeforeValidator(lambda given: sorted(NAMES.get(each, each) for each in given)),
    WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(NAMES.values())}}),
]
KINDS = {each.label: each for each in AccountKind}
Kind = Annotated[AccountKind, BeforeValidator(lambda given: KINDS.get(given, given))]

Item = TypeVar("Item")


class Shape(BaseModel):
    """The base: made of what a service answers, field by field."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    @classmethod
    def of(cls, answer: Any) -> Self:
        return cls.model_validate(asdict(answer))


class Listed(Shape, Generic[Item]):
    """A part of a list. `listCompleted` says that nothing comes after it."""

    items: list[Item]
    total: int
    list_completed: bool

    @classmethod
    def page(cls, items: list[Any], total: int, offset: int, **more: Any) -> Self:
        completed = offset + len(items) >= total
        return cls.model_validate({"items": items, "total": total, "list_completed": completed, **more})

    @classmethod
    def part(cls, items: Sequence[Any], asked: parameters.Asked) -> Self:
        """The part that is asked for of what is short enough to be found whole."""
        some = [asdict(each) for each in items[asked.offset : asked.offset + asked.count]]
        return cls.page(some, len(items), asked.offset)


class Me(Shape):
    locator: str
    name: str
    email: str
    role: Role
    role_label: str
    role_description: str
    permissions: Permissions
    producer: str
    agency_name: str
    time_zone: str
    demo: bool


class PolicyItem(Shape):
    """`matched` says which field holds what was asked for, `matchedText` which VIN or address of several."""

    locator: str
    account_locator: str
    insured_name: str
    number: str
    line: str
    carrier: str
    effective: date
    expiration: date
    premium: Money
    status: PolicyStatus
    matched: Matched | None
    matched_text: str


class Correction(Shape):
    """A word that was mistyped, and the one that was taken in its place."""

    asked: str
    taken: str


class Policies(Listed[PolicyItem]):
    corrected: list[Correction]
    as_of: datetime | None


class Choice(Shape):
    """A value for a filter: what is sent and what is read."""

    value: str
    label: str


class PolicyFilters(Shape):
    lines: list[Choice]
    carriers: list[Choice]
    statuses: list[Choice]


class Coverage(Shape):
    name: str
    limit: str
    deductible: str
    premium: Money | None


class Vehicle(Shape):
    vin: str
    description: str


class Term(Shape):
    number: str
    effective: date
    expiration: date
    status: PolicyStatus
    premium: Money


class HistoryEntry(Shape):
    """One transaction. `knownAt` is when the portal learned of it, `changes` says in words what it changed."""

    kind: TransactionKind
    origin: Origin
    effective_at: datetime
    known_at: datetime
    term_effective: date
    changes: list[str]


class Policy(PolicyItem):
    """`asOf` and `feed` say how old this is and where it comes from."""

    description: str
    producer_code: str
    producer: str
    code_of_record: str
    insured_names: list[str]
    mailing_address: list[str]
    email: str
    phone: str
    coverages: list[Coverage]
    vehicles: list[Vehicle]
    locations: list[str]
    terms: list[Term]
    history: list[HistoryEntry]
    feed: str
    as_of: datetime

    @classmethod
    def of(cls, answer: views.PolicyDetail) -> Self:
        found = asdict(answer)
        return cls.model_validate(found.pop("row") | found)


class Brought(Listed[Item], Generic[Item]):
    """A part of what a feed brings to a policy. Where `feed` is empty no feed brings it, and where `asOf` is null no
    file of it has come yet: then that there is none says nothing."""

    feed: str
    as_of: datetime | None

    @classmethod
    def of_section(cls, found: sections.Section[Any], offset: int) -> Self:
        lines = [asdict(line) for line in found.lines]
        return cls.page(lines, found.total, offset, feed=found.feed, as_of=found.as_of)


class BillingItem(Shape):
    """One term, or the whole policy where `termEffective` is null. What is null the agency's system does not say."""

    locator: str
    term_effective: date | None
    mode: BillMode
    payment_plan: str
    billed: Money | None
    paid: Money | None
    balance: Money | None
    past_due: Money | None
    next_due_on: date | None
    next_due: Money | None
    last_paid_on: date | None
    last_paid: Money | None


class Billings(Brought[BillingItem]):
    pass


class ClaimItem(Shape):
    """`lostOn` is the date of loss. What is null or empty the agency's system does not say."""

    locator: str
    number: str
    status: ClaimStatus
    lost_on: date
    reported_on: date | None
    closed_on: date | None
    cause: str
    description: str
    paid: Money | None
    reserved: Money | None
    adjuster: str
    adjuster_phone: str


class Claims(Brought[ClaimItem]):
    pass


class DocumentItem(Shape):
    """One document of the agency's system, by its `reference` there; `wholeAccount` says that it is of the account and
    of no policy alone."""

    locator: str
    category: DocumentCategory
    title: str
    dated: date
    term_effective: date | None
    file_name: str
    reference: str
    whole_account: bool


class Documents(Brought[DocumentItem]):
    pass


class AccountItem(Shape):
    locator: str
    name: str
    kind: Kind
    city: str
    state: str
    policies: int


class Accounts(Listed[AccountItem]):
    pass


class Account(Shape):
    """The account with its newest policies, at most 200; `/policies?account=…` finds the others. Personal values are
    masked."""

    locator: str
    name: str
    kind: Kind
    mailing_address: list[str]
    email: str
    phone: str
    tax_id_masked: str
    birth_year: str
    policies: list[PolicyItem]
    total_policies: int
    premium_in_force: Money
    feed: str
    as_of: datetime


class AuditEventItem(Shape):
    """One event. `action` and `kind` are codes, `words` and `kindWords` say the same to people; `name` is who or what
    the record is, where that is known. `sealed` says whether the chain holds it yet."""

    locator: str
    at: datetime
    actor: str
    action: str
    words: str
    kind: str
    kind_words: str
    record: str
    name: str
    address: str
    sealed: bool


class AuditEvents(Listed[AuditEventItem]):
    pass


class AuditChange(Shape):
    """A field before and after; a detail that is no change has no `before`."""

    name: str
    before: str
    after: str


class AuditEvent(AuditEventItem):
    request_id: str
    changes: list[AuditChange]

    @classmethod
    def of(cls, answer: EventDetail) -> Self:
        found = asdict(answer)
        return cls.model_validate(found.pop("line") | found)


class SyncRun(Shape):
    """One run of one kind of a feed, in counts. `dataAsOf` is when the newest data that it brought was exported."""

    locator: str
    feed: str
    kind: FeedKind
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    data_as_of: datetime | None
    files: int
    rows_read: int
    rows_added: int
    rows_changed: int
    rows_unchanged: int
    rows_quarantined: int
    message: str


class SyncRuns(Listed[SyncRun]):
    pass
