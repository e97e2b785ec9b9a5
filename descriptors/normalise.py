"""What is changed in a template before tosca-parser sees it, because of gaps of the parser and not of the template.

The parser gets one tree that needs no other file: the template with all types put in, without imports. Each rule names
the gap it bridges; a new gap is a new rule here. The SOL001 reader reads the template as it was written.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from descriptors.documents import Document
from descriptors.hierarchy import Hierarchy, Properties
from descriptors.types.bundle import bundled_types
from descriptors.types.notation import PREFIXES

PARSER_VERSIONS = ("tosca_simple_yaml_1_0", "tosca_simple_yaml_1_2", "tosca_simple_yaml_1_3")
_LEFT_OUT = {
    "imports",  # resolved by us; the parser would read files and fetch URLs
    "repositories",  # the same
}


def for_parser(document: Document, types: Hierarchy) -> dict[str, Any]:
    """A tree of the parser's own, which it may change."""
    tree = {key: deepcopy(value) for key, value in document.tree.items() if key not in _LEFT_OUT and value is not None}
    for section, bundled in _bundled(types.version).items():
        own = {
            name: _type(definition.value, types.properties(section, name)) for name, definition in types.own(section)
        }
        tree[section] = deepcopy(bundled) | own
    if tree.get("tosca_definitions_version") not in PARSER_VERSIONS:
        # Other versions the parser knows change its definitions for the whole process.
        tree["tosca_definitions_version"] = PARSER_VERSIONS[-1]
    if isinstance(tree.get("topology_template"), Mapping):
        tree["topology_template"] = _topology(tree["topology_template"])
    return tree


@cache
def _bundled(version: str) -> Mapping[str, dict[str, Any]]:
    sections = bundled_types(version)
    return {
        section: {name: _with_properties(definition, {}) for name, definition in sections[section].items()}
        for section in PREFIXES
    }


def _type(definition: Any, inherited: Properties) -> Any:  # noqa: ANN401 - a stranger's YAML
    """One of the package's own types."""
    own = _without_nulls(_without_patterns(definition))
    return _with_properties(own, inherited) if isinstance(own, Mapping) else own


def _with_properties(definition: Mapping[str, Any], inherited: Properties) -> dict[str, Any]:
    properties = definition.get("properties")
    if not isinstance(properties, Mapping):
        return dict(definition)
    bridged = {name: _property(prop, inherited.get(str(name), {})) for name, prop in properties.items()}
    return {**definition, "properties": bridged}


def _property(definition: Any, inherited: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a stranger's YAML
    if not isinstance(definition, Mapping):
        return definition
    bridged = dict(definition)
    if "type" not in bridged and "type" in inherited:
        # A derived type may narrow a property without saying its type again (TOSCA 1.3); the parser asks for it.
        bridged["type"] = inherited["type"]
    if "default" in bridged:
        # The parser asks for required values inside data types although they have a default.
        bridged["required"] = False
    if isinstance(bridged.get("entry_schema"), Mapping):
        bridged["entry_schema"] = _bounded(bridged["entry_schema"])
    return _bounded(bridged)


def _bounded(definition: Mapping[str, Any]) -> dict[str, Any]:
    """With a type that the parser knows and the constraints that it can judge."""
    kind, constraints = definition.get("type"), definition.get("constraints")
    if kind == "scalar-unit.bitrate":
        # It came with TOSCA 1.3; the parser does not know it.
        return {**{key: value for key, value in definition.items() if key != "constraints"}, "type": "string"}
    if not isinstance(constraints, list):
        return dict(definition)
    if str(kind).startswith("scalar-unit."):
        # The parser asks for a number although it compares values with units.
        constraints = [entry for entry in constraints if not (isinstance(entry, Mapping) and "greater_than" in entry)]
    if kind == "string":
        constraints = [_constraint(entry) for entry in constraints]
    return {**definition, "constraints": constraints}


def _constraint(constraint: Any) -> Any:  # noqa: ANN401 - a stranger's YAML
    """The texts that a text may be, written as texts: of ``valid_values: [1.0]`` YAML makes a number."""
    values = constraint.get("valid_values") if isinstance(constraint, Mapping) else None
    if not isinstance(values, list):
        return constraint
    texts = [str(value) if isinstance(value, int | float) else value for value in values]
    return {**constraint, "valid_values": texts}


def _topology(topology: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = _without_nulls(_without_patterns(topology))
    # The parser knows one substitution per node type and no flavours; `descriptors.sol001` reads the mappings.
    tree.pop("substitution_mappings", None)
    policies = tree.get("policies")
    if isinstance(policies, list):
        # The parser knows the triggers of TOSCA 1.2 only and ends on the conditions of 1.3; nobody reads them.
        tree["policies"] = [_without_triggers(policy) for policy in policies]
    inputs = tree.get("inputs")
    if isinstance(inputs, dict):
        # Inputs come with a request, long after a package is read.
        tree["inputs"] = {name: _not_required(definition) for name, definition in inputs.items()}
    return tree


def _without_triggers(policy: Any) -> Any:  # noqa: ANN401 - a stranger's YAML
    if not isinstance(policy, Mapping):
        return policy
    return {
        name: {key: value for key, value in told.items() if key != "triggers"} if isinstance(told, Mapping) else told
        for name, told in policy.items()
    }


def _not_required(definition: Any) -> Any:  # noqa: ANN401 - a stranger's YAML
    return {**definition, "required": False} if isinstance(definition, Mapping) else definition


def _without_patterns(value: Any) -> Any:  # noqa: ANN401 - a stranger's YAML
    """A copy without constraints by a regular expression: a stranger's may take hours to match."""
    if isinstance(value, Mapping):
        return {key: _without_patterns(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_patterns(entry) for entry in value if not (isinstance(entry, Mapping) and "pattern" in entry)]
    return value


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - a stranger's YAML
    """Leave out empty sections (``requirements:``), on which the parser ends with a TypeError."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        inner = (_without_nulls(entry) for entry in value)
        return [entry for entry in inner if entry is not None and entry != {}]
    return value
