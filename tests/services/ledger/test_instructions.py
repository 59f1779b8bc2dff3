"""What comes of an instruction, and what speaks against one."""

from typing import Any

import pytest

from portal_app.services.ledger.instructions import MOST, ProducerInfo, carried_out, problem_of
from tests.services.ledger.conftest import asked

BEFORE = ProducerInfo("Example Code 1", "Example Code 0")


@pytest.mark.criterion("LEDGER-20")
@pytest.mark.parametrize(
    ("given", "after", "processed"),
    [
        # The requirements' own two examples.
        (
            {"setProducerCode": "Example Code 2", "clearProducerCode": False},
            ("Example Code 2", "Example Code 0"),
            {"setProducerCode": "Example Code 2"},
        ),
        (
            {"setProducerCodeOfRecord": "Example Code 3", "revertProducerCodeOfRecord": False},
            ("Example Code 1", "Example Code 3"),
            {"setProducerCodeOfRecord": "Example Code 3"},
        ),
        ({"clearProducerCode": True}, ("", "Example Code 0"), {"clearProducerCode": True}),
        (
            {"revertProducerCodeOfRecord": True},
            ("Example Code 1", "Example Code 1"),
            {"revertProducerCodeOfRecord": True},
        ),
        (
            {"setProducerCodeOfRecord": "Example Code 1"},
            ("Example Code 1", "Example Code 1"),
            {"revertProducerCodeOfRecord": True},
        ),
        (
            {"setProducerCode": "X", "setProducerCodeOfRecord": "X"},
            ("X", "X"),
            {"setProducerCode": "X", "revertProducerCodeOfRecord": True},
        ),
        (
            {"clearProducerCode": True, "revertProducerCodeOfRecord": True},
            ("", "Example Code 0"),
            {"clearProducerCode": True, "revertProducerCodeOfRecord": False, "nothingToRevertTo": True},
        ),
    ],
)
def test_an_instruction_is_processed_by_what_is_current(
    given: dict[str, Any], after: tuple[str, str], processed: dict[str, Any]
) -> None:
    info, told = carried_out(BEFORE, asked(**given))
    assert info == ProducerInfo(*after)
    assert told == asked(**processed)


@pytest.mark.criterion("LEDGER-21")
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([{"action": "drivers", "setProducerCode": "A"}], 'The only action of an instruction is "producers".'),
        ([asked()], "An instruction has to set, clear or revert something."),
        ([asked(clearProducerCode=False)], "An instruction has to set, clear or revert something."),
        (
            [asked(setProducerCode="A", clearProducerCode=True)],
            "An instruction cannot both set and clear the producer code.",
        ),
        (
            [asked(setProducerCodeOfRecord="A", revertProducerCodeOfRecord=True)],
            "An instruction cannot both set and revert the producer code of record.",
        ),
        ([asked(setProducerCode="A")] * (MOST + 1), "There may be at most 20 instructions in one transaction."),
        ([asked(setProducerCode="A", clearProducerCode=False), asked(clearProducerCode=True)], ""),
        ([], ""),
    ],
)
def test_what_contradicts_itself_is_told_in_a_sentence(given: list[dict[str, Any]], sentence: str) -> None:
    assert problem_of(given) == sentence
