import pytest

from portal_app.services.door import Door
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Cast
from tests.world import Agency


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))
