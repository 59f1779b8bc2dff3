"""How much hangs on a producer or a code: looked at before it is suspended, retired or moved. Numbers alone, so that
also who does not see the business may know what they are about to do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, cast, false, func, or_, select, union
from sqlmodel import col

from portal_app.models.enums import CredentialState, ProducerState, SubmissionStatus, TransactionState
from portal_app.models.identity import User
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.licensing import (
    ProducerAppointment,
    ProducerAppointmentCode,
    ProducerLicense,
    ProducerLicenseCode,
)
from portal_app.models.policies import Policy, PolicyTerm
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.ledger.instructions import codes_named
from portal_app.services.producers.rows import one
from portal_app.services.quotes.lifecycle import FINAL, LETS_GO_OF_ITS_CODE
from portal_app.services.scope import down_from
from portal_app.services.submissions.lifecycle import OPEN
from portal_app.services.sync.bulk import pages

GONE = ProducerState.DISCARDED
AT_ONCE = 100
# A draft too: it cannot be handed in under a code that is taken by nobody any more.
OPEN_SUBMISSIONS = (SubmissionStatus.DRAFT, *OPEN)


@dataclass(frozen=True, slots=True)
class Impact:
    """Of the producer and of everybody below: policies that carry one of the codes now, in time to come or as code of
    record, submissions that name one, from a draft to what is quoted and not bound, quotes that carry one and may still
    become a policy, codes and sub-producers that are not discarded, people of the portal who can sign in, and licenses
    and appointments that are not discarded: those of the producers, and those that list one of the codes."""

    policies: int
    submissions: int
    quotes: int
    producer_codes: int
    child_producers: int
    people: int
    licenses: int
    appointments: int


@reads(Permission.MANAGE_PRODUCERS)
def impact(tx: Tx, *, locator: str) -> Impact:
    """What hangs on a producer, with the whole of who stands below. Raises NotFound."""
    row = one(tx, Producer, locator)
    line = down_from(row.id)
    codes = select(col(ProducerCode.id)).where(col(ProducerCode.producer_id).in_(line))
    below = (col(Producer.id).in_(line), col(Producer.id) != row.id, col(Producer.state) != GONE)
    people = (col(User.producer_id).in_(line), col(User.disabled_at).is_(None))
    return Impact(
        policies=_policies(tx, codes),
        submissions=_open_submissions(tx, codes),
        quotes=_open_quotes(tx, codes),
        producer_codes=_count(tx, codes.where(col(ProducerCode.state) != GONE)),
        child_producers=_count(tx, select(col(Producer.id)).where(*below)),
        people=_count(tx, select(col(User.id)).where(*people)),
        licenses=_count(tx, _of_licensing(ProducerLicense, codes, line)),
        appointments=_count(tx, _of_licensing(ProducerAppointment, codes, line)),
    )


@reads(Permission.MANAGE_PRODUCERS)
def impact_of_code(tx: Tx, *, locator: str) -> Impact:
    """What hangs on one code. Raises NotFound."""
    row = one(tx, ProducerCode, locator)
    code = select(col(ProducerCode.id)).where(col(ProducerCode.id) == row.id)
    return Impact(
        policies=_policies(tx, code),
        submissions=_open_submissions(tx, code),
        quotes=_open_quotes(tx, code),
        producer_codes=1,
        child_producers=0,
        people=0,
        licenses=_count(tx, _of_licensing(ProducerLicense, code)),
        appointments=_count(tx, _of_licensing(ProducerAppointment, code)),
    )


def policies_of(tx: Tx, codes: Sequence[int]) -> int:
    """How many policies carry one of the codes, now, in time to come or as code of record of any term."""
    return _policies(tx, select(col(ProducerCode.id)).where(col(ProducerCode.id).in_(codes)))


def policies_of_producer(tx: Tx, row: Producer) -> int:
    """How many policies carry a code of the producer's own, now, in time to come or as code of record of any term."""
    return _policies(tx, select(col(ProducerCode.id)).where(col(ProducerCode.producer_id) == row.id))


def policies_before(tx: Tx, row: Producer | ProducerCode) -> int:
    """How many policies carry the code, or a code of the producer's own, or did so once: those on which something is
    issued that names it. Reads the ledger of the whole agency."""
    mine = col(ProducerCode.producer_id) == row.id if isinstance(row, Producer) else col(ProducerCode.id) == row.id
    wanted = [code for code in tx.db.scalars(select(col(ProducerCode.code)).where(mine)) if code]
    return len({policy_id for some in pages(wanted, AT_ONCE) for policy_id in _issued_under(tx, set(some))})


def quotes_holding(tx: Tx, row: Producer | ProducerCode) -> int:
    """How many quotes hold on to the code, or to a code of the producer's own: those that have advanced beyond a draft
    and were not discarded, rejected and declined ones among them."""
    mine = col(ProducerCode.producer_id) == row.id if isinstance(row, Producer) else col(ProducerCode.id) == row.id
    holds = col(Quote.state).not_in(LETS_GO_OF_ITS_CODE)
    return _count(tx, _quotes(select(col(ProducerCode.id)).where(mine)).where(holds))


def _open_submissions(tx: Tx, codes: Select[Any]) -> int:
    named = col(Submission.producer_code_id).in_(codes)
    return _count(tx, select(col(Submission.id)).where(named, col(Submission.status).in_(OPEN_SUBMISSIONS)))


def _open_quotes(tx: Tx, codes: Select[Any]) -> int:
    return _count(tx, _quotes(codes).where(col(Quote.state).not_in(FINAL)))


def _quotes(codes: Select[Any]) -> Select[Any]:
    return select(col(Quote.id)).where(col(Quote.producer_code_id).in_(codes))


def _policies(tx: Tx, codes: Select[Any]) -> int:
    carriers, ahead = _carriers(codes), _ahead(tx, codes)
    both = set(tx.db.scalars(carriers.where(carriers.selected_columns[0].in_(ahead)))) if ahead else set()
    return _count(tx, carriers) + len(ahead - both)


def _ahead(tx: Tx, codes: Select[Any]) -> set[int]:
    """The ids of policies on which something is issued that takes effect later and names one of the codes."""
    ledger = LedgerTransaction
    later = (
        select(col(ledger.policy_id), col(ledger.instructions), col(ledger.changes))
        .join(Policy, col(Policy.id) == col(ledger.policy_id))
        .where(col(Policy.codes_change_at).is_not(None))
        .where(col(ledger.state) == TransactionState.ISSUED, col(ledger.effective_at) > tx.now)
    )
    named = [
        (policy_id, {*codes_named(instructions), changes.get("producer_code")})
        for policy_id, instructions, changes in tx.db.execute(later)
    ]
    if not named:
        return set()
    wanted = set(tx.db.scalars(select(col(ProducerCode.code)).where(col(ProducerCode.id).in_(codes))))
    return {policy_id for policy_id, names in named if names & wanted}


def _issued_under(tx: Tx, wanted: set[str]) -> set[int]:
    """The ids of the policies on which something was issued that names one of the codes; also what is reversed, for it
    may come back. The database leaves out what does not hold the letters of one, as JSON writes them; whether they name
    a code is seen here."""
    ledger = LedgerTransaction
    told = [cast(column, Text) for column in (col(ledger.changes), col(ledger.instructions))]
    holds = [each.contains(json.dumps(code), autoescape=True) for each in told for code in sorted(wanted)]
    issued = select(col(ledger.policy_id), col(ledger.instructions), col(ledger.changes)).where(
        col(ledger.state).in_((TransactionState.ISSUED, TransactionState.REVERSED)), or_(*holds)
    )
    return {
        policy_id
        for policy_id, instructions, changes in tx.db.execute(issued)
        if wanted & {*codes_named(instructions), changes.get("producer_code")}
    }


def _carriers(codes: Select[Any]) -> Select[Any]:
    """The ids of the policies, each once."""
    now = or_(col(Policy.producer_code_id).in_(codes), col(Policy.code_of_record_id).in_(codes))
    term = or_(col(PolicyTerm.producer_code_id).in_(codes), col(PolicyTerm.code_of_record_id).in_(codes))
    found = union(select(col(Policy.id)).where(now), select(col(PolicyTerm.policy_id)).where(term)).subquery()
    return select(found.c[0])


def _of_licensing(
    model: type[ProducerLicense] | type[ProducerAppointment], codes: Select[Any], holders: Select[Any] | None = None
) -> Select[Any]:
    """The ids of the licenses or appointments that list one of the codes or are of one of the producers."""
    listing = (
        select(col(ProducerLicenseCode.license_id)).where(col(ProducerLicenseCode.producer_code_id).in_(codes))
        if model is ProducerLicense
        else select(col(ProducerAppointmentCode.appointment_id)).where(
            col(ProducerAppointmentCode.producer_code_id).in_(codes)
        )
    )
    of_theirs = false() if holders is None else col(model.producer_id).in_(holders)
    among = or_(col(model.id).in_(listing), of_theirs)
    return select(col(model.id)).where(col(model.state) != CredentialState.DISCARDED, among)


def _count(tx: Tx, ids: Select[Any]) -> int:
    return tx.db.scalar(select(func.count()).select_from(ids.subquery())) or 0
