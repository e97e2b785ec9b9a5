"""Interfaces of a VNF: what its lifecycle operations call, and the names of its indicators (SOL001 clause 6.7)."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from descriptors.fields import Field
from descriptors.sol001.topology import Node, Topology
from manoflow.domain.vnfd_interfaces import LifecycleScript

_NOT_OPERATIONS = {"type", "inputs", "derived_from", "notifications"}
_INDICATOR = "tosca.interfaces.nfv.VnfIndicator"
_NOT_INDICATORS = {"type", "inputs", "derived_from", "description", "version", "metadata"}


def lifecycle_scripts(vnf: Node, topology: Topology) -> tuple[LifecycleScript, ...]:
    """Operations of Vnflcm that name an implementation, on the node or else on its types, nearest first."""
    found: dict[str, LifecycleScript] = {}
    for place in _places(vnf):
        vnflcm = place.at("interfaces", "Vnflcm")
        for name, operation in _operations(vnflcm):
            if _implemented(operation):
                found.setdefault(name, _script(name, operation, vnf, topology))
    return tuple(found.values())


def indicators(vnf: Node) -> tuple[str, ...]:
    """Names of what the interfaces derived from VnfIndicator tell, on the node or its types."""
    names: list[str] = []
    for place in _places(vnf):
        for interface in (one for _, one in place.at("interfaces").items()):
            kind = interface.at("type").text("") if isinstance(interface.value, Mapping) else ""
            if vnf.types.is_a("interface_types", kind, _INDICATOR):
                names.extend(_told_by(interface))
                for _, definition in vnf.types.lineage("interface_types", kind):
                    names.extend(_told_by(definition) if definition else ())
    return tuple(dict.fromkeys(names))


def _places(vnf: Node) -> Iterator[Field]:
    yield vnf.field
    yield from (definition for _, definition in vnf.types.lineage("node_types", vnf.type) if definition)


def _operations(interface: Field) -> Iterator[tuple[str, Field]]:
    listed = interface.at("operations") if interface.at("operations").given else interface
    yield from ((name, operation) for name, operation in listed.items() if name not in _NOT_OPERATIONS)


def _told_by(interface: Field) -> Iterator[str]:
    """Notifications since TOSCA 1.3, operations before."""
    for section in ("notifications", "operations"):
        yield from (name for name, _ in interface.at(section).items())
    if not (interface.at("notifications").given or interface.at("operations").given):
        yield from (name for name, _ in interface.items() if name not in _NOT_INDICATORS)


def _implemented(operation: Field) -> bool:
    """``scale: script.sh`` and ``scale: {implementation: ...}`` do; ``scale: []`` only says that it is supported."""
    if isinstance(operation.value, dict):
        return bool(operation.at("implementation").value)
    return isinstance(operation.value, str) and bool(operation.value)


def _script(name: str, operation: Field, vnf: Node, topology: Topology) -> LifecycleScript:
    implementation = operation.at("implementation") if isinstance(operation.value, dict) else operation
    nested = isinstance(implementation.value, Mapping)
    primary = implementation.at("primary") if nested else implementation
    if isinstance(primary.value, Mapping):
        file, kind = primary.at("file"), primary.at("type").text("")
    else:
        file, kind = _artifact(primary, vnf)
    return LifecycleScript(
        operation=name,
        implementation=file.text("") if isinstance(primary.value, Mapping) else primary.text(),
        artifact=topology.path_inside(file) if file.given else None,
        artifact_type=kind or None,
        dependencies=implementation.at("dependencies").texts() if nested else (),
        inputs=dict(_inputs(operation.at("inputs"))) if isinstance(operation.value, dict) else {},
    )


def _artifact(named: Field, vnf: Node) -> tuple[Field, str]:
    """The file and type of the artifact of that name, on the node or its types; else the name is a file itself."""
    for place in _places(vnf):
        for name, artifact in place.at("artifacts").named_entries():
            if name == named.text():
                short = isinstance(artifact.value, str)
                return (artifact, "") if short else (artifact.at("file"), artifact.at("type").text(""))
    return named, ""


def _inputs(inputs: Field) -> Iterator[tuple[str, JsonValue]]:
    for name, value in inputs.items():
        yield name, _plain(value.value)


def _plain(value: Any) -> JsonValue:  # noqa: ANN401 - YAML holds anything
    """A value as JSON has it; of a function of TOSCA and of a definition nothing but that there is an input."""
    if isinstance(value, str | bool | int | float):
        return str(value) if isinstance(value, float) else value
    return [_plain(entry) for entry in value] if isinstance(value, list) else None
