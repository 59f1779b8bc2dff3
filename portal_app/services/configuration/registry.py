"""The kinds of configuration that there are, in the order in which they are listed."""

from typing import Any

from portal_app.services.configuration.kinds import Kind
from portal_app.services.intake.kind import INTAKE_FORM
from portal_app.services.producers.in_force import PRODUCER_TYPES
from portal_app.services.routing.in_force import HOLIDAYS, ROUTING

KINDS: dict[str, Kind[Any]] = {kind.word: kind for kind in (PRODUCER_TYPES, INTAKE_FORM, ROUTING, HOLIDAYS)}
