"""The closed lists of the domain. Values are what is stored; labels are what people read."""

from enum import StrEnum


class Labelled(StrEnum):
    """A stored value whose label is its name in plain words unless the class says otherwise."""

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()


class Role(Labelled):
    PRINCIPAL = "principal"
    PRODUCER = "producer"
    CSR = "csr"
    ADMIN = "admin"
    READ_ONLY = "read_only"

    @property
    def label(self) -> str:
        return {
            Role.PRINCIPAL: "Principal Agent",
            Role.PRODUCER: "Sub-Agent / Producer",
            Role.CSR: "Customer Service Representative (CSR)",
            Role.ADMIN: "Agency Administrator",
            Role.READ_ONLY: "Read-Only",
        }[self]


class Grant(Labelled):
    """What one person may be given beyond their role."""

    DOWNLINE = "downline"
    COMMISSIONS = "commissions"
    UNDERWRITING = "underwriting"


class SessionStage(StrEnum):
    """How far a sign-in has come. Only `FULL` opens anything but the next step."""

    PASSWORD = "password"
    FULL = "full"


class SessionEnd(Labelled):
    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    REPLACED = "replaced"
    ADVANCED = "advanced"
    ROLE_CHANGED = "role_changed"
    REVOKED = "revoked"


class LinkPurpose(StrEnum):
    """What a one-time link lets a person do."""

    SET_UP = "set_up"
    RESET = "reset"


class ProducerKind(Labelled):
    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class ProducerState(Labelled):
    DRAFT = "draft"
    VALIDATED = "validated"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    DISCARDED = "discarded"


class CredentialState(Labelled):
    """How far a license or an appointment has come. `DISCARDED` is final."""

    DRAFT = "draft"
    VALIDATED = "validated"
    DISCARDED = "discarded"


class LicenseStatus(Labelled):
    """What the state says of a license. Only an active one lets its producer work."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SURRENDERED = "surrendered"
    CANCELLED = "cancelled"


class LineOfAuthority(Labelled):
    """What a state licenses a producer for, and a carrier appoints them for."""

    PROPERTY = "property"
    CASUALTY = "casualty"
    PERSONAL_LINES = "personal_lines"
    SURPLUS_LINES = "surplus_lines"

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").title()


class QualificationCheck(Labelled):
    """How much a producer needs before they write a line of business."""

    NONE = "none"
    LICENSE = "license"
    APPOINTMENT = "appointment"


class AccountKind(Labelled):
    PERSON = "person"
    BUSINESS = "business"


class PolicyStatus(Labelled):
    ACTIVE = "active"
    PENDING = "pending"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NON_RENEWED = "non_renewed"

    @property
    def label(self) -> str:
        return "Non-renewed" if self is PolicyStatus.NON_RENEWED else super().label


class TransactionKind(Labelled):
    ISSUANCE = "issuance"
    RENEWAL = "renewal"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    REINSTATEMENT = "reinstatement"


class TransactionState(StrEnum):
    """A reversed one was issued and does not count any more; what takes its place names it."""

    DRAFT = "draft"
    ISSUED = "issued"
    REVERSED = "reversed"
    DISCARDED = "discarded"


class QuoteState(Labelled):
    """How far a quote has come. `REJECTED` and `DISCARDED` are final."""

    DRAFT = "draft"
    UNDERWRITTEN = "underwritten"
    BLOCKED = "blocked"
    DECLINED = "declined"
    REJECTED = "rejected"
    DISCARDED = "discarded"


class FlagLevel(Labelled):
    """What an underwriting flag does: `INFO` nothing, `APPROVE` overrides every other but an earlier rejection."""

    INFO = "info"
    APPROVE = "approve"
    BLOCK = "block"
    DECLINE = "decline"
    REJECT = "reject"


class FlagCause(StrEnum):
    """Where an underwriting flag comes from: a producer that is not valid, or a person."""

    PRODUCER = "producer"
    PERSON = "person"


class BindAction(Labelled):
    """What somebody wants to bind."""

    NEW = "new"
    ENDORSE = "endorse"
    RENEW = "renew"

    @property
    def label(self) -> str:
        return {BindAction.NEW: "New business", BindAction.ENDORSE: "Endorsement", BindAction.RENEW: "Renewal"}[self]


class GranteeKind(Labelled):
    """Whom a grant of binding authority reaches, the narrowest first."""

    CODE = "code"
    PRODUCER = "producer"
    ROLE = "role"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        words = {GranteeKind.CODE: "One producer code", GranteeKind.PRODUCER: "A producer and everybody below"}
        return {**words, GranteeKind.ROLE: "A role", GranteeKind.AGENCY: "The whole agency"}[self]


class BindOutcome(Labelled):
    """What binding authority comes to. What is referred a person has to decide who may."""

    BIND = "bind"
    REFER = "refer"
    DENY = "deny"


class IssueOutcome(Labelled):
    """What became of a draft that somebody issued, where binding authority was asked about it."""

    ISSUED = "issued"
    REFUSED = "refused"


class SubmissionStatus(Labelled):
    """How far a submission has come. Bound is final; one that was declined or withdrawn can be reopened."""

    DRAFT = "draft"
    PENDING = "pending"
    IN_REVIEW = "in_review"
    QUOTED = "quoted"
    BOUND = "bound"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return "In Review" if self is SubmissionStatus.IN_REVIEW else super().label


class SubmissionEventKind(StrEnum):
    """What the timeline of a submission tells."""

    BEGUN = "begun"
    SUBMITTED = "submitted"
    ROUTED = "routed"
    ASSIGNED = "assigned"
    MOVED = "moved"  # from one status to another
    ASKED = "asked"  # for information
    ANSWERED = "answered"
    CANCELLED = "cancelled"  # a request for information
    ADDED = "added"  # a document
    REMOVED = "removed"
    QUOTED = "quoted"
    REFUSED = "refused"  # a bind
    REFERRED = "referred"  # a bind, to the underwriters
    CONFIRMED = "confirmed"  # a bound policy, by the agency's system
    SENT = "sent"  # to the agency's system, or to a carrier's contact
    NOT_SENT = "not_sent"


class RequestedItemKind(Labelled):
    """By what an item of a request for information is answered."""

    FIELD = "field"
    TEXT = "text"
    FILE = "file"


class SubmissionDocumentKind(Labelled):
    """What a file of a submission is."""

    PRIOR_DECLARATIONS = "prior_declarations"
    LOSS_RUNS = "loss_runs"
    MVR_AUTHORIZATION = "mvr_authorization"
    PHOTOS = "photos"
    QUOTE = "quote"
    BINDER = "binder"
    APPLICATION = "application"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            SubmissionDocumentKind.PRIOR_DECLARATIONS: "Prior declarations page",
            SubmissionDocumentKind.MVR_AUTHORIZATION: "MVR authorization",
        }.get(self, super().label)


class BillMode(Labelled):
    """Who sends the bill."""

    AGENCY = "agency"
    DIRECT = "direct"

    @property
    def label(self) -> str:
        return "Agency bill" if self is BillMode.AGENCY else "Direct bill by the carrier"


class ClaimStatus(Labelled):
    OPEN = "open"
    REOPENED = "reopened"
    CLOSED = "closed"
    DENIED = "denied"


class DocumentCategory(Labelled):
    """What kind of document it is; some categories are not for everybody who sees the policy."""

    DECLARATIONS = "declarations"
    POLICY = "policy"
    ENDORSEMENT = "endorsement"
    CERTIFICATE = "certificate"
    ID_CARD = "id_card"
    BILLING_STATEMENT = "billing_statement"
    CLAIM = "claim"
    APPLICATION = "application"
    NOTICE = "notice"
    CORRESPONDENCE = "correspondence"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            DocumentCategory.DECLARATIONS: "Declarations page",
            DocumentCategory.POLICY: "Policy document",
            DocumentCategory.CERTIFICATE: "Certificate of insurance",
            DocumentCategory.ID_CARD: "ID card",
            DocumentCategory.CLAIM: "Claims correspondence",
        }.get(self, super().label)


class Origin(Labelled):
    FEED = "feed"
    PORTAL = "portal"


class FeedKind(Labelled):
    """What a feed can bring. The order is the order in which kinds are applied."""

    PRODUCERS = "producers"
    CLIENTS = "clients"
    POLICIES = "policies"
    BILLING = "billing"
    CLAIMS = "claims"
    DOCUMENTS = "documents"
    COMMISSIONS = "commissions"


class Cadence(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"


class RunState(Labelled):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Settlement(StrEnum):
    """What a person decided of a row in quarantine."""

    MENDED = "mended"
    LEFT_OUT = "left_out"


class ConflictKind(StrEnum):
    """What two sides say of one policy that cannot both hold."""

    SAME_TIME_TWICE = "same_time_twice"
    PRODUCER_CODE = "producer_code"
    STATUS = "status"


class Resolution(Labelled):
    """What became of a conflict. The first and the second are its sides: of two terms, the earlier and the later; of a
    producer code or a status, the portal's and the agency system's."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    GONE = "gone"


class DatabaseUse(StrEnum):
    DEMO = "demo"
    AGENCY = "agency"


class WebhookState(Labelled):
    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(Labelled):
    """Why a webhook is paused."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"
