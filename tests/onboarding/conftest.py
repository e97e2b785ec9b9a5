"""A server to fetch packages from, and a package."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, open_records
from manoflow.ports.records import Records
from tests.onboarding.file_server import FileServer, file_server
from tests.packages import example_package


@pytest.fixture
def server(csar: bytes) -> Iterator[FileServer]:
    """It has the package."""
    with file_server() as served:
        served.content = csar
        yield served


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    """An empty record."""
    opened = open_records(database_url, generate_key())
    yield opened
    await opened.close()


@pytest.fixture
def csar(tmp_path: Path) -> bytes:
    """An example."""
    return example_package("single-vdu", tmp_path).read_bytes()
