"""The types a descriptor may use, those of the package and the bundled ones of SOL001, and who derives from whom."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.types.bundle import bundled_types
from descriptors.types.notation import PREFIXES

VNF = "tosca.nodes.nfv.VNF"
MAX_ANCESTORS = 50

Lineage = tuple[tuple[str, Field | None], ...]
"""Names and definitions of a type and its ancestors."""
Properties = Mapping[str, Mapping[str, Any]]
"""Property definitions by name."""


class Hierarchy:
    """Type definitions by section and name. A bundled type hides a package's own of the same name.

    Raises `InvalidInputError` for a type that derives from itself.
    """

    def __init__(self, version: str, documents: Iterable[Document]) -> None:
        self.version = version
        self.warnings: list[str] = []
        self._bundled = _bundled(version)
        self._lineages: dict[tuple[str, str], Lineage] = {}
        self._properties: dict[tuple[str, str], Properties] = {}
        self._own: dict[str, dict[str, Field]] = {section: {} for section in PREFIXES}
        for document in documents:
            self._add(Field.root(document))
        for section, own in self._own.items():
            for name in own:
                self.lineage(section, name)

    def _add(self, root: Field) -> None:
        for section, own in self._own.items():
            for name, definition in root.at(section).items():
                if name in self._bundled[section]:
                    continue
                if name in own and own[name].value != definition.value:
                    self.warnings.append(
                        definition.warning(f"is defined otherwise in {own[name].document.name}; that counts")
                    )
                own.setdefault(name, definition)

    def bundled(self, section: str) -> Iterable[tuple[str, Field]]:
        """The bundled types of a section."""
        return self._bundled[section].items()

    def own(self, section: str) -> Iterable[tuple[str, Field]]:
        """The package's own types of a section."""
        return self._own[section].items()

    def lineage(self, section: str, name: str) -> Lineage:
        """A type and its ancestors, nearest first; the last has no definition (TOSCA's own, or unknown)."""
        key = (section, name)
        if key not in self._lineages:
            self._lineages[key] = tuple(self._ancestors(section, name))
        return self._lineages[key]

    def _ancestors(self, section: str, name: str) -> Iterator[tuple[str, Field | None]]:
        definition = self._definition(section, name)
        generation = 0
        while definition is not None:
            yield name, definition
            parent = definition.at("derived_from")
            generation += 1
            if generation > MAX_ANCESTORS:
                raise parent.refusal(
                    f"has more than {MAX_ANCESTORS} ancestors or derives from itself", "mend the chain"
                )
            name = parent.text("tosca.entity.Root")
            definition = self._definition(section, name)
        yield name, None

    def is_a(self, section: str, name: str, base: str) -> bool:
        """Whether a type is `base` or derives from it."""
        return any(ancestor == base for ancestor, _ in self.lineage(section, name))

    def undefined_root(self, section: str, name: str) -> str | None:
        """The ancestor that nobody defines, where it is not one of TOSCA's own."""
        *_, (root, _) = self.lineage(section, name)
        return None if root.startswith("tosca.") else root

    def properties(self, section: str, name: str) -> Properties:
        """The properties of a type and its ancestors; what a refinement leaves out is its ancestor's."""
        key = (section, name)
        if key not in self._properties:
            (_, definition), *ancestors = self.lineage(section, name)
            merged = dict(self.properties(section, ancestors[0][0])) if ancestors else {}
            for prop, refined in _maps(definition.at("properties").value if definition else None):
                merged[prop] = {**merged.get(prop, {}), **refined}
            self._properties[key] = merged
        return self._properties[key]

    def default(self, node_type: str, property_name: str) -> Field | None:
        """The default of a node's property: the nearest ancestor's that states one."""
        for _, definition in self.lineage("node_types", node_type):
            default = definition.at("properties", property_name, "default") if definition else None
            if default is not None and default.given:
                return default
        return None

    def _definition(self, section: str, name: str) -> Field | None:
        return self._bundled[section].get(name) or self._own[section].get(name)


@cache
def _bundled(version: str) -> Mapping[str, Mapping[str, Field]]:
    bundle = Field.root(Document(f"SOL001 {version} types", bundled_types(version)))
    return {section: dict(bundle.at(section).items()) for section in PREFIXES}


def _maps(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401 - a stranger's YAML
    """The entries of a map that are maps themselves; what else a stranger writes there is the parser's to tell."""
    if isinstance(value, Mapping):
        yield from ((str(key), inner) for key, inner in value.items() if isinstance(inner, Mapping))
