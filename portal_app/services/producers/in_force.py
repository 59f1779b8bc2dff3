"""The producer types as a kind of configuration: which hold, and whether others would fit what is stored."""

from collections import Counter
from collections.abc import Mapping

from sqlmodel import col

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.configuration.in_force import in_force
from portal_app.services.configuration.kinds import Kind, only_one
from portal_app.services.door import Tx
from portal_app.services.producers import loading
from portal_app.services.producers.configuration import EntityType, ProducerConfiguration
from portal_app.services.producers.data import problems_of
from portal_app.services.scope import visible

AT_THEIR_END = (ProducerState.RETIRED, ProducerState.DISCARDED)
Types = Mapping[str, EntityType]


def producers_in_force(tx: Tx) -> ProducerConfiguration:
    """What the agency says of its producers: as it was saved in the app, else the operator's file, else as shipped."""
    # The file was read at the start.
    return in_force(tx, PRODUCER_TYPES, unsaved=tx.ports.producers)


def against_what_is_stored(tx: Tx, name: str, now: ProducerConfiguration, then: ProducerConfiguration) -> list[str]:
    """A sentence, with its place, for each type whose producers or codes fit what holds now, and would not fit then.
    What is retired or discarded does not count, for it is not edited any more."""
    problems = []
    for model, before, after, place in (
        (Producer, now.stored_producers, then.stored_producers, "producers"),
        (ProducerCode, now.stored_codes, then.stored_codes, "producerCodes"),
    ):
        problems += [f"producerManagement.{place}.{each}" for each in _broken(tx, model, before, after)]
    return problems


def _broken(tx: Tx, model: type[Producer] | type[ProducerCode], before: Types, after: Types) -> list[str]:
    changed = [each for each, kind in before.items() if not kind.abstract and after.get(each) != kind]
    rows = visible(tx.actor, model).where(col(model.type).in_(changed), col(model.state).not_in(AT_THEIR_END))
    columns = rows.with_only_columns(col(model.type), col(model.state), col(model.data))
    counts: Counter[tuple[str, str]] = Counter()
    for kind, state, data in tx.db.execute(columns.execution_options(yield_per=500)):
        then = after.get(kind)
        if then is None or then.abstract:
            counts[kind, "" if then is None else ".abstract"] += 1
            continue
        # A draft may still lack what is required.
        whole = state is not ProducerState.DRAFT
        for path in problems_of(then, data, whole=whole).keys() - problems_of(before[kind], data, whole=whole).keys():
            counts[kind, "." + path.split("[", 1)[0]] += 1
    noun = ("producer", "producers") if model is Producer else ("code", "codes")
    return [
        f"{kind}{path}: would break {number} {noun[number != 1]} of this type."
        for (kind, path), number in sorted(counts.items())
    ]


def _shipped(tx: Tx, _name: str) -> str:
    return tx.ports.producers.text


PRODUCER_TYPES: Kind[ProducerConfiguration] = Kind(
    word="producer-types",
    label="Producer types",
    permission=Permission.MANAGE_PRODUCERS,
    names=only_one,
    shipped=_shipped,
    read=loading.load,
    against=against_what_is_stored,
)
