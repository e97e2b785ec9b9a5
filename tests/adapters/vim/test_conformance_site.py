"""Conformance: what a VIM tells of itself as a whole, and that what is made counts as used."""

from datetime import UTC, datetime

from manoflow.domain.capacity import Amounts, Measure
from tests.adapters.vim.conformance import Bench


async def _used(bench: Bench) -> Amounts:
    return (await bench.driver.site.capacity()).used


async def test_the_capacity_is_told_with_its_connection_and_a_moment_before_it_was_asked(bench: Bench) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    capacity = await bench.driver.site.capacity()

    assert capacity.vim_connection_id == bench.site.connection.id
    assert before <= capacity.observed_at <= datetime.now(UTC)
    assert capacity.limits.keys() <= capacity.used.keys()
    assert min(capacity.used.values()) >= 0
    assert not [measure for measure, limit in capacity.limits.items() if limit < 0]  # clouds write "none" as -1


async def test_the_zones_are_those_that_servers_may_ask_for(bench: Bench) -> None:
    zones = [zone.name for zone in (await bench.driver.site.capacity()).zones]

    assert len(zones) == len(set(zones))
    assert bench.site.zone is None or bench.site.zone in zones


async def test_what_is_made_counts_as_used_until_it_is_gone(bench: Bench) -> None:
    flavor = await bench.smallest_flavor()
    before = await _used(bench)
    link = bench.link()
    port, storage = bench.port("one", link), await bench.storage()
    server = await bench.server("one", port)
    for new in (bench.group(), link, port, storage, server):
        await bench.make(new)

    with_everything = await _used(bench)
    await bench.clear()

    made = {
        Measure.SERVERS: 1,
        Measure.VCPUS: flavor.vcpus,
        Measure.MEMORY_MIB: flavor.memory_mib,
        Measure.STORAGES: 1,
        Measure.STORAGE_GIB: 1,
        Measure.VIRTUAL_LINKS: 1,
        Measure.PLACEMENT_GROUPS: 1,
    }
    assert {measure: with_everything[measure] - before[measure] for measure in made} == made
    assert with_everything[Measure.PORTS] > before[Measure.PORTS]  # a network may have ports of its own
    assert {measure: amount for measure, amount in (await _used(bench)).items() if amount != before[measure]} == {}
