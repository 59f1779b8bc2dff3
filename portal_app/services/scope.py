"""Whose rows: what of the agency's records a person may see, decided once for all that reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlmodel import SQLModel, col

from portal_app.models.accounts import Account
from portal_app.models.ams import AmsHandover
from portal_app.models.authority import AuthorityDecision, AuthorityGrant, Moratorium
from portal_app.models.billing import PolicyBilling
from portal_app.models.claims import Claim
from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.documents import PolicyDocument
from portal_app.models.enums import Grant, GranteeKind, SubmissionDocumentKind
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.licensing import (
    CoverRequirement,
    EducationCompletion,
    EducationCycle,
    LicenseFile,
    ProducerAppointment,
    ProducerCover,
    ProducerLicense,
)
from portal_app.models.messages import Message, MessageReader, MessageThread
from portal_app.models.notifications import Notification, NotificationMute, NotificationPreference
from portal_app.models.policies import Coverage, Policy, PolicyAddress, PolicyTerm, Vehicle
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import Quote, UnderwritingFlag
from portal_app.models.saved_views import SavedView, StartView
from portal_app.models.submissions import (
    InformationItem,
    InformationRequest,
    Submission,
    SubmissionAnswers,
    SubmissionDocument,
    SubmissionEvent,
)
from portal_app.services.access import KEPT_FOR, MATRIX, Actor, Gate, Permission, Reach, can, reach
from portal_app.services.producers.lineage import up_from


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records: the whole agency's, or one producer's with or without those below. Neither: none."""

    agency: bool = False
    producer_id: int | None = None
    downline: bool = False


def scope_of(actor: Actor) -> Scope:
    """The rule for rows, decided once."""
    if actor.kind == "system":
        return Scope(agency=True)
    if can(actor, Permission.VIEW_ALL_ACCOUNTS):
        return Scope(agency=True)
    if can(actor, Permission.VIEW_OWN_ACCOUNTS) and actor.producer_id is not None and actor.role is not None:
        ceiling = MATRIX[actor.role].may_be_granted
        return Scope(producer_id=actor.producer_id, downline=Grant.DOWNLINE in actor.grants & ceiling)
    return Scope()


def codes_in(scope: Scope) -> Select[Any]:
    """The ids of the producer codes of a scope; the hierarchy is expanded now, so that a producer's move rewrites no
    policy."""
    if not scope.downline:
        return select(col(ProducerCode.id)).where(col(ProducerCode.producer_id) == scope.producer_id)
    return select(col(ProducerCode.id)).where(col(ProducerCode.producer_id).in_(down_from(scope.producer_id)))


def down_from(producer_id: int | None) -> Select[Any]:
    """The ids of a producer and of everybody below."""
    # Without a name of its own: a statement may ask for the hierarchy more than once.
    tree = select(col(Producer.id).label("id")).where(col(Producer.id) == producer_id).cte(recursive=True)
    tree = tree.union(select(col(Producer.id)).where(col(Producer.parent_id) == tree.c.id))
    return select(tree.c.id)


BELONGS_TO_A_PRODUCER = (
    ProducerCode,
    ProducerLicense,
    ProducerAppointment,
    EducationCycle,
    ProducerCover,
    CoverRequirement,
)
BELONGS_TO_A_PERSON = (Notification, NotificationPreference, NotificationMute, LicenseFile, StartView, MessageReader)
BELONGS_TO_A_SUBMISSION = (
    AmsHandover,
    SubmissionAnswers,
    SubmissionEvent,
    InformationRequest,
    InformationItem,
    SubmissionDocument,
)
BELONGS_TO_A_POLICY = (Coverage, Vehicle, PolicyAddress, PolicyTerm, LedgerTransaction, PolicyBilling, Claim)


def in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """The condition under which a row of `model` is the actor's to see. Raises TypeError for a table without a rule."""
    if own := _own_rule(model):
        return own(actor, model)
    scope = scope_of(actor)
    if scope.agency:
        return true()
    if scope.producer_id is None:
        return false()
    mine = col(Policy.producer_code_id).in_(codes_in(scope))
    if model is Policy:
        return mine
    if model is Account:
        return col(Account.id).in_(select(col(Policy.account_id)).where(mine))
    handed_in = col(Quote.submission_id).in_(select(col(Submission.id)).where(_submission_in_scope(actor, Submission)))
    # A quote of a submission is the agency's own work until it is offered.
    shown = or_(col(Quote.submission_id).is_(None), col(Quote.offered_at).is_not(None))
    quoted = or_(col(Quote.producer_code_id).in_(codes_in(scope)), handed_in) & shown
    if model is Quote:
        return quoted
    if model is UnderwritingFlag:
        of_policy = col(UnderwritingFlag.policy_id).in_(select(col(Policy.id)).where(mine))
        of_quote = col(UnderwritingFlag.quote_id).in_(select(col(Quote.id)).where(quoted))
        # What was found of another producer's code, from before it came to this one, is not theirs.
        codes = select(col(ProducerCode.locator)).where(col(ProducerCode.id).in_(codes_in(scope)))
        about = (col(UnderwritingFlag.producer_code) == "") | col(UnderwritingFlag.producer_code).in_(codes)
        return or_(of_policy, of_quote) & about
    if model in BELONGS_TO_A_POLICY:
        return model.policy_id.in_(select(col(Policy.id)).where(mine))  # type: ignore[attr-defined, no-any-return]
    raise TypeError(f"{model.__name__} has no rule of scope")


def _own_rule(model: type[SQLModel]) -> Callable[[Actor, type[SQLModel]], ColumnElement[bool]] | None:
    """What decides for a table that does not go with a producer's policies alone."""
    if model is Producer or model in BELONGS_TO_A_PRODUCER:
        return _producer_in_scope
    if model is Submission or model in BELONGS_TO_A_SUBMISSION:
        return _submission_in_scope
    if model in BELONGS_TO_A_PERSON:
        return _own_in_scope
    return {
        PolicyDocument: _document_in_scope,
        EducationCompletion: _education_in_scope,
        AuthorityGrant: _authority_in_scope,
        Moratorium: _authority_in_scope,
        AuthorityDecision: _decision_in_scope,
        ConfigurationVersion: _configuration_in_scope,
        SavedView: _view_in_scope,
        MessageThread: _thread_in_scope,
        Message: _thread_in_scope,
    }.get(model)


def _configuration_in_scope(actor: Actor, _: type[SQLModel]) -> ColumnElement[bool]:
    return true() if actor.kind == "system" or can(actor, Permission.CHANGE_SETTINGS) else false()


def _education_in_scope(actor: Actor, _: type[SQLModel]) -> ColumnElement[bool]:
    mine = _producer_in_scope(actor, EducationCycle)
    return col(EducationCompletion.cycle_id).in_(select(col(EducationCycle.id)).where(mine))


def _own_in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """What is one person's is nobody else's, whatever their role."""
    if actor.kind == "system":
        return true()
    return col(model.user_id) == actor.user_id if can(actor, Gate.SIGNED_IN) else false()  # type: ignore[attr-defined]


def _view_in_scope(actor: Actor, _: type[SQLModel]) -> ColumnElement[bool]:
    """A view goes with its list, which shows to each their own rows, whoever made the view."""
    if actor.kind == "system":
        return true()
    own = or_(col(SavedView.user_id) == actor.user_id, col(SavedView.shared))
    return own if can(actor, Permission.VIEW_OWN_ACCOUNTS) else false()


def _document_in_scope(actor: Actor, _: type[SQLModel]) -> ColumnElement[bool]:
    """A document goes with its policy or, where it is of a whole account, with the account; and its category with the
    role."""
    if not can(actor, Permission.DOWNLOAD_DOCUMENTS):
        return false()
    kept = [each for each, roles in KEPT_FOR.items() if actor.kind != "system" and actor.role not in roles]
    allowed = col(PolicyDocument.category).not_in(kept)
    if scope_of(actor).agency:
        return allowed
    mine = in_scope(actor, Policy)  # once, since a statement names a hierarchy once
    of_policy = col(PolicyDocument.policy_id).in_(select(col(Policy.id)).where(mine))
    of_account = col(PolicyDocument.account_id).in_(select(col(Policy.account_id)).where(mine))
    return or_(of_policy, of_account) & allowed


def _submission_in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """A submission goes with its producer code, and is its maker's whatever code it bears."""
    scope = scope_of(actor)
    if scope.agency:
        return true()
    if not can(actor, Permission.VIEW_OWN_ACCOUNTS):
        return false()
    mine = col(Submission.created_by_id) == actor.user_id
    if scope.producer_id is not None:
        mine = or_(mine, col(Submission.producer_code_id).in_(codes_in(scope)))
    if model is Submission:
        return mine
    seen = select(col(Submission.id)).where(mine)
    if model is SubmissionEvent:
        return col(SubmissionEvent.submission_id).in_(seen) & _is_told_of_its_document()
    if model is InformationItem:
        requests = select(col(InformationRequest.id)).where(col(InformationRequest.submission_id).in_(seen))
        return col(InformationItem.request_id).in_(requests)
    return col(model.submission_id).in_(seen)  # type: ignore[attr-defined]


def _thread_in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """A thread goes with its submission or policy, and a message with its thread."""
    if not can(actor, Permission.VIEW_OWN_ACCOUNTS):
        return false()
    if scope_of(actor).agency:
        return true()
    submissions = select(col(Submission.id)).where(_submission_in_scope(actor, Submission))
    policies = select(col(Policy.id)).where(in_scope(actor, Policy))
    thread = MessageThread
    mine = or_(col(thread.submission_id).in_(submissions), col(thread.policy_id).in_(policies))
    return mine if model is MessageThread else col(Message.thread_id).in_(select(col(thread.id)).where(mine))


def _is_told_of_its_document() -> ColumnElement[bool]:
    """A carrier's quote that came as a document is known to a producer once it is offered, and so is its name."""
    about, document = col(SubmissionEvent.about), SubmissionDocument
    of_it = [
        col(Quote.submission_id) == col(SubmissionEvent.submission_id),
        col(document.locator) == about["document"].as_string(),
    ]
    offered = (
        select(col(Quote.id))
        .join(document, col(Quote.document_id) == col(document.id))
        .where(*of_it, col(Quote.offered_at).is_not(None))
        .correlate(SubmissionEvent)
    )
    kind = func.coalesce(about["kind"].as_string(), "")
    return or_(kind != SubmissionDocumentKind.QUOTE.value, offered.exists())


def _producer_in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """Producers are no business of a client: who sees them all does not have to see a single policy. A producer sees
    themselves, and those below where that is granted."""
    reached = _sees_producers(actor)
    if reached is None or (reached is Reach.OWN_ONLY and actor.producer_id is None):
        return false()
    if reached is not Reach.OWN_ONLY:
        return true()
    owner = col(Producer.id) if model is Producer else col(model.producer_id)  # type: ignore[attr-defined]
    if scope_of(actor).downline:
        return owner.in_(down_from(actor.producer_id))
    return owner == actor.producer_id


def _sees_producers(actor: Actor) -> Reach | None:
    if actor.kind == "system":
        return Reach.FULL
    return reach(actor, Permission.VIEW_PRODUCERS) if can(actor, Permission.VIEW_PRODUCERS) else None


def _authority_in_scope(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """Who sees producers sees who may bind what. A producer sees the grants that reach what they write, the agency's,
    their role's and those of everybody above among them."""
    reached = _sees_producers(actor)
    if reached is not Reach.OWN_ONLY or model is Moratorium:
        return true() if reached else false()
    grant = AuthorityGrant
    everybody = or_(col(grant.grantee) == GranteeKind.AGENCY, col(grant.role) == actor.role)
    if actor.producer_id is None:
        return everybody
    above = col(grant.producer_id).in_(up_from(actor.producer_id))
    codes = select(col(ProducerCode.id)).where(_producer_in_scope(actor, ProducerCode))
    below = select(col(Producer.id)).where(_producer_in_scope(actor, Producer))
    return or_(everybody, above, col(grant.producer_id).in_(below), col(grant.producer_code_id).in_(codes))


def _decision_in_scope(actor: Actor, _: type[SQLModel]) -> ColumnElement[bool]:
    """A decision goes with its quote or policy, to a producer as far as it is about a code of theirs or they asked it;
    what was asked by hand is for who asked, and for who sets authority and sees the business."""
    if actor.kind == "system":
        return true()
    decision = AuthorityDecision
    by_hand = col(decision.quote_id).is_(None) & col(decision.policy_id).is_(None)
    if not (can(actor, Permission.SET_AUTHORITY) and scope_of(actor).agency):
        by_hand = by_hand & (col(decision.user_id) == actor.user_id if can(actor, Gate.SIGNED_IN) else false())
    of_quote = col(decision.quote_id).in_(select(col(Quote.id)).where(in_scope(actor, Quote)))
    of_policy = col(decision.policy_id).in_(select(col(Policy.id)).where(in_scope(actor, Policy)))
    return or_(by_hand, or_(of_quote, of_policy) & _is_about_own_code(actor))


def _is_about_own_code(actor: Actor) -> ColumnElement[bool]:
    scope, decision = scope_of(actor), AuthorityDecision
    if scope.agency or scope.producer_id is None:
        return true()
    named = col(decision.inputs)["facts"]["producer_code"].as_string()
    code = ProducerCode
    mine = col(code.id).in_(codes_in(scope))
    called = select(col(code.code)).where(mine, col(code.code) != "")
    asked = false() if actor.user_id is None else col(decision.user_id) == actor.user_id
    unnamed = select(col(code.locator)).where(mine)
    return or_(named == "", named.in_(called), named.in_(unnamed), asked)


def visible(actor: Actor, model: type[SQLModel]) -> Select[Any]:
    """SELECT of the rows of `model` that the actor may see; every read begins here."""
    return _visible(actor, model)


@lru_cache(maxsize=1024)
def _visible(actor: Actor, model: type[SQLModel]) -> Select[Any]:
    """Kept: it says nothing that is not in the actor, and building it takes longer than asking the database."""
    return select(model).where(in_scope(actor, model))
