"""The outer ZIP of SOL004 clause 5.1, option 2: a CSAR, its signature and perhaps the signer's certificate.

Seen here is only which file is which. The signature is judged in `descriptors.sol004.security`.
"""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from descriptors.sol004.archive import Archive
from manoflow.domain.errors import InvalidInputError

SIGNATURE_BYTES = 1 << 20
"""The largest signature or certificate that is read."""
_CSAR = (".csar", ".zip")
_SIGNATURES = (".cms", ".sm", ".p7s", ".p7m")
_CERTIFICATES = (".cert", ".crt", ".pem", ".cer")


@dataclass(frozen=True)
class Wrapping:
    """What an outer ZIP holds."""

    archive: Archive = field(repr=False)
    csar: str
    signature: str
    certificate: str | None
    others: tuple[str, ...]
    """Files that have no meaning there."""


def wrapping_of(archive: Archive) -> Wrapping | None:
    """The parts of an outer ZIP, or None where the archive is none. Raises `InvalidInputError` for half of one."""
    inner = next((found for kind in _CSAR if (found := _at_root(archive, (kind,)))), ())
    if not inner or _at_root(archive, (".yaml", ".yml")):
        return None
    if len(inner) > 1:
        raise InvalidInputError(
            f"cannot read the package: the ZIP holds {len(inner)} packages ({', '.join(inner[:3])}); "
            "upload each by itself"
        )
    signature = _beside(archive, inner[0], _SIGNATURES, "signature")
    if signature is None:
        stem = PurePosixPath(inner[0]).stem
        raise InvalidInputError(
            f"cannot read the package: the ZIP holds {inner[0]} without its signature; add {stem}.cms beside it, "
            f"or upload {inner[0]} itself"
        )
    certificate = _beside(archive, inner[0], _CERTIFICATES, "certificate")
    others = archive.names - {inner[0], signature, certificate}
    return Wrapping(archive, inner[0], signature, certificate, tuple(sorted(others)))


def _beside(archive: Archive, csar: str, kinds: tuple[str, ...], what: str) -> str | None:
    """The one file of these kinds, or of several the one that is named as the CSAR is."""
    found = _at_root(archive, kinds)
    named = tuple(name for name in found if PurePosixPath(name).stem == PurePosixPath(csar).stem)
    candidates = named or found
    if len(candidates) > 1:
        raise InvalidInputError(
            f"cannot read the package: the ZIP holds {len(candidates)} files that may be the {what} of {csar} "
            f"({', '.join(candidates[:3])}); leave one"
        )
    return candidates[0] if candidates else None


def _at_root(archive: Archive, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(name for name in archive.names if "/" not in name and name.lower().endswith(kinds)))
