"""Packages by files: the Link Probe with a manifest, signed in each of SOL004's ways, or packed wrongly."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tests.descriptors.building import LINK_PROBE, META, META_PATH, VNFD_PATH
from tests.descriptors.sol004.signers import Identity, pkcs7_signature

MANIFEST = "probe.mf"
SIGNED_META = f"{META}ETSI-Entry-Manifest: {MANIFEST}\n"
HEAD = "metadata:\n  vnf_product_name: Link Probe\n"

Files = dict[str, str | bytes]


def digest_of(content: str | bytes, name: str = "sha256") -> str:
    return hashlib.new(name, content.encode() if isinstance(content, str) else content).hexdigest()


def block(path: str, content: str | bytes, more: str = "") -> str:
    """What a manifest says of a file."""
    return f"\nSource: {path}\nAlgorithm: SHA-256\nHash: {digest_of(content)}\n{more}"


def manifest_of(files: Mapping[str, str | bytes], more: str = "") -> str:
    return HEAD + "".join(block(path, content) for path, content in files.items()) + more


def probe(more: Mapping[str, str | bytes] | None = None, said: str = "", vnfd: str = LINK_PROBE) -> Files:
    """The Link Probe and further files, all in its manifest; `said` is added to that."""
    files: Files = {META_PATH: SIGNED_META, VNFD_PATH: vnfd, **(more or {})}
    return {**files, MANIFEST: manifest_of(files, said)}


def packed(folder: Path, files: Mapping[str, str | bytes], compression: int = ZIP_DEFLATED) -> Path:
    path = folder / "package.csar"
    with ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def pem_of(signature: bytes) -> bytes:
    """As it stands at the end of a manifest."""
    return b"-----BEGIN CMS-----\n" + base64.encodebytes(signature) + b"-----END CMS-----\n"


def with_signed_manifest(files: Files, signer: Identity) -> Files:
    """The same files, the manifest signed at its end."""
    text = str(files[MANIFEST]).encode()
    return {**files, MANIFEST: text + pem_of(pkcs7_signature(text, signer))}


def wrapped(folder: Path, files: Files, signer: Identity, compression: int = ZIP_STORED) -> Path:
    """An outer ZIP with the package and its signature (option 2)."""
    inner = packed(folder, files).read_bytes()
    outer: Files = {"probe.csar": inner, "probe.cms": pkcs7_signature(inner, signer)}
    return packed(folder, outer, compression)
