"""Whether a signer is trusted: the chain from its certificate to one of the configured roots (RFC 5280)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound, KeyUsage
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from descriptors.sol004.encodings import certificates_of
from manoflow.domain.errors import InvalidInputError


class Trust:
    """The configured roots, at one moment."""

    def __init__(self, roots: Sequence[bytes], now: datetime | None = None) -> None:
        """`roots`: files of certificates. Raises `InvalidInputError` for one that holds none."""
        self.roots = tuple(certificate for root in roots for certificate in _read(root))
        self._now = now or datetime.now(UTC)

    def objection(self, signer: Certificate, others: Sequence[Certificate]) -> str | None:
        """Why a signer is not trusted, as a sentence; None where a root, or being one itself, vouches for it.

        `others`: certificates that came with the signature, of authorities between the signer and a root.
        """
        return self._unfit(signer) or self._unknown(signer, others)

    def _unfit(self, signer: Certificate) -> str | None:
        if signer.not_valid_after_utc < self._now:
            return f"its signer's certificate has expired on {signer.not_valid_after_utc.date().isoformat()}"
        if signer.not_valid_before_utc > self._now:
            return f"its signer's certificate is not valid before {signer.not_valid_before_utc.date().isoformat()}"
        try:
            usage = signer.extensions.get_extension_for_class(KeyUsage).value
        except ExtensionNotFound:
            return None
        signs = usage.digital_signature or usage.content_commitment
        return None if signs else "its signer's certificate is not meant for signing"

    def _unknown(self, signer: Certificate, others: Sequence[Certificate]) -> str | None:
        if not self.roots:
            return "no trusted roots are configured"
        if signer in self.roots:
            return None
        authority = ExtensionPolicy.permit_all().require_present(BasicConstraints, Criticality.AGNOSTIC, None)
        authority = authority.may_be_present(KeyUsage, Criticality.AGNOSTIC, _require_authority)
        policy = PolicyBuilder().store(Store(list(self.roots))).time(self._now)
        policy = policy.extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
        try:
            policy.build_client_verifier().verify(signer, list(others))
        except (VerificationError, ValueError) as error:
            return f"no trusted root vouches for its signer ({str(error)[:160]})"
        return None


def _require_authority(_policy: Policy, certificate: Certificate, usage: KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError(f"{certificate.subject.rfc4514_string()} may not sign certificates")


def _read(root: bytes) -> list[Certificate]:
    try:
        return certificates_of(root)
    except ValueError as error:
        raise InvalidInputError(
            f"cannot use the trusted roots: a file holds no certificate ({error}); give PEM or DER"
        ) from error
