"""Descriptors that cannot be understood are refused with the file, the line, the path, and what to do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, Tree, add_policies, csar, edited, nodes

Edit = Callable[[Tree], None]

PLACE = re.compile(r"^cannot read the package: Definitions/vnfd.yaml( line \d+ \([\w./-]+\))?: .+; .+", re.DOTALL)


def compute(tree: Tree) -> Tree:
    found: Tree = nodes(tree)["probe"]["capabilities"]["virtual_compute"]["properties"]
    return found


def properties(tree: Tree, node: str) -> Tree:
    found: Tree = nodes(tree)[node]["properties"]
    return found


def without(get: Callable[[Tree], Tree], key: str) -> Edit:
    def drop(tree: Tree) -> None:
        del get(tree)[key]

    return drop


def having(get: Callable[[Tree], Tree], **values: object) -> Edit:
    return lambda tree: get(tree).update(values)


def with_policy(kind: str, targets: list[str], **values: object) -> Edit:
    policy = {"type": kind, "properties": values, "targets": targets}
    return lambda tree: add_policies(tree, policy=policy)


def of(node: str) -> Callable[[Tree], Tree]:
    return lambda tree: properties(tree, node)


def node(name: str) -> Callable[[Tree], Tree]:
    def found(tree: Tree) -> Tree:
        template: Tree = nodes(tree)[name]
        return template

    return found


def topology(tree: Tree) -> Tree:
    found: Tree = tree["topology_template"]
    return found


def mappings(tree: Tree) -> Tree:
    found: Tree = topology(tree)["substitution_mappings"]
    return found


def level(**info: object) -> Tree:
    return {"a": {"description": "", **info}}


ASPECT = {"name": "size", "description": "", "max_scale_level": 2, "step_deltas": ["one"]}


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (without(of("link_probe"), "provider"), "provider is missing; give it a value"),
        (having(of("link_probe"), software_version=[1]), "software_version is a list, not text"),
        (having(of("link_probe"), descriptor_id=""), "descriptor_id is missing"),
        (
            having(of("link_probe"), descriptor_id="a/b"),
            "descriptor_id is 'a/b', not an id; use at most 128 characters",
        ),
        (having(mappings, properties={"flavour_id": "x" * 129}), "not an id; use at most 128 characters"),
        (having(nodes, **{"probe/2": {"type": "tosca.nodes.nfv.VduCp"}}), "probe/2 is not an id; use at most 128"),
        (having(topology, node_templates=["probe"]), "node_templates is a list, not a map; write it as a map of names"),
        (without(nodes, "link_probe"), "has no node derived from tosca.nodes.nfv.VNF"),
        (without(topology, "substitution_mappings"), "link_probe has no deployment flavour: no template beside it"),
        (having(mappings, properties=[]), "properties has no flavour_id, because it is a list and not a map"),
        (
            having(node("probe"), type="vendor.Vdu"),
            "type of probe is vendor.Vdu, but no file defines vendor.Vdu; import",
        ),
        (without(node("probe"), "type"), "type is missing"),
        (without(node("probe"), "capabilities"), "probe has no capability virtual_compute; give it virtual_cpu"),
        (having(compute, virtual_cpu={"num_virtual_cpu": "two"}), "num_virtual_cpu is 'two', not a whole number"),
        (having(compute, virtual_cpu=None), "num_virtual_cpu is missing"),
        (having(compute, virtual_memory={"virtual_mem_size": "512"}), "virtual_mem_size is '512', not a size; write"),
        (having(compute, virtual_memory={}), "virtual_mem_size is missing"),
        (having(compute, virtual_local_storage={"a": 1}), "virtual_local_storage is a map, not a list"),
        (having(of("probe"), vdu_profile={"min_number_of_instances": 1}), "max_number_of_instances is missing"),
        (
            having(node("probe"), requirements=[{"virtual_storage": "gone"}]),
            "is gone, which is not a VirtualBlockStorage",
        ),
        (
            having(node("probe_mgmt"), requirements=[]),
            "probe_mgmt has no requirement virtual_binding; bind it to a VDU",
        ),
        (
            having(node("probe_mgmt"), requirements=[{"virtual_binding": "link_probe"}]),
            "virtual_binding is link_probe, which is not a Vdu.Compute of this template; correct the name",
        ),
        (
            having(node("probe_mgmt"), requirements=[{"virtual_binding": "probe"}, {"virtual_binding": "probe"}]),
            "virtual_binding is given twice for one node",
        ),
        (
            having(node("probe_mgmt"), requirements=[{"virtual_binding": "probe"}, {"virtual_link": "gone"}]),
            "virtual_link is gone, which is not a VnfVirtualLink of this template",
        ),
        (
            with_policy("VduInitialDelta", ["gone"], initial_delta={"number_of_instances": 1}),
            "which is not a VDU of this",
        ),
        (with_policy("VduInitialDelta", ["probe"], initial_delta={}), "number_of_instances is missing"),
        (
            with_policy("VduScalingAspectDeltas", ["probe"], aspect="gone", deltas={}),
            "aspect is gone, which no ScalingAspects policy defines; define the aspect",
        ),
        (
            with_policy("ScalingAspects", [], aspects={"size": ASPECT}),
            "step_deltas[0] is one, which no VduScalingAspectDeltas policy of size defines; define the delta",
        ),
        (
            with_policy("InstantiationLevels", [], levels=level(scale_info={"gone": {"scale_level": 0}})),
            "gone is not a scaling aspect of this template; name one of none",
        ),
        (
            with_policy("InstantiationLevels", [], levels=level(), default_level="b"),
            "default_level is b, which is not a level here; name one of a",
        ),
        (
            with_policy("AffinityRule", ["probe"], scope="galaxy"),
            "scope is galaxy; write one of nfvi_node, zone, zone_group, nfvi_pop, network_link_and_node",
        ),
        (
            having(
                lambda tree: tree["node_types"],
                **{"vendor.A": {"derived_from": "vendor.B"}, "vendor.B": {"derived_from": "vendor.A"}},
            ),
            "derived_from has more than 50 ancestors or derives from itself; mend the chain",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_at_its_place(edit: Edit, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(problem)) as caught:
        edited(tmp_path, edit)
    assert PLACE.match(caught.value.message)


@pytest.mark.parametrize(
    ("subnet", "problem"),
    [
        ("cidr: 10.0.0.0/33", "cidr is '10.0.0.0/33', not a network; write one such as 192.168.1.0/24"),
        ("{cidr: 10.0.0.0/24, gateway_ip: gate}", "gateway_ip is 'gate', not an address"),
        ("{cidr: 10.0.0.0/24, dhcp_enabled: perhaps}", "dhcp_enabled is 'perhaps', neither true nor false"),
    ],
)
def test_a_broken_subnet_is_refused(subnet: str, problem: str, tmp_path: Path) -> None:
    link = (
        "    core:\n      type: tosca.nodes.nfv.VnfVirtualLink\n      properties:\n        vl_profile:\n"
        f"          virtual_link_protocol_data:\n            - l3_protocol_data:\n                {subnet}\n"
    )
    with pytest.raises(InvalidInputError, match=re.escape(problem)) as caught:
        read_package(csar(tmp_path, LINK_PROBE + link))
    # The line of the link's last line: the Link Probe's own come before.
    assert f"line {LINK_PROBE.count(chr(10)) + 7} " in caught.value.message


def test_a_scale_level_above_the_aspects_is_refused(tmp_path: Path) -> None:
    def scale(tree: Tree) -> None:
        deltas = {"one": {"number_of_instances": 1}}
        levels = level(scale_info={"size": {"scale_level": 3}})
        add_policies(
            tree,
            aspects={"type": "ScalingAspects", "properties": {"aspects": {"size": ASPECT}}},
            deltas={
                "type": "VduScalingAspectDeltas",
                "properties": {"aspect": "size", "deltas": deltas},
                "targets": ["probe"],
            },
            levels={"type": "InstantiationLevels", "properties": {"levels": levels}},
        )

    with pytest.raises(InvalidInputError, match="scale_level is 3, above the aspect's max_scale_level 2; lower it"):
        edited(tmp_path, scale)


def test_a_missing_import_names_the_import_and_its_line(tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("imports:\n", "imports:\n  - vendor_types.yaml\n")
    with pytest.raises(
        InvalidInputError, match=r"vnfd.yaml line 6 \(imports.0\): imports\[0\] is vendor_types.yaml, whi"
    ):
        read_package(csar(tmp_path, vnfd))


def test_an_error_in_an_imported_file_names_that_file(tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("imports:\n", "imports:\n  - types/vendor.yaml\n")
    with pytest.raises(InvalidInputError, match=r"Definitions/types/vendor.yaml line 2: it is not valid YAML"):
        read_package(csar(tmp_path, vnfd, {"Definitions/types/vendor.yaml": "a: 1\n b: 2\n"}))


def test_two_templates_of_one_flavour_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="link_probe has two templates of the flavour default"):
        read_package(csar(tmp_path, LINK_PROBE, {"Definitions/again.yaml": LINK_PROBE}))


def test_an_error_stays_short_however_long_the_value(tmp_path: Path) -> None:
    def long(tree: Tree) -> None:
        nodes(tree)["probe_mgmt"]["requirements"] = [{"virtual_binding": "x" * 100_000}]

    with pytest.raises(InvalidInputError) as caught:
        edited(tmp_path, long)
    assert len(caught.value.message) <= 1000
