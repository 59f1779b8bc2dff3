"""What the tests of the adapters share."""

from pathlib import Path

import pytest

from tests.integrations.agency import Agency


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    return Agency(tmp_path)
