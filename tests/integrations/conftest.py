"""What the tests of the adapters share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import gateway as gateways
from tests.gateway import Gateway
from tests.integrations.agency import Agency


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    return Agency(tmp_path)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateways.gateway() as told:
        yield told
