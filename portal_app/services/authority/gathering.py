"""What the portal finds of something that somebody wants to bind: the code and who stands above it, licenses, cover,
and the rules that hold now. None of it depends on what the one who asks may see of producers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import col

from portal_app.models.authority import AuthorityGrant, Moratorium
from portal_app.models.enums import GranteeKind, QualificationCheck, QuoteState, Role
from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.authority import grant_rows, moratoria
from portal_app.services.authority.facts import Facts, Finding, Flag, Granted, Inputs, Offered, Step, Stop, Subject
from portal_app.services.authority.narrowing import Fit, fitting_grant, fitting_stop, state_by_state
from portal_app.services.door import Tx
from portal_app.services.licensing import records
from portal_app.services.licensing.cover import covered
from portal_app.services.licensing.qualification import Reason, Rule, qualified
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.standing import way_up


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was found. `flags` is None where there is nobody who could have raised any yet."""

    subject: Subject
    facts: Facts
    code: ProducerCode | None
    flags: tuple[Flag, ...] | None = None
    quote_state: QuoteState | None = None
    offered: Offered | None = None


def gathered(tx: Tx, asked: Asked) -> Inputs:
    """All that the answer depends on."""
    found = with_moratoria(tx, known(tx, asked))
    licensed, appointed, check = _qualification(tx, asked, found.today)
    return replace(
        found,
        check=check,
        license=licensed,
        appointment=appointed,
        cover=_cover(tx, asked.code, found.today),
        grants=_grants(tx, found, asked.code),
    )


def known(tx: Tx, asked: Asked) -> Inputs:
    """What is asked, by whom and when, under which code."""
    steps = _steps(tx, asked.code)
    return Inputs(
        subject=asked.subject,
        facts=asked.facts,
        at=tx.now,
        today=records.today(tx),
        role=tx.actor.role,
        code=steps[0] if steps else None,
        producers=steps[1:],
        flags=asked.flags,
        quote_state=asked.quote_state,
        offered=asked.offered,
    )


def with_moratoria(tx: Tx, found: Inputs) -> Inputs:
    """The same with the moratoria that run and are or may be meant."""
    return replace(found, moratoria=_moratoria(tx, found))


def stopping(found: Inputs) -> tuple[Stop, ...]:
    """Of the moratoria that were found, those that are meant."""
    return tuple(each for each in found.moratoria if fitting_stop(each, found).fit is Fit.YES)


def _steps(tx: Tx, code: ProducerCode | None) -> tuple[Step, ...]:
    if code is None:
        return ()
    return tuple(Step(each.locator, each.called, each.state) for each in way_up(tx, code.id or 0))


def _qualification(
    tx: Tx, asked: Asked, today: date
) -> tuple[Finding | None, Finding | None, QualificationCheck | None]:
    """What is asked of who writes the line, and whether the code's producer has it in each state that is known, both
    today and on the day on which it takes effect: who binds needs it, and who is insured does."""
    facts = asked.facts
    if not facts.line:
        return None, None, None
    check = producers_in_force(tx).qualification.of_line(facts.line)
    states = [each for each in facts.lies_in if each]
    if check is QualificationCheck.NONE or asked.code is None or not states or facts.effective is None:
        return None, None, check
    carrier = tx.db.scalar(select(col(Carrier.id)).where(col(Carrier.locator) == facts.carrier))
    reasons = [
        reason
        for state in states
        for day in sorted({today, facts.effective})
        for reason in qualified(
            tx,
            producer_id=asked.code.producer_id,
            line=facts.line,
            state=state,
            carrier_id=carrier,
            on=day,
            check=check,
            code=asked.code.code or "",
        ).reasons
    ]
    licenses = _found([each for each in reasons if each.rule is Rule.LICENSE])
    return licenses, _found([each for each in reasons if each.rule is Rule.APPOINTMENT]), check


def _found(reasons: Sequence[Reason]) -> Finding | None:
    """What was found in all states on both days, as one."""
    if not reasons:
        return None
    telling = [each for each in reasons if not each.passes] or reasons
    return Finding(
        passes=all(each.passes for each in reasons),
        found=" ".join(dict.fromkeys(each.found for each in telling)),
        would_pass=" ".join(dict.fromkeys(each.would_pass for each in telling if each.would_pass)),
    )


def _cover(tx: Tx, code: ProducerCode | None, today: date) -> Finding | None:
    if code is None:
        return None
    found = covered(tx, producer_id=code.producer_id, on=today)
    return Finding(found.passes, found.found, found.would_pass, stops_bind=found.stops_bind)


def _moratoria(tx: Tx, known: Inputs) -> tuple[Stop, ...]:
    """Those that run and are or may be meant; the others make no difference."""
    running = select(Moratorium).where(moratoria.running(tx.now)).order_by(col(Moratorium.id))
    stops = [moratoria.stop_of(row) for row in tx.db.scalars(running)]
    return tuple(each for each in stops if fitting_stop(each, known).fit is not Fit.NO)


def _grants(tx: Tx, known: Inputs, code: ProducerCode | None) -> tuple[Granted, ...]:
    """The grants in force that reach it, or may. None for a Principal, who is not limited by them."""
    if known.role is Role.PRINCIPAL:
        return ()
    grant = AuthorityGrant
    above = select(col(Producer.id)).where(col(Producer.locator).in_([each.locator for each in known.producers]))
    reaching = [col(grant.grantee) == GranteeKind.AGENCY, col(grant.producer_id).in_(above)]
    if known.role is not None:
        reaching.append(col(grant.role) == known.role)
    if code is not None:
        reaching.append(col(grant.producer_code_id) == code.id)
    found = select(grant).where(grant_rows.in_force(known.today), or_(*reaching)).order_by(col(grant.id))
    grants = grant_rows.granted(tx, list(tx.db.scalars(found)))
    return tuple(
        each for each in grants if any(fitting_grant(each, one).fit is not Fit.NO for one in state_by_state(known))
    )
