"""Which file of a CSAR is which, and files that are not what was said of them."""

import hashlib
from pathlib import Path

import pytest

from descriptors.package import read_package
from descriptors.packing import pack, seal
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.packages import PackageArtifact
from tests.descriptors.building import LINK_PROBE, META, META_PATH, VNFD_PATH, csar, zipped

NAMED_IMAGE = "software image manoflow-demo-image is not in the package: it is looked up in the VIM by this name"


def stated(path: str, content: str, algorithm: str = "SHA-256", name: str = "sha256") -> str:
    digest = hashlib.new(name, content.encode()).hexdigest()
    return f"\nSource: {path}\nAlgorithm: {algorithm}\nHash: {digest}\n"


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def refused(package: Path, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem) as caught:
        read_package(package)
    assert caught.value.message.startswith("cannot read the package: ")


def test_the_digest_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    package = csar(tmp_path, LINK_PROBE)
    content = read_package(package)
    assert content.digest == hashlib.sha256(package.read_bytes()).hexdigest()
    assert content.size == package.stat().st_size


def test_a_package_without_a_manifest_is_read_with_a_warning(tmp_path: Path) -> None:
    assert read_package(csar(tmp_path, LINK_PROBE)).warnings == (
        "the package has no manifest: nothing vouches for its files",
        NAMED_IMAGE,
    )


def test_entry_and_manifest_may_lie_at_the_root(tmp_path: Path) -> None:
    manifest = "metadata:\n  vnf_product_name: Link Probe\n" + stated("vnfd.yaml", LINK_PROBE)
    content = read_package(zipped(tmp_path, {"vnfd.yaml": LINK_PROBE, "vnfd.mf": manifest}))
    assert content.vnfd.product_name == "Link Probe"
    assert content.warnings == (NAMED_IMAGE,)


@pytest.mark.parametrize("key", ["ETSI-Entry-Manifest", "Entry-Manifest", "etsi-entry-manifest"])
@pytest.mark.parametrize(("algorithm", "name"), [("SHA-256", "sha256"), ("sha-512", "sha512"), ("SHA_384", "sha384")])
def test_a_manifest_named_by_tosca_meta_is_checked(key: str, algorithm: str, name: str, tmp_path: Path) -> None:
    manifest = "metadata:\n" + stated(f"./{VNFD_PATH}", LINK_PROBE, algorithm, name)
    files = {META_PATH: f"{META}{key}: probe.mf\n", VNFD_PATH: LINK_PROBE, "probe.mf": manifest}
    assert read_package(zipped(tmp_path, files)).warnings == (NAMED_IMAGE,)
    refused(zipped(tmp_path, {**files, VNFD_PATH: LINK_PROBE + "\n"}), f"probe.mf line 3: {VNFD_PATH} is not the file")


def test_a_hash_in_tosca_meta_is_checked(tmp_path: Path) -> None:
    entry = f"\nName: Files/a.txt\nContent-Type: text\nAlgorithm: SHA-256\nHash: {'0' * 64}\n"
    refused(
        zipped(tmp_path, {META_PATH: META + entry, VNFD_PATH: LINK_PROBE, "Files/a.txt": "a"}),
        r"TOSCA-Metadata/TOSCA.meta line 6: Files/a.txt is not the file that was hashed .* correct the hash",
    )


def test_a_file_that_only_tosca_meta_lists_may_be_missing(tmp_path: Path) -> None:
    entry = "\nName: Files/gone.img\nContent-Type: image\n"
    content = read_package(zipped(tmp_path, {META_PATH: META + entry, VNFD_PATH: LINK_PROBE}))
    assert "TOSCA-Metadata/TOSCA.meta line 6: Files/gone.img is not in the package" in content.warnings


def test_a_file_elsewhere_is_recorded_and_never_fetched(tmp_path: Path) -> None:
    uri = "https://images.example/disk.img?size=2"
    said = f"metadata:\nSource: {uri}\nAlgorithm: SHA-256\nHash: 00ff\n"
    content = read_package(
        zipped(tmp_path, {META_PATH: META + "ETSI-Entry-Manifest: a.mf\n", VNFD_PATH: LINK_PROBE, "a.mf": said})
    )
    assert content.warnings[0] == f"a.mf line 2: {uri} is outside the package and is fetched when somebody asks for it"
    assert content.artifacts == (
        PackageArtifact(path="disk.img", checksum_algorithm="SHA-256", checksum="00ff", external_uri=uri),
    )


def test_a_hash_by_an_unknown_algorithm_is_told(tmp_path: Path) -> None:
    manifest = f"Source: {VNFD_PATH}\nAlgorithm: MD5\nHash: 00\n"
    content = read_package(
        zipped(tmp_path, {META_PATH: META + "ETSI-Entry-Manifest: a.mf\n", VNFD_PATH: LINK_PROBE, "a.mf": manifest})
    )
    assert content.warnings[0].startswith(f"a.mf line 1: {VNFD_PATH} is not checked, its algorithm MD5 is not one of")


@pytest.mark.timeout(20)
def test_great_blanks_are_read_in_no_time(tmp_path: Path) -> None:
    blanks = " " * 2_000_000
    files: dict[str, str | bytes] = {
        META_PATH: f"{META}Remark: a{blanks}b\nETSI-Entry-Manifest: a.mf\n",
        VNFD_PATH: LINK_PROBE,
        "a.mf": f"metadata:{blanks}\n{blanks}\n" + stated(VNFD_PATH, LINK_PROBE),
        "Definitions/etsi_nfv_sol001_vnfd_types.yaml": "\n" * 2_000_000 + f"template_version:{blanks}none",
        "Files/random": bytes(range(256)) * 200,
    }
    assert read_package(zipped(tmp_path, files)).warnings == (NAMED_IMAGE,)


def test_a_manifests_comments_and_broken_lines_are_read(tmp_path: Path) -> None:
    manifest = "# made by hand\nmetadata:\n  vnf_product_name: a product\n    of two lines\n" + stated(
        VNFD_PATH, LINK_PROBE
    )
    files = {META_PATH: META + "ETSI-Entry-Manifest: a.mf\n", VNFD_PATH: LINK_PROBE, "a.mf": manifest}
    assert read_package(zipped(tmp_path, files)).warnings == (NAMED_IMAGE,)


def test_an_image_inside_is_present_and_other_files_are_artifacts(tmp_path: Path) -> None:
    artifact = "artifacts: {sw_image: {type: tosca.artifacts.nfv.SwImage, file: ../Files/disk.img}}\n"
    vnfd = LINK_PROBE.replace("      capabilities:\n", f"      {artifact}      capabilities:\n", 1)
    content = read_package(csar(tmp_path, vnfd, {"Files/disk.img": "image", "Scripts/start.sh": "#!/bin/sh"}))
    (image,) = content.images
    assert (image.name, image.artifact, image.present) == ("manoflow-demo-image", "Files/disk.img", True)
    assert (image.size, image.checksum_algorithm, image.checksum) == (5, "SHA-256", sha256("image"))
    assert content.artifacts == (
        PackageArtifact(path="Scripts/start.sh", size=9, checksum_algorithm="SHA-256", checksum=sha256("#!/bin/sh")),
    )
    assert NAMED_IMAGE not in content.warnings


def test_an_image_inside_has_its_digest_in_the_vnfd_and_one_that_is_only_named_has_none(tmp_path: Path) -> None:
    artifact = "artifacts: {sw_image: {type: tosca.artifacts.nfv.SwImage, file: ../Files/disk.img}}\n"
    vnfd = LINK_PROBE.replace("      capabilities:\n", f"      {artifact}      capabilities:\n", 1)
    read = (read_package(csar(tmp_path, text, {"Files/disk.img": "image"})) for text in (vnfd, LINK_PROBE))
    inside, named = (content.vnfd.flavours[0].vdus[0].image for content in read)
    assert inside is not None
    assert named is not None
    assert (inside.artifact, inside.digest) == ("Files/disk.img", sha256("image"))
    assert (named.artifact, named.digest) == (None, None)


def test_sealing_states_every_file_and_packing_leaves_hidden_ones_out(tmp_path: Path) -> None:
    folder = tmp_path / "probe"
    for name, text in {META_PATH: META + "ETSI-Entry-Manifest: probe.mf\n", VNFD_PATH: LINK_PROBE}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("hidden")
    (folder / "probe.mf").write_text("metadata:\n  vnf_product_name: Probe\n\nSource: old\nHash: 0\n")
    assert [line for line in seal(folder).read_text().splitlines() if line.startswith(("  ", "Source"))] == [
        "  vnf_product_name: Probe",
        f"Source: {VNFD_PATH}",
        f"Source: {META_PATH}",
    ]
    content = read_package(pack(folder, tmp_path / "probe.csar"))
    assert (content.warnings, content.artifacts) == ((NAMED_IMAGE,), ())


def test_a_folder_that_is_no_package_is_neither_packed_nor_sealed(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot pack .*: it has neither TOSCA-Metadata/TOSCA.meta nor"):
        pack(tmp_path, tmp_path / "package.csar")
    with pytest.raises(InvalidInputError, match="it has 0 manifests"):
        seal(tmp_path)
