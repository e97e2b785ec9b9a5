"""CMS signatures (RFC 5652), as SOL004 clauses 4.3.6 and 5 use them: the one place that reads and verifies them.

ASN.1 is read by asn1crypto, which takes BER as Java's signers write it; keys and chains are cryptography's business.
`descriptors.sol004.security` knows what is signed and what follows from the outcome.
"""

import hashlib
from collections.abc import Callable, Sequence

from asn1crypto import cms, core
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509 import (
    Certificate,
    DuplicateExtension,
    InvalidVersion,
    SubjectKeyIdentifier,
    load_der_x509_certificate,
)

from descriptors.sol004.encodings import certificates_of, der_of
from descriptors.sol004.trust import Trust
from manoflow.domain.package_security import PackageSecurity, SecurityState

HashesOf = Callable[[str], Sequence[bytes]]
"""The digests, by one of hashlib's algorithms, of what should be signed: one for each way of writing it."""

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    *(DuplicateExtension, InvalidVersion),
)
"""What asn1crypto and cryptography raise of bytes that are no signature."""


class WrongSignatureError(Exception):
    """A signature that cannot be read or does not fit. The text goes on from "its signature"."""


class _UnjudgedError(Exception):
    """A signature by means that are not judged here. The text is a reason."""


def verify(signature: bytes, hashes_of: HashesOf, certificate: bytes | None, trust: Trust) -> PackageSecurity:
    """The state of a signature and who signed: verified, or not verified for a reason.

    `certificate` is the content of a file that came beside the signature. Raises `WrongSignatureError`.
    """
    try:
        message = cms.ContentInfo.load(der_of(signature), strict=True)
        if message["content_type"].native != "signed_data":
            raise WrongSignatureError(f"is CMS of the kind {message['content_type'].native}, not signed data")
        signed = message["content"]
        brought = [*_certificates(signed), *(certificates_of(certificate) if certificate else [])]
        outcomes = [_judge(info, signed, hashes_of, brought, trust) for info in signed["signer_infos"]]
    except _UNREADABLE as error:
        raise WrongSignatureError(f"cannot be read as CMS ({str(error).splitlines()[0][:120]})") from error
    if not outcomes:
        raise WrongSignatureError("has no signer")
    return next((one for one in outcomes if one.state is SecurityState.VERIFIED), outcomes[0])


def _certificates(signed: cms.SignedData) -> list[Certificate]:
    found = signed["certificates"]
    if not isinstance(found, cms.CertificateSet):
        return []
    return [load_der_x509_certificate(one.chosen.dump()) for one in found if one.name == "certificate"]


def _judge(
    info: cms.SignerInfo, signed: cms.SignedData, hashes_of: HashesOf, brought: list[Certificate], trust: Trust
) -> PackageSecurity:
    certificate = next((one for one in (*brought, *trust.roots) if _is_of(info["sid"], one)), None)
    signer = certificate.subject.rfc4514_string() if certificate else None
    try:
        digests = _contents(info, signed, hashes_of)
        if certificate is not None:
            _require_key(info, digests, certificate)
    except (_UnjudgedError, UnsupportedAlgorithm) as error:
        return PackageSecurity(state=SecurityState.NOT_VERIFIED, signer=signer, reason=str(error))
    if certificate is None:
        absent = "its signer's certificate is neither with it nor among the trusted ones"
        return PackageSecurity(state=SecurityState.NOT_VERIFIED, reason=absent)
    reason = trust.objection(certificate, [one for one in brought if one != certificate])
    state = SecurityState.NOT_VERIFIED if reason else SecurityState.VERIFIED
    return PackageSecurity(state=state, signer=signer, reason=reason)


def _is_of(sid: cms.SignerIdentifier, certificate: Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        named = sid.chosen
        issued = named["issuer"].dump() == certificate.issuer.public_bytes()
        return bool(issued and named["serial_number"].native == certificate.serial_number)
    return bool(sid.chosen.native == _key_identifier(certificate))


def _key_identifier(certificate: Certificate) -> bytes:
    own = [one.value for one in certificate.extensions if isinstance(one.value, SubjectKeyIdentifier)]
    return own[0].digest if own else SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest


def _contents(info: cms.SignerInfo, signed: cms.SignedData, hashes_of: HashesOf) -> Sequence[bytes]:
    """The digests that the signature may be of. Raises `WrongSignatureError` where it is of something else."""
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        raise _UnjudgedError(f"its digest algorithm {algorithm} proves nothing")
    digests = hashes_of(algorithm)
    attached = signed["encap_content_info"]["content"].native
    if attached is not None:
        digests = [digest for digest in digests if digest == hashlib.new(algorithm, attached).digest()]
    attributes = _attributes(info)
    if attributes:
        (stated,) = attributes["message_digest"].native
        digests = [digest for digest in digests if digest == stated]
    if not digests:
        raise WrongSignatureError("is of other content")
    return digests


def _attributes(info: cms.SignerInfo) -> dict[str, core.Asn1Value]:
    found = info["signed_attrs"]
    if not isinstance(found, cms.CMSAttributes):
        return {}
    return {attribute["type"].native: attribute["values"] for attribute in found}


def _require_key(info: cms.SignerInfo, digests: Sequence[bytes], certificate: Certificate) -> None:
    """Raises `WrongSignatureError` where the key of this certificate did not make the signature."""
    algorithm = _algorithm(info)
    if isinstance(info["signed_attrs"], cms.CMSAttributes):
        fits = _fits(info, certificate, info["signed_attrs"].untag().dump(), algorithm)
    else:
        fits = any(_fits(info, certificate, digest, Prehashed(algorithm)) for digest in digests)
    if not fits:
        raise WrongSignatureError("was not made with the key of its signer's certificate, or was changed")


def _algorithm(info: cms.SignerInfo) -> hashes.HashAlgorithm:
    """The hash that is signed: stated with the signature, or else the digest's."""
    try:
        name = info["signature_algorithm"].hash_algo
    except ValueError:
        name = info["digest_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise _UnjudgedError(f"its signature's hash {name} proves nothing")
    return _HASHES[name]


def _fits(
    info: cms.SignerInfo, certificate: Certificate, message: bytes, algorithm: hashes.HashAlgorithm | Prehashed
) -> bool:
    key, signature = certificate.public_key(), info["signature"].native
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, _padding(info), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(algorithm))
        else:
            raise _UnjudgedError(f"signatures by {info['signature_algorithm'].signature_algo} are not judged here")
    except InvalidSignature:
        return False
    return True


def _padding(info: cms.SignerInfo) -> padding.AsymmetricPadding:
    if info["signature_algorithm"].signature_algo != "rsassa_pss":
        return padding.PKCS1v15()
    parameters = info["signature_algorithm"]["parameters"]
    name = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
    if name not in _HASHES:
        raise _UnjudgedError(f"its mask's hash {name} proves nothing")
    return padding.PSS(padding.MGF1(_HASHES[name]), parameters["salt_length"].native)
