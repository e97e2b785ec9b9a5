"""What the reader makes of the VNF node, its types and its interfaces."""

from pathlib import Path

import pytest
import yaml

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, Tree, add_policies, csar, edited, edited_flavour, nodes


def test_a_property_comes_from_the_nearest_type_that_has_a_default(tmp_path: Path) -> None:
    def derive(tree: Tree) -> None:
        types = tree["node_types"]
        types["vendor.Base"] = {
            "derived_from": "tosca.nodes.nfv.VNF",
            "properties": {"provider": {"type": "string", "default": "Base"}, "software_version": {"default": "7"}},
        }
        probe = types["manoflow.examples.LinkProbe"]
        probe["derived_from"] = "vendor.Base"
        probe["properties"]["provider"] = {"type": "string", "default": "Nearest"}
        for name in ("provider", "software_version"):
            del nodes(tree)["link_probe"]["properties"][name]

    vnfd = edited(tmp_path, derive).vnfd
    assert (vnfd.provider, vnfd.software_version) == ("Nearest", "7")


def test_only_operations_with_an_implementation_are_hooks(tmp_path: Path) -> None:
    def interfaces(tree: Tree) -> None:
        node: Tree = {
            "instantiate": [],
            "scale": None,
            "heal": {"implementation": "heal.sh"},
            "type": "x",
            "inputs": {"a": 1},
        }
        nodes(tree)["link_probe"]["interfaces"] = {"Vnflcm": node}
        of_type = {"type": "tosca.interfaces.nfv.Vnflcm", "terminate": "terminate.sh", "operate": {"inputs": {}}}
        tree["node_types"]["manoflow.examples.LinkProbe"]["interfaces"] = {"Vnflcm": of_type}

    assert edited_flavour(tmp_path, interfaces).lifecycle_hooks == ("heal", "terminate")


def test_operations_may_be_listed_as_tosca_1_3_does(tmp_path: Path) -> None:
    def interfaces(tree: Tree) -> None:
        operations = {"instantiate_start": {"implementation": "start.sh"}, "scale": {}}
        nodes(tree)["link_probe"]["interfaces"] = {"Vnflcm": {"operations": operations}}

    assert edited_flavour(tmp_path, interfaces).lifecycle_hooks == ("instantiate_start",)


def test_a_flavour_without_a_stated_id_has_that_of_its_vnf(tmp_path: Path) -> None:
    def unstated(tree: Tree) -> None:
        del tree["topology_template"]["substitution_mappings"]["properties"]

    assert edited_flavour(tmp_path, unstated).id == "default"


def test_a_flavour_id_that_nobody_states_is_asked_for(tmp_path: Path) -> None:
    def unstated(tree: Tree) -> None:
        del tree["topology_template"]["substitution_mappings"]["properties"]
        del tree["node_types"]["manoflow.examples.LinkProbe"]["properties"]["flavour_id"]

    with pytest.raises(InvalidInputError, match=r"substitution_mappings has no properties.flavour_id; state which"):
        edited(tmp_path, unstated)


def test_the_default_flavour_is_the_vnfs_own_or_the_only_one(tmp_path: Path) -> None:
    def only(tree: Tree) -> None:
        tree["topology_template"]["substitution_mappings"]["properties"]["flavour_id"] = "only"

    assert edited(tmp_path).vnfd.default_flavour == "default"
    assert edited(tmp_path, only).vnfd.default_flavour == "only"
    second = yaml.safe_load(LINK_PROBE)
    only(second)
    more = {"Definitions/second.yaml": yaml.safe_dump(second)}
    other = yaml.safe_load(LINK_PROBE)
    other["topology_template"]["substitution_mappings"]["properties"]["flavour_id"] = "other"
    vnfd = read_package(csar(tmp_path, yaml.safe_dump(other), more)).vnfd
    assert ([flavour.id for flavour in vnfd.flavours], vnfd.default_flavour) == (["other", "only"], None)


def test_a_flavour_that_would_make_nothing_or_nothing_that_starts_is_told(tmp_path: Path) -> None:
    def no_vdu(tree: Tree) -> None:
        del nodes(tree)["probe"], nodes(tree)["probe_mgmt"]

    def no_image(tree: Tree) -> None:
        del nodes(tree)["probe"]["properties"]["sw_image_data"]

    told = "Definitions/vnfd.yaml: flavour default has no VDU; instantiating it makes nothing"
    assert told in edited(tmp_path, no_vdu).warnings
    told = "Definitions/vnfd.yaml: VDU probe has neither an image nor a storage with one to start from"
    assert told in edited(tmp_path, no_image).warnings


def test_nodes_and_policies_that_are_not_read_are_told(tmp_path: Path) -> None:
    def more(tree: Tree) -> None:
        tree["node_types"]["vendor.Probe"] = {"derived_from": "tosca.nodes.Root"}
        nodes(tree)["meter"] = {"type": "vendor.Probe"}
        add_policies(tree, guard={"type": "SecurityGroupRule", "targets": ["probe_mgmt"]})

    warnings = edited(tmp_path, more).warnings
    assert any("meter is passed over: nodes of type vendor.Probe are not read" in text for text in warnings)
    assert any("guard is passed over: security group rules are not applied" in text for text in warnings)
