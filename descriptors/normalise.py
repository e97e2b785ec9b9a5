"""What is changed in a template before tosca-parser sees it, because of gaps of the parser and not of the template.

The parser gets one tree that needs no other file: the template with all types put in, without imports. Each rule names
the gap it bridges; a new gap is a new rule here. The SOL001 reader reads the template as it was written.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from descriptors.documents import Document
from descriptors.hierarchy import Hierarchy
from descriptors.types.notation import PREFIXES

PARSER_VERSIONS = ("tosca_simple_yaml_1_0", "tosca_simple_yaml_1_2", "tosca_simple_yaml_1_3")
_LEFT_OUT = {
    "imports",  # resolved by us; the parser would read files and fetch URLs
    "repositories",  # the same
}


def for_parser(document: Document, types: Hierarchy) -> dict[str, Any]:
    """A tree of the parser's own, which it may change."""
    tree = {key: deepcopy(value) for key, value in document.tree.items() if key not in _LEFT_OUT and value is not None}
    for section in PREFIXES:
        tree[section] = {name: deepcopy(definition.value) for name, definition in types.bundled(section)}
        tree[section] |= {name: _without_patterns(definition.value) for name, definition in types.own(section)}
    if tree.get("tosca_definitions_version") not in PARSER_VERSIONS:
        # Other versions the parser knows change its definitions for the whole process.
        tree["tosca_definitions_version"] = PARSER_VERSIONS[-1]
    if isinstance(tree.get("topology_template"), Mapping):
        tree["topology_template"] = _topology(tree["topology_template"])
    return tree


def _topology(topology: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = _without_nulls(_without_patterns(topology))
    # The parser knows one substitution per node type and no flavours; `descriptors.sol001` reads the mappings.
    tree.pop("substitution_mappings", None)
    inputs = tree.get("inputs")
    if isinstance(inputs, dict):
        # Inputs come with a request, long after a package is read.
        tree["inputs"] = {name: _not_required(definition) for name, definition in inputs.items()}
    return tree


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
