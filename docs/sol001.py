"""Writes the page of what is read of SOL001 from the reader: ``make readme``. A test compares.

`descriptors.sol001.read_properties` says what is read and what becomes of it, the bundled types in which versions there
is such a property, and what there is beside it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from descriptors.hierarchy import Hierarchy
from descriptors.sol001.read_properties import CLAUSES, READ
from descriptors.types.bundle import VERSIONS

PAGE = Path(__file__).parent / "reference" / "sol001.md"
REQUIREMENT = "requirement "
HEAD = """# What is read of SOL001

Every property of ETSI GS NFV-SOL 001 that Manoflow reads, in any of its versions {first} to {last}, and what becomes of
it. Below a type stands what the newest of these versions has beside it: that is passed over. `*` is any name in a map.
Clauses are those of SOL001: data types are defined in clause 6.2, and how flavours are put together in clause 6.11.
A package's own types are read as what they derive from.

Parameters in boot data are written `{{{{ name }}}}`: the request's `additionalParams` have their values. Where
`content_or_file_data.data` declares a name, `${{name}}` is one too, and that value stands where the request has none.

This page is written by `make readme`.
"""
_SECTIONS = {
    "tosca.nodes": "node_types",
    "tosca.capabilities": "capability_types",
    "tosca.artifacts": "artifact_types",
    "tosca.groups": "group_types",
    "tosca.policies": "policy_types",
}
_DATA = "tosca.datatypes.nfv."
_GRAMMAR = ("file", "members")
"""Words of TOSCA's own, which every such type has."""


def page() -> str:
    """The whole page."""
    parts = [HEAD.format(first=VERSIONS[0], last=VERSIONS[-1])]
    parts += ["\n".join(_part(name)) for name in READ]
    return "\n".join(parts)


def versions_of(name: str, path: str) -> tuple[str, ...]:
    """The versions in which a type has such a property or requirement; of interfaces all, for their names are free."""
    kind = _kind(name)
    if kind not in _SECTIONS:
        return VERSIONS
    return tuple(version for version in VERSIONS if _has(version, _SECTIONS[kind], name, path))


def unread(name: str) -> tuple[str, ...]:
    """What the newest version that has the type has beside what is read: paths, cut where nothing below is read."""
    section = _SECTIONS.get(_kind(name))
    there = [version for version in VERSIONS if section and _is_known(version, section, name)]
    if not section or not there:
        return ()
    return tuple(_beside(types(there[-1]).properties(section, name), "", set(READ[name]), there[-1]))


@cache
def types(version: str) -> Hierarchy:
    """The types of a version, without a package's own."""
    return Hierarchy(version, ())


def _part(name: str) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield f"Clause {CLAUSES[_kind(name)]}."
    yield ""
    yield "| property | versions | what becomes of it |"
    yield "| --- | --- | --- |"
    for path, becomes in READ[name].items():
        yield f"| `{path}` | {_range(versions_of(name, path))} | {becomes} |"
    yield ""
    if beside := unread(name):
        yield f"Not read: {', '.join(f'`{path}`' for path in beside)}."
        yield ""


def _range(versions: tuple[str, ...]) -> str:
    if versions == VERSIONS:
        return "all"
    runs: list[list[str]] = []
    for version in versions:
        if runs and VERSIONS.index(runs[-1][-1]) + 1 == VERSIONS.index(version):
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _kind(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _is_known(version: str, section: str, name: str) -> bool:
    return types(version).lineage(section, name)[0][1] is not None


def _has(version: str, section: str, name: str, path: str) -> bool:
    if path in _GRAMMAR:
        return _is_known(version, section, name)
    if path.startswith(REQUIREMENT):
        wanted = path.removeprefix(REQUIREMENT)
        definitions = [definition for _, definition in types(version).lineage(section, name) if definition]
        return any(
            wanted == requirement
            for definition in definitions
            for requirement, _ in definition.at("requirements").named_entries()
        )
    properties = types(version).properties(section, name)
    return _leads(version, properties, path.split("."))


def _leads(version: str, properties: Any, path: list[str]) -> bool:  # noqa: ANN401 - type definitions
    """Whether a path leads to a property; a property that is no structure ends it, whatever follows."""
    if path[0] not in properties:
        return False
    kind, rest = _kind_of(properties[path[0]]), path[1:]
    if rest[:1] == ["*"]:
        rest = rest[1:]
    if not rest:
        return True
    return kind.startswith(_DATA) and _leads(version, types(version).properties("data_types", kind), rest)


def _kind_of(definition: Any) -> str:  # noqa: ANN401 - a type definition
    """The type of a property, or of the entries of a list or map."""
    schema = definition.get("entry_schema")
    inner = schema.get("type") if isinstance(schema, dict) else schema
    return str(inner or definition.get("type"))


def _beside(properties: Any, prefix: str, read: set[str], version: str) -> Iterator[str]:  # noqa: ANN401 - the same
    for name, definition in properties.items():
        path = f"{prefix}{name}"
        below = [one for one in read if one == path or one.startswith(f"{path}.")]
        if not below:
            yield path
        elif below != [path]:
            kind = _kind_of(definition)
            star = ".*" if definition.get("type") == "map" else ""
            if kind.startswith(_DATA):
                yield from _beside(types(version).properties("data_types", kind), f"{path}{star}.", read, version)


if __name__ == "__main__":
    PAGE.write_text(page())
