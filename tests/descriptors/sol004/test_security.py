"""What vouches for a package: unsigned, not verified, verified, or refused because a signature is wrong."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED

import pytest

from descriptors.package import read_package
from manoflow.domain.package_security import (
    InvalidSignatureError,
    PackagePolicy,
    PackageSecurity,
    SecurityOption,
    SecurityState,
)
from tests.descriptors.building import META_PATH, VNFD_PATH
from tests.descriptors.sol004.packaging import (
    HEAD,
    MANIFEST,
    Files,
    block,
    packed,
    pem_of,
    probe,
    with_signed_manifest,
    wrapped,
)
from tests.descriptors.sol004.signers import issued, openssl_cms, pkcs7_signature, root, vendor

TRUSTING = PackagePolicy(trusted_roots=(root().pem,))
VERIFIED = PackageSecurity(state=SecurityState.VERIFIED, signer="CN=Vendor")
VERIFIED_WHOLE = VERIFIED.model_copy(update={"option": SecurityOption.OPTION_2})
WITH_FILE = {"signing_certificate": vendor().pem.decode()}
SCRIPT = "Scripts/start.sh"


def security_of(package: Path, policy: PackagePolicy = TRUSTING) -> PackageSecurity:
    return read_package(package, policy).security


def test_a_package_without_a_signature_is_unsigned(tmp_path: Path) -> None:
    assert security_of(packed(tmp_path, probe())) == PackageSecurity(reason="it has no signature")


def test_a_signed_manifest_that_states_every_file_verifies_the_package(tmp_path: Path) -> None:
    content = read_package(packed(tmp_path, with_signed_manifest(probe({SCRIPT: "#!"}), vendor())), TRUSTING)
    assert content.security == VERIFIED
    assert not [warning for warning in content.warnings if "signature" in warning]


def mailed(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    ("signed", "written"),
    [
        (bytes.rstrip, bytes),
        (bytes, lambda text: text + b"\n"),
        (bytes.rstrip, lambda text: text + b"\n\n"),
        (mailed, bytes),
        (bytes, mailed),
        (lambda text: mailed(text.rstrip()), mailed),
    ],
    ids=["no end", "blank line", "no end, blank lines", "signed as mail", "written as mail", "both, no end"],
)
def test_a_manifests_signature_fits_however_line_ends_were_written(
    signed: Callable[[bytes], bytes], written: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    files = probe()
    text = str(files[MANIFEST]).encode()
    whole = written(text) + pem_of(pkcs7_signature(signed(text), vendor()))
    assert security_of(packed(tmp_path, {**files, MANIFEST: whole})) == VERIFIED


def test_without_trusted_roots_a_good_signature_is_not_verified(tmp_path: Path) -> None:
    content = read_package(packed(tmp_path, with_signed_manifest(probe(), vendor())))
    reason = "no trusted roots are configured"
    assert content.security == PackageSecurity(state=SecurityState.NOT_VERIFIED, signer="CN=Vendor", reason=reason)
    assert f"the package's signature is not verified: {reason}" in content.warnings


def test_a_file_that_the_signed_manifest_leaves_out_is_not_verified(tmp_path: Path) -> None:
    files = {**with_signed_manifest(probe(), vendor()), SCRIPT: "rm -r /"}
    assert security_of(packed(tmp_path, files)) == PackageSecurity(
        state=SecurityState.NOT_VERIFIED,
        signer="CN=Vendor",
        reason=f"the manifest is signed but states no digest of {SCRIPT}",
    )


def test_the_signers_certificate_may_be_a_file_of_the_package(tmp_path: Path) -> None:
    files = probe()
    meta = str(files[META_PATH]) + "ETSI-Entry-Certificate: probe.cert\n"
    text = HEAD + block(META_PATH, meta) + block(VNFD_PATH, files[VNFD_PATH])
    signature = openssl_cms(text.encode(), vendor(), tmp_path, "-nocerts", "-outform", "PEM")
    signed: Files = {**files, META_PATH: meta, MANIFEST: text.encode() + signature}
    assert security_of(packed(tmp_path, {**signed, "probe.cert": vendor().pem})) == VERIFIED.model_copy(
        update=WITH_FILE
    )


@pytest.mark.parametrize("compression", [ZIP_STORED, ZIP_DEFLATED])
def test_a_package_signed_as_a_whole_is_verified_and_read(compression: int, tmp_path: Path) -> None:
    content = read_package(wrapped(tmp_path, probe({SCRIPT: "#!"}), vendor(), compression), TRUSTING)
    assert content.security == VERIFIED_WHOLE
    assert content.vnfd.product_name == "Link Probe"
    assert [artifact.path for artifact in content.artifacts] == [SCRIPT]


@pytest.mark.parametrize("form", ["DER", "PEM", "SMIME"])
def test_a_whole_packages_signature_may_be_written_in_any_form(form: str, tmp_path: Path) -> None:
    inner = packed(tmp_path, probe()).read_bytes()
    signature = openssl_cms(inner, vendor(), tmp_path, "-nocerts", "-outform", form)
    outer: Files = {"probe.csar": inner, "probe.cms": signature, "probe.cert": vendor().pem, "README": "odd"}
    content = read_package(packed(tmp_path, outer), TRUSTING)
    assert content.security == VERIFIED_WHOLE.model_copy(update=WITH_FILE)
    assert "the outer ZIP's README has no meaning there" in content.warnings


def test_a_whole_package_changed_after_signing_is_invalid(tmp_path: Path) -> None:
    signature = pkcs7_signature(packed(tmp_path, probe()).read_bytes(), vendor())
    changed = packed(tmp_path, probe({SCRIPT: "#!"})).read_bytes()
    with pytest.raises(InvalidSignatureError) as caught:
        read_package(packed(tmp_path, {"a.csar": changed, "a.cms": signature}))
    assert caught.value.security == PackageSecurity(state=SecurityState.INVALID, reason="is of other content")
    assert caught.value.message == (
        "cannot read the package: a.cms, the signature of a.csar, is of other content; "
        "sign it anew, or leave the signature out"
    )


def test_a_manifest_changed_after_signing_is_invalid(tmp_path: Path) -> None:
    files = with_signed_manifest(probe(), vendor())
    changed = bytes(files[MANIFEST]).replace(b"Link Probe", b"Link Prope")  # type: ignore[arg-type] # it is bytes
    with pytest.raises(InvalidSignatureError, match=r"at the end of probe\.mf is of other content"):
        read_package(packed(tmp_path, {**files, MANIFEST: changed}))


def test_text_after_a_manifests_signature_makes_it_invalid(tmp_path: Path) -> None:
    files = with_signed_manifest(probe(), vendor())
    more = bytes(files[MANIFEST]) + b"Source: Scripts/start.sh\n"  # type: ignore[arg-type] # it is bytes
    with pytest.raises(InvalidSignatureError, match="not one PEM block"):
        read_package(packed(tmp_path, {**files, MANIFEST: more}))


def one_signed(signature: bytes, folder: Path, certificate: bytes | None = None) -> Path:
    """The Link Probe with one script that has a signature of its own."""
    names = f"Signature: {SCRIPT}.cms\n" + (f"Certificate: {SCRIPT}.cert\n" if certificate else "")
    files = probe()
    text = str(files[MANIFEST]) + block(SCRIPT, "#!", names)
    beside: Files = {f"{SCRIPT}.cert": certificate} if certificate else {}
    return packed(folder, {**files, SCRIPT: "#!", f"{SCRIPT}.cms": signature, **beside, MANIFEST: text})


def test_an_artifacts_own_signature_is_shown_with_it(tmp_path: Path) -> None:
    content = read_package(one_signed(pkcs7_signature(b"#!", vendor()), tmp_path), TRUSTING)
    (script,) = content.artifacts
    assert (script.path, script.signature_state) == (SCRIPT, SecurityState.VERIFIED)
    assert content.security.state is SecurityState.NOT_VERIFIED
    assert content.security.reason == "1 of 5 files are signed, the manifest is not"


def test_an_artifacts_certificate_may_lie_beside_it(tmp_path: Path) -> None:
    signature = openssl_cms(b"#!", vendor(), tmp_path, "-nocerts")
    (script,) = read_package(one_signed(signature, tmp_path, vendor().pem), TRUSTING).artifacts
    assert script.signature_state is SecurityState.VERIFIED


def test_an_artifacts_wrong_signature_refuses_the_package(tmp_path: Path) -> None:
    with pytest.raises(InvalidSignatureError, match=rf"{SCRIPT}.cms, the signature of {SCRIPT}, is of other content"):
        read_package(one_signed(pkcs7_signature(b"#! else", vendor()), tmp_path), TRUSTING)


def test_an_artifact_signed_by_a_stranger_is_not_verified(tmp_path: Path) -> None:
    content = read_package(one_signed(pkcs7_signature(b"#!", issued("Stranger")), tmp_path), TRUSTING)
    assert content.artifacts[0].signature_state is SecurityState.NOT_VERIFIED
    assert (content.security.reason or "").startswith("no trusted root vouches for its signer")


@pytest.mark.parametrize(
    ("state", "usable", "objection"),
    [
        (SecurityState.UNSIGNED, PackagePolicy().usable, None),
        (SecurityState.NOT_VERIFIED, PackagePolicy().usable, None),
        (SecurityState.VERIFIED, frozenset({SecurityState.VERIFIED}), None),
        (
            SecurityState.UNSIGNED,
            frozenset({SecurityState.VERIFIED}),
            "its security state is UNSIGNED (because) and the policy enables VERIFIED",
        ),
        (SecurityState.VERIFIED, frozenset(), "its security state is VERIFIED (because) and the policy enables none"),
    ],
)
def test_the_policy_says_which_states_may_be_enabled(
    state: SecurityState, usable: frozenset[SecurityState], objection: str | None
) -> None:
    assert PackagePolicy(usable=usable).objection(PackageSecurity(state=state, reason="because")) == objection
