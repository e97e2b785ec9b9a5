"""The bundled types: the notation, and that they say what ETSI's files say."""

from typing import Any

import pytest
import yaml

from descriptors.types.bundle import VERSIONS, bundled_types, is_etsi_file
from descriptors.types.notation import expand_property, expand_type
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
def test_the_bundle_says_what_etsi_says_in_everything_but_text(version: str) -> None:
    bundle = bundled_types(version)
    compared = set()
    for part in ("common", "vnfd"):
        path = etsi_folder() / "types" / version / f"etsi_nfv_sol001_{part}_types.yaml"
        etsi = yaml.safe_load(path.read_text())
        for section in bundle:
            for name, definition in (etsi.get(section) or {}).items():
                assert bundle[section][name] == _facts(definition), name
                compared.add((section, name))
    assert compared == {(section, name) for section, types in bundle.items() for name in types}
    assert len(compared) > 80


def _facts(definition: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = _without_text(definition)
    for prop in facts.get("properties", {}).values():
        prop.setdefault("required", True)
    # Operations of an interface have nothing but a description.
    return {key: value or None if isinstance(value, dict) else value for key, value in facts.items()}


def _without_text(value: Any) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        described = {key for key, inner in value.items() if key == "description" and isinstance(inner, str)}
        return {key: _without_text(inner) for key, inner in value.items() if key not in described}
    return [_without_text(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etsi_nfv_sol001_vnfd_types.yaml", True),
        ("../Definitions/etsi_nfv_sol001_common_types.yaml", True),
        ("https://forge.example/SOL001/etsi_nfv_sol001_vnfd_types.yaml", True),
        ("etsi_nfv_sol001_vnfd_2_5_1_types.yaml", True),
        ("my_etsi_nfv_sol001_vnfd_types.yaml", False),
        ("vnfd_types.yaml", False),
    ],
)
def test_etsi_files_are_known_by_name_wherever_they_lie(name: str, *, expected: bool) -> None:
    assert is_etsi_file(name) is expected
