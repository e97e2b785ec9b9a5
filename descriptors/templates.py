"""The service templates of a package: the entry, everything it imports, and those that describe a deployment flavour.

Imports are found inside the package or stand for bundled types; nothing is fetched. A package's own copies of ETSI's
types files are passed over: the bundled types of the version that they state are used (see `descriptors.versions` and
`descriptors.types`).
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from descriptors.documents import MAX_NODES, Document, load
from descriptors.fields import Field
from descriptors.hierarchy import VNF, Hierarchy
from descriptors.sol004.csar import Csar
from descriptors.types.bundle import is_etsi_file
from descriptors.versions import fitting, nearest, version_in_name, version_in_text

MAX_DOCUMENTS = 200


@dataclass(frozen=True)
class Templates:
    """What the SOL001 reader reads."""

    entry: Document
    flavours: tuple[Document, ...]
    """The templates with substitution_mappings; the entry itself where the VNF has one flavour only."""
    types: Hierarchy
    names: frozenset[str]
    """Paths of the templates and all they import."""
    files: frozenset[str]
    """Paths of all files in the package."""
    warnings: tuple[str, ...]


def read_templates(csar: Csar) -> Templates:
    """Read the entry and all it imports. Raises `InvalidInputError` naming the file and line."""
    closure = _Closure(csar)
    documents = closure.documents()
    version, warnings = _version(csar, closure.etsi_imports) or (fitting(documents), [])
    types = Hierarchy(version, documents)
    for document in documents:
        warnings.extend(document.warnings)
    return Templates(
        entry=documents[0],
        flavours=tuple(document for document in documents if _describes_flavour(document, types)),
        types=types,
        names=frozenset(document.name for document in documents),
        files=csar.archive.names,
        warnings=(*warnings, *types.warnings),
    )


def _describes_flavour(document: Document, types: Hierarchy) -> bool:
    mappings = Field.root(document).at("topology_template", "substitution_mappings")
    return mappings.given and types.is_a("node_types", mappings.at("node_type").text(), VNF)


def _version(csar: Csar, imports: list[str]) -> tuple[str, list[str]] | None:
    """The SOL001 version whose types are used, and a warning where it stands for another; None where none is stated."""
    for name, stated in _stated_versions(csar, imports):
        version = nearest(stated)
        told = f"{name}: the types are SOL001 {stated}; they are read as {version}"
        return version, [] if version == stated else [told]
    return None


def _stated_versions(csar: Csar, imports: list[str]) -> Iterator[tuple[str, str]]:
    """Where a version is stated, and which; the package's own copies first, of these that of the VNFD's types."""
    copies = filter(is_etsi_file, csar.archive.names)
    for name in sorted(copies, key=lambda name: ("_vnfd_" not in name, name)):
        stated = version_in_text(csar.read(name)) or version_in_name(name)
        if stated:
            yield name, stated
    for name in imports:
        stated = version_in_name(name)
        if stated:
            yield name, stated


class _Closure:
    """Loads documents, each once, the entry first."""

    def __init__(self, csar: Csar) -> None:
        self._csar = csar
        self._loaded: dict[str, Document] = {}
        self._values = 0
        self.etsi_imports: list[str] = []

    def documents(self) -> list[Document]:
        self._load(self._csar.entry)
        # A flavour's template need not be imported by the entry: some packages leave it beside.
        folder = posixpath.dirname(self._csar.entry)
        for name in sorted(self._csar.archive.names):
            beside = posixpath.dirname(name) == folder and name.endswith((".yaml", ".yml"))
            if beside and not is_etsi_file(name) and b"substitution_mappings:" in self._csar.read(name):
                self._load(name)
        return list(self._loaded.values())

    def _load(self, entry: str) -> None:
        waiting = [entry]
        while waiting:
            name = waiting.pop(0)
            if name in self._loaded:
                continue
            document = load(name, self._csar.read(name))
            self._loaded[name] = document
            self._values += len(document.lines)
            if len(self._loaded) > MAX_DOCUMENTS or self._values > MAX_NODES:
                problem = f"is too much: more than {MAX_DOCUMENTS} templates or {MAX_NODES} values"
                raise Field.root(document).refusal(problem, "leave out what the VNF does not need")
            waiting.extend(self._imports(document))

    def _imports(self, document: Document) -> Iterator[str]:
        for entry in Field.root(document).at("imports").entries():
            named = _import_path(entry)
            target = named.text()
            if is_etsi_file(target):
                self.etsi_imports.append(target)
                continue
            found = self._find(document.name, target)
            if found is None:
                raise named.refusal(
                    f"is {target}, which is not in the package (nothing is fetched from elsewhere)",
                    "correct the import or add the file to the package",
                )
            yield found

    def _find(self, importer: str, target: str) -> str | None:
        """The file meant: relative to the importing file as TOSCA says, or from the root as some packages write."""
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))
        return next((name for name in (beside, target.removeprefix("/")) if name in self._csar.archive.names), None)


def _import_path(entry: Field) -> Field:
    """The path of an import, written as TOSCA allows: path, ``file: path``, ``name: path``, ``name: {file: path}``."""
    if isinstance(entry.value, str):
        return entry
    if entry.at("file").given:
        return entry.at("file")
    named = next((value for _, value in entry.items()), entry)
    return named if isinstance(named.value, str) else named.at("file")
