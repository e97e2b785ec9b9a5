"""Conformance: what holds for every kind of resource."""

from uuid import uuid4

import pytest

from manoflow.domain.cloud import NewResource, ResourceState
from manoflow.domain.errors import AlreadyExistsError, PermanentError
from tests.adapters.vim.conformance import KINDS, Bench

every_kind = pytest.mark.parametrize("kind", KINDS)


async def _new(bench: Bench, kind: str) -> NewResource:
    """Something of this kind that can be made now."""
    if kind == "flavors" and not bench.site.makes_flavors:
        pytest.skip("policy lets this user make no flavors")
    return await bench.new(kind)


@every_kind
async def test_what_is_made_bears_its_identity_and_gets_ready(bench: Bench, kind: str) -> None:
    new = await _new(bench, kind)

    answer = await bench.create(new)
    made = await bench.complete(new, answer)

    assert answer.vim_id == made.vim_id
    assert (made.uid, made.name) == (new.uid, new.name)
    assert made.vnf_instance_id in (bench.vnf, None)  # a kind may have nowhere to keep it but for of_vnf
    on_its_way = (ResourceState.BUILDING, ResourceState.READY)
    assert answer.state in ((ResourceState.HALF_MADE,) if kind == "images" else on_its_way)


@every_kind
async def test_what_is_made_is_found_by_uid_and_listed_with_its_vnf(bench: Bench, kind: str) -> None:
    new = await _new(bench, kind)
    made = await bench.make(new)

    found = await bench.of(new).find(new.uid)
    listed = await bench.of(new).of_vnf(bench.vnf)

    assert [resource.vim_id for resource in found] == [made.vim_id]
    assert [resource.vim_id for resource in listed if resource.uid == new.uid] == [made.vim_id]


@every_kind
async def test_what_is_deleted_goes_and_deleting_it_again_is_no_error(bench: Bench, kind: str) -> None:
    new = await _new(bench, kind)
    made = await bench.make(new)

    await bench.of(new).delete(made)
    await bench.of(new).delete(made)
    await bench.wait_until_gone(bench.of(new), new.uid)
    await bench.of(new).delete(made)

    assert new.uid not in {resource.uid for resource in await bench.of(new).of_vnf(bench.vnf)}


@every_kind
async def test_nothing_is_found_by_an_unknown_uid_or_vnf(bench: Bench, kind: str) -> None:
    assert list(await bench.resources(kind).find(uuid4())) == []
    if kind != "images":  # VNFs share them
        assert list(await bench.resources(kind).of_vnf(uuid4())) == []


@pytest.mark.parametrize("kind", ["images", "placement_groups", "virtual_links", "storages"])
async def test_twins_are_both_found_where_no_cloud_forbids_them(bench: Bench, kind: str) -> None:
    new = await _new(bench, kind)

    twins = {(await bench.create(new)).vim_id, (await bench.create(new)).vim_id}

    assert len(twins) == 2
    assert {resource.vim_id for resource in await bench.of(new).find(new.uid)} == twins


async def test_a_flavor_that_was_made_is_available_with_its_content_and_marked_as_ours(bench: Bench) -> None:
    new = await _new(bench, "flavors")
    made = await bench.make(new)

    (flavor,) = [flavor for flavor in await bench.driver.flavors.available() if flavor.vim_id == made.vim_id]

    assert (flavor.vcpus, flavor.memory_mib, flavor.disk_gib, flavor.made_by_us) == (1, 576, 1, True)


async def test_a_second_flavor_with_the_same_uid_is_refused(bench: Bench) -> None:
    new = await _new(bench, "flavors")
    await bench.make(new)

    with pytest.raises(AlreadyExistsError, match=new.name):
        await bench.create(new)

    assert len(await bench.driver.flavors.find(new.uid)) == 1


async def test_a_flavor_that_policy_forbids_is_a_permanent_error(bench: Bench) -> None:
    if bench.site.makes_flavors:
        pytest.skip("policy lets this user make flavors")

    with pytest.raises(PermanentError, match=r"^cannot .*576"):
        await bench.create(bench.flavor())


async def test_an_image_is_looked_up_by_name_and_by_id(bench: Bench) -> None:
    (by_name,) = await bench.driver.images.look_up(bench.site.image)
    (by_id,) = await bench.driver.images.look_up(by_name.vim_id)

    assert by_id == by_name
    assert list(await bench.driver.images.look_up(f"no-such-image-{uuid4()}")) == []


async def test_a_network_that_was_there_before_is_looked_up_by_its_id(bench: Bench) -> None:
    network = await bench.driver.virtual_links.look_up(bench.site.external_network)

    assert network is not None
    assert network.vim_id == bench.site.external_network
    assert await bench.driver.virtual_links.look_up(str(uuid4())) is None


async def test_checking_tells_in_one_line_what_was_found(bench: Bench) -> None:
    assert len((await bench.driver.check()).splitlines()) == 1


async def test_everything_made_is_tagged_with_its_kind_and_uid(bench: Bench) -> None:
    link = bench.link()
    port = bench.port("one", link)
    storage, server = await bench.storage(), await bench.server("one", port)
    everything = {"images": bench.image(), "placement_groups": bench.group(), "virtual_links": link, "ports": port}
    everything |= {"storages": storage, "servers": server}
    if bench.site.makes_flavors:
        everything["flavors"] = bench.flavor()
    made = {kind: await bench.make(new) for kind, new in everything.items()}

    tagged = await bench.tagged()

    expected = {(KINDS[kind], resource.vim_id) for kind, resource in made.items()}
    assert {(item.kind, item.vim_id) for item in tagged} == expected
    assert {item.uid for item in tagged} == {new.uid for new in everything.values()}
    assert all(item.name for item in tagged)
