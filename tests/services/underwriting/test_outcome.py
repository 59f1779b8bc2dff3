"""What flags come to together, against the requirements' own words read flag by flag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.models.enums import FlagCause, FlagLevel
from portal_app.services.underwriting.outcome import Outcome, Standing, outcome_of

FLAGS = st.lists(
    st.tuples(st.sampled_from([FlagCause.PERSON] * 4 + [FlagCause.PRODUCER]), st.sampled_from(FlagLevel)), max_size=6
)


def plainly(flags: list[tuple[FlagCause, FlagLevel]]) -> Outcome:
    """Approve overrides all but an earlier rejection; block and decline hold until cleared or approved; info has no
    effect on its own; an invalid producer fails at every level."""
    held: set[FlagLevel] = set()
    approved = False
    for cause, level in flags:
        if cause is FlagCause.PRODUCER:
            return Outcome.FAILED
        if level is FlagLevel.APPROVE:
            approved = True
        elif level is not FlagLevel.INFO and not approved:
            held.add(level)
    if FlagLevel.REJECT in held:
        return Outcome.REJECTED
    if approved or not held:
        return Outcome.PASSED
    return Outcome.DECLINED if FlagLevel.DECLINE in held else Outcome.BLOCKED


@pytest.mark.criterion("UW-03")
@given(FLAGS, st.randoms())
def test_flags_come_to_what_the_requirements_say(flags: list[tuple[FlagCause, FlagLevel]], chance: object) -> None:
    standing = [Standing(order, *each) for order, each in enumerate(flags)]
    chance.shuffle(standing)  # type: ignore[attr-defined]
    assert outcome_of(standing) is plainly(flags)
