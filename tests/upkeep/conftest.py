"""A sweep over the stand's record."""

import pytest

from tests.stand import Stand
from tests.upkeep.sweeper import Sweeper


@pytest.fixture
def sweeper(bench: Stand) -> Sweeper:
    """It has seen nothing yet."""
    return Sweeper(bench, bench.records)
