"""What hangs on the demo's policies: how they are paid for, claims, and the index of documents."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo import cast
from demo.book import TODAY, Book, Term

BILLING = cast.listed("""
    Policy Key, Term Effective, Bill Type, Pay Plan, Total Billed, Paid To Date, Balance, Past Due, Next Due Date,
    Next Due Amount, Last Payment Date, Last Payment Amount
""")
CLAIMS = cast.listed("""
    Writing Company, Policy Number, Claim Number, Claim Status, Loss Date, Report Date, Closed Date, Cause of Loss,
    Description, Paid, Reserve, Adjuster, Adjuster Phone
""")
DOCUMENTS = cast.listed("""
    Document Number, Policy Key, Client Number, Document Type, Description, Document Date, Term Effective, File Name
""")
PLANS = {"Paid in full": 1, "Two payments": 2, "Quarterly": 4, "Ten payments": 10, "Monthly EFT": 12}
CENT = Decimal("0.01")
CAUSES = {
    "personal_auto": ("Rear-end collision", "Hail", "Windshield", "Parked car struck", "Deer strike"),
    "commercial_auto": ("Backing accident", "Rear-end collision", "Theft from vehicle", "Windshield"),
    "homeowners": ("Wind", "Water from burst pipe", "Ice dam", "Theft", "Lightning"),
    "bop": ("Water from burst pipe", "Customer fall", "Theft", "Fire"),
    "commercial_property": ("Fire", "Wind", "Water from burst pipe"),
    "general_liability": ("Customer fall", "Damage to a customer's property"),
    "workers_compensation": ("Strain from lifting", "Fall from ladder", "Cut"),
    "umbrella": ("Liability above the underlying limit",),
}
ADJUSTERS = (
    ("Nadia Forsythe", "(800) 555-0112"),
    ("Owen Castellano", "(800) 555-0127"),
    ("Grace Lindqvist", "(800) 555-0133"),
    ("Hector Maddox", "(800) 555-0148"),
)

Row = list[str]


def billing(book: Book) -> Iterator[Row]:
    """A row for most terms of the last year and those to come."""
    random = Random(2028)  # noqa: S311 - nothing secret is drawn
    for term in book.terms:
        plan = random.choices(list(PLANS), (34, 12, 18, 14, 22))[0]
        behind, direct, left_out = random.random() < 0.06, random.random() < 0.7, random.random() < 0.05
        if term.premium > 0 and term.effective >= date(2025, 6, 1) and not left_out:
            yield _owed(term, plan, "D" if direct else "A", behind)
    # Belong in quarantine: nobody knows the first one's policy, and the other is billed by no one.
    yield ["P-99999", "2026-03-01", "D", "Quarterly", "$400.00", "$100.00", "$300.00", "", "", "", "", ""]
    yield ["P-20003", "2024-01-01", "X", "Quarterly", "", "", "", "", "", "", "", ""]


def _owed(term: Term, plan: str, mode: str, behind: bool) -> Row:
    """What was billed and paid by today of a term that is paid in equal parts."""
    parts = PLANS[plan]
    days = [term.effective + timedelta(days=number * 360 // parts) for number in range(parts)]
    ended = term.cancelled_on or term.expiration
    share = Decimal((ended - term.effective).days) / (term.expiration - term.effective).days
    billed = (term.premium * share).quantize(CENT)
    part = (term.premium / parts).quantize(CENT)
    due = [day for day in days if day <= TODAY and day < ended]
    to_come = [day for day in days if day > TODAY and term.status in ("active", "pending")]
    over = not to_come or term.status not in ("active", "pending")
    paid = billed if over else part * len(due)
    past_due = part if behind and term.status == "active" and due else Decimal(0)
    paid -= past_due
    settled = due[: len(due) - 1] if past_due else due
    last = settled[-1] + timedelta(days=term.effective.day % 4) if settled else None
    next_due = min(part, billed - paid) if to_come else None
    return [
        term.policy,
        term.effective.isoformat(),
        mode,
        plan,
        _dollars(billed),
        _dollars(paid),
        _dollars(billed - paid),
        _dollars(past_due) if past_due else "",
        to_come[0].isoformat() if to_come else "",
        _dollars(next_due) if next_due is not None else "",
        min(last, TODAY).isoformat() if last else "",
        _dollars(part) if last else "",
    ]


def claims(book: Book) -> Iterator[Row]:
    """Losses of the last two years, on every eighth policy or so; what is older has been closed."""
    random = Random(2029)  # noqa: S311 - nothing secret is drawn
    number = 410_000
    for term in book.terms:
        days = (min(TODAY, term.cancelled_on or term.expiration) - term.effective).days
        if random.random() < 0.88 or days < 20:
            continue
        number += random.randrange(3, 90)
        yield _claim(term, random, f"CL-{number}", term.effective + timedelta(days=random.randrange(10, days)))
    # Belongs in quarantine: it was closed before anything had happened.
    term = next(each for each in book.terms if each.status == "active")
    told = ["CL-499001", "C", "10/02/2026", "10/03/2026", "09/30/2026", "Wind", "", "", "", "", ""]
    yield [term.carrier, term.number, *told]


def _claim(term: Term, random: Random, number: str, lost_on: date) -> Row:
    cause, (adjuster, phone) = random.choice(CAUSES[term.line]), random.choice(ADJUSTERS)
    reported_on = min(lost_on + timedelta(days=random.randrange(0, 6)), TODAY)
    amount = Decimal(random.randrange(40_000, 1_900_000)) / 100
    recent = (TODAY - lost_on).days < 120
    status = random.choices("OCRD", (70, 20, 4, 6) if recent else (6, 84, 4, 6))[0]
    closed_on = min(reported_on + timedelta(days=random.randrange(9, 100)), TODAY) if status in "CD" else None
    paid = {"O": amount * Decimal("0.2"), "C": amount, "R": amount * Decimal("0.6"), "D": Decimal(0)}[status]
    reserve = amount - paid if status in "OR" else Decimal(0)
    return [
        "COPPERBEECH CAS" if term.carrier == "Copperbeech Casualty" and number[-1] < "5" else term.carrier,
        term.number,
        number,
        status,
        _day(lost_on),
        _day(reported_on),
        _day(closed_on) if closed_on else "",
        cause,
        f"{cause}, reported by the insured by telephone." if random.random() < 0.6 else "",
        _dollars(paid.quantize(CENT)),
        _dollars(reserve.quantize(CENT)),
        adjuster if status in "OR" else "",
        phone if status in "OR" else "",
    ]


def documents(book: Book) -> Iterator[Row]:
    """The declarations of every term since 2025, and what else an agency files."""
    random, number = Random(2030), 88_000  # noqa: S311 - nothing secret is drawn
    for term in book.terms:
        if term.effective < date(2025, 9, 1) or term.status == "pending":
            continue
        for kind, title, later, share in _kinds(term):
            number += random.randrange(1, 7)
            dated = term.effective + timedelta(days=later)
            if random.random() < share and dated <= TODAY:
                place = [f"HD-{number}", term.policy, term.client.number, kind, title, _day(dated)]
                yield [*place, _day(term.effective), f"{term.number}_{kind}_{dated:%Y%m%d}.pdf"]
    for client in book.clients[::9]:
        number += 3
        yield [f"HD-{number}", "", client.number, "COR", "Annual review letter", "10/01/2026", "", f"{number}.pdf"]
    # Belongs in quarantine: nobody said what kind of document a TAPE is.
    yield ["HD-99001", book.terms[0].policy, "", "TAPE", "Recorded call", "10/01/2026", "", "call.wav"]


def _kinds(term: Term) -> Iterator[tuple[str, str, int, float]]:
    """Kind, title, days after the term began, and how often there is one."""
    yield "DEC", f"Declarations {term.effective.year}", -12, 0.95
    yield "POL", f"Policy form {term.effective.year}", -12, 0.25
    if term.line in ("personal_auto", "commercial_auto"):
        yield "IDC", "ID cards", -10, 0.8
    if term.client.kind == "B":
        yield "CERT", "Certificate of liability insurance", 20, 0.5
    yield "INV", "Billing statement", 25, 0.3
    yield "END", "Endorsement: change of coverage", 60, 0.12
    if term.status == "cancelled" and term.cancelled_on:
        yield "NOT", "Notice of cancellation", (term.cancelled_on - term.effective).days, 1.0
    if term.first:
        yield "APP", "Signed application", -20, 0.4


def _day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"
