"""How signatures and certificates are written down: DER, PEM, S/MIME (SOL004 clause 5.1 leaves it to the vendor).

`descriptors.sol004.signatures` reads what is inside. Nothing here says whether any of it is right.
"""

import email.policy
import re
from base64 import b64decode
from email.parser import BytesParser

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates

_PEM = re.compile(rb"-----BEGIN (?P<kind>CMS|PKCS7)-----\s(?P<text>[A-Za-z0-9+/=\s]*)-----END (?P=kind)-----")
_SEQUENCE = b"\x30"
_PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_SMIME = frozenset({f"application/{prefix}pkcs7-{kind}" for prefix in ("", "x-") for kind in ("signature", "mime")})


def der_of(signature: bytes) -> bytes:
    """The CMS message itself. Raises `ValueError` where there is none, or more than one."""
    if signature.startswith(_SEQUENCE):
        return signature
    text = signature.strip()
    if text.startswith(b"-----BEGIN "):
        found = _PEM.fullmatch(text)
        if found is None:
            raise ValueError("it is not one PEM block CMS or PKCS7")
        return b64decode(b"".join(found["text"].split()), validate=True)
    message = BytesParser(policy=email.policy.compat32).parsebytes(signature)
    parts = [part for part in message.walk() if part.get_content_type() in _SMIME]
    if len(parts) != 1:
        raise ValueError("it is neither DER nor PEM nor S/MIME with one signature")
    content = parts[0].get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def certificates_of(content: bytes) -> list[Certificate]:
    """The certificates in a file, one in DER or any number in PEM. Raises `ValueError` for what is neither."""
    if _PEM_CERTIFICATE in content:
        return load_pem_x509_certificates(content)
    return [load_der_x509_certificate(content)]


def pem_of(certificate: Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()
