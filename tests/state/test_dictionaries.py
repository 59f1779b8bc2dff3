"""What is said for codes and states that are decided elsewhere."""

import pytest

from portal_app.components.badge import CLAIM_STATUS, FLAG_LEVEL, POLICY_STATUS, PRODUCER_STATE, QUOTE_STATE, RUN_STATE
from portal_app.models.enums import (
    ClaimStatus,
    CredentialState,
    FlagLevel,
    PolicyStatus,
    ProducerState,
    QuoteState,
    RunState,
    SessionEnd,
)
from portal_app.pages import sign_in
from portal_app.services.identity import passwords
from portal_app.services.identity.enrolment import NotEnrolled
from portal_app.services.identity.sign_in import Refused


@pytest.mark.criterion("LOOK-03")
def test_each_status_has_a_badge_of_its_own_word_and_sign() -> None:
    assert set(POLICY_STATUS) == {each.label for each in PolicyStatus}
    assert set(RUN_STATE) == {each.label for each in RunState}
    assert set(CLAIM_STATUS) == {each.label for each in ClaimStatus}
    assert set(QUOTE_STATE) == {each.label for each in QuoteState}
    assert set(FLAG_LEVEL) == {each.label for each in FlagLevel}
    assert set(PRODUCER_STATE) == {each.label for each in (*ProducerState, *CredentialState)}
    for looks in (POLICY_STATUS, RUN_STATE, CLAIM_STATUS, QUOTE_STATE, FLAG_LEVEL, PRODUCER_STATE):
        assert len({sign for _, sign in looks.values()}) == len(looks)


def test_each_reason_has_a_sentence() -> None:
    # A session that advanced was exchanged for the next one by its own person: nobody is told.
    assert {each.value for each in SessionEnd} - {"advanced"} <= set(sign_in.SIGN_IN_REASONS)
    assert {Refused.WRONG.value, Refused.THROTTLED.value} <= set(sign_in.SIGN_IN_REASONS)
    assert {Refused.CODE.value, Refused.THROTTLED.value} <= set(sign_in.CODE_REASONS)
    assert {each.value for each in NotEnrolled} <= set(sign_in.ENROLMENT_REASONS)
    assert {f"password_{code}" for code in passwords.SENTENCES} <= set(sign_in.SET_UP_PROBLEMS)


def test_locked_reads_as_wrong() -> None:
    assert sign_in.SIGN_IN_REASONS["locked-out"] == sign_in.SIGN_IN_REASONS["wrong"]
