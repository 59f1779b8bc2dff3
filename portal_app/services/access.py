"""Who may do what, and whose records they see. The one dictionary, and the one rule for rows."""

from dataclasses import dataclass, field
from enum import StrEnum

from portal_app.models.enums import DocumentCategory, Grant, Role, SessionStage
from portal_app.services.errors import Forbidden, SignInNeeded


class Permission(StrEnum):
    """The rows of the role matrix, in its own words, and what the portal adds below them."""

    VIEW_OWN_ACCOUNTS = "View own accounts"
    VIEW_ALL_ACCOUNTS = "View all agency accounts"
    SUBMIT_BUSINESS = "Submit new business"
    BIND_POLICIES = "Bind policies"
    REQUEST_ENDORSEMENTS = "Request endorsements"
    DOWNLOAD_DOCUMENTS = "Download policy documents"
    VIEW_COMMISSIONS = "View commission reports"
    MANAGE_USERS = "Manage portal users"
    EXPORT_DATA = "Export data"
    VIEW_FEEDS = "See how fresh the agency system's data is"
    RUN_FEEDS = "Have the agency system's data taken in now"
    MEND_ROWS = "Mend what the agency system sent wrong"
    CHANGE_SETTINGS = "Change the agency's settings"
    VIEW_AUDIT = "See who did what"
    VIEW_PRODUCERS = "See producers and their codes"
    MANAGE_PRODUCERS = "Manage producers and their codes"
    UNDERWRITE = "Underwrite quotes and change policies"
    SET_AUTHORITY = "Set binding authority and moratoria"
    WRITE_MESSAGES = "Write messages about submissions and policies"


class Gate(StrEnum):
    """What needs no permission of a role, but a place on the way in."""

    PUBLIC = "anybody"
    PASSED_PASSWORD = "password given, code still to come"
    ENROLLING = "password given, second factor not yet set up"
    SIGNED_IN = "any person signed in"
    SYSTEM = "the portal's own jobs and command line"


Requirement = Permission | Gate


class Reach(StrEnum):
    """How far a permission goes for a role; the words of the matrix."""

    FULL = "✓"
    OWN_CLIENTS = "Own clients"
    OWN_ONLY = "Own only"
    WITHIN_AUTHORITY = "Within authority"
    READ = "✓ (read)"
    LIMITED = "✓ (limited)"


@dataclass(frozen=True)
class RoleRights:
    description: str
    permissions: dict[Permission, Reach]
    may_be_granted: frozenset[Grant] = frozenset()


P, R = Permission, Reach

MATRIX: dict[Role, RoleRights] = {
    Role.PRINCIPAL: RoleRights(
        "Agency owner or partner: full access including commission reports.",
        {
            P.VIEW_OWN_ACCOUNTS: R.FULL,
            P.VIEW_ALL_ACCOUNTS: R.FULL,
            P.SUBMIT_BUSINESS: R.FULL,
            P.BIND_POLICIES: R.FULL,
            P.REQUEST_ENDORSEMENTS: R.FULL,
            P.DOWNLOAD_DOCUMENTS: R.FULL,
            P.VIEW_COMMISSIONS: R.FULL,
            P.MANAGE_USERS: R.FULL,
            P.EXPORT_DATA: R.FULL,
            P.VIEW_FEEDS: R.FULL,
            P.RUN_FEEDS: R.FULL,
            P.MEND_ROWS: R.FULL,
            P.CHANGE_SETTINGS: R.FULL,
            P.VIEW_AUDIT: R.FULL,
            P.VIEW_PRODUCERS: R.FULL,
            P.MANAGE_PRODUCERS: R.FULL,
            P.UNDERWRITE: R.FULL,
            P.SET_AUTHORITY: R.FULL,
            P.WRITE_MESSAGES: R.FULL,
        },
    ),
    Role.PRODUCER: RoleRights(
        "Individual licensed producer: own book of business only, no commission administration.",
        {
            P.VIEW_OWN_ACCOUNTS: R.FULL,
            P.SUBMIT_BUSINESS: R.FULL,
            P.BIND_POLICIES: R.WITHIN_AUTHORITY,
            P.REQUEST_ENDORSEMENTS: R.FULL,
            P.DOWNLOAD_DOCUMENTS: R.OWN_CLIENTS,
            P.VIEW_COMMISSIONS: R.OWN_ONLY,
            P.VIEW_PRODUCERS: R.OWN_ONLY,
            P.WRITE_MESSAGES: R.FULL,
        },
        frozenset({Grant.DOWNLINE}),
    ),
    Role.CSR: RoleRights(
        "Agency staff who look after accounts: full account access, no commission reports unless granted.",
        {
            P.VIEW_OWN_ACCOUNTS: R.FULL,
            P.VIEW_ALL_ACCOUNTS: R.FULL,
            P.SUBMIT_BUSINESS: R.FULL,
            P.BIND_POLICIES: R.WITHIN_AUTHORITY,
            P.REQUEST_ENDORSEMENTS: R.FULL,
            P.DOWNLOAD_DOCUMENTS: R.FULL,
            P.EXPORT_DATA: R.LIMITED,
            P.VIEW_FEEDS: R.FULL,
            P.MEND_ROWS: R.FULL,
            P.VIEW_PRODUCERS: R.FULL,
            P.WRITE_MESSAGES: R.FULL,
        },
        frozenset({Grant.COMMISSIONS, Grant.UNDERWRITING}),
    ),
    Role.ADMIN: RoleRights(
        "Manages portal users, not licensed: user management, no submission access, sees no business.",
        {
            P.MANAGE_USERS: R.FULL,
            P.VIEW_FEEDS: R.FULL,
            P.RUN_FEEDS: R.FULL,
            P.CHANGE_SETTINGS: R.FULL,
            P.VIEW_AUDIT: R.FULL,
            P.VIEW_PRODUCERS: R.FULL,
            P.MANAGE_PRODUCERS: R.FULL,
            P.SET_AUTHORITY: R.FULL,
        },
    ),
    Role.READ_ONLY: RoleRights(
        "Compliance and accounting review: view and export only, changes nothing.",
        {
            P.VIEW_OWN_ACCOUNTS: R.FULL,
            P.VIEW_ALL_ACCOUNTS: R.FULL,
            P.DOWNLOAD_DOCUMENTS: R.FULL,
            P.VIEW_COMMISSIONS: R.READ,
            P.EXPORT_DATA: R.FULL,
            P.VIEW_FEEDS: R.FULL,
            P.VIEW_AUDIT: R.READ,
            P.VIEW_PRODUCERS: R.READ,
        },
    ),
}

# The categories of documents that are not for everybody who sees the policy. A sub-agent gets the certificates that
# they ordered, which the agency's index of documents does not tell.
KEPT_FOR: dict[DocumentCategory, frozenset[Role]] = {
    DocumentCategory.BILLING_STATEMENT: frozenset({Role.PRINCIPAL, Role.CSR}),
    DocumentCategory.CERTIFICATE: frozenset({Role.PRINCIPAL, Role.CSR, Role.READ_ONLY}),
}

WIDENS: dict[Grant, Permission] = {
    Grant.COMMISSIONS: Permission.VIEW_COMMISSIONS,
    Grant.UNDERWRITING: Permission.UNDERWRITE,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. Resolved from the session or made by the portal itself, never from what a client says."""

    kind: str
    name: str
    user_id: int | None = None
    locator: str = ""
    email: str = ""
    role: Role | None = None
    producer_id: int | None = None
    grants: frozenset[Grant] = frozenset()
    stage: SessionStage | None = None
    enrolled: bool = False
    session_id: int | None = None
    may_write: bool = True
    address: str = field(default="", compare=False)


ANONYMOUS = Actor("anonymous", "Anonymous")


def system(name: str) -> Actor:
    """The portal itself, under the name of the job or command that acts."""
    return Actor("system", f"System: {name}")


def can(actor: Actor, requirement: Requirement) -> bool:
    try:
        check(actor, requirement)
    except (Forbidden, SignInNeeded):
        return False
    return True


def check(actor: Actor, requirement: Requirement) -> None:
    """Raises SignInNeeded where signing in could help, Forbidden where it could not."""
    if requirement is Gate.PUBLIC:
        return
    if actor.kind == "system":
        return
    if requirement is Gate.SYSTEM:
        raise Forbidden
    if requirement in (Gate.PASSED_PASSWORD, Gate.ENROLLING):
        if actor.stage is not SessionStage.PASSWORD or actor.enrolled is (requirement is Gate.ENROLLING):
            raise SignInNeeded
        return
    if actor.stage is not SessionStage.FULL or not actor.enrolled:
        raise SignInNeeded
    if isinstance(requirement, Permission) and reach(actor, requirement) is None:
        raise Forbidden


def reach(actor: Actor, permission: Permission) -> Reach | None:
    """How far the permission goes for this person: the role's word, or full where a grant within the role's ceiling
    adds it."""
    if actor.role is None:
        return None
    rights = MATRIX[actor.role]
    if permission in rights.permissions:
        return rights.permissions[permission]
    granted = {WIDENS.get(grant) for grant in actor.grants & rights.may_be_granted}
    return Reach.FULL if permission in granted else None
