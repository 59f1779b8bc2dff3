"""Whether underwriting lets something through: the rule that a request and an issue go by alike.

A flag for a producer that is not valid counts as long as its reason does: while the code that it names is the one that
is carried, and is not valid. Who removes the flag lets that code through, and no other.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import FlagCause, ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.quotes import UnderwritingFlag
from portal_app.services.door import Tx
from portal_app.services.producers.configuration import FlagLevel as ConfiguredLevel
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.standing import Link, faults, way_up
from portal_app.services.scope import visible
from portal_app.services.underwriting.outcome import Outcome, Standing, outcome_of
from portal_app.services.underwriting.subjects import Subject


@dataclass(frozen=True, slots=True)
class Judgement:
    """`way` is the code with everybody above, empty where no code is carried; `code` its locator. `counting` are the
    flags that count, in the order in which they were raised; `unflagged` says that one for the code is still to be
    raised."""

    outcome: Outcome
    code: str
    way: tuple[Link, ...]
    counting: tuple[UnderwritingFlag, ...]
    unflagged: bool

    @property
    def invalid(self) -> tuple[Link, ...]:
        return faults(self.way)


def judge(tx: Tx, subject: Subject, code_id: int | None) -> Judgement:
    """What underwriting comes to now, for a subject that carries this code. Writes nothing."""
    flags = _all_of(tx, subject)
    way = way_up(tx, code_id) if code_id is not None else ()
    code = way[0].locator if way else ""
    about = [each for each in flags if each.cause is FlagCause.PRODUCER and each.producer_code == code]
    let_through = any(each.removed_at is not None for each in about)
    fails = bool(faults(way)) and flag_is_configured(tx) and not let_through
    counting = tuple(
        each
        for each in flags
        if each.removed_at is None and (each.cause is FlagCause.PERSON or (fails and each in about))
    )
    unflagged = fails and not about
    outcome = Outcome.FAILED if unflagged else outcome_of(_standing(each) for each in counting)
    return Judgement(outcome, code, way, counting, unflagged)


def flags_of(tx: Tx, subject: Subject) -> list[UnderwritingFlag]:
    """The flags of the subject that the actor may see, removed ones among them, in the order in which they were
    raised."""
    asked = visible(tx.actor, UnderwritingFlag).where(subject.is_of).order_by(col(UnderwritingFlag.id))
    return list(tx.db.scalars(asked))


def _all_of(tx: Tx, subject: Subject) -> list[UnderwritingFlag]:
    """All flags of a subject that the actor was found to see, for a rule that holds whoever asks."""
    return list(tx.db.scalars(select(UnderwritingFlag).where(subject.is_of).order_by(col(UnderwritingFlag.id))))


def hold_code(tx: Tx, code_id: int | None) -> None:
    """The code and its producer stay as they are until this is through: else one could be discarded at the moment at
    which something that carries it advances."""
    if code_id is None:
        return
    code = tx.db.scalars(select(ProducerCode).where(col(ProducerCode.id) == code_id).with_for_update(read=True)).one()
    tx.db.refresh(code)
    holder = select(Producer).where(col(Producer.id) == code.producer_id).with_for_update(read=True)
    tx.db.scalars(holder.execution_options(populate_existing=True)).one()


def code_id(tx: Tx, code: str) -> int | None:
    """The id of a code as it is written, which belongs to a policy that the actor may see."""
    return tx.db.scalar(select(col(ProducerCode.id)).where(col(ProducerCode.code) == code)) if code else None


def flag_is_configured(tx: Tx) -> bool:
    return producers_in_force(tx).underwriting_flag.level is not ConfiguredLevel.NONE


def why_not(judged: Judgement) -> str:
    """What keeps it from being let through, in a sentence: each link that is not valid, or the flags that stand."""
    if judged.outcome is Outcome.FAILED:
        return f"Underwriting fails, since {_listed([_said(each) for each in judged.invalid])}."
    tags = [f"“{each.tag}” ({each.level.label.lower()})" for each in judged.counting]
    return f"Underwriting came to {judged.outcome.value}, by {_listed(tags)}."


def _said(link: Link) -> str:
    state = "still a draft" if link.state is ProducerState.DRAFT else link.state.label.lower()
    return f"the {link.kind.replace('_', ' ')} {link.called} is {state}"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _standing(flag: UnderwritingFlag) -> Standing:
    return Standing(flag.id or 0, flag.cause, flag.level)
