"""The two key-value files of a CSAR: TOSCA.meta and the ETSI manifest (SOL004 clauses 4.1 and 4.3).

Both are blocks of ``Key: value`` lines; blocks about files begin with ``Name:`` or ``Source:`` and may state a hash, a
signature and its certificate. A manifest may name sets of non-MANO artifacts, and end with its own signature.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from manoflow.domain.errors import InvalidInputError

_FILE_KEYS = {"name", "source"}
_SAID_OF_FILES = {"algorithm", "hash", "signature", "certificate"}
_PATHS = {"signature", "certificate"}
_SETS = "non_mano_artifact_sets"
_KEY = re.compile(r"^[A-Za-z0-9_.-]+$")
_URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_SIGNATURE = re.compile(rb"^-----BEGIN ", re.MULTILINE)


@dataclass(frozen=True)
class FileEntry:
    """What is said of one file."""

    path: str
    line: int
    algorithm: str | None = None
    hash: str | None = None
    signature: str | None = None
    """Path of a file with a signature of this one."""
    certificate: str | None = None
    """Path of the certificate that belongs to the signature."""
    non_mano_set: str | None = None
    """The set of non-MANO artifacts it was named in."""

    @property
    def external(self) -> bool:
        """Whether it is a URI: a file outside the package."""
        return _URI.match(self.path) is not None


@dataclass(frozen=True)
class Metadata:
    """A read TOSCA.meta or manifest."""

    name: str
    """Path inside the package."""
    values: dict[str, str] = field(default_factory=dict)
    """What is said of the package as a whole; keys in lower case."""
    files: tuple[FileEntry, ...] = ()
    text: bytes = b""
    """The file up to its signature: what that signs."""
    signature: bytes | None = None
    """The signature at the file's end, and all that follows."""


@dataclass(frozen=True)
class _Line:
    number: int
    indent: int
    key: str
    """In lower case."""
    written: str
    """The key as it stands there."""
    value: str


def read_metadata(name: str, content: bytes) -> Metadata:
    """Parse the file. Raises `InvalidInputError` with the line for what is not ``Key: value``."""
    signature = _SIGNATURE.search(content)
    signed = content[: signature.start()] if signature else content
    try:
        text = signed.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"cannot read the package: {name}: the file is not UTF-8 text; save it as UTF-8"
        ) from error
    blocks = _Blocks(name)
    for line in _lines(name, text):
        blocks.take(line)
    return Metadata(
        name=name,
        values=blocks.values,
        files=tuple(FileEntry(line=line, **said) for line, said in blocks.files),
        text=signed,
        signature=content[signature.start() :] if signature else None,
    )


class _Blocks:
    """Puts lines together: of the package, of a file, of a set of files."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.values: dict[str, str] = {}
        self.files: list[tuple[int, dict[str, str]]] = []
        self._in_sets = False
        self._set: _Line | None = None

    def take(self, line: _Line) -> None:
        if line.key in _FILE_KEYS:
            self._begin_file(line)
        elif self.files and line.key in _SAID_OF_FILES:
            self._say(line)
        elif line.key == _SETS:
            self._in_sets = True
        elif self._in_sets and not line.value:
            self._set = line
        elif not self.files:
            self.values.setdefault(line.key, line.value)

    def _begin_file(self, line: _Line) -> None:
        if not line.value:
            raise _refusal(self._name, line.number, f"{line.written} names no file; add its path")
        if self._set and line.indent < self._set.indent:
            self._in_sets, self._set = False, None
        said = {"path": line.value.removeprefix("./")}
        if self._set:
            said["non_mano_set"] = self._set.written
        self.files.append((line.number, said))

    def _say(self, line: _Line) -> None:
        said = self.files[-1][1]
        if line.key in said:
            raise _refusal(self._name, line.number, f"{line.written} of {said['path']} is there twice; leave one")
        said[line.key] = line.value.removeprefix("./") if line.key in _PATHS else line.value


def _lines(name: str, text: str) -> Iterator[_Line]:
    """Each key with its value; an indented line without a key goes on with the last."""
    pending: _Line | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        written = key.strip()
        if colon and _KEY.match(written):
            if pending:
                yield pending
            indent = len(line) - len(line.lstrip())
            pending = _Line(number, indent, written.lower(), written, value.strip())
        elif pending and line.startswith(" "):
            more = pending.value + line.strip()
            pending = _Line(pending.number, pending.indent, pending.key, pending.written, more)
        else:
            raise _refusal(name, number, f"{line.strip()[:60]!r} is not 'Key: value'; mend the line")
    if pending:
        yield pending


def _refusal(name: str, line: int, problem: str) -> InvalidInputError:
    return InvalidInputError(f"cannot read the package: {name} line {line}: {problem}")
