"""The compact notation of the types data set, expanded to TOSCA Simple Profile YAML.

A property is one line::

    TYPE[+][?] [of ENTRY_TYPE] [CONSTRAINT]... [at most N] [= DEFAULT]

``?`` marks what is not required, ``+`` a list or map with at least one entry, ``at most`` bounds their number. A type
that begins with a capital letter is a SOL001 data type. Constraints bind the entry where there is one: ``in [a, b]``,
``in LIST`` (one of the ``lists`` of the data set), ``>= 0``, ``<= 9``, ``> 0 s``, ``range [0, 1]``, ``~ pattern``
(always last). A capability is ``TYPE [min, max]``; a requirement is
``CAPABILITY [via RELATIONSHIP] [on NODE] [min, max]``.

Operations are a list of names, as TOSCA 1.2 has them, or a map of names to inputs, as TOSCA 1.3 has them; each name
stands for three, with ``_start`` and ``_end``. Of keys with versions see `ranges`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import yaml

PREFIXES = {
    "data_types": "tosca.datatypes.nfv.",
    "artifact_types": "tosca.artifacts.nfv.",
    "capability_types": "tosca.capabilities.nfv.",
    "relationship_types": "tosca.relationships.nfv.",
    "interface_types": "tosca.interfaces.nfv.",
    "node_types": "tosca.nodes.nfv.",
    "group_types": "tosca.groups.nfv.",
    "policy_types": "tosca.policies.nfv.",
}
_ROOTS = {
    "data_types": "tosca.datatypes.Root",
    "artifact_types": "tosca.artifacts.Root",
    "capability_types": "tosca.capabilities.Node",
    "relationship_types": "tosca.relationships.DependsOn",
    "interface_types": "tosca.interfaces.Root",
    "node_types": "tosca.nodes.Root",
    "group_types": "tosca.groups.Root",
    "policy_types": "tosca.policies.Root",
}
_PROPERTY = re.compile(r"^(?P<type>[\w.-]+)(?P<filled>\+?)(?P<optional>\??)(?: of (?P<entry>[\w.-]+))?(?P<rest>.*)$")
_DEFAULT = re.compile(r" = (?P<default>\S+)$")
_AT_MOST = re.compile(r" at most (?P<number>\d+)$")
_NAMED_LIST = re.compile(r" in (?P<name>[a-z_]+)")
_CONSTRAINT = re.compile(r" (?P<sign>in|range) (?P<list>\[[^\]]*\])| (?P<bound>[<>]=?) (?P<value>\d+(?: [A-Za-z]+)?)")
_SIGNS = {
    ">": "greater_than",
    ">=": "greater_or_equal",
    "<=": "less_or_equal",
    "in": "valid_values",
    "range": "in_range",
}
_REQUIREMENT = re.compile(
    r"^(?P<capability>[\w.]+)(?: via (?P<relationship>[\w.]+))?(?: on (?P<node>[\w.]+))?(?: (?P<occurrences>\[.*\]))?$"
)


def full_name(section: str, name: str) -> str:
    """The name of a type as TOSCA has it: ``VduCp`` of node_types is ``tosca.nodes.nfv.VduCp``."""
    return name if name.startswith("tosca.") else PREFIXES[section] + name


def with_lists(value: Any, lists: Mapping[str, list[str]]) -> Any:  # noqa: ANN401 - any part of the data set
    """A copy whose lines have the lists they name (``in disk_formats``) written out."""
    if isinstance(value, Mapping):
        return {key: with_lists(inner, lists) for key, inner in value.items()}
    if isinstance(value, str):
        return _NAMED_LIST.sub(lambda found: f" in [{', '.join(lists[found['name']])}]", value)
    return value


def expand_type(section: str, compact: Mapping[str, Any]) -> dict[str, Any]:
    """One type as TOSCA writes it. Of a data type the compact form is its properties alone."""
    if section == "data_types":
        compact = {"properties": compact} if compact else {}
    expanded: dict[str, Any] = {"derived_from": full_name(section, compact.get("from", _ROOTS[section]))}
    for key, value in compact.items():
        if key == "operations" and isinstance(value, list):
            expanded.update({name: {} for name in _with_phases(value)})
        elif key != "from":
            expanded[key] = _EXPANDED[key](value) if key in _EXPANDED else value
    return expanded


def expand_property(text: str) -> dict[str, Any]:
    """A property definition from its line."""
    text, _, pattern = text.partition(" ~ ")
    match = _PROPERTY.match(text)
    if match is None:
        raise ValueError(f"cannot read the types data set: {text!r} is not a property")
    rest = match["rest"]
    default = _DEFAULT.search(rest)
    rest = rest.removesuffix(default[0]) if default else rest
    most = _AT_MOST.search(rest)
    constraints = list(_constraints(rest))
    if pattern:
        constraints.append({"pattern": pattern})
    definition: dict[str, Any] = {"type": _data_type(match["type"]), "required": not match["optional"]}
    if match["entry"]:
        definition["entry_schema"] = {"type": _data_type(match["entry"])}
    if constraints:
        definition.get("entry_schema", definition)["constraints"] = constraints
    if match["filled"] or most:
        bounds = ({"min_length": 1} if match["filled"] else None, {"max_length": int(most["number"])} if most else None)
        definition["constraints"] = [bound for bound in bounds if bound]
    if default:
        definition["default"] = _value(default["default"])
    return definition


def _value(text: str) -> Any:  # noqa: ANN401 - any YAML
    """By libyaml: a thousand lines are expanded before the first package is read."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _data_type(name: str) -> str:
    return full_name("data_types", name) if name[0].isupper() else name


def _constraints(text: str) -> Iterator[dict[str, Any]]:
    for match in _CONSTRAINT.finditer(text):
        value = match["list"] or match["value"]
        yield {_SIGNS[match["sign"] or match["bound"]]: _value(value)}


def _capability(text: str) -> dict[str, Any]:
    name, _, occurrences = text.partition(" ")
    definition: dict[str, Any] = {"type": full_name("capability_types", name)}
    if occurrences:
        definition["occurrences"] = _value(occurrences)
    return definition


def _requirement(text: str) -> dict[str, Any]:
    match = _REQUIREMENT.match(text)
    if match is None:
        raise ValueError(f"cannot read the types data set: {text!r} is not a requirement")
    definition: dict[str, Any] = {"capability": full_name("capability_types", match["capability"])}
    if match["relationship"]:
        definition["relationship"] = full_name("relationship_types", match["relationship"])
    if match["node"]:
        definition["node"] = full_name("node_types", match["node"])
    if match["occurrences"]:
        definition["occurrences"] = _value(match["occurrences"])
    return definition


def _attribute(text: str) -> dict[str, Any]:
    definition = expand_property(text)
    del definition["required"]
    return definition


def _with_phases(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (name, f"{name}_start", f"{name}_end")


def _operations(operations: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    expanded: dict[str, Any] = {name: {} for name in _with_phases(operations)}
    for name, inputs in operations.items():
        if inputs:
            expanded[name] = {"inputs": _properties(inputs)}
    return expanded


def _properties(lines: Mapping[str, str]) -> dict[str, Any]:
    return {name: expand_property(text) for name, text in lines.items()}


_EXPANDED: Mapping[str, Callable[[Any], Any]] = {
    "properties": _properties,
    "attributes": lambda lines: {name: _attribute(text) for name, text in lines.items()},
    "operations": _operations,
    "notifications": lambda names: {name: {} for name in names},
    "capabilities": lambda lines: {name: _capability(text) for name, text in lines.items()},
    "requirements": lambda lines: [{name: _requirement(text)} for name, text in lines.items()],
    "interfaces": lambda lines: {name: {"type": full_name("interface_types", text)} for name, text in lines.items()},
    "targets": lambda names: [full_name("node_types", name) for name in names],
    "members": lambda names: [full_name("node_types", name) for name in names],
    "valid_target_types": lambda names: [full_name("capability_types", name) for name in names],
}
"""How each section of a type is expanded; sections that are not here stay as they are."""
