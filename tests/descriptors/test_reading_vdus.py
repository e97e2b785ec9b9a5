"""What the reader makes of VDUs, their storages and images, in the forms that SOL001 versions have."""

from pathlib import Path

import pytest

from tests.descriptors.building import Tree, add_node, compute, edited, edited_flavour, nodes


@pytest.mark.parametrize(
    "requested",
    [
        {"properties": {"requested_additional_capability_name": "m1.tiny", "support_mandatory": True}},
        {"fast": {"requested_additional_capability_name": "m1.tiny", "target_performance_parameters": {"a": "b"}}},
        {"requested_additional_capability_name": "m1.tiny", "support_mandatory": True},
    ],
)
def test_a_requested_capability_is_a_flavors_name_however_it_is_nested(requested: Tree, tmp_path: Path) -> None:
    def request(tree: Tree) -> None:
        compute(tree)["requested_additional_capabilities"] = requested

    assert edited_flavour(tmp_path, request).vdus[0].compute.requested_flavor == "m1.tiny"


def test_of_several_requested_capabilities_the_others_are_told(tmp_path: Path) -> None:
    def request(tree: Tree) -> None:
        key = "requested_additional_capability_name"
        compute(tree)["requested_additional_capabilities"] = {"a": {key: "first"}, "b": {key: "second"}}

    content = edited(tmp_path, request)
    assert content.vnfd.flavours[0].vdus[0].compute.requested_flavor == "first"
    assert any("is second, which is passed over: a VDU has one flavor, first" in text for text in content.warnings)


def test_pinning_and_namespaced_requirements_are_extra_specs(tmp_path: Path) -> None:
    def require(tree: Tree) -> None:
        cpu = {"num_virtual_cpu": 4, "virtual_cpu_pinning": {"virtual_cpu_pinning_policy": "static"}}
        compute(tree)["virtual_cpu"] = {**cpu, "vdu_cpu_requirements": {"hw:cpu_threads": 2, "plain": "x"}}
        compute(tree)["virtual_memory"]["vdu_mem_requirements"] = {"hw:mem_page_size": "large"}

    assert edited_flavour(tmp_path, require).vdus[0].compute.extra_specs == {
        "hw:cpu_policy": "dedicated",
        "hw:cpu_threads": "2",
        "hw:mem_page_size": "large",
    }


def test_local_disks_add_up(tmp_path: Path) -> None:
    def two_disks(tree: Tree) -> None:
        compute(tree)["virtual_local_storage"] = [{"size_of_storage": "1.5 GiB"}, {"size_of_storage": "3 GiB"}]

    assert edited_flavour(tmp_path, two_disks).vdus[0].compute.local_disk_gib == 5


def test_the_boot_order_puts_a_storage_first_and_requirements_may_be_long(tmp_path: Path) -> None:
    def storages(tree: Tree) -> None:
        for name in ("data", "system"):
            properties = {"virtual_block_storage_data": {"size_of_storage": "1 GB"}}
            add_node(tree, name, "Vdu.VirtualBlockStorage", properties=properties)
        nodes(tree)["probe"]["requirements"] = [
            {"virtual_storage": {"node": "data", "relationship": "tosca.relationships.nfv.AttachesTo"}},
            {"virtual_storage": "system"},
        ]
        nodes(tree)["probe"]["properties"]["boot_order"] = ["system"]

    assert edited_flavour(tmp_path, storages).vdus[0].storages == ("system", "data")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#!/bin/sh\n", "#!/bin/sh\n"),
        ({"content_or_file_data": {"content": "#cloud-config\n"}}, "#cloud-config\n"),
        ({"content_or_file_data": {"destination_path": "/a"}}, None),
    ],
)
def test_boot_data_is_text_or_content(written: object, read: str | None, tmp_path: Path) -> None:
    def boot(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"]["boot_data"] = written

    content = edited(tmp_path, boot)
    assert content.vnfd.flavours[0].vdus[0].boot_data == read
    assert any("it has neither content nor source_path nor kvp_data" in text for text in content.warnings) is (
        read is None
    )


def test_an_image_may_be_described_by_its_artifact(tmp_path: Path) -> None:
    def artifact(tree: Tree) -> None:
        probe = nodes(tree)["probe"]
        described = {**probe["properties"].pop("sw_image_data"), "name": "of the artifact"}
        image = {"type": "tosca.artifacts.nfv.SwImage", "file": "Files/disk.img", "properties": described}
        probe["artifacts"] = {"sw_image": image}

    content = edited(tmp_path, artifact, more={"Files/disk.img": "from the root"})
    image = content.vnfd.flavours[0].vdus[0].image
    assert image is not None
    assert (image.name, image.artifact, image.min_disk_gib, image.min_ram_mib) == (
        "of the artifact",
        "Files/disk.img",
        1,
        256,
    )


@pytest.mark.parametrize(("digits", "algorithm"), [(64, "sha-256"), (128, "sha-512"), (40, None)])
def test_a_hash_alone_tells_its_algorithm_by_its_length(digits: int, algorithm: str | None, tmp_path: Path) -> None:
    def hash_alone(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"]["sw_image_data"]["checksum"] = "a" * digits

    image = edited_flavour(tmp_path, hash_alone).vdus[0].image
    assert image is not None
    assert (image.checksum_algorithm, image.checksum) == (algorithm, "a" * digits)


def test_an_image_that_only_has_a_file_is_called_after_it(tmp_path: Path) -> None:
    def artifact(tree: Tree) -> None:
        probe = nodes(tree)["probe"]
        del probe["properties"]["sw_image_data"]
        probe["artifacts"] = {"disk": {"type": "tosca.artifacts.nfv.SwImage", "file": "../Files/cirros-0.5.2.img"}}

    image = edited_flavour(tmp_path, artifact).vdus[0].image
    assert image is not None
    assert (image.name, image.artifact) == ("cirros-0.5.2", None)
