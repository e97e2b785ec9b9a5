"""Where a VNF is put: zones as its VNFD has them, and internal links that somebody else manages."""

from uuid import UUID

from manoflow.adapters.vim.fake.ledger import Made, inventory
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VnfLcmOpOcc
from manoflow.domain.topology import PortElement
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import InstantiationLevel, PlacementGroup, PlacementScope
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.reference import reference_package
from tests.stand import VIM, Stand

ZONED_VNFD = "5b1e0000-0000-4000-8000-000000000011"
ZONED_PACKAGE = UUID("5b1e0000-0000-4000-8000-000000000012")
MANAGED = {"id": "link-1", "vnfVirtualLinkDescId": "internal", "resourceId": "data"}


async def zoned(bench: Stand, name: str, *groups: PlacementGroup) -> VnfInstance:
    """An instance of the reference VNF with other placement groups, and with a level of three."""
    package = reference_package()
    assert package.content is not None
    vnfd = package.content.vnfd
    (flavour,) = vnfd.flavours
    three = InstantiationLevel(id="three", scale_levels={"app_scale": 2})
    changed = flavour.model_copy(update={"placement_groups": groups, "levels": (*flavour.levels, three)})
    other = vnfd.model_copy(update={"id": ZONED_VNFD, "flavours": (changed,)})
    content = package.content.model_copy(update={"vnfd": other})
    await bench.records.add_package(package.model_copy(update={"id": ZONED_PACKAGE, "content": content}))
    instance = (await bench.instance(name)).model_copy(update={"vnfd_id": ZONED_VNFD, "vnf_pkg_id": ZONED_PACKAGE})
    await bench.records.delete_instance(instance.id)
    await bench.records.add_instance(instance)
    return instance


def group(name: str, *, anti_affinity: bool) -> PlacementGroup:
    return PlacementGroup(id=name, anti_affinity=anti_affinity, scope=PlacementScope.ZONE, members=("app",))


async def zones(bench: Stand, instance: VnfInstance) -> list[str]:
    driver = await bench.vims.driver(VIM)
    return sorted(str(server.zone) for server in await driver.servers.of_vnf(instance.id))


async def warnings(bench: Stand, occurrence: VnfLcmOpOcc) -> tuple[str, ...]:
    assert occurrence.plan_id is not None
    return (await bench.records.plan(occurrence.plan_id)).warnings


async def test_vnfcs_that_must_be_apart_are_in_different_zones(bench: Stand) -> None:
    instance = await zoned(bench, "apart", group("apart", anti_affinity=True))
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance, instantiationLevelId="pair")
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert await zones(bench, instance) == ["az1", "az2"]
    assert await warnings(bench, done) == ()


async def test_vnfcs_that_must_be_together_are_in_one_zone(bench: Stand) -> None:
    instance = await zoned(bench, "near", group("near", anti_affinity=False))
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance, instantiationLevelId="three")
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert len(set(await zones(bench, instance))) == 1
    assert len(await zones(bench, instance)) == 3


async def test_more_vnfcs_apart_than_there_are_zones_are_refused(bench: Stand) -> None:
    instance = await zoned(bench, "many", group("apart", anti_affinity=True))
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance, instantiationLevelId="three")
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "3 zones are needed, the VIM has 2" in done.error.detail
    assert bench.there() == set()
    assert await bench.records.reservations() == []


async def test_a_scope_that_nobody_sees_to_is_a_warning(bench: Stand) -> None:
    far = PlacementGroup(id="far", anti_affinity=True, scope=PlacementScope.ZONE_GROUP, members=("app",))
    instance = await zoned(bench, "far", far)
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert await warnings(bench, done) == ("placement group far: scope zone_group is not enforced",)


async def test_a_managed_link_is_joined_and_left_but_never_made_or_deleted(bench: Stand) -> None:
    before = inventory(bench.world)
    async with bench.working():
        instance = await bench.instance("managed")
        done = await bench.perform(INSTANTIATE, instance, extManagedVirtualLinks=[MANAGED])
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        made = {one.kind for one in ours(bench)}
        assert made == {"images", "flavors", "placement_groups", "ports", "servers", "storages"}
        rows = await bench.records.resources(instance.id)
        inside = [row for row in rows if isinstance(row.element, PortElement) and row.element.cpd_id == "app_internal"]
        assert [row.observed.network_id for row in inside] == ["data"]
        assert [row for row in rows if row.kind is Kind.VIRTUAL_LINK] == []
        recorded = await bench.records.instance(instance.id)
        assert recorded.state is not None
        assert [link.resource_id for link in recorded.state.ext_managed_virtual_links] == ["data"]
        ended = await bench.perform(TERMINATE, instance)
    assert ended.operation_state is LcmOperationState.COMPLETED, ended.error
    assert inventory(bench.world) == before
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED


async def test_a_managed_link_whose_network_is_missing_ends_it_before_anything_was_made(bench: Stand) -> None:
    async with bench.working():
        done = await bench.perform(
            INSTANTIATE, await bench.instance("gone"), extManagedVirtualLinks=[{**MANAGED, "resourceId": "nowhere"}]
        )
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "cannot connect to network nowhere" in done.error.detail
    assert ours(bench) == []


def ours(bench: Stand) -> list[Made]:
    return [made for made in inventory(bench.world) if made.uid is not None]
