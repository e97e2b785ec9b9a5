"""What a VNF's type declares of configurable properties and extensions (IFA 011 clauses 7.1.12 and 7.1.14).

A SOL001 descriptor declares them by types of its own, derived from those of the standard. Where it does not, nothing is
declared: the standard's types alone say nothing about this VNF.
"""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from descriptors.fields import Field
from descriptors.hierarchy import Hierarchy
from descriptors.sol001.topology import Node
from descriptors.types.notation import PREFIXES

ADDITIONAL = "additional_configurable_properties"
"""The property whose type holds the names that a vendor adds; the other way is to add them beside it."""


def configurable_properties(vnf: Node) -> tuple[str, ...]:
    """Names that vnfConfigurableProperties may have; the standard's own as SOL003 writes them, isAutohealEnabled."""
    kind = _type_of(vnf.types, "node_types", vnf.type, "configurable_properties")
    declared = [one for one in _properties(vnf.types, "data_types", kind) if one[0] != ADDITIONAL]
    additional = _type_of(vnf.types, "data_types", kind, ADDITIONAL)
    own = [name for name, _, standard in declared if not standard]
    own += [name for name, _, standard in _properties(vnf.types, "data_types", additional) if not standard]
    of_the_standard = [to_camel(name) for name, _, standard in declared if standard]
    return (*of_the_standard, *own) if own else ()


def extensions(vnf: Node) -> tuple[str, ...]:
    """Names that extensions may have."""
    attributes = _type_of(vnf.types, "node_types", vnf.type, "modifiable_attributes")
    kind = _type_of(vnf.types, "data_types", attributes, "extensions")
    return tuple(name for name, _, _ in _properties(vnf.types, "data_types", kind))


def _type_of(types: Hierarchy, section: str, name: str, wanted: str) -> str:
    """The type of a property; empty where it is not declared."""
    found = (_text(definition) for prop, definition, _ in _properties(types, section, name) if prop == wanted)
    return next(found, "")


def _properties(types: Hierarchy, section: str, name: str) -> Iterator[tuple[str, Field, bool]]:
    """Name and definition of every property, nearest type first, and whether it is the standard's."""
    for ancestor, definition in types.lineage(section, name):
        if definition is not None:
            standard = ancestor.startswith(PREFIXES[section])
            for prop, field in definition.at("properties").items():
                yield prop, field, standard


def _text(definition: Field) -> str:
    return definition.at("type").text("")
