"""The two key-value files of a CSAR: TOSCA.meta and the ETSI manifest (SOL004 clauses 4.1 and 4.3).

Both are blocks of ``Key: value`` lines; blocks about files begin with ``Name:`` or ``Source:`` and may state a hash.
The signature at a manifest's end is not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from manoflow.domain.errors import InvalidInputError

_FILE_KEYS = {"name", "source"}
_KEY = re.compile(r"^[A-Za-z0-9_.-]+$")
_SIGNATURE = "-----BEGIN"


@dataclass(frozen=True)
class FileEntry:
    """What is said of one file."""

    path: str
    line: int
    algorithm: str | None = None
    hash: str | None = None


@dataclass(frozen=True)
class Metadata:
    """A read TOSCA.meta or manifest."""

    name: str
    """Path inside the package."""
    values: dict[str, str] = field(default_factory=dict)
    """What is said of the package as a whole; keys in lower case."""
    files: tuple[FileEntry, ...] = ()


def read_metadata(name: str, content: bytes) -> Metadata:
    """Parse the file. Raises `InvalidInputError` with the line for what is not ``Key: value``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"cannot read the package: {name}: the file is not UTF-8 text; save it as UTF-8"
        ) from error
    values: dict[str, str] = {}
    files: list[tuple[int, dict[str, str]]] = []
    for line, key, value in _pairs(name, text):
        if key in _FILE_KEYS:
            files.append((line, {"path": value.removeprefix("./")}))
        elif files and key in {"algorithm", "hash"}:
            files[-1][1][key] = value
        elif not files:
            values.setdefault(key, value)
    entries = tuple(FileEntry(line=line, **said) for line, said in files)
    return Metadata(name=name, values=values, files=entries)


def _pairs(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Each line's number, key in lower case and value, up to the signature; an indented line goes on with the last."""
    pending: tuple[int, str, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_SIGNATURE):
            break
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if colon and _KEY.match(key.strip()):
            if pending:
                yield pending
            pending = (number, key.strip().lower(), value.strip())
        elif pending and line.startswith(" "):
            pending = (pending[0], pending[1], pending[2] + line.strip())
        else:
            problem = f"{line.strip()[:60]!r} is not 'Key: value'; mend the line"
            raise InvalidInputError(f"cannot read the package: {name} line {number}: {problem}")
    if pending:
        yield pending
