"""Bad packages, by what is wrong with an outer ZIP or a signature."""

from collections.abc import Callable
from pathlib import Path

from tests.descriptors.building import META_PATH
from tests.descriptors.sol004.bad import SCRIPT, Bad, listing, of
from tests.descriptors.sol004.packaging import MANIFEST, packed, pem_of, probe, with_signed_manifest, wrapped
from tests.descriptors.sol004.signers import Identity, issued, pkcs7_signature, vendor

SIGNED_ANEW = "sign it anew, or leave the signature out"


def wrapping(**changed: str | bytes | None) -> Callable[[Path], Path]:
    """An outer ZIP with a right signature, but for what is changed; `_` in a name stands for a dot."""

    def build(folder: Path) -> Path:
        inner = packed(folder, probe()).read_bytes()
        outer: dict[str, str | bytes | None] = {"probe.csar": inner, "probe.cms": pkcs7_signature(inner, vendor())}
        outer |= {name.replace("_", "."): content for name, content in changed.items()}
        return packed(folder, {name: content for name, content in outer.items() if content is not None})

    return build


def wrapped_twice(folder: Path) -> Path:
    inner = wrapped(folder, probe(), vendor()).read_bytes()
    return packed(folder, {"a.csar": inner, "a.cms": pkcs7_signature(inner, vendor())})


def signed_manifest(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        files = with_signed_manifest(probe(), vendor())
        text = files[MANIFEST]
        return packed(folder, {**files, MANIFEST: change(text if isinstance(text, bytes) else text.encode())})

    return build


def of_another_key(folder: Path) -> Path:
    """A signature under the vendor's certificate by somebody else's key."""
    files = probe()
    text = str(files[MANIFEST]).encode()
    forger = issued("Forger")
    forged = pkcs7_signature(text, Identity(forger.key, vendor().certificate))
    return packed(folder, {**files, MANIFEST: text + pem_of(forged)})


SIGNATURES = [
    Bad(
        "an outer ZIP without a signature",
        wrapping(probe_cms=None),
        "the ZIP holds probe.csar without its signature; add probe.cms beside it, or upload probe.csar itself",
    ),
    Bad(
        "an outer ZIP with two packages",
        wrapping(other_csar="x"),
        "the ZIP holds 2 packages (other.csar, probe.csar); upload each by itself",
    ),
    Bad(
        "an outer ZIP with two signatures",
        wrapping(probe_sm="x"),
        "the ZIP holds 2 files that may be the signature of probe.csar (probe.cms, probe.sm); leave one",
    ),
    Bad(
        "an outer ZIP in an outer ZIP",
        wrapped_twice,
        f"it has no {META_PATH} and 0 YAML files at the root; "
        f"add {META_PATH} with Entry-Definitions, or put exactly one YAML file at the root",
    ),
    Bad(
        "an inner file that is no ZIP",
        wrapping(probe_csar="text"),
        "it is not a ZIP file (File is not a zip file); upload a CSAR",
    ),
    Bad(
        "a signature of plain text",
        wrapping(probe_cms="empty cms, to simulate one"),
        "probe.cms, the signature of probe.csar, cannot be read as CMS "
        f"(it is neither DER nor PEM nor S/MIME with one signature); {SIGNED_ANEW}",
    ),
    Bad(
        "a signature of another package",
        wrapping(probe_cms=pkcs7_signature(b"another", vendor())),
        f"probe.cms, the signature of probe.csar, is of other content; {SIGNED_ANEW}",
    ),
    Bad(
        "a signature larger than any",
        wrapping(probe_cms=b"0" * (2 << 20)),
        "probe.cms has 2097152 bytes, at most 1048576 are read of such a file",
    ),
    Bad(
        "a manifest changed after it was signed",
        signed_manifest(lambda text: text.replace(b"Link", b"Lynx", 1)),
        f"the signature at the end of {MANIFEST} is of other content; {SIGNED_ANEW}",
    ),
    Bad(
        "text after a manifest's signature",
        signed_manifest(lambda text: text + b"Source: a\n"),
        f"the signature at the end of {MANIFEST} cannot be read as CMS (it is not one PEM block CMS or PKCS7); "
        f"{SIGNED_ANEW}",
    ),
    Bad(
        "a manifest signed by another key",
        of_another_key,
        f"the signature at the end of {MANIFEST} was not made with the key of its signer's certificate, "
        f"or was changed; {SIGNED_ANEW}",
    ),
    of(
        "an artifact's wrong signature",
        listing(f"\nSource: {SCRIPT}\nSignature: a.cms\n", {SCRIPT: "#!", "a.cms": pkcs7_signature(b"?", vendor())}),
        f"a.cms, the signature of {SCRIPT}, is of other content; {SIGNED_ANEW}",
    ),
]
