"""Requirements on hardware and interfaces, in the words that vendors and ETSI's registry have for them."""

from pathlib import Path
from typing import Any

import pytest

from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import Edit, Tree, add_link, compute, edited_flavour, nodes


def asking(path: str, value: object) -> Edit:
    *places, last = path.split(".")

    def edit(tree: Tree) -> None:
        found: Any = compute(tree)
        for place in places:
            found = found.setdefault(place, {})
        found[last] = value

    return edit


@pytest.mark.parametrize(
    ("path", "value", "specs"),
    [
        ("virtual_memory.numa_enabled", True, {"hw:numa_nodes": "1"}),
        ("virtual_memory.numa_enabled", False, {}),
        ("logical_node", {"a": {"logical_node_requirements": {}}}, {}),
        ("logical_node", {"a": {}, "b": {}, "c": {}}, {"hw:numa_nodes": "3"}),
        ("virtual_memory.vdu_mem_requirements", {"memoryPageSize": "2 MiB"}, {"hw:mem_page_size": "2048"}),
        ("virtual_memory.vdu_mem_requirements", {"memory-page-size": "large"}, {"hw:mem_page_size": "large"}),
        (
            "virtual_memory.vdu_mem_requirements",
            {"memoryPageSize": '{"schema-version": "0", "configuration-value": "1 GiB"}'},
            {"hw:mem_page_size": "1048576"},
        ),
        ("virtual_cpu.virtual_cpu_pinning", {"virtual_cpu_pinning_policy": "dynamic"}, {"hw:cpu_policy": "shared"}),
        ("virtual_cpu.vdu_cpu_requirements", {"hw:cpu_policy": "mixed"}, {"hw:cpu_policy": "mixed"}),
        ("requested_additional_capabilities", {"target_performance_parameters": {"entry_schema": "test"}}, {}),
    ],
)
def test_requirements_become_extra_specs(path: str, value: object, specs: dict[str, str], tmp_path: Path) -> None:
    assert edited_flavour(tmp_path, asking(path, value)).vdus[0].compute.extra_specs == specs


def test_what_is_stated_as_an_extra_spec_wins(tmp_path: Path) -> None:
    pinning = asking("virtual_cpu.virtual_cpu_pinning", {"virtual_cpu_pinning_policy": "static"})
    stated = asking("compute_requirements", {"hw:cpu_policy": "mixed"})
    assert edited_flavour(tmp_path, pinning, stated).vdus[0].compute.extra_specs == {"hw:cpu_policy": "mixed"}


@pytest.mark.parametrize("size", ["huge", "{not json", "{}"])
def test_a_page_size_that_is_none_is_refused(size: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="memoryPageSize is"):
        edited_flavour(tmp_path, asking("virtual_memory.vdu_mem_requirements", {"memoryPageSize": size}))


@pytest.mark.parametrize(
    ("vnic_type", "requirements", "read"),
    [
        (None, {"interfaceType": "SR-IOV"}, "direct"),
        ("normal", {"interfaceType": '{"configuration-value": "SR-IOV", "mandatory": true}'}, "direct"),
        (None, {"SRIOV": True}, "direct"),
        (None, {"sr-iov": "false"}, "normal"),
        (None, {"nicFeature": "LSO"}, "normal"),
        ("virtio", {}, "normal"),
        ("macvtap", {"interfaceType": "SR-IOV"}, "macvtap"),
    ],
)
def test_sr_iov_is_a_type_of_port(vnic_type: str | None, requirements: Tree, read: str, tmp_path: Path) -> None:
    def ask(tree: Tree) -> None:
        properties = nodes(tree)["probe_mgmt"]["properties"]
        properties["virtual_network_interface_requirements"] = [{"network_interface_requirements": requirements}]
        if vnic_type is not None:
            properties["vnic_type"] = vnic_type

    (cp,) = edited_flavour(tmp_path, ask).cps
    assert cp.vnic_type == read


@pytest.mark.parametrize(
    ("layer_3", "told"),
    [
        (
            {"ip_allocation_pools": [{"start_ip_address": "10.1.0.5", "end_ip_address": "10.0.0.9"}]},
            "start_ip_address is 10.1.0.5, which is not in 10.0.0.0/24",
        ),
        ({"ipv6_address_mode": "magic"}, "ipv6_address_mode is magic; write one of slaac"),
    ],
)
def test_a_subnet_that_cannot_be_is_refused(layer_3: Tree, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        edited_flavour(tmp_path, lambda tree: add_link(tree, cidr="10.0.0.0/24", **layer_3))
    assert told in refused.value.message


def test_a_rate_may_be_higher_than_a_billion_and_must_be_a_number(tmp_path: Path) -> None:
    def rate(bits: object) -> Edit:
        def edit(tree: Tree) -> None:
            nodes(tree)["probe_mgmt"]["properties"]["bitrate_requirement"] = bits

        return edit

    assert edited_flavour(tmp_path, rate(40_000_000_000)).cps[0].bitrate == 40_000_000_000
    with pytest.raises(InvalidInputError, match="is 'fast', not a rate; write bits per second"):
        edited_flavour(tmp_path, rate("fast"))
