"""From a row of the database to a line of the results table."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from portal_app.models.enums import PolicyStatus
from portal_app.services.policies.text import Asked, where
from portal_app.services.policies.views import Matched, PolicyRow


def policy_row(row: Sequence[Any], asked: Sequence[Asked] = ()) -> PolicyRow:
    """`row` is as `statements.page` selects it: total, as of, id, and what the table shows."""
    (
        _,
        _,
        _,
        locator,
        account,
        insured,
        number,
        line,
        carrier,
        effective,
        expiration,
        premium,
        status,
        key,
        vins,
        streets,
    ) = row
    matched, matched_text = _matched(asked, insured, key, vins, streets)
    return PolicyRow(
        locator=locator,
        account_locator=account,
        insured_name=insured,
        number=number,
        line=line,
        carrier=carrier,
        effective=as_date(effective),
        expiration=as_date(expiration),
        premium=as_money(premium),
        status=PolicyStatus(status),
        matched=matched,
        matched_text=matched_text,
    )


def _matched(asked: Sequence[Asked], insured: str, key: str, vins: str, streets: str) -> tuple[Matched | None, str]:
    for one in asked:
        matched, matched_text = where(one, insured_name=insured, number_key=key, vins=vins, streets=streets)
        if matched:
            return matched, matched_text
    return None, ""


def as_date(value: Any) -> date:
    day: date = date.fromisoformat(value) if isinstance(value, str) else value
    return day


def as_money(cents: int) -> Decimal:
    """Decimal dollars of whole cents."""
    return Decimal(cents).scaleb(-2)


def as_time(value: Any) -> datetime | None:
    """An aware UTC time of what either database gives for one."""
    if value is None:
        return None
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
