"""What tosca-parser 2.12.0 does not know, and right templates use: bridged, each, by a rule of `descriptors.normalise`.

None of these may lead to a finding; what is truly wrong with the same construct still does.
"""

from pathlib import Path

import pytest

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, Edit, Tree, compute, csar, edited, nodes

PROBE = "manoflow.examples.LinkProbe"
OTHER_WARNINGS = 2
"""The missing manifest, and the image that is only named."""


def findings(folder: Path, *edits: Edit) -> tuple[str, ...]:
    return edited(folder, *edits).warnings[OTHER_WARNINGS:]


def own_properties(tree: Tree, **properties: object) -> None:
    tree["node_types"][PROBE].setdefault("properties", {}).update(properties)


def sharing(tree: Tree, kind: str, bound: object, value: object) -> None:
    """A property of the probe's own, with one bound and a value."""
    own_properties(tree, share={"type": kind, "constraints": [{"greater_than": bound}]})
    nodes(tree)["link_probe"]["properties"]["share"] = value


def test_a_refinement_need_not_say_the_type_again(tmp_path: Path) -> None:
    def refine(tree: Tree) -> None:
        own_properties(tree, product_name={"constraints": [{"valid_values": ["Link Probe"]}]})

    def contradict(tree: Tree) -> None:
        own_properties(tree, product_name={"constraints": [{"valid_values": ["Other"]}]})

    assert findings(tmp_path, refine) == ()
    (found,) = findings(tmp_path, contradict)
    assert 'The value "Link Probe" of property "product_name" is not valid' in found


@pytest.mark.parametrize(
    ("kind", "bound", "value"),
    [("scalar-unit.bitrate", "1 Mbps", "2 Gbps"), ("scalar-unit.time", "0 s", "1 s"), ("scalar-unit.size", 0, "1 GiB")],
)
def test_bounds_with_a_unit_are_no_finding(kind: str, bound: object, value: object, tmp_path: Path) -> None:
    assert findings(tmp_path, lambda tree: sharing(tree, kind, bound, value)) == ()


def test_bounds_without_a_unit_are_kept(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, lambda tree: sharing(tree, "integer", 5, 4))
    assert 'The value "4" of property "share" must be greater than "5"' in found


def test_a_default_inside_a_data_type_counts(tmp_path: Path) -> None:
    """numa_enabled is required since 2.8.1, and has a default."""
    vnfd = LINK_PROBE.replace("- etsi_nfv_sol001_vnfd", "- ../2.8.1/etsi_nfv_sol001_vnfd")
    found = read_package(csar(tmp_path, vnfd)).warnings[OTHER_WARNINGS:]
    assert not any("numa_enabled" in text for text in found)
    without_memory = vnfd.replace("virtual_mem_size: 512 MiB", "virtual_mem_oversubscription_policy: none")
    with pytest.raises(InvalidInputError, match="virtual_mem_size is missing"):
        read_package(csar(tmp_path, without_memory))


def test_triggers_as_tosca_1_3_has_them_are_no_finding(tmp_path: Path) -> None:
    def trigger(tree: Tree) -> None:
        condition = {"event": "e", "condition": [{"a": "b"}], "action": []}
        policy = {"type": "tosca.policies.Scaling", "triggers": {"when": condition}}
        tree["topology_template"]["policies"] = [{"grow": policy}]

    assert findings(tmp_path, trigger) == ()


def test_sections_without_a_value_are_no_finding(tmp_path: Path) -> None:
    def empty(tree: Tree) -> None:
        tree["node_types"][PROBE]["capabilities"] = {"monitored": None}
        tree["node_types"][PROBE]["interfaces"] = None
        nodes(tree)["probe"]["requirements"] = None
        nodes(tree)["probe"]["properties"]["nfvi_constraints"] = None
        tree["topology_template"]["policies"] = None

    assert findings(tmp_path, empty) == ()


def test_a_text_may_be_one_of_numbers_that_were_not_quoted(tmp_path: Path) -> None:
    def unquoted(tree: Tree) -> None:
        own_properties(tree, software_version={"type": "string", "constraints": [{"valid_values": [1.0, 2]}]})

    assert findings(tmp_path, unquoted) == ()


def test_an_unknown_property_is_still_found(tmp_path: Path) -> None:
    def unknown(tree: Tree) -> None:
        compute(tree)["virtual_cpu"]["colour"] = "blue"

    assert any('unknown field "colour"' in text for text in findings(tmp_path, unknown))


def test_a_type_that_nobody_defines_is_found_with_its_line(tmp_path: Path) -> None:
    def unknown(tree: Tree) -> None:
        own_properties(tree, parts={"type": "list", "entry_schema": {"type": "tosca.datatypes.nfv.Nothing"}})
        nodes(tree)["link_probe"]["properties"]["parts"] = [{"a": 1}]

    found = next(text for text in findings(tmp_path, unknown) if "is not a valid type" in text)
    assert f"(node_types.{PROBE}.properties.parts.entry_schema.type): " in found
    assert found.startswith("Definitions/vnfd.yaml line ")
