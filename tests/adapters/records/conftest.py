"""A record on a database of its own for each test, with the reference package onboarded."""

from collections.abc import AsyncIterator

import pytest

from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.reference import reference_instance, reference_package

KEY = generate_key()


@pytest.fixture
def url(database_url: str) -> str:
    """The URL of a migrated, empty database."""
    return database_url


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
