"""Whether a package's files are vouched for: the states of its signatures, and the policy that judges them.

SOL004 clauses 4.3 and 5 say what is hashed and signed. `descriptors.sol004` finds it out, `manoflow.domain.packages`
keeps it with the package, and `MANOFLOW_PACKAGES__*` set the policy.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from manoflow.domain.base import Model
from manoflow.domain.errors import InvalidInputError


class SecurityState(StrEnum):
    """What is known of a signature, or of all that should vouch for a package."""

    UNSIGNED = "UNSIGNED"
    NOT_VERIFIED = "NOT_VERIFIED"
    """Nothing is wrong with it, but its signer is not known to be trusted, or it leaves files out."""
    VERIFIED = "VERIFIED"
    """Signed by somebody whom a configured root vouches for, and every file is covered."""
    INVALID = "INVALID"
    """It cannot be read or does not fit what it should sign: such a package is refused."""


class SecurityOption(StrEnum):
    """How SOL004 clause 5.1 lets a package be secured."""

    OPTION_1 = "OPTION_1"
    """By digests in the manifest, which may be signed, as may single files."""
    OPTION_2 = "OPTION_2"
    """As a whole, from an outer ZIP."""


class PackageSecurity(Model):
    """What vouches for a package as a whole."""

    state: SecurityState = SecurityState.UNSIGNED
    option: SecurityOption = SecurityOption.OPTION_1
    signing_certificate: str | None = None
    """PEM of the certificate, where it is a file of the package (SOL005 clause 9.5.2.5, signingCertificate)."""
    signer: str | None = None
    """Subject of the certificate that the package, or its manifest, was signed with."""
    reason: str | None = None
    """Why the state is no better."""


class InvalidSignatureError(InvalidInputError):
    """A package with a signature that cannot be read or does not fit: its state is INVALID."""

    def __init__(self, message: str, reason: str) -> None:
        """`reason`: what is wrong with the signature, without where it is and what to do."""
        super().__init__(message)
        self.security = PackageSecurity(state=SecurityState.INVALID, reason=reason)


@dataclass(frozen=True)
class PackagePolicy:
    """What is asked of a package. The default takes what SOL004 forbids but vendors do, with warnings."""

    strict: bool = False
    """SOL004 to the letter: a manifest there is, it lists every file, and every named artifact is inside."""
    lenient_meta_hashes: bool = False
    """A file that differs from TOSCA.meta's own hash is a warning. Never the manifest's: it is what gets signed."""
    trusted_roots: tuple[bytes, ...] = ()
    """Certificates (PEM, one or many in each) that may vouch for signers."""
    usable: frozenset[SecurityState] = field(
        default=frozenset({SecurityState.UNSIGNED, SecurityState.NOT_VERIFIED, SecurityState.VERIFIED})
    )
    """States in which a package may be enabled."""

    def objection(self, security: PackageSecurity) -> str | None:
        """Why a package may not be enabled, as the end of a sentence; None where it may."""
        if security.state in self.usable:
            return None
        allowed = ", ".join(sorted(self.usable)) or "none"
        because = f" ({security.reason})" if security.reason else ""
        return f"its security state is {security.state}{because} and the policy enables {allowed}"


DEFAULT_POLICY = PackagePolicy()
