"""What the local NFVO grants: flavors by name and by content, images and networks that are there."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from manoflow.adapters.granting.local import LocalGranting
from manoflow.domain.cloud import Flavor
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.grants import Grant, GrantRequest
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.vnfd import SwImage, VirtualCompute
from manoflow.ports.records import Records
from manoflow.ports.vim import VimDriver
from tests.adapters.granting.conftest import SMALL, OneVim
from tests.reference import NOW

PINNED = SMALL.model_copy(
    update={"vim_id": "pinned", "name": "a-pinned", "extra_specs": {"hw:cpu_policy": "dedicated"}}
)


async def granted(driver: VimDriver, records: Records, **asked: Any) -> Grant:  # noqa: ANN401 - fields of a request
    request = GrantRequest(
        lcm_op_occ_id=uuid4(),
        vnf_instance_id=uuid4(),
        vnfd_id="vnfd",
        operation=LcmOperationType.INSTANTIATE,
        vim_connection_id="fake",
        **asked,
    )
    return await LocalGranting(OneVim(driver), records).request(request, NOW)


def compute(**changes: object) -> dict[str, VirtualCompute]:
    asked = VirtualCompute(num_vcpus=1, memory_mib=512, local_disk_gib=1)
    return {"vdu": asked.model_copy(update=changes)}


async def test_a_flavor_that_is_named_is_used_whatever_its_content(driver: VimDriver, records: Records) -> None:
    grant = await granted(driver, records, computes=compute(requested_flavor="sample_flavor"))
    assert grant.flavors == {"vdu": "named"}
    assert grant.warnings == ()


async def test_a_flavor_that_is_named_and_missing_is_a_warning_and_goes_by_content(
    driver: VimDriver, records: Records
) -> None:
    grant = await granted(driver, records, computes=compute(requested_flavor="m1.gone"))
    assert grant.flavors == {"vdu": "small"}
    assert "m1.gone" in grant.warnings[0]


async def test_a_flavor_is_the_same_content_only_with_the_same_extra_specs(
    driver: VimDriver, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def available() -> Sequence[Flavor]:
        return [PINNED, SMALL]

    monkeypatch.setattr(driver.flavors, "available", available)
    assert (await granted(driver, records, computes=compute())).flavors == {"vdu": "small"}
    dedicated = compute(extra_specs=PINNED.extra_specs)
    assert (await granted(driver, records, computes=dedicated)).flavors == {"vdu": "pinned"}


async def test_without_a_fitting_flavor_none_is_granted_so_that_one_is_made(
    driver: VimDriver, records: Records
) -> None:
    assert (await granted(driver, records, computes=compute(memory_mib=700))).flavors == {}


async def test_an_image_goes_by_its_name(driver: VimDriver, records: Records) -> None:
    (image,) = await driver.images.look_up("debian-12")
    grant = await granted(driver, records, images={"vdu": SwImage(id="vdu", name="debian-12")})
    assert grant.images == {"vdu": image.vim_id}


async def test_a_missing_image_is_refused_by_name(driver: VimDriver, records: Records) -> None:
    with pytest.raises(NotFoundError, match="cannot find image nothing of vdu in VIM fake"):
        await granted(driver, records, images={"vdu": SwImage(id="vdu", name="nothing")})


async def test_an_ambiguous_image_is_refused_by_name(
    driver: VimDriver, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image,) = await driver.images.look_up("debian-12")

    async def two(_name: str) -> Sequence[object]:
        return [image, image]

    monkeypatch.setattr(driver.images, "look_up", two)
    with pytest.raises(InvalidInputError, match="has 2 of that name"):
        await granted(driver, records, images={"vdu": SwImage(id="vdu", name="debian-12")})


async def test_a_missing_external_network_is_refused_by_name(driver: VimDriver, records: Records) -> None:
    await granted(driver, records, external_networks=("mgmt",))
    with pytest.raises(NotFoundError, match="cannot connect to external network nowhere"):
        await granted(driver, records, external_networks=("mgmt", "nowhere"))


async def test_a_missing_network_of_a_managed_link_is_refused_by_name(driver: VimDriver, records: Records) -> None:
    await granted(driver, records, managed_networks=("data",))
    with pytest.raises(
        NotFoundError, match=r"cannot connect to network nowhere.*resourceId of the extManagedVirtualLink"
    ):
        await granted(driver, records, managed_networks=("nowhere",))
