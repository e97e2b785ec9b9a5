"""The service templates of a package: the entry, everything it imports, and those that describe a deployment flavour.

Imports are found inside the package or stand for bundled types; nothing is fetched. A package's own copies of ETSI's
types files are passed over: the bundled types are used (see `descriptors.types`).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from descriptors.csar import Csar
from descriptors.documents import MAX_NODES, Document, load
from descriptors.fields import Field
from descriptors.hierarchy import VNF, Hierarchy
from descriptors.types.bundle import DEFAULT_VERSION, VERSIONS, is_etsi_file

MAX_DOCUMENTS = 200
_TEMPLATE_VERSION = re.compile(rb"^[ \t]*template_version:[ \t]*['\"]?(\d+\.\d+\.\d+)", re.MULTILINE)


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
    documents = _Closure(csar).documents()
    version, warnings = _version(csar)
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


def _version(csar: Csar) -> tuple[str, list[str]]:
    """The SOL001 version whose types are used, and a warning where the package was written for another one."""
    for name in sorted(filter(is_etsi_file, csar.archive.names)):
        found = _TEMPLATE_VERSION.search(csar.read(name))
        if found is None:
            continue
        written = found[1].decode()
        if written in VERSIONS:
            return written, []
        return DEFAULT_VERSION, [f"{name}: the types are SOL001 {written}; they are read as {DEFAULT_VERSION}"]
    return DEFAULT_VERSION, []


class _Closure:
    """Loads documents, each once, the entry first."""

    def __init__(self, csar: Csar) -> None:
        self._csar = csar
        self._loaded: dict[str, Document] = {}
        self._values = 0

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
