"""What a form proposes while it is filled in: producer codes that are in force, carriers that are known, and what a VIN
or a ZIP code tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.intake.beside import told_beside
from portal_app.services.intake.forms import Form
from portal_app.services.licensing.records import today
from portal_app.services.producers.choices import carriers, counted
from portal_app.services.producers.standing import in_force
from portal_app.services.scope import visible
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.rows import one

MOST = 500


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Codes with the name of their producer, and names of carriers: the first 500 of as many as the totals say.
    `beside` is what the field that was asked about tells of others in its row, by their names."""

    codes: tuple[tuple[str, str], ...]
    codes_total: int
    carriers: tuple[str, ...]
    carriers_total: int
    beside: Mapping[str, str]


@reads(Permission.SUBMIT_BUSINESS)
def suggestions(tx: Tx, *, locator: str, field: str = "", value: str = "") -> Suggestions:
    """What the form of a draft proposes to who fills it in: the codes in force that they see, and the carriers of the
    appointments and policies that they see, with those whose policy numbers the form knows; and what the `value` of a
    `field` (section.group.field) tells of those beside it. Raises NotFound, also for a field
    that is not there."""
    form, _ = form_of(tx, one(tx, locator))
    beside = _beside(form, field, value, today(tx)) if field else {}
    usable = visible(tx.actor, ProducerCode).where(in_force())
    named = usable.join(Producer, col(Producer.id) == col(ProducerCode.producer_id))
    page = named.with_only_columns(col(ProducerCode.code), col(Producer.name)).order_by(col(ProducerCode.code))
    codes = tuple((code or "", name) for code, name in tx.db.execute(page.limit(MOST)))
    known = _carriers(tx, form)
    return Suggestions(
        codes, counted(tx, usable) if len(codes) == MOST else len(codes), known[:MOST], len(known), beside
    )


def _beside(form: Form, path: str, value: str, day: date) -> Mapping[str, str]:
    found = form.at(path)
    if found is None:
        raise NotFound("The form has no such field.")
    group, asked = found
    return told_beside(group, asked.name, value, day)


def _carriers(tx: Tx, form: Form) -> tuple[str, ...]:
    """Each once, however it is written, as the agency's records write it where they do."""
    names = [*(each.carrier for each in form.policy_numbers), *(each.label for each in carriers(tx))]
    return tuple(sorted({" ".join(each.casefold().split()): each for each in names}.values(), key=str.casefold))
