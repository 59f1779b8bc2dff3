"""What names a row by its number goes on naming it when one before it is taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.intake.renumbering import following, referring, taken_out
from portal_app.services.intake.shipped import shipped
from tests.services.intake.filled import TODAY

ANN, BOB, CAL = {"name": "Ann", "license": "A1"}, {"name": "Bob", "license": "B2"}, {"name": "Cal", "license": "C3"}
FORM = shipped("personal_auto")


@pytest.mark.criterion("INTAKE-18")
@pytest.mark.parametrize(
    ("after", "out"),
    [
        ([BOB, CAL], (1,)),
        ([ANN, CAL], (2,)),
        ([ANN, BOB], (3,)),
        ([CAL], (1, 2)),
        ([BOB | {"license": "B9"}, CAL], (1,)),
        ([ANN, CAL | {"name": "Carla"}], (2,)),
        ([], (1, 2, 3)),
        ([ANN, BOB, CAL], ()),
        ([ANN, BOB, CAL, {}], ()),
        ([CAL, BOB, ANN], ()),
    ],
)
def test_which_rows_were_taken_out_is_seen_by_what_is_left(after: list[dict[str, str]], out: tuple[int, ...]) -> None:
    assert taken_out([ANN, BOB, CAL], after) == out


@pytest.mark.criterion("INTAKE-18")
@given(st.data())
def test_whichever_rows_are_taken_out_the_others_are_named_as_before(data: st.DataObject) -> None:
    drivers = [
        {"name": f"Driver {number}", "license": str(number * 7)} for number in range(data.draw(st.integers(1, 8)))
    ]
    kept = sorted(data.draw(st.sets(st.sampled_from(range(len(drivers))))))
    after = [dict(drivers[number]) for number in kept]
    out = taken_out(drivers, after)
    assert out == tuple(number + 1 for number in range(len(drivers)) if number not in kept)
    naming = [{"driver": str(number + 1), "description": each["name"]} for number, each in enumerate(drivers)]
    now = following(FORM, "risk.drivers", out, {"risk.violations": naming}, TODAY).get("risk.violations", naming)
    for row in now:
        named = row.get("driver")
        assert (named is not None) is (row["description"] in [each["name"] for each in after])
        assert named is None or after[int(named) - 1]["name"] == row["description"]


@pytest.mark.criterion("INTAKE-18")
def test_every_group_that_names_rows_is_known_and_what_is_no_number_stays() -> None:
    naming = {group.key: [each.name for each in fields] for group, fields in referring(FORM, "risk.drivers")}
    assert naming == {"risk.violations": ["driver"], "risk.vehicles": ["driver"]}
    typed = [{"driver": "the second"}, {"driver": ["2"]}, {"driver": "9"}, {"driver": " 3 "}, {}]
    answers = {"risk.violations": typed, "risk.vehicles": [{"driver": "1"}], "risk.drivers": [ANN, CAL]}
    now = following(FORM, "risk.drivers", (2,), answers, TODAY)
    assert now == {"risk.violations": [*typed[:2], {"driver": "8"}, {"driver": "2"}, {}]}
