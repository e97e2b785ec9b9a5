"""Which version of SOL001 a package was written for: what it states, else the newest version that its templates fit.

It is stated by the package's own copies of ETSI's files, or by the name or URL of an import. The types of a version
that is not bundled are those of the nearest older one. `descriptors.templates` asks; nothing of this is an error: a
wrong version costs warnings of tosca-parser and a few defaults, no more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from descriptors.documents import Document
from descriptors.hierarchy import Hierarchy
from descriptors.types.bundle import VERSIONS
from descriptors.types.notation import PREFIXES
from descriptors.types.ranges import release

_TEMPLATE_VERSION = re.compile(
    rb"^[ \t]*template_version:[ \t]*['\"]?v?((?:[0-9]{1,3}\.){2}[0-9]{1,3})\b", re.MULTILINE
)
_DESCRIPTION = re.compile(rb"^description:.{0,80}\bversion v?((?:[0-9]{1,3}\.){2}[0-9]{1,3})\b", re.MULTILINE)
_IN_NAME = re.compile(r"(?:^|[/_v])([0-9]{1,3})[._]([0-9]{1,3})[._]([0-9]{1,3})(?:[/_]|$)")
_OLD_GRAMMAR = ("tosca_simple_yaml_1_0", "tosca_simple_yaml_1_1", "tosca_simple_yaml_1_2")
_FIRST_OF_TOSCA_1_3 = "3.3.1"
_SCALARS = (str, int, float, bool)
MAX_VALUES = 20_000
"""Of templates that are tried with each version; larger ones are read as the newest."""

Misfits = tuple[int, int]
"""Types that a version has not, and values that its types do not allow."""


def version_in_text(content: bytes) -> str | None:
    """The version that a copy of one of ETSI's files states: in its metadata, or in its description up to 2.5.1."""
    found = _TEMPLATE_VERSION.search(content) or _DESCRIPTION.search(content)
    return found[1].decode() if found else None


def version_in_name(name: str) -> str | None:
    """The version in the path or URL of one of ETSI's files: ``.../v3.3.1/...``, ``..._vnfd_2_5_1_types.yaml``."""
    found = _IN_NAME.search(name)
    return ".".join(found.groups()) if found else None


def nearest(stated: str) -> str:
    """The bundled version that stands for another: the newest that is not newer, or the oldest."""
    older = [version for version in VERSIONS if release(version) <= release(stated)]
    return older[-1] if older else VERSIONS[0]


def fitting(documents: Sequence[Document]) -> str:
    """The newest version that the templates fit, or fit best."""
    best, fewest = VERSIONS[-1], None
    if sum(len(document.lines) for document in documents) > MAX_VALUES:
        return best
    for version in reversed(VERSIONS):
        found = _Fit(Hierarchy(version, documents)).misfits(documents)
        if found == (0, 0):
            return version
        if fewest is None or found < fewest:
            best, fewest = version, found
    return best


class _Fit:
    """Counts what the types of one version do not allow.

    Capabilities and artifacts are passed over: what they may have only grew, so nothing there speaks for an older one.
    """

    def __init__(self, types: Hierarchy) -> None:
        self._types = types
        self._required: dict[tuple[str, str], frozenset[str]] = {}

    def misfits(self, documents: Iterable[Document]) -> Misfits:
        unknown, misfits = 0, 0
        for document in documents:
            topology = _map(document.tree.get("topology_template"))
            unknown += sum(map(self._unknown, _used_types(document, topology)))
            misfits += self._of_grammar(document)
            nodes = _map(topology.get("node_templates")).values()
            misfits += sum(self._of_entity("node_types", node) for node in nodes)
            misfits += sum(self._of_entity("policy_types", policy) for policy in _named(topology.get("policies")))
        return unknown, misfits

    def _unknown(self, used: tuple[str, str]) -> bool:
        """Whether a type or its oldest ancestor is one of SOL001, but not of this version."""
        section, name = used
        root, _ = self._types.lineage(section, name)[-1]
        return ".nfv." in root

    def _of_grammar(self, document: Document) -> int:
        old_types = release(self._types.version) < release(_FIRST_OF_TOSCA_1_3)
        grammar = document.tree.get("tosca_definitions_version")
        return int(isinstance(grammar, str) and (grammar in _OLD_GRAMMAR) is not old_types)

    def _of_entity(self, section: str, entity: Any) -> int:  # noqa: ANN401 - a stranger's YAML
        return self._of_values(_map(_map(entity).get("properties")), section, _text(_map(entity).get("type")))

    def _of_values(self, values: Mapping[Any, Any], section: str, kind: str) -> int:
        definitions = self._types.properties(section, kind)
        misfits = len(self._required_of(section, kind).difference(values))
        for name, value in values.items():
            misfits += self._of_value(value, definitions[name]) if name in definitions else 1
        return misfits

    def _required_of(self, section: str, kind: str) -> frozenset[str]:
        """What SOL001 requires of a type; what the package's own types require is the same in every version."""
        if (section, kind) not in self._required:
            merged, bundled = self._types.properties(section, kind), dict(self._types.bundled(section))
            lineage = self._types.lineage(section, kind)
            standard = next((name for name, _ in lineage if name in bundled), "")
            names = filter(lambda name: _must_be_given(merged[name]), self._types.properties(section, standard))
            self._required[section, kind] = frozenset(names)
        return self._required[section, kind]

    def _of_value(self, value: Any, definition: Mapping[str, Any]) -> int:  # noqa: ANN401 - a stranger's YAML
        kind = _text(definition.get("type"))
        if value is None or (isinstance(value, Mapping) and "get_input" in value):
            return 0
        if kind in {"list", "map"}:
            if not isinstance(value, list if kind == "list" else Mapping):
                return 1
            schema = definition.get("entry_schema")
            entries = value if isinstance(value, list) else value.values()
            inner = schema if isinstance(schema, Mapping) else {"type": schema}
            return sum(self._of_value(entry, inner) for entry in entries)
        if kind.startswith(PREFIXES["data_types"]):
            return self._of_values(value, "data_types", kind) if isinstance(value, Mapping) else 1
        return int(not isinstance(value, bool if kind == "boolean" else _SCALARS))


def _must_be_given(definition: Mapping[str, Any]) -> bool:
    return definition.get("required", True) is True and "default" not in definition


def _used_types(document: Document, topology: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """The section and name of every type that a template names or defines."""
    for section in PREFIXES:
        yield from ((section, str(name)) for name in _map(document.tree.get(section)))
    for node in _map(topology.get("node_templates")).values():
        yield "node_types", _text(_map(node).get("type"))
    for policy in _named(topology.get("policies")):
        yield "policy_types", _text(_map(policy).get("type"))


def _named(value: Any) -> Iterator[Any]:  # noqa: ANN401 - a stranger's YAML
    """The values of a list of one-key maps, or of a map: TOSCA has both."""
    for entry in value if isinstance(value, list) else [value]:
        yield from _map(entry).values()


def _map(value: Any) -> Mapping[Any, Any]:  # noqa: ANN401 - a stranger's YAML
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:  # noqa: ANN401 - a stranger's YAML
    return value if isinstance(value, str) else ""
