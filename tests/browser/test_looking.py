"""What looks at pages sees what is wrong with them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.looking import findings

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>Rows</title></head><body><main><h1>Rows</h1>
<table><thead><tr><th scope="col">Name</th></tr></thead><tbody>{rows}</tbody></table></main></body></html>"""
FINE = "<tr><td><b>Policy {0}</b></td></tr>"
FAINT = '<tr><td><b style="color: #ccc">Policy {0}</b></td></tr>'


@pytest.mark.parametrize(("rows", "wrong"), [([FINE] * 5, 0), ([FINE] * 5 + [FAINT] * 3, 1)])
def test_a_row_that_is_unlike_the_others_is_looked_at(opened: Callable[..., Page], rows: list[str], wrong: int) -> None:
    page = opened()
    page.set_content(PAGE.format(rows="".join(row.format(number) for number, row in enumerate(rows))))
    found = findings(page)
    assert [each.split(":")[0] for each in found] == ["color-contrast"] * wrong
    assert page.locator("tr[data-alike]").count() == len(rows) - len(set(rows))
