"""What the agency's management system takes from the portal, whichever one it is. Nothing of who fills it is known
here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A document with its bytes. `content_type` is such as `application/pdf`."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents that go with it, and the names of those that are had in the portal alone."""

    files: tuple[PaperFile, ...] = ()
    in_portal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What everything has that goes there. `key` is the same however often it is handed over, so that a repeat makes no
    second record where the system can tell. `desk` is where in the system it goes, as the agency's settings name it: a
    mail address where the system is told by mail. `submission` is the Submission ID, `client_id` the client's own
    number in the system, empty where no feed brought them; `other_address` is where they live as it was certified,
    where the system has them elsewhere; `link` leads to the submission in the portal. No parcel holds an answer that is
    personal: no Social Security number, birth date or driving licence."""

    key: str
    desk: str
    agency: str
    submission: str
    insured: str
    line: str
    producer_code: str
    effective: date | None
    link: str
    client_id: str = ""
    other_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubmission(Parcel):
    """A submission as it was handed in. `state` is of the risk, by two letters; `due` the day by whose close an answer
    is due."""

    status: str
    state: str
    submitted_at: datetime
    due: date | None
    papers: Papers = Papers()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundPolicy(Parcel):
    """A policy that was bound in the portal, which the system is to hold from now on. `number` is the binder's until
    the carrier's is known; the premium, in dollars, is for the term."""

    number: str
    carrier: str
    carrier_naic: str
    expiration: date
    premium: Decimal | None
    bound_by: str
    bound_at: datetime
    papers: Papers = Papers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Parcel):
    """What became of a submission that the system has: declined, withdrawn, or taken up again. `reason` is why, in the
    words of who did it, but for what is personal in them."""

    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Parcel):
    """Something that somebody at the agency is to do by the day `due`."""

    title: str
    description: str
    due: date | None


class AmsIntake(Protocol):
    """One agency management system, as what it takes. Each verb hands one thing over and returns what the system calls
    it, or "" where it does not tell. Raises DeliveryRefused for what it will never take as it is, DeliveryFailed for
    what it may take later; neither repeats an address or a client's name."""

    def submission(self, given: NewSubmission) -> str: ...

    def policy(self, given: BoundPolicy) -> str: ...

    def task(self, given: Task) -> str: ...

    def outcome(self, given: Outcome) -> str: ...

    def test(self, desk: str, agency: str, key: str) -> None:
        """Hand over something that says that it is a test, and that there is nothing to do."""
        ...
