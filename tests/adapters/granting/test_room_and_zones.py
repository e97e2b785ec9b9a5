"""What the local NFVO reserves, and where it puts VNFCs, in a cloud that has limits and zones."""

from pathlib import Path
from uuid import UUID

import pytest

from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.vim.fake import knobs
from manoflow.domain.capacity import Measure
from manoflow.domain.cloud import NewVirtualLink
from manoflow.domain.errors import InvalidInputError, QuotaError
from manoflow.domain.grants import Grant, GrantRequest, ResourceDefinition, grant_id
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.placement import (
    AffinityType,
    ConstraintResourceRef,
    ConstraintScope,
    IdType,
    PlacementConstraint,
)
from manoflow.domain.vnfd import VirtualCompute
from manoflow.ports.records import Records
from manoflow.ports.vim import VimDriver
from tests.adapters.granting.conftest import NAMED, OneVim
from tests.builders import occurrence_of, reference_to
from tests.reference import NOW, reference_instance

COMPUTE = VirtualCompute(num_vcpus=1, memory_mib=700)


async def admitted(records: Records, name: str) -> VnfLcmOpOcc:
    instance = reference_instance(name)
    await records.add_instance(instance)
    occurrence = occurrence_of(instance)
    await records.admit(occurrence)
    return occurrence


def request_of(occurrence: VnfLcmOpOcc, *keys: str, **changes: object) -> GrantRequest:
    """A request for a VNFC or a virtual link in each place."""
    amounts = {
        Kind.VNFC: {Measure.SERVERS: 1, Measure.VCPUS: COMPUTE.num_vcpus, Measure.MEMORY_MIB: COMPUTE.memory_mib},
        Kind.VIRTUAL_LINK: {Measure.VIRTUAL_LINKS: 1},
    }
    kinds = {key: Kind(key.partition("/")[0]) for key in keys}
    request = GrantRequest(
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        vnfd_id=occurrence.vnfd_id,
        operation=occurrence.operation,
        vim_connection_id="fake",
        add_resources=tuple(
            ResourceDefinition(
                id=key, kind=kind, vdu_id="app" if kind is Kind.VNFC else None, amounts=dict(amounts[kind])
            )
            for key, kind in kinds.items()
        ),
        computes={"app": COMPUTE} if Kind.VNFC in kinds.values() else {},
    )
    return request.model_copy(update=changes)


def constraint(kind: AffinityType, *keys: str, standing: str | None = None) -> PlacementConstraint:
    new = [ConstraintResourceRef(id_type=IdType.GRANT, resource_id=key) for key in keys]
    old = [ConstraintResourceRef(id_type=IdType.RES_MGMT, resource_id=standing)] if standing else []
    return PlacementConstraint(affinity_or_anti_affinity=kind, scope=ConstraintScope.ZONE, resource=(*new, *old))


@pytest.fixture
def nfvo(driver: VimDriver, records: Records) -> LocalGranting:
    return LocalGranting(OneVim(driver), records)


async def test_every_place_is_reserved_as_its_flavor_has_it(nfvo: LocalGranting, records: Records) -> None:
    occurrence = await admitted(records, "one")
    named = COMPUTE.model_copy(update={"requested_flavor": NAMED.name})
    await nfvo.request(request_of(occurrence, "vnfc/app/0", "vl/internal", computes={"app": named}), NOW)
    held = {one.key: one.amounts for one in await records.reservations("fake")}
    assert held == {
        "vnfc/app/0": {Measure.SERVERS: 1, Measure.VCPUS: 8, Measure.MEMORY_MIB: 8192},
        "vl/internal": {Measure.VIRTUAL_LINKS: 1},
    }


async def test_too_much_is_refused_with_the_numbers(nfvo: LocalGranting, records: Records, world: Path) -> None:
    knobs.limit(world, Measure.VCPUS, 1)
    occurrence = await admitted(records, "one")
    with pytest.raises(QuotaError, match="cannot reserve in VIM fake: 2 vcpus wanted, 1 of 1 free"):
        await nfvo.request(request_of(occurrence, "vnfc/app/0", "vnfc/app/1"), NOW)
    assert await records.reservations() == []


async def test_a_forecast_grants_and_refuses_as_a_request_and_reserves_nothing(
    nfvo: LocalGranting, records: Records, world: Path
) -> None:
    one, other = await admitted(records, "one"), await admitted(records, "other")
    knobs.limit(world, Measure.VCPUS, 1)
    foreseen = await nfvo.forecast(request_of(one, "vnfc/app/0"), NOW)
    assert await records.reservations() == []
    assert await nfvo.request(request_of(one, "vnfc/app/0"), NOW) == foreseen
    with pytest.raises(QuotaError, match=f"1 vcpus wanted, 0 of 1 free .*1 by operation {one.id}"):
        await nfvo.forecast(request_of(other, "vnfc/app/0"), NOW)
    assert {held.lcm_op_occ_id for held in await records.reservations()} == {one.id}


async def test_asked_again_after_a_lost_answer_it_grants_the_same_though_nothing_is_left(
    nfvo: LocalGranting, records: Records, world: Path
) -> None:
    occurrence = await admitted(records, "one")
    knobs.limit(world, Measure.VCPUS, 1)
    first = await nfvo.request(request_of(occurrence, "vnfc/app/0"), NOW)
    knobs.limit(world, Measure.VCPUS, 0)
    assert await nfvo.request(request_of(occurrence, "vnfc/app/0"), NOW) == first
    assert [one.grant_id for one in await records.reservations()] == [grant_id(occurrence.id)]


async def test_what_is_given_back_is_there_for_others(nfvo: LocalGranting, records: Records, world: Path) -> None:
    knobs.limit(world, Measure.VCPUS, 1)
    first, second = await admitted(records, "first"), await admitted(records, "second")
    granted = await nfvo.request(request_of(first, "vnfc/app/0"), NOW)
    with pytest.raises(QuotaError, match=f"1 by operation {first.id}"):
        await nfvo.request(request_of(second, "vnfc/app/0"), NOW)
    await nfvo.release(reference_to(granted))
    await records.release_grant(reference_to(granted))
    await nfvo.request(request_of(second, "vnfc/app/0"), NOW)


async def test_what_another_operation_has_made_and_not_recorded_is_in_the_way_once(
    nfvo: LocalGranting, records: Records, world: Path, driver: VimDriver
) -> None:
    there = (await driver.site.capacity()).used[Measure.VIRTUAL_LINKS]
    knobs.limit(world, Measure.VIRTUAL_LINKS, there + 2)
    first, second, third = [await admitted(records, name) for name in ("first", "second", "third")]
    await nfvo.request(request_of(first, "vl/internal"), NOW)
    await driver.virtual_links.create(
        NewVirtualLink(
            uid=uid_of(first.id, "vl/internal"),
            vnf_instance_id=first.vnf_instance_id,
            lcm_op_occ_id=first.id,
            name="internal",
        )
    )
    await nfvo.request(request_of(second, "vl/internal"), NOW)
    with pytest.raises(QuotaError, match="1 virtualLinks wanted, 0 of"):
        await nfvo.request(request_of(third, "vl/internal"), NOW)


async def test_a_removal_asks_the_vim_for_nothing(nfvo: LocalGranting, records: Records, world: Path) -> None:
    occurrence = await admitted(records, "one")
    knobs.fail(world, "*", InvalidInputError("cannot be asked"), times=None)
    gone = ResourceDefinition(id="vnfc/app/0", kind=Kind.VNFC, vdu_id="app")
    assert (await nfvo.request(request_of(occurrence, remove_resources=(gone,)), NOW)).zones == {}


async def zones(
    nfvo: LocalGranting, occurrence: VnfLcmOpOcc, *constraints: PlacementConstraint, **more: object
) -> Grant:
    keys = ("vnfc/app/0", "vnfc/app/1", "vnfc/app/2")
    return await nfvo.request(request_of(occurrence, *keys, placement_constraints=constraints, **more), NOW)


async def test_vnfcs_get_zones_as_constraints_have_it_and_others_none(nfvo: LocalGranting, records: Records) -> None:
    occurrence = await admitted(records, "one")
    apart = constraint(AffinityType.ANTI_AFFINITY, "vnfc/app/0", "vnfc/app/1")
    granted = (await zones(nfvo, occurrence, apart)).zones
    assert sorted(granted) == ["vnfc/app/0", "vnfc/app/1"]
    assert sorted(granted.values()) == ["az1", "az2"]
    assert (await zones(nfvo, occurrence, apart)).zones == granted


async def test_what_stands_counts(nfvo: LocalGranting, records: Records) -> None:
    near = constraint(AffinityType.AFFINITY, "vnfc/app/0", standing="server-1")
    granted = await zones(nfvo, await admitted(records, "one"), near, zones={"server-1": "az2"})
    assert granted.zones == {"vnfc/app/0": "az2"}


async def test_too_few_zones_are_refused_and_nothing_is_reserved(nfvo: LocalGranting, records: Records) -> None:
    apart = constraint(AffinityType.ANTI_AFFINITY, "vnfc/app/0", "vnfc/app/1", "vnfc/app/2")
    with pytest.raises(QuotaError, match=r"3 zones are needed, the VIM has 2 \(az"):
        await zones(nfvo, await admitted(records, "one"), apart)
    assert await records.reservations() == []


async def test_vnfs_do_not_all_begin_with_the_same_zone(nfvo: LocalGranting, records: Records) -> None:
    near = constraint(AffinityType.AFFINITY, "vnfc/app/0", "vnfc/app/1")
    found = set()
    for number in (0, 1):
        occurrence = await admitted(records, str(number))
        asked = request_of(occurrence, "vnfc/app/0", "vnfc/app/1", placement_constraints=(near,))
        granted = await nfvo.request(asked.model_copy(update={"vnf_instance_id": UUID(int=number)}), NOW)
        found |= set(granted.zones.values())
    assert found == {"az1", "az2"}
