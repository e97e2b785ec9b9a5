"""What the local NFVO grants: flavors by name and by content, images and networks that are there."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.vim.fake import connect
from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.cloud import Flavor
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.grants import Grant, GrantRequest
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.vim import VimConnection
from manoflow.domain.vnfd import SwImage, VirtualCompute
from manoflow.ports.vim import VimDriver
from tests.reference import NOW

SMALL = Flavor(vim_id="small", name="b-small", vcpus=1, memory_mib=512, disk_gib=1)
PINNED = SMALL.model_copy(
    update={"vim_id": "pinned", "name": "a-pinned", "extra_specs": {"hw:cpu_policy": "dedicated"}}
)
NAMED = Flavor(vim_id="named", name="sample_flavor", vcpus=8, memory_mib=8192, disk_gib=80)


class OneVim:
    """The port `Vims` with one driver."""

    def __init__(self, driver: VimDriver) -> None:
        self._driver = driver

    async def driver(self, vim_connection_id: str) -> VimDriver:
        assert vim_connection_id == "fake"
        return self._driver


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[VimDriver]:
    world = tmp_path / "world.db"
    seed(world, images=["debian-12"], flavors=[SMALL, NAMED])
    opened = await connect(VimConnection(id="fake", vim_id="fake", driver="fake", interface_info={"world": str(world)}))
    yield opened
    await opened.close()


async def granted(driver: VimDriver, **asked: Any) -> Grant:  # noqa: ANN401 - fields of a request
    request = GrantRequest(
        lcm_op_occ_id=uuid4(),
        vnf_instance_id=uuid4(),
        vnfd_id="vnfd",
        operation=LcmOperationType.INSTANTIATE,
        vim_connection_id="fake",
        **asked,
    )
    return await LocalGranting(OneVim(driver)).request(request, NOW)


def compute(**changes: object) -> dict[str, VirtualCompute]:
    asked = VirtualCompute(num_vcpus=1, memory_mib=512, local_disk_gib=1)
    return {"vdu": asked.model_copy(update=changes)}


async def test_a_flavor_that_is_named_is_used_whatever_its_content(driver: VimDriver) -> None:
    grant = await granted(driver, computes=compute(requested_flavor="sample_flavor"))
    assert grant.flavors == {"vdu": "named"}
    assert grant.warnings == ()


async def test_a_flavor_that_is_named_and_missing_is_a_warning_and_goes_by_content(driver: VimDriver) -> None:
    grant = await granted(driver, computes=compute(requested_flavor="m1.gone"))
    assert grant.flavors == {"vdu": "small"}
    assert "m1.gone" in grant.warnings[0]


async def test_a_flavor_is_the_same_content_only_with_the_same_extra_specs(
    driver: VimDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def available() -> Sequence[Flavor]:
        return [PINNED, SMALL]

    monkeypatch.setattr(driver.flavors, "available", available)
    assert (await granted(driver, computes=compute())).flavors == {"vdu": "small"}
    dedicated = compute(extra_specs=PINNED.extra_specs)
    assert (await granted(driver, computes=dedicated)).flavors == {"vdu": "pinned"}


async def test_without_a_fitting_flavor_none_is_granted_so_that_one_is_made(driver: VimDriver) -> None:
    assert (await granted(driver, computes=compute(memory_mib=700))).flavors == {}


async def test_an_image_goes_by_its_name(driver: VimDriver) -> None:
    (image,) = await driver.images.look_up("debian-12")
    grant = await granted(driver, images={"vdu": SwImage(id="vdu", name="debian-12")})
    assert grant.images == {"vdu": image.vim_id}


async def test_a_missing_image_is_refused_by_name(driver: VimDriver) -> None:
    with pytest.raises(NotFoundError, match="cannot find image nothing of vdu in VIM fake"):
        await granted(driver, images={"vdu": SwImage(id="vdu", name="nothing")})


async def test_an_ambiguous_image_is_refused_by_name(driver: VimDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    (image,) = await driver.images.look_up("debian-12")

    async def two(_name: str) -> Sequence[object]:
        return [image, image]

    monkeypatch.setattr(driver.images, "look_up", two)
    with pytest.raises(InvalidInputError, match="has 2 of that name"):
        await granted(driver, images={"vdu": SwImage(id="vdu", name="debian-12")})


async def test_a_missing_external_network_is_refused_by_name(driver: VimDriver) -> None:
    await granted(driver, external_networks=("mgmt",))
    with pytest.raises(NotFoundError, match="cannot connect to external network nowhere"):
        await granted(driver, external_networks=("mgmt", "nowhere"))
