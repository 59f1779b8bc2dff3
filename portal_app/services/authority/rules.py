"""May this be bound? Facts in, answers out: every rule answers, in one order, also after one has denied. Pure.

What denies outweighs what refers, and a fact that is missing and that a rule needs refers.
"""

from collections.abc import Callable, Mapping, Sequence

from portal_app.models.enums import (
    BindOutcome,
    FlagCause,
    FlagLevel,
    ProducerState,
    QualificationCheck,
    QuoteState,
    Role,
)
from portal_app.services.authority import caps, words
from portal_app.services.authority.answers import (
    RULES,
    STATED,
    Answer,
    Decision,
    Rule,
    Verdict,
    denied,
    outcome_of,
    passed,
    referred,
)
from portal_app.services.authority.facts import UNNAMED, Finding, Flag, Inputs, Step, Subject
from portal_app.services.authority.narrowing import Fit, fitting_grant, fitting_stop, settle, state_by_state
from portal_app.services.underwriting import outcome as underwriting
from portal_app.services.underwriting.outcome import Outcome

UNKNOWN_CODE = "No producer code is named."
NAME_A_CODE = "Name the producer code under which it is to be bound."
FINAL = (ProducerState.RETIRED, ProducerState.DISCARDED)
NOT_LIMITED = "Principals are not limited by grants."


def evaluate(inputs: Inputs) -> Decision:
    """The answers of all rules, and of a quote what it says itself; and what they come to."""
    rules = STATED if inputs.offered is not None else RULES
    answers = tuple(ANSWERS[rule](inputs) for rule in rules)
    outcome = outcome_of(answers)
    return Decision(outcome, answers, None if outcome is BindOutcome.DENY else binder_days(inputs))


def binder_days(inputs: Inputs) -> int | None:
    """How long a binder may run by the grants; None where none of them says so, and for a Principal."""
    if inputs.role is Role.PRINCIPAL:
        return None
    found = []
    for one in state_by_state(inputs):
        reaching = [each for each in one.grants if fitting_grant(each, one).fit is Fit.YES]
        found.append(settle(reaching, one).limits.binder_days)
    return min((days for days in found if days is not None), default=None)


def _code(inputs: Inputs) -> Answer:
    code = inputs.code
    if not inputs.facts.producer_code or code is None:
        return referred(Rule.CODE, UNKNOWN_CODE, NAME_A_CODE)
    if code.state is ProducerState.VALIDATED:
        return passed(Rule.CODE, f"{code.called} is validated.")
    return denied(Rule.CODE, _stands(code), _once(code, "Another producer code"))


def _parents(inputs: Inputs) -> Answer:
    if not inputs.facts.producer_code or not inputs.producers:
        return referred(Rule.PARENTS, UNKNOWN_CODE, NAME_A_CODE)
    wrong = [each for each in inputs.producers if each.state is not ProducerState.VALIDATED]
    if not wrong:
        names = words.listed(dict.fromkeys(each.called for each in inputs.producers))
        names = UNNAMED.capitalize() if names == UNNAMED else names
        return passed(Rule.PARENTS, f"{names} {'is' if len(inputs.producers) == 1 else 'are'} validated.")
    told = " ".join(dict.fromkeys(_stands(each) for each in wrong))
    would = dict.fromkeys(_once(each, "Another producer above") for each in wrong)
    return denied(Rule.PARENTS, told, " ".join(would))


def _stands(step: Step) -> str:
    state = step.state.label.lower()
    called = step.called.capitalize() if step.called == UNNAMED else step.called
    return f"{called} is {'a draft' if step.state is ProducerState.DRAFT else state}."


def _once(step: Step, other: str) -> str:
    if step.state in FINAL:
        return f"{other} is needed: {step.called} cannot be used again."
    done = "is taken into use again" if step.state is ProducerState.SUSPENDED else "is validated"
    return f"It passes once {step.called} {done}."


def _missing(inputs: Inputs, *names: str) -> list[str]:
    """Which of these facts are not known, as people call them."""
    there = {
        "producer code": bool(inputs.facts.producer_code),
        "line of business": bool(inputs.facts.line),
        "state": bool(inputs.facts.lies_in) and all(inputs.facts.lies_in),
        "effective date": inputs.facts.effective is not None,
        "carrier": bool(inputs.facts.carrier),
    }
    return [name for name in names if not there[name]]


LICENSED_BY = ("line of business", "producer code", "state", "effective date")


def _license(inputs: Inputs) -> Answer:
    return _qualified(inputs, Rule.LICENSE, inputs.license, QualificationCheck.NONE, LICENSED_BY)


def _appointment(inputs: Inputs) -> Answer:
    needed = (*LICENSED_BY, "carrier")
    return _qualified(inputs, Rule.APPOINTMENT, inputs.appointment, QualificationCheck.LICENSE, needed)


def _qualified(
    inputs: Inputs, rule: Rule, found: Finding | None, enough: QualificationCheck, needed: tuple[str, ...]
) -> Answer:
    """`enough` is the check that does not ask for this rule yet."""
    what = "license" if rule is Rule.LICENSE else "appointment"
    if not inputs.facts.line or inputs.check is None:
        return _lacking(rule, ["line of business"], f"whether a{'n' if what[0] == 'a' else ''} {what} is asked for")
    if inputs.check in (QualificationCheck.NONE, enough):
        return passed(rule, f"No {what} is asked for {_lower(inputs.facts.told_line)}.")
    missing = _missing(inputs, *needed)
    if missing == ["state"] and found is not None and not found.passes:
        return denied(rule, found.found, found.would_pass)  # in one of the states that are known
    if missing:
        return _lacking(rule, missing, f"whether there is the {what}")
    if found is None:
        return referred(rule, f"The {what} could not be looked at.", "Ask again.")
    return passed(rule, found.found) if found.passes else denied(rule, found.found, found.would_pass)


def _lower(line: str) -> str:
    return line[:1].lower() + line[1:]


def _lacking(rule: Rule, missing: list[str], what: str) -> Answer:
    names = words.listed(f"the {each}" for each in missing)
    verb = "is" if len(missing) == 1 else "are"
    found = f"{names[:1].upper()}{names[1:]} {verb} not known, so that nobody can say {what}."
    return referred(rule, found, f"Say {names}.")


def _cover(inputs: Inputs) -> Answer:
    cover = inputs.cover
    if not inputs.facts.producer_code or cover is None:
        return referred(Rule.COVER, UNKNOWN_CODE, NAME_A_CODE)
    if cover.passes:
        return passed(Rule.COVER, cover.found)
    if not cover.stops_bind:
        return passed(Rule.COVER, f"{cover.found} That does not stop a bind.")
    return denied(Rule.COVER, cover.found, cover.would_pass)


def _moratorium(inputs: Inputs) -> Answer:
    fits = [(each, fitting_stop(each, inputs)) for each in inputs.moratoria]
    if running := [each for each, fitting in fits if fitting.fit is Fit.YES]:
        found = " ".join(f"{each.name} ({each.peril}): {each.reason.rstrip('.')}." for each in running)
        names = words.listed(each.name for each in running)
        return denied(Rule.MORATORIUM, found, f"It passes once {names} {'has' if len(running) == 1 else 'have'} ended.")
    unsure = [(each, fitting) for each, fitting in fits if fitting.fit is Fit.UNKNOWN]
    if unsure:
        missing = list(dict.fromkeys(name for _, fitting in unsure for name in fitting.missing))
        names = words.listed(each.name for each, _ in unsure)
        return _lacking(Rule.MORATORIUM, missing, f"whether {names} is meant for it")
    return passed(Rule.MORATORIUM, "No moratorium runs for it.")


def _grant(inputs: Inputs) -> Answer:
    if inputs.role is Role.PRINCIPAL:
        return passed(Rule.GRANT, NOT_LIMITED)
    parts = [_grant_in_one_state(each) for each in state_by_state(inputs)]
    wrong = [each for each in parts if each.verdict is not Verdict.PASS] or parts
    return Answer(
        Rule.GRANT,
        wrong[0].verdict,
        " ".join(dict.fromkeys(each.found for each in wrong)),
        " ".join(dict.fromkeys(each.would_pass for each in wrong if each.would_pass)),
    )


def _grant_in_one_state(inputs: Inputs) -> Answer:
    fits = [(each, fitting_grant(each, inputs)) for each in inputs.grants]
    unsure = [fitting for _, fitting in fits if fitting.fit is Fit.UNKNOWN]
    reaching = [each for each, fitting in fits if fitting.fit is Fit.YES]
    if unsure:
        missing = list(dict.fromkeys(name for fitting in unsure for name in fitting.missing))
        return _lacking(Rule.GRANT, missing, "which grants of authority reach it")
    if not reaching:
        return referred(Rule.GRANT, f"No grant of authority allows {_asked(inputs)}.", WOULD_BE_GRANTED)
    settled = settle(reaching, inputs)
    wrong = list(caps.faults(inputs, settled))
    if wrong:
        by = "By: " + "; ".join(words.grant(each) for each in reaching) + "."
        found = " ".join([*(each.found for each in wrong), by])
        return referred(Rule.GRANT, found, " ".join(dict.fromkeys(each.would_pass for each in wrong)))
    allowed = "Allowed by: " + "; ".join(words.grant(each) for each in reaching) + "."
    return passed(Rule.GRANT, " ".join(filter(None, (allowed, caps.beside_the_point(inputs.facts, settled)))))


WOULD_BE_GRANTED = "A grant to the producer code, its producer or one above, the role, or the whole agency would."


def _asked(inputs: Inputs) -> str:
    facts = inputs.facts
    more = (f"in {_lower(facts.told_line)}" if facts.line else "", f"with {facts.carrier_name}" * bool(facts.carrier))
    return " ".join(filter(None, (words.DOING[facts.action], *more, f"for {facts.state}" if facts.state else "")))


def _flags(inputs: Inputs) -> Answer:
    if inputs.subject is Subject.BY_HAND:
        return passed(Rule.FLAGS, "A question by hand has no flags; those of a quote count when it is asked about.")
    if inputs.flags is None:
        return referred(Rule.FLAGS, "It was not underwritten yet.", "Have it underwritten.")
    outcome = _outcome(inputs.flags)
    if outcome is Outcome.PASSED and inputs.quote_state is QuoteState.REJECTED:
        return denied(Rule.FLAGS, "The quote was rejected, which is final.", "Another quote is needed.")
    if outcome is Outcome.PASSED and inputs.quote_state in (QuoteState.BLOCKED, QuoteState.DECLINED):
        found = f"No flag stands against it any more, but underwriting left it {inputs.quote_state.value}."
        return referred(Rule.FLAGS, found, "Bring it back to draft and have it underwritten again.")
    if outcome is Outcome.PASSED:
        return passed(Rule.FLAGS, "No underwriting flag stands against it.")
    stopping = _stopping(inputs.flags)
    tags = words.listed(f"“{each.tag}”" for each in stopping)
    verb, gone, noun = ("stands", "is", "flag") if len(stopping) == 1 else ("stand", "are", "flags")
    found = f"The underwriting {noun} {tags} {verb}: {outcome.value}."
    or_approved = " or approved" if outcome in (Outcome.BLOCKED, Outcome.DECLINED) else ""
    return denied(Rule.FLAGS, found, f"It passes once the {noun} {tags} {gone} removed{or_approved}.")


def _outcome(flags: Sequence[Flag]) -> Outcome:
    return underwriting.outcome_of(
        underwriting.Standing(order, each.cause, each.level) for order, each in enumerate(flags)
    )


def _stopping(flags: Sequence[Flag]) -> list[Flag]:
    """Those without which nothing would stand against it: what is left may stop it again."""
    rest, gone = list(flags), list[Flag]()
    while (outcome := _outcome(rest)) is not Outcome.PASSED:
        worst = [each for each in rest if _stops(each, outcome)]
        gone += worst
        rest = [each for each in rest if each not in worst]
    return gone


def _stops(flag: Flag, outcome: Outcome) -> bool:
    if outcome is Outcome.FAILED:
        return flag.cause is FlagCause.PRODUCER
    return flag.level is LEVELS[outcome]


LEVELS = {
    Outcome.REJECTED: FlagLevel.REJECT,
    Outcome.DECLINED: FlagLevel.DECLINE,
    Outcome.BLOCKED: FlagLevel.BLOCK,
}


def _validity(inputs: Inputs) -> Answer:
    until = inputs.offered.valid_until if inputs.offered else None
    if until is None:
        return passed(Rule.VALIDITY, "Nothing says until when the carrier stands by this quote.")
    if inputs.today <= until:
        return passed(Rule.VALIDITY, f"The carrier stands by this quote until {words.day(until)}.")
    return denied(
        Rule.VALIDITY, f"The carrier stood by this quote until {words.day(until)}.", "A quote that it renews."
    )


def _term(inputs: Inputs) -> Answer:
    over = inputs.offered.expiration if inputs.offered else inputs.today
    if inputs.today < over:
        return passed(Rule.TERM, f"Its term lasts until {words.day(over)}.")
    return denied(Rule.TERM, f"Its term was over on {words.day(over)}.", "A quote of a term that lasts.")


def _premium(inputs: Inputs) -> Answer:
    if inputs.facts.premium is None:
        return denied(Rule.PREMIUM, "Its premium is not known.", "A quote with a premium.")
    if inputs.facts.premium == 0:
        return denied(Rule.PREMIUM, "Its premium is $0.00.", "A quote with a premium.")
    return passed(Rule.PREMIUM, f"Its premium is {words.money(inputs.facts.premium)}.")


ANSWERS: Mapping[Rule, Callable[[Inputs], Answer]] = {
    Rule.CODE: _code,
    Rule.PARENTS: _parents,
    Rule.LICENSE: _license,
    Rule.APPOINTMENT: _appointment,
    Rule.COVER: _cover,
    Rule.MORATORIUM: _moratorium,
    Rule.GRANT: _grant,
    Rule.FLAGS: _flags,
    Rule.VALIDITY: _validity,
    Rule.TERM: _term,
    Rule.PREMIUM: _premium,
}
