"""May a producer code be used as it stands: the code, its producer and everybody above have to be validated."""

from dataclasses import dataclass

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.door import Tx
from portal_app.services.producers.tree import above_unseen
from portal_app.services.producers.views import called


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way up from a code. `kind` is that of the trail: producer_code or producer."""

    kind: str
    locator: str
    called: str
    state: ProducerState

    @property
    def is_valid(self) -> bool:
        return self.state is ProducerState.VALIDATED


def way_up(tx: Tx, code_id: int) -> tuple[Link, ...]:
    """The code, its producer and everybody above, from the bottom up. Who may know of the code is for the caller to see
    to; the answer does not depend on who asks."""
    code = tx.db.get_one(ProducerCode, code_id)
    holder = tx.db.get_one(Producer, code.producer_id)
    links = [Link("producer_code", code.locator, called(code), code.state)]
    return (*links, *(Link("producer", each.locator, called(each), each.state) for each in above_unseen(tx, holder)))


def faults(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Those that keep the code from being used."""
    return tuple(each for each in links if not each.is_valid)
