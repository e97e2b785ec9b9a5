"""What the reader makes of configurable properties and extensions that a descriptor declares."""

from pathlib import Path

from manoflow.domain.vnfd import Vnfd
from tests.descriptors.building import Tree, edited

NFV = "tosca.datatypes.nfv"


def declaring(folder: Path, data_types: Tree, **properties: str) -> Vnfd:
    """The Link Probe with data types of its own, and properties of its VNF's type that have them."""

    def edit(tree: Tree) -> None:
        tree["data_types"] = data_types
        declared = {name: {"type": kind, "required": False} for name, kind in properties.items()}
        tree["node_types"]["manoflow.examples.LinkProbe"]["properties"] |= declared

    return edited(folder, edit).vnfd


def data_type(base: str, **properties: str) -> Tree:
    declared = {name: {"type": kind, "required": False} for name, kind in properties.items()}
    return {"derived_from": f"{NFV}.{base}", "properties": declared}


def test_a_descriptor_that_declares_nothing_of_its_own_declares_nothing(tmp_path: Path) -> None:
    vnfd = edited(tmp_path).vnfd
    assert (vnfd.configurable_properties, vnfd.extensions) == ((), ())


def test_properties_that_a_vendor_adds_are_read_beside_those_of_the_standard(tmp_path: Path) -> None:
    types = {"probe.Properties": data_type("VnfConfigurableProperties", rate_limit="integer", peer="string")}
    vnfd = declaring(tmp_path, types, configurable_properties="probe.Properties")
    assert vnfd.configurable_properties == ("isAutoscaleEnabled", "isAutohealEnabled", "rate_limit", "peer")


def test_properties_of_the_additional_type_are_read_too(tmp_path: Path) -> None:
    types = {
        "probe.Additional": data_type("VnfAdditionalConfigurableProperties", peer="string"),
        "probe.Properties": data_type(
            "VnfConfigurableProperties", additional_configurable_properties="probe.Additional"
        ),
    }
    vnfd = declaring(tmp_path, types, configurable_properties="probe.Properties")
    assert vnfd.configurable_properties == ("isAutoscaleEnabled", "isAutohealEnabled", "peer")


def test_extensions_are_read_through_the_modifiable_attributes(tmp_path: Path) -> None:
    types = {
        "probe.Extensions": data_type("VnfInfoModifiableAttributesExtensions", colour="string"),
        "probe.More": {"derived_from": "probe.Extensions", "properties": {"size": {"type": "integer"}}},
        "probe.Attributes": data_type("VnfInfoModifiableAttributes", extensions="probe.More"),
    }
    vnfd = declaring(tmp_path, types, modifiable_attributes="probe.Attributes")
    assert vnfd.extensions == ("size", "colour")
    assert vnfd.configurable_properties == ()
