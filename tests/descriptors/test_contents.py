"""The files of a stored package, as the API gives them out."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED

import pytest

from descriptors.contents import open_contents
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, META_PATH, VNFD_PATH
from tests.descriptors.sol004.packaging import MANIFEST, SIGNED_META, Files, packed, probe, wrapped
from tests.descriptors.sol004.signers import vendor

ETSI = "Definitions/etsi_nfv_sol001_vnfd_types.yaml"
VENDOR = "Definitions/vendor.yaml"
BINARY = bytes(range(256)) * 9000


def package() -> Files:
    """A VNFD with an import of the vendor's and a copy of ETSI's, a signed script and a large file."""
    vnfd = LINK_PROBE.replace("imports:\n", f"imports:\n  - {VENDOR.rpartition('/')[2]}\n", 1)
    files: Files = {
        VENDOR: "tosca_definitions_version: tosca_simple_yaml_1_2\n",
        ETSI: "metadata:\n  template_version: 2.6.1\n",
        "Files/binary": BINARY,
    }
    said = "\nSource: a.sh\nSignature: a.sh.cms\nCertificate: a.sh.cert\n"
    alone: Files = {"a.sh": "#!", "a.sh.cms": "not judged anew", "a.sh.cert": "nor this", "probe.cert": "nor this"}
    made = probe(files, said, vnfd) | alone
    return made | {META_PATH: SIGNED_META + "ETSI-Entry-Certificate: probe.cert\n"}


@pytest.fixture(params=["alone", "wrapped, stored", "wrapped, compressed"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "alone":
        return packed(tmp_path, package())
    return wrapped(tmp_path, package(), vendor(), ZIP_STORED if "stored" in request.param else ZIP_DEFLATED)


def test_files_and_their_sizes_are_those_of_the_package(stored: Path) -> None:
    with open_contents(stored) as contents:
        assert contents.names == frozenset(package())
        assert contents.size("Files/binary") == len(BINARY)
        assert b"".join(contents.chunks(VNFD_PATH)) == str(package()[VNFD_PATH]).encode()


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 10), (1_500_000, 10), (1_500_000, None), (len(BINARY) - 1, 5), (len(BINARY), None)]
)
def test_a_part_of_a_file_is_read(stored: Path, offset: int, length: int | None) -> None:
    end = None if length is None else offset + length
    with open_contents(stored) as contents:
        assert b"".join(contents.chunks("Files/binary", offset, length)) == BINARY[offset:end]


def test_the_vnfds_files_begin_with_the_entry(stored: Path) -> None:
    with open_contents(stored) as contents:
        assert contents.vnfd_files == (VNFD_PATH, ETSI, VENDOR)


def test_manifest_certificates_and_signatures_are_told(stored: Path) -> None:
    with open_contents(stored) as contents:
        assert contents.manifest == MANIFEST
        assert contents.certificates == ("probe.cert", "a.sh.cert")
        assert contents.signatures == {"a.sh": "a.sh.cms"}
        # Asked for once for each file: made once, or a package of thousands of files keeps a thread for minutes.
        assert contents.signatures is contents.signatures
        assert contents.names is contents.names


def test_a_package_without_a_manifest_has_none(tmp_path: Path) -> None:
    with open_contents(packed(tmp_path, {"vnfd.yaml": LINK_PROBE})) as contents:
        assert (contents.manifest, contents.certificates, dict(contents.signatures)) == (None, (), {})
        assert contents.vnfd_files == ("vnfd.yaml",)


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    path.write_bytes(b"text")
    with pytest.raises(InvalidInputError, match="it is not a ZIP file"), open_contents(path):
        pytest.fail("it was opened")
