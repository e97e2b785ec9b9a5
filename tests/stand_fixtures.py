"""Fixtures: one Temporal dev server for the session, a fresh stand for each test that asks for one."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from manoflow.adapters.execution.client import SEARCH_ATTRIBUTES, beating_runtime
from tests.stand import Stand, stand

QUICK_TIMERS = ("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"')
"""The server lets timers be up to a second late, to gather them; a test of retries would wait for nothing else."""


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A dev server from the environment's own wheel."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.prefix) / "bin" / "temporal"),
        dev_server_extra_args=list(QUICK_TIMERS),
        runtime=beating_runtime(),
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    ) as environment:
        yield environment.client


@pytest.fixture
async def bench(temporal: Client, tmp_path: Path, database_url: str) -> AsyncIterator[Stand]:
    """An empty cloud and an empty record."""
    async with stand(temporal, tmp_path, database_url) as built:
        yield built
