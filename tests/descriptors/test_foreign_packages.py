"""Packages made by others, as they are: no manifest, images that are only named, loose YAML."""

from pathlib import Path
from uuid import uuid4

import pytest

from descriptors.package import read_package
from manoflow.domain.vnfd import Flavour, PlacementScope
from tests.packages import FOREIGN_NAMES, foreign_package

NO_MANIFEST = "the package has no manifest: nothing vouches for its files"


def flavours_of(name: str, folder: Path) -> dict[str, Flavour]:
    return {flavour.id: flavour for flavour in read_package(foreign_package(name, folder)).vnfd.flavours}


@pytest.mark.parametrize("name", FOREIGN_NAMES)
def test_a_foreign_package_is_read_under_its_own_id_with_warnings(name: str, tmp_path: Path) -> None:
    descriptor_id = str(uuid4())
    content = read_package(foreign_package(name, tmp_path, descriptor_id))
    assert content.vnfd.id == descriptor_id
    assert NO_MANIFEST in content.warnings
    assert content.images
    for image in content.images:
        assert not image.present
        assert any(image.name in warning for warning in content.warnings)


def test_the_practical_package_has_two_flavours_and_its_types_default(tmp_path: Path) -> None:
    vnfd = read_package(foreign_package("tacker-practical-vnf", tmp_path)).vnfd
    assert (vnfd.provider, vnfd.product_name, vnfd.software_version, vnfd.vnfm_info) == (
        "Sample",
        "Node",
        "10.1",
        ("Tacker",),
    )
    assert [flavour.id for flavour in vnfd.flavours] == ["ha", "scalable"]
    assert vnfd.default_flavour == "ha"


def test_the_practical_packages_scalable_flavour(tmp_path: Path) -> None:
    flavour = flavours_of("tacker-practical-vnf", tmp_path)["scalable"]
    assert [(vdu.id, vdu.initial_instances) for vdu in flavour.vdus] == [("VDU_0", 1), ("VDU_1", 1), ("VDU_2", 0)]
    assert {vdu.compute.requested_flavor for vdu in flavour.vdus} == {"sample_flavor"}
    assert {vdu.image.name for vdu in flavour.vdus if vdu.image} == {"sample_image"}
    assert {cp.id: cp.mapped_names for cp in flavour.ext_cps} == {
        "VDU0_CP1": ("VDU0_extnet",),
        "VDU1_CP1": ("VDU1_extnet",),
        "VDU2_CP1": ("VDU2_extnet",),
    }
    (link,) = flavour.virtual_links
    assert (link.id, link.cidr, link.network_type, link.dhcp_enabled) == ("int_net", "192.168.1.0/24", "vxlan", True)
    (group,) = flavour.placement_groups
    assert (group.members, group.anti_affinity, group.scope) == (
        ("VDU_0", "VDU_1", "VDU_2"),
        True,
        PlacementScope.HOST,
    )
    assert flavour.default_level is None
    assert [level.instances for level in flavour.levels] == [
        {"VDU_0": 1, "VDU_1": 1, "VDU_2": 0},
        {"VDU_0": 1, "VDU_1": 1, "VDU_2": 1},
    ]
    assert flavour.lifecycle_hooks == ()


def test_an_external_cp_on_an_internal_link_is_told_as_passed_over(tmp_path: Path) -> None:
    content = read_package(foreign_package("tacker-practical-vnf", tmp_path))
    told = [warning for warning in content.warnings if "shows an internal link outside" in warning]
    assert len(told) == 4
    assert told[0].startswith("Definitions/df_ha.yaml line ")


def test_the_largest_package_boots_from_volumes_and_has_three_internal_links(tmp_path: Path) -> None:
    flavour = flavours_of("tacker-v2-basic-lcms-max", tmp_path)["simple"]
    assert {vdu.id: (vdu.image, vdu.storages) for vdu in flavour.vdus} == {
        "VDU1": (None, ("VDU1-VirtualStorage",)),
        "VDU2": (None, ("VDU2-VirtualStorage",)),
    }
    assert [(storage.size_gib, storage.image.name) for storage in flavour.storages if storage.image] == [
        (1, "VDU1-VirtualStorage-image"),
        (1, "VDU2-VirtualStorage-image"),
    ]
    assert [link.cidr for link in flavour.virtual_links] == ["192.168.3.0/24", "192.168.4.0/24", "192.168.5.0/24"]
    assert [cp.id for cp in flavour.ext_cps] == ["VDU1_CP1", "VDU1_CP2", "VDU2_CP1-1", "VDU2_CP1-2", "VDU2_CP2"]
    assert flavour.default_level == "instantiation_level_1"
    (aspect,) = flavour.aspects
    assert (aspect.id, aspect.max_scale_level) == ("VDU1_scale", 2)
    (group,) = flavour.placement_groups
    assert (group.anti_affinity, group.scope) == (False, PlacementScope.ZONE)


def test_the_compliance_package_scales_to_fifty(tmp_path: Path) -> None:
    flavour = flavours_of("tacker-compliance-vnf", tmp_path)["default"]
    (vdu,) = flavour.vdus
    assert (vdu.compute.memory_mib, vdu.compute.local_disk_gib, vdu.max_instances) == (8192, 200, 50)
    assert flavour.ext_cps == ()
    assert {level.id: level.instances["VDU1"] for level in flavour.levels} == {
        "n-vnf-min": 1,
        "n-vnf-ten": 10,
        "n-vnf-max": 50,
    }
