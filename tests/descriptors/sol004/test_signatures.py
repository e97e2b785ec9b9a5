"""CMS signatures, made by other programs: who signed, whether it fits, and who vouches for the signer."""

import hashlib
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from descriptors.sol004.signatures import WrongSignatureError, verify
from descriptors.sol004.trust import Trust
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import PackageSecurity, SecurityState
from tests.descriptors.sol004.signers import DAY, Identity, issued, openssl_cms, pkcs7_signature, root, vendor

CONTENT = b"what is signed\r\nin two lines\n"


def checked(
    signature: bytes,
    content: bytes = CONTENT,
    certificate: bytes | None = None,
    roots: Sequence[Identity] | None = None,
) -> PackageSecurity:
    trusted = Trust([one.pem for one in ([root()] if roots is None else roots)])
    return verify(signature, lambda name: (hashlib.new(name, content).digest(),), certificate, trusted)


VERIFIED = PackageSecurity(state=SecurityState.VERIFIED, signer="CN=Vendor")


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-outform", "PEM"),
        ("-outform", "SMIME"),
        ("-outform", "SMIME", "-nodetach"),
        ("-nodetach",),
        ("-nodetach", "-stream"),
        ("-noattr",),
        ("-noattr", "-nodetach"),
        ("-keyid",),
        ("-md", "sha384"),
        ("-md", "sha512", "-noattr"),
        ("-nosmimecap", "-stream"),
    ],
    ids=" ".join,
)
def test_what_openssl_signs_is_verified(options: tuple[str, ...], tmp_path: Path) -> None:
    assert checked(openssl_cms(CONTENT, vendor(), tmp_path, *options)) == VERIFIED


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rsa", ()),
        ("rsa", ("-noattr",)),
        ("rsa", ("-keyopt", "rsa_padding_mode:pss")),
        ("rsa", ("-keyopt", "rsa_padding_mode:pss", "-noattr", "-md", "sha384")),
    ],
)
def test_keys_of_other_kinds_are_verified(kind: str, options: tuple[str, ...], tmp_path: Path) -> None:
    signer = issued("Vendor", root(), kind=kind)
    assert checked(openssl_cms(CONTENT, signer, tmp_path, *options)) == VERIFIED


@pytest.mark.parametrize("options", [(), (pkcs7.PKCS7Options.NoAttributes,), (pkcs7.PKCS7Options.NoCapabilities,)])
def test_what_cryptography_signs_is_verified(options: tuple[pkcs7.PKCS7Options, ...]) -> None:
    assert checked(pkcs7_signature(CONTENT, vendor(), *options)) == VERIFIED


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_certificate_may_lie_beside_the_signature(encoding: Encoding, tmp_path: Path) -> None:
    signature = openssl_cms(CONTENT, vendor(), tmp_path, "-nocerts")
    assert checked(signature, certificate=vendor().certificate.public_bytes(encoding)) == VERIFIED
    assert checked(signature, roots=[vendor()]) == VERIFIED
    assert checked(signature) == PackageSecurity(
        state=SecurityState.NOT_VERIFIED,
        reason="its signer's certificate is neither with it nor among the trusted ones",
    )


def test_an_authority_between_signer_and_root_comes_with_the_signature(tmp_path: Path) -> None:
    between = issued("Between", root(), authority=True)
    signer = issued("Vendor", between)
    alone = checked(openssl_cms(CONTENT, signer, tmp_path))
    assert alone.state is SecurityState.NOT_VERIFIED
    assert (alone.reason or "").startswith("no trusted root vouches for its signer")
    (tmp_path / "between.pem").write_bytes(between.pem)
    assert checked(openssl_cms(CONTENT, signer, tmp_path, "-certfile", "between.pem")) == VERIFIED


@pytest.mark.parametrize("says", [None, False])
def test_a_signer_is_no_authority(says: bool | None, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """Whoever has a certificate from the root cannot make signers of his own with it."""
    signer = issued("Vendor", root(), authority=says)
    (tmp_path / "vendor.pem").write_bytes(signer.pem)
    security = checked(openssl_cms(CONTENT, issued("Below", signer), tmp_path, "-certfile", "vendor.pem"))
    assert (security.state, security.signer) == (SecurityState.NOT_VERIFIED, "CN=Below")
    assert (security.reason or "").startswith("no trusted root vouches for its signer")


def test_an_authority_that_may_not_sign_certificates_vouches_for_nobody(tmp_path: Path) -> None:
    signing = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    between = issued("Between", root(), authority=True, usage=signing)
    (tmp_path / "between.pem").write_bytes(between.pem)
    signature = openssl_cms(CONTENT, issued("Vendor", between), tmp_path, "-certfile", "between.pem")
    assert checked(signature).state is SecurityState.NOT_VERIFIED


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("signer", "roots", "reason"),
    [
        (vendor(), [], "no trusted roots are configured"),
        (vendor(), [issued("Stranger", authority=True)], "no trusted root vouches for its signer"),
        (issued("Vendor"), None, "no trusted root vouches for its signer"),
        (
            issued("Vendor", root(), begins=NOW - 3 * DAY, ends=NOW - 2 * DAY),
            None,
            f"its signer's certificate has expired on {(NOW - 2 * DAY).date()}",
        ),
        (
            issued("Vendor", root(), begins=NOW + DAY, ends=NOW + 2 * DAY),
            None,
            f"its signer's certificate is not valid before {(NOW + DAY).date()}",
        ),
        (
            issued(
                "Vendor",
                root(),
                usage=x509.KeyUsage(
                    digital_signature=False,
                    content_commitment=False,
                    key_encipherment=True,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=False,
                    crl_sign=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
            ),
            None,
            "its signer's certificate is not meant for signing",
        ),
    ],
    ids=["no roots", "another root", "nobody vouches", "expired", "not yet", "usage"],
)
def test_a_signer_who_is_not_trusted_is_told_with_the_reason(
    signer: Identity, roots: Sequence[Identity] | None, reason: str, tmp_path: Path
) -> None:
    security = checked(openssl_cms(CONTENT, signer, tmp_path, "-nosmimecap"), roots=roots)
    assert (security.state, security.signer) == (SecurityState.NOT_VERIFIED, "CN=Vendor")
    assert (security.reason or "").startswith(reason)


def test_a_root_that_has_expired_vouches_for_nobody(tmp_path: Path) -> None:
    old = issued("Old", authority=True, begins=NOW - 9 * DAY, ends=NOW - DAY)
    signer = issued("Vendor", old)
    assert checked(openssl_cms(CONTENT, signer, tmp_path), roots=[old]).state is SecurityState.NOT_VERIFIED


def test_a_weak_digest_proves_nothing(tmp_path: Path) -> None:
    security = checked(openssl_cms(CONTENT, vendor(), tmp_path, "-md", "sha1"))
    assert (security.state, security.reason) == (
        SecurityState.NOT_VERIFIED,
        "its digest algorithm sha1 proves nothing",
    )


def test_a_key_of_a_kind_that_is_not_judged_proves_nothing(tmp_path: Path) -> None:
    security = checked(openssl_cms(CONTENT, issued("Vendor", root(), kind="dsa"), tmp_path, "-md", "sha256"))
    assert (security.state, security.signer) == (SecurityState.NOT_VERIFIED, "CN=Vendor")
    assert security.reason == "signatures by dsa are not judged here"


@pytest.mark.parametrize("options", [(), ("-noattr",), ("-nodetach",), ("-nodetach", "-noattr")])
def test_a_signature_of_other_content_is_wrong(options: tuple[str, ...], tmp_path: Path) -> None:
    signature = openssl_cms(b"something else", vendor(), tmp_path, *options)
    problem = "was not made with the key" if options == ("-noattr",) else "is of other content"
    with pytest.raises(WrongSignatureError, match=problem):
        checked(signature)


@pytest.mark.parametrize("options", [(), ("-noattr",)])
def test_a_signature_under_the_name_of_another_is_wrong(options: tuple[str, ...], tmp_path: Path) -> None:
    """It names the vendor's key and was made with the forger's."""
    forger = issued("Forger", root())
    signature = openssl_cms(CONTENT, forger, tmp_path, "-nocerts", "-keyid", *options)
    forged = signature.replace(key_identifier(forger), key_identifier(vendor()))
    assert forged != signature
    with pytest.raises(WrongSignatureError, match="was not made with the key"):
        checked(forged, certificate=vendor().pem)


def key_identifier(identity: Identity) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(identity.certificate.public_key()).digest


def test_a_changed_attribute_is_noticed(tmp_path: Path) -> None:
    """The time of signing is signed too."""
    signature = openssl_cms(CONTENT, vendor(), tmp_path)
    year = datetime.now(UTC).strftime("%y%m%d").encode()
    assert signature.count(b"\x17\x0d" + year) >= 1
    place = signature.rindex(b"\x17\x0d" + year)
    changed = signature[: place + 2] + b"490101" + signature[place + 8 :]
    with pytest.raises(WrongSignatureError, match="was changed"):
        checked(changed)


@pytest.mark.parametrize(
    ("signature", "problem"),
    [
        (b"", "cannot be read as CMS"),
        (b"empty cms, to simulate ziped csar options", "neither DER nor PEM nor S/MIME"),
        (b"\x30\x80", "cannot be read as CMS"),
        (b"0" * 3, "cannot be read as CMS"),
        (b"\x30\x80" * 20_000, "cannot be read as CMS"),
        (b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n", "cannot be read as CMS"),
        (b"-----BEGIN CMS-----\nA*\n-----END CMS-----\n", "not one PEM block"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not one PEM block"),
    ],
)
def test_what_is_no_signature_is_wrong(signature: bytes, problem: str) -> None:
    with pytest.raises(WrongSignatureError, match=problem):
        checked(signature)


def test_cms_of_another_kind_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    subprocess.run(
        ["openssl", "cms", "-data_create", "-outform", "DER", "-in", "content", "-out", "signature"],
        cwd=tmp_path,
        check=True,
    )
    with pytest.raises(WrongSignatureError, match="is CMS of the kind data, not signed data"):
        checked((tmp_path / "signature").read_bytes())


def test_a_mere_bag_of_certificates_is_wrong() -> None:
    bag = pkcs7.serialize_certificates([vendor().certificate], Encoding.DER)
    with pytest.raises(WrongSignatureError, match="has no signer"):
        checked(bag)


def test_a_certificate_file_that_is_none_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WrongSignatureError, match="cannot be read"):
        checked(openssl_cms(CONTENT, vendor(), tmp_path), certificate=b"no certificate")


def test_roots_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="cannot use the trusted roots: a file holds no certificate"):
        Trust([b"no certificate"])


def test_no_change_of_a_byte_makes_a_signature_fit_other_content(tmp_path: Path) -> None:
    """Whatever byte is changed: it vouches for no other content."""
    signature = openssl_cms(CONTENT, vendor(), tmp_path)
    for place in range(len(signature)):
        changed = signature[:place] + bytes([signature[place] ^ 0x01]) + signature[place + 1 :]
        try:
            security = checked(changed, content=b"other content")
        except WrongSignatureError:
            continue
        assert security.state is SecurityState.NOT_VERIFIED
