"""What is a warning by default and refused to the letter, and what is right in both."""

from pathlib import Path

import pytest

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import PackagePolicy
from tests.descriptors.building import LINK_PROBE, META, META_PATH, VNFD_PATH
from tests.descriptors.sol004.packaging import MANIFEST, Files, digest_of, packed, probe, with_signed_manifest
from tests.descriptors.sol004.signers import vendor
from tests.packages import EXAMPLE_NAMES, example_package

STRICT = PackagePolicy(strict=True)
IMAGE = "Files/disk.img"


def with_artifact(kind: str, file: str, checksum: str = digest_of("")) -> str:
    """The Link Probe with an artifact of its VDU, and with this checksum of its image."""
    lines = ["      artifacts:", "        disk:", f"          type: {kind}", f"          file: {file}"]
    vnfd = LINK_PROBE.replace("      capabilities:\n", "\n".join([*lines, "      capabilities:", ""]), 1)
    return vnfd.replace(digest_of(""), f"'{checksum}'")


SW_IMAGE = "tosca.artifacts.nfv.SwImage"
FILE = "tosca.artifacts.File"


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_examples_keep_to_the_letter(name: str, tmp_path: Path) -> None:
    read_package(example_package(name, tmp_path), STRICT)


def test_a_signed_package_keeps_to_the_letter(tmp_path: Path) -> None:
    read_package(packed(tmp_path, with_signed_manifest(probe({"Scripts/a.sh": "#!"}), vendor())), STRICT)


def test_a_script_that_is_named_and_absent_is_a_warning_or_refused(tmp_path: Path) -> None:
    package = packed(tmp_path, probe(vnfd=with_artifact(FILE, "../Scripts/a.sh")))
    told = "file names ../Scripts/a.sh, which is not in the package"
    (warning,) = (one for one in read_package(package).warnings if "Scripts" in one)
    assert warning.endswith(told)
    assert warning.startswith(f"{VNFD_PATH} line ")
    with pytest.raises(InvalidInputError, match=told):
        read_package(package, STRICT)


def test_an_image_that_is_named_and_absent_is_looked_up_by_name_or_refused(tmp_path: Path) -> None:
    package = packed(tmp_path, probe(vnfd=with_artifact(SW_IMAGE, f"../{IMAGE}")))
    content = read_package(package)
    assert not content.images[0].present
    assert (content.images[0].size, content.images[0].checksum) == (64 << 20, digest_of(""))
    assert [one for one in content.warnings if "not in the package" in one] == [
        f"software image {content.images[0].name} is not in the package: it is looked up in the VIM by this name"
    ]
    with pytest.raises(InvalidInputError, match=f"file names ../{IMAGE}, which is not in the package"):
        read_package(package, STRICT)


def test_an_artifact_elsewhere_is_no_absent_one(tmp_path: Path) -> None:
    read_package(packed(tmp_path, probe(vnfd=with_artifact(FILE, "https://files.example/a.sh"))), STRICT)


def test_an_image_other_than_its_descriptor_says_is_a_warning_or_refused(tmp_path: Path) -> None:
    package = packed(tmp_path, probe({IMAGE: "image"}, vnfd=with_artifact(SW_IMAGE, f"../{IMAGE}", "00")))
    content = read_package(package)
    told = (
        f"software image manoflow-demo-image: the descriptor's sha-256 is not that of {IMAGE}, the file's own is taken"
    )
    assert told in content.warnings
    (image,) = content.images
    assert (image.size, image.checksum_algorithm, image.checksum) == (5, "SHA-256", digest_of("image"))
    with pytest.raises(InvalidInputError, match=r"the descriptor's sha-256 is not that of"):
        read_package(package, STRICT)


def test_a_right_checksum_of_the_descriptor_is_kept(tmp_path: Path) -> None:
    vnfd = with_artifact(SW_IMAGE, f"../{IMAGE}", digest_of("image").upper())
    (image,) = read_package(packed(tmp_path, probe({IMAGE: "image"}, vnfd=vnfd)), STRICT).images
    assert (image.checksum_algorithm, image.checksum) == ("sha-256", digest_of("image"))


def test_a_laboratory_may_pass_stale_hashes_of_tosca_meta(tmp_path: Path) -> None:
    files: Files = {META_PATH: META + "\nName: a\nAlgorithm: SHA-256\nHash: 0\n", VNFD_PATH: LINK_PROBE, "a": "a"}
    package = packed(tmp_path, files)
    with pytest.raises(InvalidInputError, match="a is not the file that was hashed"):
        read_package(package)
    content = read_package(package, PackagePolicy(lenient_meta_hashes=True))
    assert any("a is not the file that was hashed" in warning for warning in content.warnings)


@pytest.mark.parametrize("algorithm", ["SHA-256", "sha256", "SHA_384", "sha-512", "SHA-224"])
def test_hashes_by_each_algorithm_are_checked_however_it_is_spelled(algorithm: str, tmp_path: Path) -> None:
    name = algorithm.lower().replace("-", "").replace("_", "")
    said = f"\nSource: a\nAlgorithm: {algorithm}\nHash: {digest_of('a', name).upper()}\n"
    (artifact,) = read_package(packed(tmp_path, probe(said=said) | {"a": "a"}), STRICT).artifacts
    assert (artifact.checksum_algorithm, artifact.checksum) == (f"SHA-{name[3:]}", digest_of("a", name))


def test_non_mano_artifacts_know_their_set(tmp_path: Path) -> None:
    said = (
        "\nnon_mano_artifact_sets:\n  onap_ves_events:\n    Source: Files/events.yaml\n"
        "  prv.acme_Tools:\n    Source: Files/tool\n    Source: Files/tool2\nSource: Files/after\n"
    )
    paths = ("Files/after", "Files/events.yaml", "Files/tool", "Files/tool2")
    content = read_package(packed(tmp_path, probe(said=said) | dict.fromkeys(paths, "x")))
    assert [(artifact.path, artifact.non_mano_set) for artifact in content.artifacts] == [
        ("Files/after", None),
        ("Files/events.yaml", "onap_ves_events"),
        ("Files/tool", "prv.acme_Tools"),
        ("Files/tool2", "prv.acme_Tools"),
    ]
    assert MANIFEST not in {artifact.path for artifact in content.artifacts}


CLASSES = {"a/ChangeLog.txt": "HISTORY", "a/Tests/t.py": "TESTING", "b/LICENSE": "LICENSE"}


def test_change_log_tests_and_licences_are_told_apart(tmp_path: Path) -> None:
    named = "ETSI-Entry-Change-Log: a/ChangeLog.txt\nETSI-Entry-Tests: a/Tests/\nETSI-Entry-Licenses: ./b\n"
    files = {META_PATH: META + named, VNFD_PATH: LINK_PROBE, **dict.fromkeys(CLASSES, "x"), "a/Tests2": "x"}
    content = read_package(packed(tmp_path, files))
    assert {one.path: one.classification for one in content.artifacts} == {**CLASSES, "a/Tests2": None}


def test_at_the_root_they_have_their_own_names(tmp_path: Path) -> None:
    files = {"vnfd.yaml": LINK_PROBE, "ChangeLog.txt": "x", "Tests/t.py": "x", "Licenses/LICENSE": "x", "README": "x"}
    found = {one.path: one.classification for one in read_package(packed(tmp_path, files)).artifacts}
    assert found == {
        "ChangeLog.txt": "HISTORY",
        "Licenses/LICENSE": "LICENSE",
        "README": None,
        "Tests/t.py": "TESTING",
    }


def test_a_change_log_that_is_named_and_absent_is_a_warning_or_refused(tmp_path: Path) -> None:
    package = packed(tmp_path, {META_PATH: META + "ETSI-Entry-Change-Log: gone.txt\n", VNFD_PATH: LINK_PROBE})
    told = f"{META_PATH}: gone.txt, named for history, is not in the package"
    assert told in read_package(package).warnings
    with pytest.raises(InvalidInputError, match=told):
        read_package(package, STRICT)


def test_artifacts_that_were_recorded_as_paths_are_still_read(tmp_path: Path) -> None:
    content = read_package(packed(tmp_path, probe({"a": "a"})))
    recorded = content.model_dump(mode="json") | {"artifacts": ["a"]}
    (artifact,) = type(content).model_validate(recorded).artifacts
    assert (artifact.path, artifact.checksum) == ("a", None)
