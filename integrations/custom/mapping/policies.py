"""Policies: a row is one term of one policy, with its vehicles, locations and coverages in numbered columns."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping.clients import address
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import PolicyStatus
from portal_app.services.ports import AddressRecord, CoverageRecord, PolicyRecord, VehicleRecord

LINES = frozenset(
    (
        "personal_auto",
        "homeowners",
        "general_liability",
        "bop",
        "workers_compensation",
        "commercial_auto",
        "commercial_property",
        "umbrella",
    )
)
FIELDS = (
    Field("policy_id", "the policy's number inside the agency's system; without it carrier and policy number are used"),
    Field("client_id", "the insured's number in the clients' file", required=True),
    Field("number", "the carrier's policy number", required=True),
    Field("line", "line of business", required=True, words=LINES),
    Field("carrier", "the writing carrier's name", required=True, translated=True),
    Field("carrier_naic", "the carrier's NAIC number, up to 5 digits"),
    Field("effective", "first day of the term", required=True),
    Field("expiration", "last day of the term", required=True),
    Field("status", "state of the term", required=True, words=frozenset(PolicyStatus)),
    Field("premium", "written premium of the term", required=True),
    Field("producer_code", "code of the producer whose book holds the policy; empty means nobody's", translated=True),
    Field("insured_name", "the named insured as the policy has it; empty means the client's name"),
    Field("description", "remark, may have several lines"),
    Field("cancelled_on", "day of the cancellation"),
    Field("submission", "the portal's Submission ID, under which the policy was bound, such as SUB-2026-000001"),
    Field(
        "vehicles",
        "the vehicles",
        parts=(
            Field("vin", "vehicle identification number", required=True),
            Field("year", "model year"),
            Field("make", "make"),
            Field("model", "model"),
        ),
    ),
    Field(
        "locations",
        "the insured places",
        parts=(
            Field("street", "street", required=True),
            Field("city", "city"),
            Field("state", "state, two letters"),
            Field("postal_code", "ZIP code"),
        ),
    ),
    Field(
        "coverages",
        "the coverages",
        parts=(
            Field("name", "what is covered", required=True),
            Field("limit", "limit, as written"),
            Field("deductible", "deductible, as written"),
            Field("premium", "its share of the premium"),
        ),
    ),
)
(POLICY_ID, CLIENT_ID, NUMBER, LINE, CARRIER, CARRIER_NAIC, EFFECTIVE, EXPIRATION, STATUS, PREMIUM) = range(10)
(PRODUCER_CODE, INSURED_NAME, DESCRIPTION, CANCELLED_ON, SUBMISSION) = range(10, 15)
_NO_DATE = date.min
_NOTHING = Decimal(0)
_STATUSES = {status.value: status for status in PolicyStatus}
BETWEEN = re.compile(r"[\W_]+")
_naic = partial(values.digits, fewest=1, most=5)
NAMED_BY = (("policy_id", "effective"), ("carrier", "number", "effective"))


def key(columns: ColumnMap) -> Callable[[Sequence[str]], str]:
    """`{policy id}/{first day of the term}`; "" where either cannot be had."""
    policy_id = _policy_id(columns)

    @lru_cache(maxsize=8192)
    def iso_day(text: str) -> str:
        try:
            return columns.day(folded(text)).isoformat()
        except ValueError:
            return ""

    def source_id(texts: Sequence[str]) -> str:
        identity, day = policy_id(texts), iso_day(texts[EFFECTIVE])
        return f"{identity}/{day}" if identity and day else ""

    return source_id


def _policy_id(columns: ColumnMap) -> Callable[[Sequence[str]], str]:
    if columns.maps("policy_id"):
        return lambda texts: folded(texts[POLICY_ID])
    carriers = columns.words("carrier")

    def carrier_and_number(texts: Sequence[str]) -> str:
        carrier, number = folded(texts[CARRIER]), BETWEEN.sub("", texts[NUMBER])
        return f"{carriers.get(carrier.casefold(), carrier)}|{number}".lower() if carrier and number else ""

    return carrier_and_number


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], PolicyRecord]:
    policy_id = _policy_id(columns)
    id_is_mapped = columns.maps("policy_id")
    lines, statuses = columns.words("line"), columns.words("status")
    carriers, codes = columns.words("carrier"), columns.words("producer_code")

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> PolicyRecord:
        row = MappedRow(layout, texts, DESCRIPTION)
        if id_is_mapped:
            row.needed(POLICY_ID, 128)
        client_id, number, carrier = row.needed(CLIENT_ID, 128), _number(row), row.needed(CARRIER, 120)
        carrier = carriers.get(carrier.casefold(), carrier)
        line = row.word_needed(LINE, lines, "", repeat=True)
        naic = row.parsed(CARRIER_NAIC, _naic, "")
        effective, expiration, cancelled_on = _term(row, columns.day)
        status = row.word_needed(STATUS, statuses, PolicyStatus.ACTIVE, repeat=True)
        premium = row.parsed_needed(PREMIUM, values.money, _NOTHING)
        code = row.translated(PRODUCER_CODE, codes, 128)
        insured_name, description = row.text(INSURED_NAME, 200), row.text(DESCRIPTION, 2000)
        submission = row.text(SUBMISSION, 40)
        vehicles, locations, coverages = _schedules(row, layout)
        row.finish()
        identity = policy_id(texts)
        term = (client_id, number, line, carrier, effective, expiration, _STATUSES[status], premium)
        more = (code, naic, insured_name, description, cancelled_on, coverages, vehicles, locations)
        return PolicyRecord(f"{identity}/{effective.isoformat()}", identity, *term, *more, submission=submission)

    return record


def _number(row: MappedRow) -> str:
    number = row.needed(NUMBER, 64)
    if number and not (number[0].isalnum() or BETWEEN.sub("", number)):
        row.refuse(NUMBER, "has neither a letter nor a digit")
    return number


def _schedules(
    row: MappedRow, layout: Layout
) -> tuple[tuple[VehicleRecord, ...], tuple[AddressRecord, ...], tuple[CoverageRecord, ...]]:
    vehicles, locations, coverages = layout.groups
    return (
        _vehicles(row, vehicles) if vehicles else (),
        _locations(row, locations) if locations else (),
        _coverages(row, coverages) if coverages else (),
    )


def _term(row: MappedRow, day: Callable[[str], date]) -> tuple[date, date, date | None]:
    effective = row.parsed_needed(EFFECTIVE, day, _NO_DATE)
    expiration = row.parsed_needed(EXPIRATION, day, _NO_DATE)
    cancelled_on = row.parsed(CANCELLED_ON, day, None) if row.texts[CANCELLED_ON] else None
    if _NO_DATE in (effective, expiration):
        return effective, expiration, cancelled_on
    if expiration <= effective:
        row.refuse(EXPIRATION, f'is not after "{row.name(EFFECTIVE)}"')
    elif cancelled_on and not effective <= cancelled_on <= expiration:
        row.refuse(CANCELLED_ON, f'is not between "{row.name(EFFECTIVE)}" and "{row.name(EXPIRATION)}"')
    return effective, expiration, cancelled_on


def _vehicles(row: MappedRow, starts: Sequence[int]) -> tuple[VehicleRecord, ...]:
    found = []
    texts = row.texts
    for vin in starts:
        year, make, model = vin + 1, vin + 2, vin + 3
        if texts[vin] or texts[year] or texts[make] or texts[model]:
            number, built = row.parsed(vin, values.vin, ""), row.parsed(year, values.model_year, None)
            found.append(VehicleRecord(number, built, row.text(make, 60), row.text(model, 60)))
    return tuple(found)


def _locations(row: MappedRow, starts: Sequence[int]) -> tuple[AddressRecord, ...]:
    found = (address(row, street, street + 1, street + 2, street + 3) for street in starts)
    return tuple(each for each in found if each is not None)


def _coverages(row: MappedRow, starts: Sequence[int]) -> tuple[CoverageRecord, ...]:
    found = []
    texts = row.texts
    for name in starts:
        limit, deductible, premium = name + 1, name + 2, name + 3
        if texts[name] or texts[limit] or texts[deductible] or texts[premium]:
            share = row.parsed(premium, values.money, None)
            found.append(CoverageRecord(row.needed(name, 120), row.text(limit, 80), row.text(deductible, 80), share))
    return tuple(found)
