"""A submission by ACORD's names: what was answered, with what the portal knows of agency, producer, carrier and policy.
For who keys it into another system, or has a program do it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.policies import Carrier, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.exports.cells import BOM, lines
from portal_app.services.intake.acord import Left, Placed, acord_name, on_paper
from portal_app.services.intake.forms import Answers, FieldType, Form, Role
from portal_app.services.intake.sheet import laid_out
from portal_app.services.scope import visible
from portal_app.services.submissions.answering import day_of, fills_in, form_version
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import value_of
from portal_app.services.submissions.rows import one

COLUMNS = ("ACORD name", "Value", "Label", "Answer", "Note")
BEYOND = "Beyond Z: on paper it goes on a schedule that is attached."
PERSONAL = "Personal: look it up in the portal."


@dataclass(frozen=True, slots=True)
class AcordSheet:
    """`acord_forms` are those that the form maps to, `form_version` is 0 as shipped. What stands at no name is left,
    with the reason."""

    locator: str
    number: str
    line: str
    form_title: str
    form_version: int
    acord_forms: tuple[str, ...]
    placed: tuple[Placed, ...]
    left: tuple[Left, ...]

    @property
    def filename(self) -> str:
        return f"Application {self.number or 'draft'} by ACORD name.csv"


async def taken(door: Door, caller: Actor, *, submission: str) -> AcordSheet:
    """The sheet for whoever takes it along: that they did is in the trail before it is out. It reads, so a token that
    may only read may have it. Raises NotFound."""
    found = await door.act(sheet, caller, submission=submission)
    await door.act(note_taken, replace(caller, may_write=True), submission=submission, names=len(found.placed))
    return found


@reads(Permission.VIEW_OWN_ACCOUNTS)
def sheet(tx: Tx, *, submission: str) -> AcordSheet:
    """A submission by ACORD's names: personal values as they were typed for who fills the draft in, masked for
    everybody else. Raises NotFound."""
    row = one(tx, submission)
    return of(tx, row, masked=not fills_in(tx, row))


@writes(Permission.VIEW_OWN_ACCOUNTS)
def note_taken(tx: Tx, *, submission: str, names: int) -> None:
    """Write down who took the values along, and at how many names they stood. Raises NotFound."""
    row = one(tx, submission)
    detail = {"names": names}
    audit.record(tx, "submission.acord_taken", subject_kind="submission", subject=row.locator, detail=detail)


def of(tx: Tx, row: Submission, *, masked: bool = True) -> AcordSheet:
    """The same of a row that the actor was found to see, with what was sent since it was certified in its place."""
    form, _ = form_of(tx, row)
    answers, day = corrected_answers(tx, row, form), day_of(tx, row)
    known = [
        Placed(acord_name(name, 0), value, label, value)
        for name, label, value in _known(tx, row, form, answers)
        if value
    ]
    found = on_paper(form, answers, day, known=known, masked=masked)
    return AcordSheet(
        locator=row.locator,
        number=row.number or "",
        line=form.line,
        form_title=form.title,
        form_version=form_version(tx, row),
        acord_forms=form.acord_forms,
        placed=found.placed,
        left=found.left,
    )


def as_csv(found: AcordSheet, *, personal: bool = True) -> bytes:
    """A table that spreadsheets open: a line for each name, then for each answer that stands at none. Without
    `personal` nothing is told of what is masked."""
    version = f"Version {found.form_version}" if found.form_version else "As shipped"
    rows: list[tuple[str, ...]] = [
        COLUMNS,
        ("", "", "Form", ": ".join((found.form_title, ", ".join(found.acord_forms))), version),
    ]
    for each in found.placed:
        told = personal or not each.masked
        notes = (PERSONAL if each.masked else "", BEYOND if each.beyond else "")
        rows.append(
            (
                each.name,
                each.value if told else "",
                each.label,
                each.answer if told else "",
                " ".join(filter(None, notes)),
            )
        )
    rows += [("", "", each.label, each.answer if personal or not each.masked else "", each.why) for each in found.left]
    return BOM.encode() + lines(rows)


def _known(tx: Tx, row: Submission, form: Form, answers: Answers) -> Iterator[tuple[str, str, str]]:
    """Names with their labels and values, which are empty where they are not known."""
    yield "Producer_FullName", "Agency", tx.settings.agency_name
    code = tx.db.get(ProducerCode, row.producer_code_id) if row.producer_code_id else None
    producer = tx.db.get_one(Producer, code.producer_id).name if code else ""
    yield "Producer_AuthorizedRepresentative_FullName", "Producer", producer
    carrier, quoted = _carrier(tx, row, form, answers)
    if carrier is not None:
        # A carrier that is merely preferred is named by the answer itself.
        yield "Insurer_FullName", "Carrier", carrier.name if quoted else ""
        yield "Insurer_NAICCode", "NAIC code of the carrier", carrier.naic
    yield "Policy_PolicyNumberIdentifier", "Policy number", _number(tx, row, form, answers)


def _carrier(tx: Tx, row: Submission, form: Form, answers: Answers) -> tuple[Carrier | None, bool]:
    """That of the quote that is bound, or of the only one that is offered; else the preferred one, as far as
    it is known. Tells too whether it was quoted."""
    stands = (QuoteOffer.BOUND, QuoteOffer.OFFERED)
    mine = visible(tx.actor, Quote).where(col(Quote.submission_id) == row.id, col(Quote.offer).in_(stands))
    quotes: list[Quote] = list(tx.db.scalars(mine))
    bound = [each for each in quotes if each.offer is QuoteOffer.BOUND]
    carriers = {each.carrier_id for each in bound or quotes}
    if len(carriers) == 1:
        return tx.db.get_one(Carrier, carriers.pop()), True
    wished = str(value_of(form, answers, Role.CARRIER, day_of(tx, row)) or "")
    named = select(Carrier).where(func.lower(col(Carrier.name)) == wished.lower())
    return (tx.db.scalars(named).first() if wished else None), False


def _number(tx: Tx, row: Submission, form: Form, answers: Answers) -> str:
    """Of the policy that was bound; else that of the first prior policy where it is transferred, which is where its
    number has to be known."""
    if row.policy_id is not None:
        bound = visible(tx.actor, Policy).where(col(Policy.id) == row.policy_id).with_only_columns(col(Policy.number))
        return str(tx.db.scalar(bound) or "")
    found = laid_out(form, answers, day_of(tx, row))
    for group in form.groups:
        cells: Any = next(iter(found.rows.get(group.key, ())), {})
        for field in group.fields if group.key.startswith("prior_insurance.") else ():
            needed = field.required_when is not None and field.name in cells and found.needs(field, cells)
            if field.type is FieldType.POLICY_NUMBER and needed and cells[field.name].value:
                return str(cells[field.name].value)
    return ""
