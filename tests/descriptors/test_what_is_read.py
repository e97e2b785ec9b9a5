"""The page of what is read of SOL001 lists what the reader asks for, and everything has its place in the model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from descriptors.fields import Field
from descriptors.package import read_package
from descriptors.sol001.read_properties import READ
from descriptors.sol001.topology import Node
from manoflow.domain.packages import PackageContent
from manoflow.domain.vnfd import Flavour
from tests.architecture.test_readme import ROOT, script
from tests.descriptors.building import csar

SOL001 = script("sol001")
EVERYTHING = (Path(__file__).parent / "everything.yaml").read_text()
BOOT = "motto={{ motto }} site=${site} home=${HOME}\n"
FILES: dict[str, str | bytes] = {
    "Files/boot.sh": BOOT,
    "Files/web.tgz": b"a chart",
    "Scripts/prepare.sh": "prepare",
    "Scripts/leave.sh": "leave",
}
OF_TYPES = {"configurable_properties", "modifiable_attributes.extensions"}
"""Read from the types of the properties, not from their values."""
WRITTEN_BY_OTHERS = {
    "requested_additional_capabilities.requested_additional_capability_name",
    "requested_additional_capabilities.target_performance_parameters",
    "sw_image_data",
}
"""Forms that are not SOL001's: Tacker leaves out the key of the map, and a container has its image as an artifact."""

Asked = dict[str, set[str]]
"""Paths by type."""


@pytest.fixture
def content(tmp_path: Path) -> PackageContent:
    return read_package(csar(tmp_path, EVERYTHING, FILES))


@pytest.fixture
def flavour(content: PackageContent) -> Flavour:
    (flavour,) = content.vnfd.flavours
    return flavour


class Listening:
    """Notes every path that the reader asks for below the topology, and which keys were those of a map."""

    def __init__(self) -> None:
        self.paths: set[tuple[Any, ...]] = set()
        self.keys: set[tuple[Any, ...]] = set()
        self.requirements: set[tuple[str, str]] = set()
        self.tree: Any = None

    def hear(self, field: Field, *, key: bool) -> None:
        if field.path[:1] == ("topology_template",) and field.document.name == "Definitions/vnfd.yaml":
            self.tree = field.document.tree
            (self.keys if key else self.paths).add(field.path)

    def asked(self) -> Asked:
        """What was asked for, without the ways that lead further."""
        found: Asked = {}
        for path in self.paths | self.keys:
            for name, below in self._typed(path):
                if below:
                    found.setdefault(name, set()).add(below)
        for name, requirement in self.requirements:
            found.setdefault(name, set()).add(f"requirement {requirement}")
        return {name: {one for one in paths if not _leads_further(one, paths, name)} for name, paths in found.items()}

    def _typed(self, path: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
        """The type that a path is in, and the rest of the path as the page writes it."""
        section, rest = path[1:2], path[2:]
        node_types = {name: node["type"] for name, node in self.tree["topology_template"]["node_templates"].items()}
        if section == ("node_templates",) and len(rest) > 2:
            kind = "tosca.nodes.nfv.VNF" if rest[0] == "everything" else node_types[rest[0]]
            if rest[1] == "properties":
                yield _of_images(kind, self._written(path, 4))
            elif rest[1:4] == ("capabilities", "virtual_compute", "properties"):
                yield "tosca.capabilities.nfv.VirtualCompute", self._written(path, 6)
            elif rest[1] == "artifacts" and rest[0] != "everything":
                artifact = self.tree["topology_template"]["node_templates"][rest[0]]["artifacts"][rest[2]]
                yield artifact["type"], "file" if rest[3:] == ("file",) else self._written(path, 6)
        elif section == ("policies",) and len(rest) > 3 and rest[2] == "properties":
            yield self.tree["topology_template"]["policies"][rest[0]][rest[1]]["type"], self._written(path, 5)
        elif section == ("groups",) and rest[1:2] == ("members",) and rest[0] == "all_apart":
            yield "tosca.groups.nfv.PlacementGroup", "members"

    def _written(self, path: tuple[Any, ...], begin: int) -> str:
        parts = [
            "*" if path[: end + 1] in self.keys else str(path[end])
            for end in range(begin, len(path))
            if not isinstance(path[end], int)
        ]
        return ".".join(parts)


def _of_images(kind: str, below: str) -> tuple[str, str]:
    if below.startswith("sw_image_data."):
        return "tosca.artifacts.nfv.SwImage", below.removeprefix("sw_image_data.")
    return kind, below


def _leads_further(path: str, paths: set[str], name: str) -> bool:
    return path not in READ.get(name, {}) and any(other.startswith(f"{path}.") for other in paths)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Listening:
    heard = Listening()
    at: Callable[[Field, str], Field] = Field._at
    items, requirements = Field.items, Node.requirements

    def listened_at(field: Field, key: str) -> Field:
        heard.hear(Field(field.document, (*field.path, key), None), key=False)
        return at(field, key)

    def listened_items(field: Field) -> Iterator[tuple[str, Field]]:
        for key, value in items(field):
            heard.hear(Field(field.document, (*field.path, key), None), key=True)
            yield key, value

    def listened_requirements(node: Node, name: str) -> Iterator[Field]:
        heard.requirements.add((node.type, name))
        return requirements(node, name)

    monkeypatch.setattr(Field, "_at", listened_at)
    monkeypatch.setattr(Field, "items", listened_items)
    monkeypatch.setattr(Node, "requirements", listened_requirements)
    return heard


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "reference" / "sol001.md").read_text() == SOL001.page(), "write it anew: make readme"


def test_the_page_lists_what_is_read_and_nothing_else(listening: Listening, tmp_path: Path) -> None:
    read_package(csar(tmp_path, EVERYTHING, FILES))
    asked = listening.asked()
    for name, listed in READ.items():
        if not name.startswith("tosca.interfaces"):
            assert asked.get(name, set()) - (WRITTEN_BY_OTHERS - listed.keys()) == listed.keys() - OF_TYPES, name
    assert asked.keys() <= READ.keys()


def test_all_that_is_listed_is_in_some_version_of_sol001() -> None:
    for name, listed in READ.items():
        for path in listed:
            assert SOL001.versions_of(name, path), f"{name}: {path}"


def test_what_is_not_made_is_told(content: PackageContent) -> None:
    told = [
        "app_outside asks for a floating address, which is not made",
        "app_core asks for a trunk; its port is made without subports",
        "virtual_storage is app_files, which is not made: only block storages are",
        "plain is passed over: of requirements only those with a colon in their name",
        "vim_specific_properties is passed over",
        "virtual_cpu_pinning_rule is passed over",
        "hugepage_size is passed over: the memory of a VDU has pages of one size, the first",
        "vlan_transparent is passed over",
        "segmentation_id is passed over: the VIM numbers its networks itself",
        "app_data is to be shared by VNFCs",
        "core_shown shows an internal link outside",
        "app_shared is an address that VNFCs share",
        "app_vlan is a subport of a trunk, which is not made",
        "guard is passed over: security group rules are not applied",
        "web_chart is not deployed",
    ]
    assert [text for text in told if not any(text in warning for warning in content.warnings)] == []
    assert not any("image nginx" in warning for warning in content.warnings), "no VIM is asked for it"


def test_hardware_requirements_are_extra_specs(flavour: Flavour) -> None:
    (vdu,) = flavour.vdus
    assert vdu.compute.requested_flavor == "fast"
    assert vdu.compute.extra_specs == {
        "hw:cpu_policy": "dedicated",
        "hw:cpu_threads": "2",
        "hw:locked_memory": "true",
        "hw:mem_page_size": "2048",
        "hw:numa_cpus.0": "0,1",
        "hw:numa_cpus.1": "2,3",
        "hw:numa_nodes": "2",
        "hw:watchdog_action": "reset",
        "trait:HW_CPU_X86_AVX2": "required",
    }


def test_boot_data_is_text_with_values_and_pairs(flavour: Flavour) -> None:
    (vdu,) = flavour.vdus
    assert vdu.boot_data == BOOT
    assert vdu.boot_settings.destination == "/etc/app/boot.conf"
    assert vdu.boot_settings.values == {"site": "{{ city }}-1", "motto": "from {{ region }}", "region": "north"}
    assert vdu.boot_settings.pairs == {"role": "app", "peer": "{{ peer }}"}


def test_connectivity_is_read_whole(flavour: Flavour) -> None:
    outside, core = flavour.cps
    assert (outside.vnic_type, outside.floating, core.vnic_type, core.trunk) == ("direct", True, "macvtap", True)
    assert (core.fixed_addresses, core.addresses_each) == (("10.20.0.11", "10.20.0.12"), 1)
    inside, side = flavour.virtual_links
    (pool,) = inside.address_pools
    assert (inside.mtu, pool.start, pool.end, inside.max_bitrate) == (1400, "10.20.0.100", "10.20.0.200", 10**10)
    assert (side.ip_version, side.ipv6_mode) == (6, "slaac")
    assert [(link.id, link.virtual_link, link.mapped_names) for link in flavour.exposed_links] == [
        ("core_shown", "core", ("shown",))
    ]
    (shared,) = flavour.virtual_ip_cps
    assert (shared.targets, shared.fixed_addresses) == (("app_core",), ("10.20.0.5",))
    assert [(cp.trunk, cp.segmentation_id) for cp in flavour.sub_cps] == [("app_core", 7)]


def test_containers_are_content_of_the_model(flavour: Flavour) -> None:
    (unit,) = flavour.deployable_units
    assert (unit.containers, unit.storages) == (("nginx",), ("app_files",))
    assert (unit.initial_instances, unit.managed_object_type) == (2, "Deployment")
    (container,) = flavour.containers
    assert (container.requested_cpu, container.memory_limit_mib) == (500, 512)
    assert container.extended_resources == {"vendor.example/gpu": 2}
    assert [image.id for image in flavour.container_images] == ["nginx"]
    assert [(chart.units, chart.artifact) for chart in flavour.mciops] == [(("web",), "Files/web.tgz")]
    assert [cp.unit for cp in flavour.container_cps] == ["web"]
    assert [(cp.targets, cp.ports[0].port) for cp in flavour.virtual_cps] == [(("web",), 80)]
    groups = {group.id: (group.members, group.other_members) for group in flavour.placement_groups}
    assert groups == {"all_apart": (("app",), ("web",)), "web": ((), ("web",))}


def test_scripts_have_their_files_and_inputs_and_indicators_their_names(flavour: Flavour) -> None:
    scripts = {script.operation: script for script in flavour.lifecycle_scripts}
    assert flavour.lifecycle_hooks == ("instantiate_end", "terminate_start")
    assert (scripts["instantiate_end"].implementation, scripts["instantiate_end"].artifact) == (
        "prepare",
        "Scripts/prepare.sh",
    )
    assert scripts["instantiate_end"].inputs == {"region": "north", "tries": 3}
    assert scripts["terminate_start"].artifact == "Scripts/leave.sh"
    assert flavour.indicators == ("sessions", "load")
