"""Bad packages, by what is wrong with their structure or with the files that are stated."""

from manoflow.domain.package_security import PackagePolicy
from tests.descriptors.building import META, META_PATH, VNFD_PATH
from tests.descriptors.sol004.bad import SCRIPT, listing, of
from tests.descriptors.sol004.packaging import MANIFEST, SIGNED_META, Files, digest_of, probe

STRICT = PackagePolicy(strict=True)
ZEROS = "0" * 64


def without(name: str, files: Files) -> Files:
    return {path: content for path, content in files.items() if path != name}


def hashed_otherwise(algorithm: str, stated: str) -> str:
    actual = digest_of("#!", algorithm.replace("-", "").lower())
    return (
        f"{MANIFEST} line 12: {SCRIPT} is not the file that was hashed ({algorithm} {actual}, stated {stated}); "
        "pack the right file or correct the hash"
    )


STRUCTURE = [
    of(
        "nothing",
        {"README": "x"},
        f"it has no {META_PATH} and 0 YAML files at the root; "
        f"add {META_PATH} with Entry-Definitions, or put exactly one YAML file at the root",
    ),
    of(
        "two entries",
        {"a.yaml": "a: b", "b.yaml": "a: b"},
        f"it has no {META_PATH} and 2 YAML files at the root; "
        f"add {META_PATH} with Entry-Definitions, or put exactly one YAML file at the root",
    ),
    of(
        "all in a folder",
        {f"probe/{META_PATH}": META},
        f"it has no {META_PATH} and 0 YAML files at the root; "
        "everything lies in the folder probe/: pack what is in it, not the folder itself",
    ),
    of(
        "no entry named",
        {META_PATH: "CSAR-Version: 1.1\n"},
        f"{META_PATH} has no Entry-Definitions; add the path of the VNFD",
    ),
    of(
        "no such entry",
        {META_PATH: META},
        f"Entry-Definitions of {META_PATH} names {VNFD_PATH}, "
        "which is not in the package; correct the path, it counts from the root",
    ),
    of(
        "no such manifest",
        without(MANIFEST, probe()),
        f"{META_PATH} names the manifest {MANIFEST}, which is not in the package; add it or correct the path",
    ),
    of(
        "no such certificate",
        {**probe(), META_PATH: SIGNED_META + "ETSI-Entry-Certificate: a.cert\n"},
        f"{META_PATH} names the certificate a.cert, which is not in the package; add it or correct the path",
    ),
    of(
        "a line without a key",
        {META_PATH: "no colon here\n"},
        f"{META_PATH} line 1: 'no colon here' is not 'Key: value'; mend the line",
    ),
    of("binary metadata", {META_PATH: b"\xff\xfe\x00"}, f"{META_PATH}: the file is not UTF-8 text; save it as UTF-8"),
    of(
        "metadata too large",
        {META_PATH: META + "x" * (5 << 20)},
        f"{META_PATH} has {len(META) + (5 << 20)} bytes, at most 4194304 are read of such a file",
    ),
    of(
        "an entry of a manifest without a path",
        listing("\nSource:\n"),
        f"{MANIFEST} line 12: Source names no file; add its path",
    ),
    of(
        "two hashes of one file",
        listing(f"\nSource: {SCRIPT}\nHash: 0\nHash: 1\n"),
        f"{MANIFEST} line 14: Hash of {SCRIPT} is there twice; leave one",
    ),
]

FILES = [
    of(
        "a listed file that is absent",
        listing(f"\nSource: {SCRIPT}\n"),
        f"{MANIFEST} line 12: {SCRIPT} is not in the package; add it or strike it from the manifest",
    ),
    of(
        "two listed files that are absent",
        listing("\nSource: a\nSource: b\n"),
        f"{MANIFEST} line 12: a is not in the package; add it or strike it from the manifest; "
        f"{MANIFEST} line 13: b is not in the package; add it or strike it from the manifest",
    ),
    of(
        "an absent file of a non-MANO set",
        listing("\nnon_mano_artifact_sets:\n  events:\n    Source: a.yaml\n"),
        f"{MANIFEST} line 14: a.yaml is not in the package; add it or strike it from the manifest",
    ),
    of(
        "an absent signature",
        listing(f"\nSource: {SCRIPT}\nSignature: a.cms\n", {SCRIPT: "#!"}),
        f"{MANIFEST} line 12: a.cms, the signature of {SCRIPT}, is not in the package; add it",
    ),
    of(
        "an absent certificate of one file",
        listing(f"\nSource: {SCRIPT}\nCertificate: a.cert\n", {SCRIPT: "#!"}),
        f"{MANIFEST} line 12: a.cert, the certificate of {SCRIPT}, is not in the package; add it",
    ),
    of(
        "another file than was hashed",
        listing(f"\nSource: {SCRIPT}\nAlgorithm: SHA-256\nHash: {ZEROS}\n", {SCRIPT: "#!"}),
        hashed_otherwise("SHA-256", ZEROS),
    ),
    of(
        "another file by SHA-384",
        listing(f"\nSource: {SCRIPT}\nAlgorithm: SHA-384\nHash: 0\n", {SCRIPT: "#!"}),
        hashed_otherwise("SHA-384", "0"),
    ),
    of(
        "another file by SHA-512",
        listing(f"\nSource: {SCRIPT}\nAlgorithm: SHA-512\nHash: 0\n", {SCRIPT: "#!"}),
        hashed_otherwise("SHA-512", "0"),
    ),
    of(
        "stale hashes in TOSCA.meta",
        {
            META_PATH: META + "\nName: a\nAlgorithm: SHA-256\nHash: 0\n\nName: b\nAlgorithm: SHA-256\nHash: 1\n",
            VNFD_PATH: probe()[VNFD_PATH],
            "a": "a",
            "b": "b",
        },
        f"{META_PATH} line 6: a is not the file that was hashed (SHA-256 {digest_of('a')}, stated 0); "
        "pack the right file or correct the hash; "
        f"{META_PATH} line 10: b is not the file that was hashed (SHA-256 {digest_of('b')}, stated 1); "
        "pack the right file or correct the hash",
    ),
    of(
        "a manifest's hash, though TOSCA.meta's may be wrong",
        listing(f"\nSource: {SCRIPT}\nAlgorithm: SHA-256\nHash: 0\n", {SCRIPT: "#!"}),
        hashed_otherwise("SHA-256", "0"),
        PackagePolicy(lenient_meta_hashes=True),
    ),
]

TO_THE_LETTER = [
    of(
        "no manifest",
        {META_PATH: META, VNFD_PATH: probe()[VNFD_PATH]},
        f"the package has no manifest: nothing vouches for its files; {VNFD_PATH} is not in the manifest; "
        f"{META_PATH} is not in the manifest",
        STRICT,
    ),
    of("a file that the manifest leaves out", {**probe(), SCRIPT: "#!"}, f"{SCRIPT} is not in the manifest", STRICT),
    of(
        "a file that the manifest lists without a hash",
        listing(f"\nSource: {SCRIPT}\n", {SCRIPT: "#!"}),
        f"{SCRIPT} has no hash in the manifest",
        STRICT,
    ),
    of(
        "a hash by another algorithm",
        listing(f"\nSource: {SCRIPT}\nAlgorithm: MD5\nHash: 00\n", {SCRIPT: "#!"}),
        f"{MANIFEST} line 12: {SCRIPT} is not checked, its algorithm MD5 is not one of "
        f"SHA-224, SHA-256, SHA-384, SHA-512",
        STRICT,
    ),
]
