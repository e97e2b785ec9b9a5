"""A package with what the API gives out beside the VNFD: scripts, a file that looks like a signature, non-MANO sets."""

import hashlib
import io
from collections.abc import Mapping
from zipfile import ZipFile

from tests.packages import EXAMPLES

SCRIPT = b"#!/bin/sh\necho hello\n" * 40
HISTORY = b"1.0: first\n"
VENDOR = b"for the vendor alone"
PACKED = b"packed twice, no tar file to read"

_FILES = {
    "Scripts/install.sh": SCRIPT,
    "Scripts/install.sh.cms": b"-----BEGIN CMS-----\n-----END CMS-----\n",
    "Files/ChangeLog.txt": HISTORY,
    "Files/logs.tar.gz": PACKED,
    "Files/acme/extra.bin": VENDOR,
    "Files/other/more.bin": b"of another set",
}


def rich_package(*, manifest: bool = True, outside: Mapping[str, bytes] | None = None) -> bytes:
    """The bytes of it. `outside`: files that are at URIs."""
    source = EXAMPLES / "single-vdu"
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    files |= _FILES
    lines = files["link_probe.mf"].decode()
    for name in ("Scripts/install.sh", "Files/ChangeLog.txt"):
        lines += _entry(name, files[name])
    for uri, content in (outside or {}).items():
        lines += _entry(uri, content)
    lines += "\nnon_mano_artifact_sets:\n"
    for chosen, name in (("com.acme", "Files/acme/extra.bin"), ("org.other", "Files/other/more.bin")):
        lines += f"  {chosen}:\n    Source: {name}\n"
    files["link_probe.mf"] = lines.encode()
    if not manifest:
        del files["link_probe.mf"]
        meta = "TOSCA-Metadata/TOSCA.meta"
        files[meta] = files[meta].replace(b"ETSI-Entry-Manifest: link_probe.mf\n", b"")
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return packed.getvalue()


def _entry(name: str, content: bytes) -> str:
    return f"\nSource: {name}\nAlgorithm: SHA-256\nHash: {hashlib.sha256(content).hexdigest()}\n"
