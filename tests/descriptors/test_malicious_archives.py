"""Archives that would do harm when unpacked are refused by their table of contents, with the name of what is wrong."""

import stat
import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from descriptors.sol004.archive import LIMITS, Limits, open_archive
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import zipped


def refused(path: Path, problem: str, limits: Limits = LIMITS) -> None:
    """Opening must fail before anything can be read."""
    with pytest.raises(InvalidInputError, match=problem) as caught, open_archive(path, limits):
        pytest.fail("the archive was opened")
    assert caught.value.message.startswith("cannot read the package: ")


def entry_with(folder: Path, change: Callable[[ZipInfo], None]) -> Path:
    """A ZIP with one file whose entry is changed."""
    path = folder / "package.csar"
    entry = ZipInfo("file")
    entry.external_attr = 0o100644 << 16
    change(entry)
    with ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "Definitions/../../outside",
        "/etc/passwd",
        "//server/share",
        "C:/windows/file",
        "Definitions/./vnfd.yaml",
        "Definitions//vnfd.yaml",
        "..",
    ],
)
def test_a_path_out_of_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    refused(zipped(tmp_path, {name: "x"}), "is not a path inside the archive")


@pytest.mark.parametrize("name", ["Definitions\\..\\..\\outside", "a\nb", "a\x7fb"])
def test_a_path_with_a_backslash_or_control_character_is_refused(name: str, tmp_path: Path) -> None:
    refused(zipped(tmp_path, {name: "x"}), "a backslash or a control character")


def test_a_path_cut_by_a_null_byte_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"goodX.sh": "x"})
    path.write_bytes(path.read_bytes().replace(b"goodX.sh", b"good\0.sh"))
    refused(path, "a backslash or a control character")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_special_file_is_refused(kind: int, tmp_path: Path) -> None:
    def change(entry: ZipInfo) -> None:
        entry.external_attr = (kind | 0o777) << 16

    refused(entry_with(tmp_path, change), "is a link or a special file")


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"file": "x"})
    content = bytearray(path.read_bytes())
    flags = content.index(b"PK\x01\x02") + 8
    content[flags] |= 1
    path.write_bytes(bytes(content))
    refused(path, "is encrypted")


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    with ZipFile(path, "w", ZIP_BZIP2) as archive:
        archive.writestr("file", "x")
    refused(path, "is compressed by method 12; use DEFLATE or none")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Definitions/vnfd.yaml", "definitions/VNFD.yaml"),
        ("Files/stra\u00dfe", "Files/STRASSE"),
        ("Files/caf\u00e9", "Files/cafe\u0301"),
    ],
)
def test_paths_that_differ_in_case_or_spelling_only_are_refused(first: str, second: str, tmp_path: Path) -> None:
    refused(zipped(tmp_path, {first: "x", second: "y"}), "are the same path, or differ in case only")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    with ZipFile(path, "w") as archive:
        archive.writestr("file", "harmless")
        archive.writestr("file", "harmful")
    refused(path, "are the same path")


@pytest.mark.parametrize("file", ["Files", "files"])
def test_a_file_that_is_a_folder_too_is_refused(file: str, tmp_path: Path) -> None:
    refused(zipped(tmp_path, {file: "x", "Files/image": "y"}), "is a file and a folder")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    files = {f"Files/{number}": "" for number in range(11)}
    refused(zipped(tmp_path, files), "it has 11 entries, at most 10 are read", Limits(entries=10))


def test_too_much_content_is_refused(tmp_path: Path) -> None:
    refused(zipped(tmp_path, {"a": "x" * 600, "b": "x" * 600}), "it unpacks to 1200 bytes", Limits(total_bytes=1000))


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"zeros": b"\0" * (70 << 20)})
    assert path.stat().st_size < 100_000
    refused(path, "over 200 times its size, as a ZIP bomb")


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """A bomb of the newer kind: many entries of the table of contents name one compressed block."""
    path = zipped(tmp_path, {"f00": bytes(range(256)) * 20})
    content = path.read_bytes()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    table = b"".join(content[start:end].replace(b"f00", f"f{number:02}".encode()) for number in range(20))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 20, 20, len(table), start, 0)
    path.write_bytes(content[:start] + table + tail)
    refused(path, "its entries overlap")


@pytest.mark.parametrize("name", ["/".join("abcdefghijklmnopq"), "n" * 600])
def test_a_path_too_deep_or_too_long_is_refused(name: str, tmp_path: Path) -> None:
    refused(zipped(tmp_path, {name: "x"}), "too long or too deep a path")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and then nothing"])
def test_what_is_no_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    path.write_bytes(content)
    refused(path, r"it is not a ZIP file .* upload a CSAR")


def test_a_file_that_unpacks_to_more_than_it_states_is_refused_when_read(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"file": b"x" * 10_000})
    content = bytearray(path.read_bytes())
    length = content.index(b"PK\x01\x02") + 24
    content[length : length + 4] = struct.pack("<L", 10)
    path.write_bytes(bytes(content))
    with open_archive(path) as archive, pytest.raises(InvalidInputError, match="file is damaged"):
        archive.read("file", at_most=100)


def test_a_damaged_file_is_refused_when_read(tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    with ZipFile(path, "w") as archive:
        archive.writestr("file", "the content")
    path.write_bytes(path.read_bytes().replace(b"the content", b"the CONTENT"))
    with open_archive(path) as archive, pytest.raises(InvalidInputError, match=r"file is damaged .* pack it anew"):
        archive.digest("file", "sha256")


def test_a_file_larger_than_its_kind_may_be_is_not_read(tmp_path: Path) -> None:
    with (
        open_archive(zipped(tmp_path, {"file": "x" * 100})) as archive,
        pytest.raises(InvalidInputError, match="file has 100 bytes, at most 99 are read"),
    ):
        archive.read("file", at_most=99)


def test_a_large_stored_image_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "package.csar"
    with ZipFile(path, "w") as archive:
        archive.writestr(ZipInfo("image"), b"\0" * (70 << 20))
        archive.writestr("vnfd.yaml", "x", ZIP_DEFLATED)
    with open_archive(path) as opened:
        assert opened.names == {"image", "vnfd.yaml"}
        assert opened.size("image") == 70 << 20
