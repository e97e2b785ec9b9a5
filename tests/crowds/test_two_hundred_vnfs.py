"""A crowd of VNFs: all are served, by worker processes that have other things to do as well."""

import asyncio
from pathlib import Path

import pytest

from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from tests.crowds.consumer import consuming
from tests.stand import Stand
from tests.worker_processes import Workers

VNFS = 200
OF_A_VNF = 3
"""Resources: a flavor, a port and a server."""
SHARED = 1
"""Their image."""
LOOK_AGAIN = 4.0
"""Seconds: a crowd that asks more often hinders those who work."""


@pytest.mark.large
@pytest.mark.processes
@pytest.mark.timeout(900)
async def test_two_hundred_vnfs_at_once_all_end(bench: Stand, worker_processes: Workers, tmp_path: Path) -> None:
    for _ in range(2):
        await worker_processes.start()
    async with consuming(bench, tmp_path) as consumer:
        vnfs = await asyncio.gather(*(consumer.vnf() for _ in range(VNFS)))
        for operation, there in (("instantiate", VNFS), ("terminate", 0)):
            done = await asyncio.gather(*(consumer.performed(vnf, operation, LOOK_AGAIN) for vnf in vnfs))
            assert [one for one in done if one["operationState"] != "COMPLETED"] == []
            assert len(bench.there()) == there * OF_A_VNF + (SHARED if there else 0)
            assert duplicates(bench.world) == ()
    # Two workers may begin the one image of all at once; of the two one stays.
    assert [twice for twice in made_more_than_once(bench.world) if not twice[0].startswith("images.")] == []
