"""What an event and a sign-in ask of the database: few statements, and each by an index."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bench import sign_ins
from portal_app.services.door import Door
from portal_app.services.identity import sessions
from portal_app.services.identity.sign_in import Passed, with_password

Statements = list[tuple[str, Any]]


@pytest.fixture(scope="module")
def agency() -> Iterator[Door]:
    with sign_ins.agency(40) as door:
        yield door


@contextmanager
def statements() -> Iterator[Statements]:
    """What every engine is asked meanwhile, without the brackets of transactions."""
    asked: Statements = []

    def note(*call: Any) -> None:
        _, _, sql, parameters, *_ = call
        if sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            asked.append((sql, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def signed_in(door: Door, number: int) -> bytes:
    email = sign_ins.address(number)
    outcome = asyncio.run(with_password(door, email=email, password=sign_ins.PASSWORD, address="127.0.0.1"))
    assert isinstance(outcome, Passed)
    return sessions.hash_of(outcome.token)


def plan(door: Door, sql: str, parameters: Any) -> list[str]:
    with door.database.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]


def test_a_session_is_looked_up_by_one_statement_and_its_indexes(agency: Door) -> None:
    token_hash = signed_in(agency, 0)
    with statements() as asked:
        found = asyncio.run(sessions.look_up(agency, token_hash=token_hash))
    assert isinstance(found, sessions.Resolved)
    ((sql, parameters),) = asked
    steps = plan(agency, sql, parameters)
    assert len(steps) == 3
    assert all(step.startswith("SEARCH") for step in steps), steps


def test_a_sign_in_takes_five_statements_and_reads_by_indexes(agency: Door) -> None:
    with statements() as asked:
        signed_in(agency, 1)
    kinds = [sql.split()[0] for sql, _ in asked]
    assert kinds == ["SELECT", "SELECT", "SELECT", "INSERT", "INSERT"]
    # The first hangs both its questions on one constant row.
    for sql, parameters in asked[:3]:
        steps = plan(agency, sql, parameters)
        assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN CONSTANT ROW", "SCAN anon_1"}, steps
