"""Made-up signers: an authority, signers under it, and signatures by OpenSSL's own program and by cryptography."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Identity:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def key(kind: str = "ec") -> Key:
    """A key of a kind; the same one each time it is asked for."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return dsa.generate_private_key(key_size=2048) if kind == "dsa" else ec.generate_private_key(ec.SECP256R1())


def issued(  # noqa: PLR0913 - a certificate has that many sides
    name: str,
    by: Identity | None = None,
    *,
    kind: str = "ec",
    authority: bool | None = None,
    begins: datetime | None = None,
    ends: datetime | None = None,
    usage: x509.KeyUsage | None = None,
) -> Identity:
    """A certificate by an authority, or by itself; it says whether it is one itself, where `authority` does."""
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    own = key(f"{kind}:{name}" if kind == "ec" else kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now - DAY)
        .not_valid_after(ends or now + DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if usage:
        builder = builder.add_extension(usage, critical=True)
    return Identity(own, builder.sign(by.key if by else own, hashes.SHA256()))


@cache
def root() -> Identity:
    """The authority whom tests trust."""
    return issued("Manoflow Test Root", authority=True)


@cache
def vendor() -> Identity:
    """A signer whom the root vouches for."""
    return issued("Vendor", root())


def openssl_cms(content: bytes, signer: Identity, folder: Path, *options: str) -> bytes:
    """A signature by `openssl cms -sign`: detached DER unless the options say otherwise."""
    for name, text in {"content": content, "signer.pem": signer.pem, "signer.key": signer.key_pem}.items():
        (folder / name).write_bytes(text)
    form = () if "-outform" in options else ("-outform", "DER")
    named = ("-in", "content", "-signer", "signer.pem", "-inkey", "signer.key")
    subprocess.run(
        ["openssl", "cms", "-sign", "-binary", *form, *named, *options, "-out", "signature"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "signature").read_bytes()


def pkcs7_signature(content: bytes, signer: Identity, *options: pkcs7.PKCS7Options) -> bytes:
    """A detached DER signature by cryptography's builder."""
    assert isinstance(signer.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    wanted = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature, *options]
    return builder.sign(Encoding.DER, wanted)
