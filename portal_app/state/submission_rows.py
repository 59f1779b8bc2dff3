"""What the page of a submission draws: rows made of what the services answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from portal_app.models.ams import HandoverKind
from portal_app.models.enums import QuoteState, RequestedItemKind, SubmissionEventKind
from portal_app.models.media import ScanState
from portal_app.models.quotes import QuoteOffer
from portal_app.services.ams.handovers import HandoverState, HandoverView
from portal_app.services.authority.answers import STATED
from portal_app.services.binding.bindability import Bindability
from portal_app.services.intake.forms import Field, FieldType, Form
from portal_app.services.policies.views import Choice
from portal_app.services.quotes.views import QuoteView
from portal_app.services.submissions.detail import SectionView, SubmissionDetail
from portal_app.services.submissions.documents import DocumentView
from portal_app.services.submissions.requests import ItemView, RequestView
from portal_app.services.submissions.revealing import Personal
from portal_app.services.submissions.timeline import Event
from portal_app.state import wording

Told = Callable[[datetime | None], str]
SIGNS = {
    SubmissionEventKind.BEGUN: "begun",
    SubmissionEventKind.ASKED: "asked",
    SubmissionEventKind.ADDED: "file",
    SubmissionEventKind.REMOVED: "file",
    SubmissionEventKind.QUOTED: "quote",
    SubmissionEventKind.REFUSED: "stop",
    SubmissionEventKind.SENT: "sent",
    SubmissionEventKind.NOT_SENT: "stop",
}
YES_OR_NO = [Choice("yes", "Yes"), Choice("no", "No")]
IN_WORDS = {"state": "The submission", "book": "Whose business it is"}
IN_WORDS |= {rule.value: stated.name for rule, stated in STATED.items()}


@dataclass
class Fact:
    """`changed` tells of an answer that it is another one than was shown before."""

    label: str
    value: str
    changed: bool = False


@dataclass
class Block:
    """The answers of one group, or of one row of a group that repeats."""

    key: str
    title: str
    facts: list[Fact] = field(default_factory=list)


@dataclass
class Section:
    key: str
    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class EventLine:
    key: str
    sign: str
    words: str
    reason: str
    by: str


@dataclass
class ItemLine:
    """One thing that is asked for. `how` is "text", "choice", "field" or "file"; `choices` is what there is to choose.
    `filename` and `href` are of the file that answers."""

    locator: str
    how: str
    label: str
    hint: str
    answer: str
    answered: str
    filename: str
    href: str
    choices: list[Choice] = field(default_factory=list)


@dataclass
class RequestLine:
    locator: str
    note: str
    asked: str
    standing: str
    is_open: bool
    things: list[ItemLine] = field(default_factory=list)


@dataclass
class ReasonLine:
    """What stands in the way of binding, and what would make it possible."""

    rule: str
    found: str
    would_pass: str


@dataclass
class QuoteLine:
    """`asked` tells that the portal looked whether this person could bind it; `reasons` are all that stand in the way,
    `doubts` what about it is not as the submission asks for.
    `paper` is the address of the carrier's paper, empty while `paper_waits` for the scanner or where there is none;
    `edit` and `copy` are those of forms."""

    locator: str
    version: int
    href: str
    carrier: str
    premium: str
    term: str
    valid_until: str
    state: str
    offer: str
    terms: str
    paper: str
    paper_waits: bool
    expired: bool
    edit: str
    copy: str
    history: str
    may_offer: bool
    asked: bool = False
    can_bind: bool = False
    may_refer: bool = False
    may_refuse: bool = False
    refused: str = ""
    referred: str = ""
    binder: str = ""
    no_loss: str = ""
    doubts: list[str] = field(default_factory=list)
    reasons: list[ReasonLine] = field(default_factory=list)


@dataclass
class HandoverLine:
    """What goes to the AMS. `again` tells that it is there already, so that sending it is a repeat."""

    kind: str
    what: str
    state: str
    standing: str
    why: str
    may_send: bool
    again: bool


def sections(found: Iterable[SectionView]) -> list[Section]:
    """Only what was answered: what is empty says nothing here."""
    drawn = []
    for section in found:
        blocks = []
        for group in section.groups:
            for number, row in enumerate(group.rows):
                told = [Fact(each.label, each.value) for each in row if each.value]
                name = f"{group.item.capitalize()} {number + 1}" if group.item else group.title
                if told:
                    blocks.append(Block(f"{group.key}-{number}", name, told))
        drawn.append(Section(section.name, section.title, blocks))
    return drawn


def revealed(drawn: Iterable[Section], found: Iterable[Personal]) -> list[Section]:
    """The same with personal values in the clear."""
    clear = {(f"{each.group}-{each.row}", each.label): each.value for each in found if not each.item}

    def of_block(block: Block) -> Block:
        told = [Fact(each.label, clear.get((block.key, each.label), each.value)) for each in block.facts]
        return replace(block, facts=told)

    return [replace(section, blocks=[of_block(each) for each in section.blocks]) for section in drawn]


def answers_revealed(drawn: Iterable[RequestLine], found: Iterable[Personal]) -> list[RequestLine]:
    """The same with personal answers in the clear."""
    clear = {each.item: each.value for each in found if each.item}
    return [
        replace(line, things=[replace(one, answer=clear.get(one.locator, one.answer)) for one in line.things])
        for line in drawn
    ]


def event_line(each: Event, moment: Told) -> EventLine:
    sign = SIGNS.get(each.kind, "step")
    return EventLine(each.locator, sign, each.words, each.reason, f"{each.by}, {moment(each.at)}")


def request_line(
    each: RequestView, form: Form, documents: Iterable[DocumentView], submission: str, moment: Told
) -> RequestLine:
    if each.is_open:
        standing = "Open: the response clock stands"
    elif each.answered_at:
        standing = f"Answered {moment(each.answered_at)}"
    else:
        standing = f"Cancelled {moment(each.cancelled_at)}"
    files = {one.locator: one for one in documents}
    return RequestLine(
        each.locator,
        each.note,
        f"Asked by {each.asked_by}, {moment(each.asked_at)}",
        standing,
        each.is_open,
        [_item(one, form, files, submission, moment) for one in each.items],
    )


def _item(each: ItemView, form: Form, files: Mapping[str, DocumentView], submission: str, moment: Told) -> ItemLine:
    place = form.at(each.path) if each.kind is RequestedItemKind.FIELD else None
    how, choices, hint = "text", list[Choice](), ""
    if place is not None:
        how, choices, hint = "field", choices_of(place[1]), place[1].help
        how = "choice" if choices else how
    elif each.kind is RequestedItemKind.FILE:
        how = "file"
        choices = [Choice(one.locator, one.filename) for one in files.values() if one.removed_at is None]
    file = files.get(each.document)
    return ItemLine(
        locator=each.locator,
        how=how,
        label=each.label,
        hint=hint,
        answer=each.answer,
        answered=f"{each.answered_by}, {moment(each.answered_at)}" if each.answered_at else "",
        filename=file.filename if file else "",
        href=f"/files/{file.locator}?of=submission:{submission}" if file else "",
        choices=choices,
    )


def choices_of(one: Field) -> list[Choice]:
    if one.type is FieldType.FLAG:
        return list(YES_OR_NO)
    return [Choice(each.value, each.label) for each in one.choices]


def fields_to_ask_for(form: Form) -> list[Choice]:
    """Every field of the form by its path, with the section and group in which it stands."""
    return [
        Choice(f"{group.key}.{one.name}", f"{section.title} · {group.title} · {one.label}")
        for section in form.sections
        for group in section.groups
        for one in group.fields
    ]


@dataclass(frozen=True)
class Desk:
    """What is known around the quotes of a submission: its files by their locators, the day, and whether this person
    draws quotes up, and offers them."""

    submission: str
    files: Mapping[str, DocumentView]
    today: date
    enters: bool
    offers: bool


def quote_line(each: QuoteView, desk: Desk, moment: Told) -> QuoteLine:
    history = f"Drawn up by {each.created_by}, {moment(each.created_at)}"
    if each.offered_at:
        history += f" · offered {moment(each.offered_at)}"
    if each.bound_at:
        history += f" · bound by {each.bound_by}, {moment(each.bound_at)}"
    paper = desk.files.get(each.document)
    waits = paper is not None and paper.scan is ScanState.WAITING
    on_offer = each.offer in (QuoteOffer.NOT_OFFERED, QuoteOffer.OFFERED)
    changes = desk.enters and each.state is QuoteState.DRAFT and on_offer
    return QuoteLine(
        locator=each.locator,
        version=each.version,
        href=f"/quotes/{each.locator}",
        carrier=each.carrier,
        premium=wording.money(each.premium),
        term=f"{wording.day(each.effective)} – {wording.day(each.expiration)}",
        valid_until=wording.day(each.valid_until),
        state=each.state.label,
        offer=each.offer.label,
        terms=each.terms,
        paper=f"/files/{paper.locator}?of=submission:{desk.submission}" if paper and to_be_had(paper) else "",
        paper_waits=waits,
        expired=on_offer and each.valid_until is not None and each.valid_until < desk.today,
        edit=f"/quotes/{each.locator}/edit" if changes else "",
        copy=f"/submissions/{desk.submission}/quotes/new?like={each.locator}" if desk.enters else "",
        history=history,
        may_offer=desk.offers and each.state is QuoteState.UNDERWRITTEN and each.offer is QuoteOffer.NOT_OFFERED,
        refused=refused(each, moment),
        referred=f"The underwriters were asked to bind it {moment(each.referred_at)}." if each.referred_at else "",
    )


def refused(each: QuoteView, moment: Told) -> str:
    """That underwriters who were asked to bind it refused, and why."""
    if each.refused_at is None:
        return ""
    return f"{each.refused_by} was asked to bind it, and refused {moment(each.refused_at)}: {each.refusal}"


def to_be_had(file: DocumentView) -> bool:
    return file.removed_at is None and file.scan not in (ScanState.WAITING, ScanState.REFUSED)


def put_bindability(line: QuoteLine, found: Bindability) -> None:
    line.asked, line.can_bind = True, found.can_bind
    line.may_refer, line.may_refuse = found.may_refer, found.may_refuse
    line.reasons = [ReasonLine(IN_WORDS[each.rule], each.found, each.would_pass) for each in found.reasons]
    line.no_loss = found.no_loss
    line.binder = f"The binder would run through {wording.day(found.binder_until)}." if found.binder_until else ""


def next_of(quotes: list[QuoteLine]) -> tuple[str, str]:
    """The quote that is next to be bound, or asked to have bound, and which of both. None where one has to choose."""
    bound = [(each.locator, "bind") for each in quotes if each.can_bind]
    asked = [(each.locator, "refer") for each in quotes if each.may_refer and not each.can_bind]
    found = bound or asked
    return found[0] if len(found) == 1 else ("", "")


def facts(found: SubmissionDetail, moment: Told) -> list[Fact]:
    """What stands beside the record. What is not known is left out."""
    row = found.row
    certified = found.certificate
    told = [
        ("LOB", row.line_name),
        ("Effective date", wording.day(row.effective)),
        ("State", row.jurisdiction),
        ("Producer", f"{row.producer} · {row.producer_code}" if row.producer else row.producer_code),
        ("Submitted", moment(row.submitted_at)),
        ("Submitted by", row.submitted_by),
        ("Assigned to", row.assigned_to or ("Nobody yet" if row.unassigned else "")),
        ("Routed by", row.routed_by or ("No rule: unrouted" if row.unrouted else "")),
        ("Target response date", wording.day(row.target_on)),
        ("Form", f"{found.form_title}, version {found.form_version}" if found.form_version else found.form_title),
        ("Answers", _intact(certified.intact) if certified else ""),
    ]
    return [Fact(label, value) for label, value in told if value]


def _intact(intact: bool) -> str:
    return "As they were certified" if intact else "Not as they were certified: tell an administrator"


HANDED = {
    HandoverKind.SUBMISSION: "The submission",
    HandoverKind.TASK: "A task",
    HandoverKind.POLICY: "The bound policy",
    HandoverKind.OUTCOME: "What became of the submission",
    HandoverKind.TASK_OUTCOME: "What became of the task",
}


def handover_line(each: HandoverView, moment: Told) -> HandoverLine:
    return HandoverLine(
        kind=each.kind.value,
        what=HANDED[each.kind],
        state=each.state.label,
        standing=_handed(each, moment),
        why=each.why,
        may_send=each.may_send,
        again=each.state is HandoverState.SENT,
    )


def _handed(each: HandoverView, moment: Told) -> str:
    if each.state is HandoverState.SENT:
        return f"Sent {moment(each.sent_at)}. In the AMS it bears the key {each.key}."
    if each.state is HandoverState.FAILED:
        return f"Given up after {wording.count(each.attempts, 'attempt')}."
    if each.next_attempt_at is not None:
        return f"{wording.count(each.attempts, 'attempt')} so far; the next {moment(each.next_attempt_at)}."
    return "It is sent within seconds." if each.state is HandoverState.WAITING and not each.why else ""
