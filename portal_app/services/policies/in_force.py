"""The one rule by which a policy counts as in force."""

from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import col

from portal_app.models.enums import PolicyStatus
from portal_app.models.policies import Policy


def in_force_on(today: date) -> ColumnElement[bool]:
    """Active, begun, and not ended. A list of policies asked for the same way holds the same policies."""
    return (
        (col(Policy.status) == PolicyStatus.ACTIVE)
        & (col(Policy.effective) <= today)
        & (col(Policy.expiration) > today)
    )
