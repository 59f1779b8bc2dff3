"""What the portal's papers say of a submission: the application as it was certified, the binder, and the evidence file.
Personal values are masked, whoever reads."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import Labelled
from portal_app.models.identity import User
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.authority import words
from portal_app.services.authority.decisions import told as decisions_told
from portal_app.services.binding.bindability import binder_until
from portal_app.services.binding.policies import coverages
from portal_app.services.binding.reasons import no_loss_statement
from portal_app.services.door import Tx
from portal_app.services.messaging import records, threads
from portal_app.services.papers.paper import Facts, Heading, Paper, Part, Subheading, Table, Text
from portal_app.services.policies.detail import mailing_lines
from portal_app.services.quotes import of_submissions
from portal_app.services.scope import visible
from portal_app.services.submissions import documents, requests, timeline
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.applicant import applicant
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.detail import SectionView, sections
from portal_app.services.submissions.fingerprint import is_as_certified
from portal_app.services.submissions.kept import form_of
from portal_app.services.sync.bound import binder_number

UNTIL_ISSUED = "Until the carrier issues the policy"
NOT_QUOTED = "The quote states none in figures. What was asked for stands in the application {}; what {} quoted holds."


def application(tx: Tx, row: Submission) -> Paper:
    """All that was answered, and who certified it."""
    form, _ = form_of(tx, row)
    parts = (*_head(tx, row), *_answers(sections(tx, row, form)), *_certificate(tx, row))
    return Paper("Application", _named(tx, row, form.title), f"Application {row.number}.pdf", parts)


def binder(tx: Tx, row: Submission, quote: Quote) -> Paper:
    """What was bound, by whom, when, and how long the binder runs."""
    policy = tx.db.get_one(Policy, row.policy_id)
    carrier = tx.db.get_one(Carrier, quote.carrier_id)
    line = tx.db.get_one(LineOfBusiness, quote.line_id).name
    decision = _decision(tx, quote)
    bound_on = (quote.bound_at or tx.now).astimezone(tx.settings.zone).date()
    until = binder_until(quote, decision.binder_days if decision else None, bound_on)
    number = _issued_as(policy, row)
    facts = [
        ("Binder number", number),
        ("Insured", "\n".join(_insured(tx, row, quote))),
        ("Producer", _producer(tx, quote.producer_code_id)),
        ("Carrier", f"{carrier.name} (NAIC {carrier.naic})" if carrier.naic else carrier.name),
        ("Line of business", line),
        ("Term", f"{words.day(quote.effective)} to {words.day(quote.expiration)}"),
        ("The binder runs", f"Through {words.day(until)}" if until else UNTIL_ISSUED),
        ("Premium for the term", words.money(quote.premium) if quote.premium is not None else ""),
    ]
    bound = [
        ("Bound by", quote.bound_by),
        ("Bound at", words.moment(quote.bound_at, tx.settings.zone) if quote.bound_at else ""),
        ("Submission", row.number or ""),
        ("Decision on authority", decision.locator if decision else ""),
    ]
    parts: list[Part] = [Facts(facts), *_as_quoted(row, quote, carrier.name, line)]
    if stated := no_loss_statement(quote, bound_on):
        parts += [Heading("Statement of no loss"), Text(f"The insured states: {stated}")]
    parts += [
        Text(
            f"Coverage is bound under the terms of the quote of {carrier.name}, and of the policy that it issues, "
            "which takes the place of this binder."
        ),
        Heading("Bound"),
        Facts(bound),
    ]
    return Paper("Binder of insurance", f"{number} · {row.insured_name}", f"Binder {number}.pdf", tuple(parts))


def _as_quoted(row: Submission, quote: Quote, carrier: str, line: str) -> list[Part]:
    covered = [(each["name"], each["limit"], each["deductible"]) for each in coverages(quote, line)]
    unsaid = "As stated in the conditions." if quote.terms else NOT_QUOTED.format(row.number, carrier)
    told = Table(("Coverage", "Limit", "Deductible"), covered) if covered else Text(unsaid)
    conditions = Text(quote.terms or "None were stated with the quote.")
    return [Heading("Coverages and limits as quoted"), told, Heading("Conditions"), conditions]


def _insured(tx: Tx, row: Submission, quote: Quote) -> list[str]:
    """Name and address as they were certified, and corrected since: the agency's system may have others. A form that
    asks for no address leaves that of the account."""
    form, _ = form_of(tx, row)
    found, account = applicant(form, corrected_answers(tx, row, form), day_of(tx, row)), quote.account_id
    address = found if found.street or found.city else tx.db.get_one(Account, account)
    return [row.insured_name or found.name, *mailing_lines(address)]


def _decision(tx: Tx, quote: Quote) -> AuthorityDecision | None:
    """The answer with which it was bound."""
    made = select(AuthorityDecision).where(
        col(AuthorityDecision.quote_id) == quote.id, col(AuthorityDecision.asked_at) == quote.bound_at
    )
    return tx.db.scalars(made.order_by(col(AuthorityDecision.id).desc())).first()


def evidence(tx: Tx, row: Submission) -> Paper:
    """The application with everything that happened to it since, as far as the actor may see it."""
    form, _ = form_of(tx, row)
    parts: list[Part] = [*_head(tx, row), *_answers(sections(tx, row, form)), *_certificate(tx, row)]
    happened = [
        (words.moment(each.at, tx.settings.zone), each.by, " — ".join(filter(None, (each.words, each.reason))))
        for each in reversed(timeline.of(tx, row))
    ]
    parts += [Heading("Quotes"), *_quotes(tx, row), *_requests(tx, row), *_messages(tx, row)]
    parts += [Heading("Timeline"), Table(("When", "Who", "What"), happened)]
    parts += [Heading("Decisions on binding authority"), *_decisions(tx, row)]
    files = [
        (each.filename, each.kind.label, f"{each.size:,} bytes", each.digest)
        for each in documents.listed(tx, submission=row.locator)
    ]
    parts += [Heading("Documents")]
    parts += [Table(("File", "Kind", "Size", "SHA-256"), files)] if files else [Text("There are none.")]
    name = row.number or "draft"
    return Paper("Evidence file", _named(tx, row, form.title), f"Evidence {name}.pdf", tuple(parts))


def _head(tx: Tx, row: Submission) -> list[Part]:
    zone = tx.settings.zone
    facts = [
        ("Submission ID", row.number or "Not submitted"),
        ("Insured", row.insured_name),
        ("Line of business", tx.db.get_one(LineOfBusiness, row.line_id).name),
        ("Producer", _producer(tx, row.producer_code_id)),
        ("Submitted", words.moment(row.submitted_at, zone) if row.submitted_at else ""),
        ("Status", _label(row.status)),
    ]
    return [Facts(facts)]


def _answers(found: tuple[SectionView, ...]) -> list[Part]:
    parts: list[Part] = []
    for section in found:
        parts.append(Heading(section.title))
        for group in section.groups:
            for number, answers in enumerate(group.rows, 1):
                title = f"{group.title}: {group.item} {number}" if group.item else group.title
                parts += [Subheading(title), Facts([(each.label, each.value) for each in answers])]
    return parts


def _certificate(tx: Tx, row: Submission) -> list[Part]:
    if row.submitted_at is None or row.submitted_by_id is None:
        return [Heading("Certification"), Text("It was not certified.")]
    by = tx.db.get_one(User, row.submitted_by_id).email
    facts = [
        ("Certified by", by),
        ("Certified at", words.moment(row.submitted_at, tx.settings.zone)),
        ("SHA-256 of answers, form and documents", row.answers_hash),
        ("Still the same", "Yes" if is_as_certified(tx, row) else "No: what is stored was changed since"),
    ]
    return [Heading("Certification"), Text(row.statement), Facts(facts)]


def _decisions(tx: Tx, row: Submission) -> list[Part]:
    quotes = visible(tx.actor, Quote).where(col(Quote.submission_id) == row.id).with_only_columns(col(Quote.id))
    asked = visible(tx.actor, AuthorityDecision).where(col(AuthorityDecision.quote_id).in_(quotes))
    parts: list[Part] = []
    for each in decisions_told(tx, tx.db.scalars(asked.order_by(col(AuthorityDecision.id))).all()):
        at = words.moment(each.asked_at, tx.settings.zone)
        parts.append(Subheading(f"{at}, asked by {each.asked_by}: {each.outcome.label}"))
        answers = [
            (answer.rule.value.capitalize(), answer.verdict.value.capitalize(), answer.found) for answer in each.answers
        ]
        parts.append(Table(("Rule", "Answer", "Found"), answers))
    return parts or [Text("Nobody asked.")]


def _quotes(tx: Tx, row: Submission) -> list[Part]:
    parts: list[Part] = []
    for each in reversed(of_submissions.listed(tx, submission=row.locator)):
        until = words.day(each.valid_until) if each.valid_until else ""
        known = {"Limit": each.limit, "Deductible": each.deductible, "Insured value": each.insured_value}
        facts = [
            ("What became of it", each.offer.label),
            ("Premium", words.money(each.premium) if each.premium is not None else "Not known"),
            ("Term", f"{words.day(each.effective)} to {words.day(each.expiration)}"),
            ("Valid until", until or "Not said"),
            *[(label, words.money(value)) for label, value in known.items() if value is not None],
            *([("Terms", each.terms)] if each.terms else []),
            *([("Refused by the underwriters", f"{each.refused_by}: {each.refusal}")] if each.refusal else []),
        ]
        parts += [Subheading(each.carrier), Facts(facts)]
    return parts or [Text("There are none.")]


def _requests(tx: Tx, row: Submission) -> list[Part]:
    """What was asked for, oldest first, with the answers as people read them."""
    found = requests.request_views(tx, row)
    names = {each.locator: each.filename for each in documents.listed(tx, submission=row.locator)} if found else {}
    parts: list[Part] = [Heading("Information asked for")] if found else []
    for each in reversed(found):
        at = words.moment(each.asked_at, tx.settings.zone)
        parts += [Subheading(f"{at}, asked by {each.asked_by}"), *([Text(each.note)] if each.note else [])]
        said = [(item.label, item.answer or names.get(item.document, ""), item.answered_by) for item in each.items]
        parts.append(Table(("Asked for", "Answer", "Answered by"), said))
    return parts


def _messages(tx: Tx, row: Submission) -> list[Part]:
    """All that producer and agency wrote to each other about it, oldest first."""
    found = threads.whole(tx, records.of(row))
    parts: list[Part] = [Heading("Messages")] if found else []
    for each in found:
        at = words.moment(each.at, tx.settings.zone)
        parts += [Subheading(f"{at}, {each.author} ({each.side.label.lower()})"), Text(each.body)]
    return parts


def _producer(tx: Tx, number: int | None) -> str:
    if number is None:
        return ""
    code = tx.db.get_one(ProducerCode, number)
    return f"{tx.db.get_one(Producer, code.producer_id).name} ({code.code or code.locator})"


def _issued_as(policy: Policy, row: Submission) -> str:
    """The number under which it was bound, whatever the agency's system calls it since."""
    return binder_number(row.number or policy.number)


def _named(tx: Tx, row: Submission, title: str) -> str:
    return " · ".join(filter(None, (row.number, title, row.insured_name)))


def _label(word: Labelled) -> str:
    return word.label
