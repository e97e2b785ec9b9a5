"""What vouches for a package: which of its signatures are there, what they cover, and what follows (clause 5.1).

Option 1 signs the manifest, which states the digests of the files; single files may have signatures of their own.
Option 2 signs the whole CSAR from an outer ZIP. `descriptors.sol004.signatures` verifies each one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from descriptors.sol004.csar import Csar
from descriptors.sol004.digests import Digests, hash_name
from descriptors.sol004.encodings import certificates_of, pem_of
from descriptors.sol004.metadata import FileEntry, Metadata
from descriptors.sol004.signatures import WrongSignatureError, verify
from descriptors.sol004.trust import Trust
from descriptors.sol004.verifying import signing_files
from descriptors.sol004.wrapping import SIGNATURE_BYTES
from manoflow.domain.package_security import (
    InvalidSignatureError,
    PackageSecurity,
    SecurityOption,
    SecurityState,
)

_NAMED = 3


@dataclass(frozen=True)
class Vouching:
    """What was found out."""

    package: PackageSecurity
    artifacts: Mapping[str, SecurityState] = field(default_factory=dict)
    """States of the signatures that single files have."""
    warnings: Sequence[str] = ()


def judge(csar: Csar, digests: Digests, trust: Trust) -> Vouching:
    """Verify every signature of a package. Raises `InvalidSignatureError` for one that is wrong."""
    warnings: list[str] = []
    found: list[PackageSecurity] = []
    if csar.wrapping is not None:
        found.append(_whole(csar, trust))
        warnings.extend(f"the outer ZIP's {name} has no meaning there" for name in csar.wrapping.others)
    artifacts = _single(csar, digests, trust)
    if csar.manifest is not None and csar.manifest.signature is not None:
        found.append(_narrowed(_manifest(csar, csar.manifest, trust), _uncovered(csar, artifacts)))
    if not found and artifacts:
        found.append(_of_single(csar, artifacts))
    package = next((one for one in found if one.state is SecurityState.VERIFIED), found[0] if found else None)
    package = package or PackageSecurity(reason="it has no signature")
    if package.state is SecurityState.NOT_VERIFIED:
        warnings.append(f"the package's signature is not verified: {package.reason}")
    option = SecurityOption.OPTION_2 if csar.wrapping else SecurityOption.OPTION_1
    package = package.model_copy(update={"option": option, "signing_certificate": _certificate(csar)})
    states = {path: security.state for path, security in artifacts.items()}
    return Vouching(package=package, artifacts=states, warnings=warnings)


def _certificate(csar: Csar) -> str | None:
    """The file with the signer's certificate, as PEM."""
    outer = csar.wrapping
    archive, path = (outer.archive, outer.certificate) if outer else (csar.archive, csar.certificate)
    if path is None:
        return None
    try:
        return "".join(pem_of(certificate) for certificate in certificates_of(archive.read(path, SIGNATURE_BYTES)))
    except ValueError:
        return None  # nobody signed with it, or the signature would have been refused


def _whole(csar: Csar, trust: Trust) -> PackageSecurity:
    """The signature of an outer ZIP, over the inner file as it is."""
    outer = csar.wrapping
    if outer is None:
        return PackageSecurity()
    signature = outer.archive.read(outer.signature, SIGNATURE_BYTES)
    certificate = outer.archive.read(outer.certificate, SIGNATURE_BYTES) if outer.certificate else None
    try:
        return verify(
            signature,
            lambda name: (bytes.fromhex(outer.archive.digest(outer.csar, name)),),
            certificate,
            trust,
        )
    except WrongSignatureError as error:
        raise _invalid(f"{outer.signature}, the signature of {outer.csar},", error) from error


def _manifest(csar: Csar, manifest: Metadata, trust: Trust) -> PackageSecurity:
    """The signature at a manifest's end, over the text before it."""
    certificate = csar.archive.read(csar.certificate, SIGNATURE_BYTES) if csar.certificate else None
    try:
        return verify(
            manifest.signature or b"",
            lambda name: [hashlib.new(name, text).digest() for text in _writings(manifest.text)],
            certificate,
            trust,
        )
    except WrongSignatureError as error:
        raise _invalid(f"the signature at the end of {manifest.name}", error) from error


def _writings(text: bytes) -> tuple[bytes, ...]:
    """A text as signers see it: as it is, or without the line's end that parts it from the signature, or as mail."""
    plain = text.replace(b"\r\n", b"\n")
    bare = plain.rstrip(b"\n")
    texts = (plain, plain.removesuffix(b"\n"), bare, bare + b"\n")
    return tuple(dict.fromkeys((text, *texts, *(one.replace(b"\n", b"\r\n") for one in texts))))


def _single(csar: Csar, digests: Digests, trust: Trust) -> dict[str, PackageSecurity]:
    """The signatures that the manifest names for single files."""
    entries = csar.manifest.files if csar.manifest else ()
    return {
        entry.path: _of_file(csar, entry, entry.signature, digests, trust)
        for entry in entries
        if entry.signature and {entry.path, entry.signature} <= csar.archive.names
    }


def _of_file(csar: Csar, entry: FileEntry, signature: str, digests: Digests, trust: Trust) -> PackageSecurity:
    path = entry.certificate if entry.certificate in csar.archive.names else csar.certificate
    certificate = csar.archive.read(path, SIGNATURE_BYTES) if path else None
    content = csar.archive.read(signature, SIGNATURE_BYTES)
    try:
        return verify(content, lambda name: (bytes.fromhex(digests.of(entry.path, name)),), certificate, trust)
    except WrongSignatureError as error:
        raise _invalid(f"{signature}, the signature of {entry.path},", error) from error


def _uncovered(csar: Csar, artifacts: Mapping[str, PackageSecurity]) -> list[str]:
    """Files that a signed manifest does not vouch for: no digest in it, and no verified signature of their own."""
    entries = csar.manifest.files if csar.manifest else ()
    covered = {entry.path for entry in entries if entry.hash and hash_name(entry.algorithm)}
    covered |= {path for path, security in artifacts.items() if security.state is SecurityState.VERIFIED}
    return sorted(csar.archive.names - covered - signing_files(csar))


def _narrowed(security: PackageSecurity, uncovered: list[str]) -> PackageSecurity:
    """What a good signature is worth that leaves files out."""
    if security.state is not SecurityState.VERIFIED or not uncovered:
        return security
    named = ", ".join(uncovered[:_NAMED]) + (f" and {len(uncovered) - _NAMED} more" if len(uncovered) > _NAMED else "")
    reason = f"the manifest is signed but states no digest of {named}"
    return security.model_copy(update={"state": SecurityState.NOT_VERIFIED, "reason": reason})


def _of_single(csar: Csar, artifacts: Mapping[str, PackageSecurity]) -> PackageSecurity:
    """A package in which files are signed and the manifest is not: anybody may have changed what it says."""
    missing = next((one.reason for one in artifacts.values() if one.reason), None)
    reason = missing or f"{len(artifacts)} of {len(csar.archive.names)} files are signed, the manifest is not"
    return PackageSecurity(state=SecurityState.NOT_VERIFIED, reason=reason)


def _invalid(what: str, error: WrongSignatureError) -> InvalidSignatureError:
    return InvalidSignatureError(
        f"cannot read the package: {what} {error}; sign it anew, or leave the signature out", str(error)
    )
