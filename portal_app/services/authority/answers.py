"""The rules of binding in their order, what a quote itself has to say beside them, and the shape of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal_app.models.enums import BindOutcome


class Rule(StrEnum):
    """In the order in which they are answered; the last three of a quote alone."""

    CODE = "code"
    PARENTS = "parents"
    LICENSE = "license"
    APPOINTMENT = "appointment"
    COVER = "cover"
    MORATORIUM = "moratorium"
    GRANT = "grant"
    FLAGS = "flags"
    VALIDITY = "validity"
    TERM = "term"
    PREMIUM = "premium"


class Verdict(StrEnum):
    PASS = "pass"
    REFER = "refer"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule as people read of it: when it passes, when it refers to a person, when it denies."""

    name: str
    passes: str
    refers: str
    denies: str


RULES: dict[Rule, Stated] = {
    Rule.CODE: Stated(
        "Producer code",
        "The producer code is validated.",
        "No producer code is named.",
        "It is a draft, suspended, retired or discarded.",
    ),
    Rule.PARENTS: Stated(
        "Producers above",
        "The code's producer and everybody above are validated.",
        "No producer code is named.",
        "One of them is not.",
    ),
    Rule.LICENSE: Stated(
        "License",
        "The code's producer is licensed for the line under this code in every state of the risk, today and on the "
        "effective date, or the line asks for none.",
        "The code, the line, a state or the effective date is not known.",
        "The license is missing on one of the days.",
    ),
    Rule.APPOINTMENT: Stated(
        "Appointment",
        "The carrier appointed the producer for the line under this code in every state of the risk, on both days, or "
        "the line asks for none.",
        "The carrier, or what a license needs, is not known.",
        "The appointment is missing on one of the days.",
    ),
    Rule.COVER: Stated(
        "Errors-and-omissions cover",
        "The producer is covered today as required, or being without does not stop a bind.",
        "No producer code is named.",
        "The cover is missing or too small, and that is to stop a bind.",
    ),
    Rule.MORATORIUM: Stated(
        "Moratorium",
        "None runs for the action, the line, the carrier and the place.",
        "One may be meant, and the line, the carrier, the state or the ZIP code is not known.",
        "One runs, be it in one of several states.",
    ),
    Rule.GRANT: Stated(
        "Authority",
        "The grants that reach the producer allow it in every state; Principals are not limited by grants.",
        "No grant reaches it, a limit is passed, or a fact is not known that a grant asks for.",
        "Never.",
    ),
    Rule.FLAGS: Stated(
        "Underwriting flags",
        "None stands that stops it; a question by hand has none.",
        "The quote was not underwritten yet, or not again since it was blocked or declined.",
        "One stands that blocks, declines or rejects, or one for a producer that is not valid; "
        "or the quote was rejected.",
    ),
}


# What of a quote itself keeps it from being bound, whoever binds it.
OF_A_QUOTE: dict[Rule, Stated] = {
    Rule.VALIDITY: Stated(
        "The quote's validity",
        "The carrier stands by the quote today, or nothing says until when.",
        "Never.",
        "The last day of its validity is over.",
    ),
    Rule.TERM: Stated("The term", "It lasts beyond today.", "Never.", "It is over."),
    Rule.PREMIUM: Stated("The premium", "It is known.", "Never.", "It is not known, or nothing."),
}
STATED = RULES | OF_A_QUOTE


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says. `would_pass` is what would make it pass, empty where it does."""

    rule: Rule
    verdict: Verdict
    found: str
    would_pass: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answers of all rules, and what they come to. `binder_days` is how long a binder may run where a grant says
    so."""

    outcome: BindOutcome
    answers: tuple[Answer, ...]
    binder_days: int | None = None


def passed(rule: Rule, found: str) -> Answer:
    return Answer(rule, Verdict.PASS, found)


def referred(rule: Rule, found: str, would_pass: str) -> Answer:
    return Answer(rule, Verdict.REFER, found, would_pass)


def denied(rule: Rule, found: str, would_pass: str) -> Answer:
    return Answer(rule, Verdict.DENY, found, would_pass)


def outcome_of(answers: Sequence[Answer]) -> BindOutcome:
    """One that denies outweighs all, one that refers all that pass."""
    verdicts = {each.verdict for each in answers}
    if Verdict.DENY in verdicts:
        return BindOutcome.DENY
    return BindOutcome.REFER if Verdict.REFER in verdicts else BindOutcome.BIND
