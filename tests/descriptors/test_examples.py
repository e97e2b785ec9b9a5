"""The three packages of the project: read without a finding but the image that they only name."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from descriptors.package import read_package
from descriptors.packing import pack, seal
from manoflow.domain.vnf import InstantiateVnfRequest
from manoflow.domain.vnfd import Flavour, PlacementScope
from tests.packages import EXAMPLE_NAMES, EXAMPLES, example_package

NAMED_IMAGE = "software image manoflow-demo-image is not in the package: it is looked up in the VIM by this name"


def flavour_of(name: str, folder: Path) -> Flavour:
    (flavour,) = read_package(example_package(name, folder)).vnfd.flavours
    return flavour


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_is_read_with_no_warning_but_the_named_image(name: str, tmp_path: Path) -> None:
    content = read_package(example_package(name, tmp_path))
    assert content.warnings == (NAMED_IMAGE,)
    assert {image.name for image in content.images} == {"manoflow-demo-image"}
    assert not any(image.present for image in content.images)
    assert content.vnfd.default_flavour == content.vnfd.flavours[0].id


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_is_sealed(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    copytree(EXAMPLES / name, copy)
    manifest = seal(copy)
    assert manifest.read_text() == (EXAMPLES / name / manifest.name).read_text(), (
        f"examples/{name} has changed: bring its manifest up to date with descriptors.packing.seal"
    )


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_examples_request_connects_every_external_cp_of_its_flavour(name: str, tmp_path: Path) -> None:
    body = json.loads((EXAMPLES / name / "instantiate.json").read_text())
    request = InstantiateVnfRequest.model_validate(body)
    flavour = flavour_of(name, tmp_path)
    assert request.flavour_id == flavour.id
    assert request.instantiation_level_id in {None, *(level.id for level in flavour.levels)}
    connected = {cp.cpd_id: link.resource_id for link in request.ext_virtual_links for cp in link.ext_cps}
    assert connected == {cp.id: cp.mapped_names[0] for cp in flavour.ext_cps}


def test_the_single_vdu_has_one_port_outside(tmp_path: Path) -> None:
    flavour = flavour_of("single-vdu", tmp_path)
    (vdu,) = flavour.vdus
    assert (vdu.compute.num_vcpus, vdu.compute.memory_mib, vdu.compute.local_disk_gib) == (1, 512, 2)
    assert vdu.boot_data == "#cloud-config\nhostname: probe\n"
    assert [cp.id for cp in flavour.ext_cps] == ["probe_mgmt"]
    assert flavour.virtual_links == ()


def test_the_packet_gateway_has_two_links_two_volumes_and_scales(tmp_path: Path) -> None:
    flavour = flavour_of("three-vdus", tmp_path)
    vdus = {vdu.id: vdu for vdu in flavour.vdus}
    assert list(vdus) == ["control", "user_plane", "database"]
    assert vdus["database"].storages == ("database_system", "database_sessions")
    assert vdus["database"].image is None
    assert [(storage.id, storage.size_gib, storage.image is not None) for storage in flavour.storages] == [
        ("database_system", 4, True),
        ("database_sessions", 8, False),
    ]
    assert {link.id: link.cidr for link in flavour.virtual_links} == {
        "signalling": "10.31.1.0/24",
        "sessions": "10.31.2.0/24",
    }
    (aspect,) = flavour.aspects
    assert (aspect.id, aspect.max_scale_level, [step.instances for step in aspect.steps]) == (
        "throughput",
        3,
        [{"user_plane": 1}],
    )
    assert {level.id: level.instances["user_plane"] for level in flavour.levels} == {
        "small": 1,
        "medium": 2,
        "large": 4,
    }
    assert flavour.default_level == "small"


def test_the_voice_core_is_five_pairs_apart(tmp_path: Path) -> None:
    flavour = flavour_of("ten-vnfcs", tmp_path)
    assert sum(vdu.initial_instances for vdu in flavour.vdus) == 10
    assert [(group.members, group.anti_affinity, group.scope) for group in flavour.placement_groups] == [
        ((vdu.id,), True, PlacementScope.HOST) for vdu in flavour.vdus
    ]


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = pack(EXAMPLES / "three-vdus", tmp_path / "first.csar")
    second = pack(EXAMPLES / "three-vdus", tmp_path / "second.csar")
    assert first.read_bytes() == second.read_bytes()
