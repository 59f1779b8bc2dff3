"""How numbers are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.producers.formats import OutOfNumbers, parsed


@pytest.mark.criterion("CODE-02")
@pytest.mark.parametrize(
    ("text", "number", "written"),
    [
        ("####", 7, "0007"),
        ("\\P\\O\\L-########", 42, "POL-00000042"),
        ("X#####", 1, "A00001"),
        ("X#####", 100_000, "B00000"),
        ("XX", 27, "BB"),
        ("##-##", 1234, "12-34"),
        ("{type}/#", 3, "NY/3"),
        ("2026 #", 9, "2026 9"),
        ("\\#\\X\\{\\}\\\\#", 5, "#X{}\\5"),
    ],
)
def test_a_number_is_written_as_its_plan_says(text: str, number: int, written: str) -> None:
    assert parsed(text).written(number, "NY") == written


@pytest.mark.criterion("CODE-02")
@given(st.text(alphabet="#X-", min_size=1, max_size=6).filter(lambda text: text.strip("-")), st.data())
def test_no_two_numbers_are_written_alike_and_they_stay_in_order(text: str, data: st.DataObject) -> None:
    plan = parsed(text)
    numbers = st.integers(0, plan.capacity - 1)
    one, other = data.draw(numbers), data.draw(numbers)
    assert (plan.written(one) == plan.written(other)) is (one == other)
    assert (plan.written(one) < plan.written(other)) is (one < other)
    assert len(plan.written(one)) == plan.length("")


@pytest.mark.criterion("CODE-04")
def test_what_has_too_many_digits_is_not_written() -> None:
    for number in (100, -1):
        with pytest.raises(OutOfNumbers):
            parsed("##").written(number)
