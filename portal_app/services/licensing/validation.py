"""What came of the last validation of a license or an appointment: kept with it, so that a draft says what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_app.models.enums import CredentialState
from portal_app.models.licensing import ProducerAppointment, ProducerLicense

Row = ProducerLicense | ProducerAppointment


@dataclass(frozen=True, slots=True)
class Validation:
    """`problems` are sentences by field; there are none where it succeeded."""

    success: bool
    problems: Mapping[str, str] = field(default_factory=dict)


def keep(row: Row, problems: Mapping[str, str]) -> None:
    """Keep what was found with the row."""
    row.validation = {"success": not problems, "problems": dict(problems)}


def forget(row: Row) -> None:
    """What an older draft was told does not hold for the one that it is now."""
    if row.state is CredentialState.DRAFT:
        row.validation = None


def of(row: Row) -> Validation | None:
    """What was kept, or None where it was not validated yet."""
    return Validation(**row.validation) if row.validation is not None else None
