"""The bundled types: the notation, and that they say what ETSI's files say."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from descriptors.types.bundle import VERSIONS, bundled_types, is_etsi_file
from descriptors.types.notation import expand_property, expand_type, with_lists
from descriptors.types.ranges import holds, of_version
from tests.descriptors.types_compared import DELIBERATE, differences
from tests.packages import etsi_folder


@pytest.mark.parametrize(
    ("line", "definition"),
    [
        ("string", {"type": "string", "required": True}),
        ("boolean? = false", {"type": "boolean", "required": False, "default": False}),
        ("Qos?", {"type": "tosca.datatypes.nfv.Qos", "required": False}),
        ("integer >= 0", {"type": "integer", "required": True, "constraints": [{"greater_or_equal": 0}]}),
        (
            "integer? >= 0 <= 9 = 1",
            {
                "type": "integer",
                "required": False,
                "constraints": [{"greater_or_equal": 0}, {"less_or_equal": 9}],
                "default": 1,
            },
        ),
        (
            "list of string in [a, b]",
            {
                "type": "list",
                "required": True,
                "entry_schema": {"type": "string", "constraints": [{"valid_values": ["a", "b"]}]},
            },
        ),
        (
            "map+ of VduLevel",
            {
                "type": "map",
                "required": True,
                "entry_schema": {"type": "tosca.datatypes.nfv.VduLevel"},
                "constraints": [{"min_length": 1}],
            },
        ),
        (
            "map+ of string at most 1",
            {
                "type": "map",
                "required": True,
                "entry_schema": {"type": "string"},
                "constraints": [{"min_length": 1}, {"max_length": 1}],
            },
        ),
        ("string ~ ^[a-z]+$", {"type": "string", "required": True, "constraints": [{"pattern": "^[a-z]+$"}]}),
    ],
)
def test_a_line_of_the_notation_is_a_property_definition(line: str, definition: dict[str, Any]) -> None:
    assert expand_property(line) == definition


def test_a_line_that_is_not_in_the_notation_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a property"):
        expand_property("?")
    with pytest.raises(ValueError, match="is not a requirement"):
        expand_type("node_types", {"requirements": {"virtual_link": "?"}})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_types_of_a_version_differ_from_etsis_only_where_there_is_a_reason(version: str) -> None:
    found = [difference for difference in differences(etsi_folder() / "types", version) if difference.reason is None]
    assert found == []


def test_every_reason_to_differ_is_needed() -> None:
    folder = etsi_folder() / "types"
    found = {difference.reason for version in VERSIONS for difference in differences(folder, version)}
    assert found == set(DELIBERATE.values())


def test_a_difference_is_found_and_placed(tmp_path: Path) -> None:
    """Without ETSI's files: the comparison itself can fail."""
    theirs = {"node_types": {"tosca.nodes.nfv.VnfExtCp": {"derived_from": "tosca.nodes.Root"}, "tosca.nodes.nfv.X": {}}}
    (tmp_path / "4.4.1").mkdir()
    (tmp_path / "4.4.1" / "etsi_nfv_sol001_vnfd_types.yaml").write_text(yaml.safe_dump(theirs))
    found = {difference.place: difference for difference in differences(tmp_path, "4.4.1")}
    parent = found["node_types.tosca.nodes.nfv.VnfExtCp.derived_from"]
    assert (parent.ours, parent.theirs, parent.reason) == ("tosca.nodes.nfv.Cp", "tosca.nodes.Root", None)
    assert found["node_types.tosca.nodes.nfv.X"].ours is None
    assert found["node_types.tosca.nodes.nfv.VNF"].theirs is None


@pytest.mark.parametrize(
    ("ranges", "inside"),
    [
        ("", "2.5.1 2.8.1 3.5.1 4.4.1"),
        ("..2.8.1", "2.5.1 2.8.1"),
        ("3.5.1..", "3.5.1 4.4.1"),
        ("2.8.1..3.5.1", "2.8.1 3.5.1"),
        ("2.8.1", "2.8.1"),
        ("..2.5.1 4.2.1..", "2.5.1 4.4.1"),
    ],
)
def test_a_range_holds_for_the_versions_in_it(ranges: str, inside: str) -> None:
    assert [version for version in ("2.5.1", "2.8.1", "3.5.1", "4.4.1") if holds(ranges, version)] == inside.split()


def test_versions_are_compared_by_number() -> None:
    assert holds("3.9.1..", "3.10.1")


def test_what_holds_for_a_version_is_taken_without_ranges() -> None:
    kinds = {"name": "string", "kind ..2.8.1": "list of string", "kind 3.3.1..": {"deep 4.4.1..": "x", "low": "y"}}
    assert of_version(kinds, "2.6.1") == {"name": "string", "kind": "list of string"}
    assert of_version(kinds, "3.3.1") == {"name": "string", "kind": {"low": "y"}}
    with pytest.raises(ValueError, match=r"kind is given twice for 2\.8\.1; mend the ranges"):
        of_version({"kind ..2.8.1": "a", "kind 2.8.1..": "b"}, "2.8.1")


def test_operations_are_written_as_the_tosca_version_has_them() -> None:
    flat = expand_type("interface_types", {"operations": ["scale"]})
    assert flat == {"derived_from": "tosca.interfaces.Root", "scale": {}, "scale_start": {}, "scale_end": {}}
    nested = expand_type("interface_types", {"operations": {"heal": {"cause": "string?"}}, "notifications": ["done"]})
    inputs = {"cause": {"type": "string", "required": False}}
    assert nested["operations"] == {"heal": {"inputs": inputs}, "heal_start": {}, "heal_end": {}}
    assert nested["notifications"] == {"done": {}}


def test_a_list_of_the_data_set_is_written_out_where_it_is_named() -> None:
    lists = {"colours": ["red", "blue"]}
    assert with_lists({"a": {"b": "string? in colours = red"}}, lists) == {"a": {"b": "string? in [red, blue] = red"}}


def test_the_types_grow_from_version_to_version_and_containers_came_with_4_2_1() -> None:
    nodes = {version: set(bundled_types(version)["node_types"]) for version in VERSIONS}
    for older, newer in pairwise(VERSIONS):
        assert nodes[older] <= nodes[newer]
    container = "tosca.nodes.nfv.Vdu.OsContainer"
    assert [version for version in VERSIONS if container in nodes[version]] == ["4.2.1", "4.3.1", "4.4.1"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etsi_nfv_sol001_vnfd_types.yaml", True),
        ("../Definitions/etsi_nfv_sol001_common_types.yaml", True),
        ("https://forge.example/SOL001/etsi_nfv_sol001_vnfd_types.yaml", True),
        ("etsi_nfv_sol001_vnfd_2_5_1_types.yaml", True),
        ("https://forge.example/raw/v4.4.1/etsi_nfv_sol001_vnfd_types.yaml?inline=false", True),
        ("my_etsi_nfv_sol001_vnfd_types.yaml", False),
        ("vnfd_types.yaml", False),
    ],
)
def test_etsi_files_are_known_by_name_wherever_they_lie(name: str, *, expected: bool) -> None:
    assert is_etsi_file(name) is expected
