"""Who enters business on the pages."""

import pytest

from portal_app.services.door import Door
from tests.services.submissions.acting import Cast
from tests.world import Agency


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)
