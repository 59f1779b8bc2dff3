"""The hash by which what was certified is known again: of the answers, the form and the documents."""

import hashlib
import hmac
import json
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import col

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import MediaVersion
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers
from portal_app.services.intake.validation import normalised
from portal_app.services.submissions.answering import as_typed, day_of, whole_answers
from portal_app.services.submissions.kept import form_of

Kind = SubmissionDocumentKind
THE_AGENCYS = (Kind.QUOTE, Kind.BINDER, Kind.APPLICATION)
"""Documents that come after a submission was handed in, and are no part of what was certified."""


def fingerprint(tx: Tx, row: Submission) -> str:
    """SHA-256 in hexadecimal over the canonical JSON of the answers as they were typed, the digest of the form and
    those of the documents, as they were when it was handed in; of a draft as they are now."""
    # Nothing is read out of the answers here: what reads them changes with the portal, and with its settings.
    return _summed(tx, row, as_typed(tx, row))


def is_as_certified(tx: Tx, row: Submission) -> bool:
    """Whether what is stored still comes to the hash of what was certified."""
    found = fingerprint(tx, row) if row.certified_on else _of_before(tx, row)
    return hmac.compare_digest(found, row.answers_hash)


def _of_before(tx: Tx, row: Submission) -> str:
    """The hash of what was certified before the day was kept with it: of the normalised answers."""
    form, _ = form_of(tx, row)
    return _summed(tx, row, normalised(form, whole_answers(tx, row, form), day_of(tx, row)))


def _summed(tx: Tx, row: Submission, answers: Answers) -> str:
    _, digest = form_of(tx, row)
    documents = _documents(tx, row, row.submitted_at or tx.now)
    return hashlib.sha256(canonical({"answers": answers, "form": digest, "documents": documents})).hexdigest()


def canonical(value: object) -> bytes:
    """One text for equal values: keys in order, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _documents(tx: Tx, row: Submission, at: datetime) -> list[str]:
    """The digests of the documents that were there at that moment, each in its first content: a media of a submission
    has no other."""
    document = SubmissionDocument
    first = select(func.min(col(MediaVersion.id))).group_by(col(MediaVersion.media_id))
    asked = (
        select(col(MediaVersion.digest))
        .join(document, col(document.media_id) == col(MediaVersion.media_id))
        .where(
            col(MediaVersion.id).in_(first),
            col(document.submission_id) == row.id,
            col(document.added_at) <= at,
            col(document.kind).not_in(THE_AGENCYS),
            or_(col(document.removed_at).is_(None), col(document.removed_at) > at),
        )
        .order_by(col(MediaVersion.digest))
    )
    return list(tx.db.scalars(asked))
