"""Conformance: servers are started and stopped, however often somebody asks."""

import pytest

from manoflow.domain.cloud import NewServer, Power, ResourceState
from manoflow.domain.errors import NotFoundError
from tests.adapters.vim.conformance import Bench


async def _server(bench: Bench) -> NewServer:
    link = bench.link()
    inside, outside = bench.port("in", link), bench.external_port("out")
    for new in (link, inside, outside):
        await bench.make(new)
    server = await bench.server("one", inside, outside)
    await bench.make(server)
    return server


async def test_a_server_is_stopped_and_started_again_and_keeps_what_it_has(bench: Bench) -> None:
    new = await _server(bench)
    servers = bench.driver.servers
    made = await bench.wait_for_power(new.uid, Power.STARTED)
    ports = await bench.site.ports_of(made.vim_id)

    await servers.stop(made)
    stopped = await bench.wait_for_power(new.uid, Power.STOPPED)
    listed = await servers.of_vnf(bench.vnf)
    await servers.start(stopped)
    started = await bench.wait_for_power(new.uid, Power.STARTED)

    assert [(one.vim_id, one.state, one.power) for one in listed] == [(made.vim_id, ResourceState.READY, Power.STOPPED)]
    assert {made.vim_id} == {stopped.vim_id, started.vim_id}
    assert list(await bench.site.ports_of(started.vim_id)) == list(ports)


async def test_power_that_is_there_or_on_its_way_may_be_asked_for_again(bench: Bench) -> None:
    new = await _server(bench)
    servers = bench.driver.servers
    made = await bench.wait_for_power(new.uid, Power.STARTED)

    await servers.start(made)
    for _ in range(3):
        await servers.stop(made)
    stopped = await bench.wait_for_power(new.uid, Power.STOPPED)
    await servers.stop(stopped)
    for _ in range(3):
        await servers.start(stopped)

    await bench.wait_for_power(new.uid, Power.STARTED)


async def test_a_server_that_does_not_run_is_removed_as_any_other(bench: Bench) -> None:
    new = await _server(bench)
    await bench.driver.servers.stop(await bench.wait_for_power(new.uid, Power.STARTED))
    stopped = await bench.wait_for_power(new.uid, Power.STOPPED)

    await bench.remove(new)

    assert list(await bench.driver.servers.find(stopped.uid)) == []


async def test_power_of_a_server_that_is_gone_is_not_found(bench: Bench) -> None:
    new = await _server(bench)
    made = await bench.wait_for_power(new.uid, Power.STARTED)
    await bench.remove(new)

    for ask in (bench.driver.servers.start, bench.driver.servers.stop):
        with pytest.raises(NotFoundError, match="cannot"):
            await ask(made)
