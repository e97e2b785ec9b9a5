"""Packages made by others, instantiated on a real OpenStack, the worker killed half-way, and terminated."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from descriptors.package import read_package
from manoflow.domain.lcm import InstantiationState, LcmOperationState
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Flavour
from tests.lab import laboratory
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.packages import foreign_package
from tests.reference import NOW, reference_instance
from tests.stand import Stand
from tests.worker_processes import Workers

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

LEVELS = {"tacker-practical-vnf": ("scalable", "r-node-max"), "tacker-v2-basic-lcms-max": ("simple", None)}
NETWORKS = ("mgmt", "data")


@pytest.mark.parametrize(
    ("package", "cloud"),
    [("tacker-practical-vnf", "oslab"), ("tacker-practical-vnf", "demo"), ("tacker-v2-basic-lcms-max", "oslab")],
)
@pytest.mark.usefixtures("foreign_samples")
async def test_a_package_made_by_others_survives_the_death_of_its_worker(
    bench: Stand, worker_processes: Workers, tmp_path: Path, package: str, cloud: str
) -> None:
    instance, request = await _asked(bench, foreign_package(package, tmp_path), package, cloud)
    before = await _cloud()
    first = await worker_processes.start_holding("create_vnfc:")
    occurrence = await bench.ask(INSTANTIATE, instance, **request)
    await first.held()
    await first.kill()
    await worker_processes.start()

    done = await bench.settled(occurrence)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    recorded = {str(row.uid) for row in await bench.records.resources(instance.id)}
    driver = await bench.vims.driver(cloud)
    tagged = [thing for thing in await driver.tagged() if thing.vnf_instance_id == instance.id]
    assert {str(thing.uid) for thing in tagged} == recorded
    assert max(Counter((thing.kind, thing.uid) for thing in tagged).values()) == 1

    ended = await bench.perform(TERMINATE, instance)
    assert ended.operation_state is LcmOperationState.COMPLETED, ended.error
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED
    assert await _cloud() == before


async def _asked(bench: Stand, csar: Path, package: str, cloud: str) -> tuple[VnfInstance, dict[str, Any]]:
    """Register the cloud, onboard the package, create the instance and write the request."""
    connection = laboratory.vim_connection(cloud)
    vim = Vim(id=cloud, vim_id=cloud, driver=connection.driver, created_at=NOW)
    await bench.records.add_vim(vim, connection)
    content = read_package(csar)
    onboarded = VnfPackage(
        id=uuid4(),
        onboarding_state=OnboardingState.ONBOARDED,
        operational_state=OperationalState.ENABLED,
        content=content,
        created_at=NOW,
    )
    await bench.records.add_package(onboarded)
    ids = {"id": uuid4(), "vnfd_id": content.vnfd.id, "vnf_pkg_id": onboarded.id}
    instance = reference_instance(package).model_copy(update=ids)
    await bench.records.add_instance(instance)
    flavour_id, level = LEVELS[package]
    flavour = content.vnfd.flavour(flavour_id)
    assert flavour is not None
    request = {"flavourId": flavour_id, "extVirtualLinks": _links(flavour, cloud)}
    return instance, {**request, "instantiationLevelId": level} if level else request


def _links(flavour: Flavour, cloud: str) -> list[dict[str, Any]]:
    """Every external CP on one of the two external networks, by turns."""
    networks = {name: laboratory.sdk("oslab").network.find_network(name, ignore_missing=False).id for name in NETWORKS}
    return [
        {
            "id": name,
            "vimConnectionId": cloud,
            "resourceId": networks[name],
            "extCps": [{"cpdId": cp.id, "cpConfig": {"any": {}}} for cp in flavour.ext_cps[number::2]],
        }
        for number, name in enumerate(NETWORKS)
    ]


async def _cloud() -> dict[str, set[str]]:
    """Everything that is in the cloud, whoever made it."""
    sdk = laboratory.sdk("oslab")

    def look() -> dict[str, set[str]]:
        return {
            "servers": {server.id for server in sdk.compute.servers(all_projects=True)},
            "ports": {port.id for port in sdk.network.ports()},
            "networks": {network.id for network in sdk.network.networks()},
            "subnets": {subnet.id for subnet in sdk.network.subnets()},
            "volumes": {volume.id for volume in sdk.block_storage.volumes(all_projects=True)},
            "flavors": {flavor.id for flavor in sdk.compute.flavors(get_extra_specs=False)},
            "groups": {group.id for group in sdk.compute.server_groups(all_projects=True)},
        }

    return await asyncio.to_thread(look)
