"""A record on a real SQLite file for each test, with the reference package onboarded."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, migrate, open_records
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.reference import reference_instance, reference_package

KEY = generate_key()


@pytest.fixture(scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that nobody writes to."""
    path = tmp_path_factory.mktemp("records") / "empty.db"
    await migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """A migrated, empty database file."""
    return Path(shutil.copy(migrated, tmp_path / "records.db"))


@pytest.fixture
def url(database: Path) -> str:
    """Its URL."""
    return f"sqlite:///{database}"


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    """The record of the default tenant, with the reference package."""
    opened = open_records(url, KEY)
    await opened.add_package(reference_package())
    yield opened
    await opened.close()


@pytest.fixture
async def instance(records: Records) -> VnfInstance:
    """A recorded instance of the reference VNF."""
    recorded = reference_instance("one")
    await records.add_instance(recorded)
    return recorded
