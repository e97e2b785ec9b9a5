"""The types a descriptor may use, those of the package and the bundled ones of SOL001, and who derives from whom."""

from collections.abc import Iterable, Iterator

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.types.bundle import bundled_types
from descriptors.types.notation import PREFIXES

VNF = "tosca.nodes.nfv.VNF"
MAX_ANCESTORS = 50

Lineage = tuple[tuple[str, Field | None], ...]
"""Names and definitions of a type and its ancestors."""


class Hierarchy:
    """Type definitions by section and name. A bundled type hides a package's own of the same name.

    Raises `InvalidInputError` for a type that derives from itself.
    """

    def __init__(self, version: str, documents: Iterable[Document]) -> None:
        self.warnings: list[str] = []
        bundle = Field.root(Document(f"SOL001 {version} types", bundled_types(version)))
        self._bundled = {section: dict(bundle.at(section).items()) for section in PREFIXES}
        self._lineages: dict[tuple[str, str], Lineage] = {}
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

    def default(self, node_type: str, property_name: str) -> Field | None:
        """The default of a node's property: the nearest ancestor's that states one."""
        for _, definition in self.lineage("node_types", node_type):
            default = definition.at("properties", property_name, "default") if definition else None
            if default is not None and default.given:
                return default
        return None

    def _definition(self, section: str, name: str) -> Field | None:
        return self._bundled[section].get(name) or self._own[section].get(name)
