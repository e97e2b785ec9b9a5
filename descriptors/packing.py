"""From a folder to a CSAR file, and the manifest's hashes kept right: for the command line, the examples and tests."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from descriptors.sol004.csar import TOSCA_META
from manoflow.domain.errors import InvalidInputError

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that ZIP can state: the same files give the same bytes, and so the same digest, at any time."""
_MODE = 0o100644
_FIRST_FILE = re.compile(r"^(?:Source|Name):", re.MULTILINE | re.IGNORECASE)


def pack(folder: Path, target: Path) -> Path:
    """Write all files of a folder, hidden ones left out, into a CSAR; gives `target`.

    Raises `InvalidInputError` where the folder is not the content of a package.
    """
    if not (folder / TOSCA_META).is_file() and not any(folder.glob("*.y*ml")):
        raise InvalidInputError(
            f"cannot pack {folder}: it has neither {TOSCA_META} nor a YAML file; name a package's folder"
        )
    with ZipFile(target, "w") as csar:
        for path in _files(folder):
            entry = ZipInfo(path.relative_to(folder).as_posix(), date_time=_EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = _MODE << 16
            with path.open("rb") as content, csar.open(entry, "w") as packed:
                while chunk := content.read(1 << 20):
                    packed.write(chunk)
    return target


def seal(folder: Path) -> Path:
    """State every file of a package's folder with its SHA-256 in its manifest; gives the manifest's path.

    What the manifest says of the package as a whole stays. Raises `InvalidInputError` where there is not one manifest.
    """
    manifests = list(folder.glob("*.mf"))
    if len(manifests) != 1:
        raise InvalidInputError(
            f"cannot seal {folder}: it has {len(manifests)} manifests (*.mf) at its root; there must be one"
        )
    manifest = manifests[0]
    head = _FIRST_FILE.split(manifest.read_text(encoding="utf-8"))[0].rstrip()
    blocks = [head, *(_stated(folder, path) for path in _files(folder) if path != manifest)]
    manifest.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return manifest


def _stated(folder: Path, path: Path) -> str:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return f"Source: {path.relative_to(folder).as_posix()}\nAlgorithm: SHA-256\nHash: {digest}"


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
