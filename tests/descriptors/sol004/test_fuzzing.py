"""Whatever bytes are called a package: it is read or refused in words, and a bomb is not unpacked to find out."""

import hashlib
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descriptors.contents import open_contents
from descriptors.package import read_package
from descriptors.sol004.archive import open_archive
from descriptors.sol004.csar import open_csar
from descriptors.sol004.digests import Digests
from descriptors.sol004.metadata import read_metadata
from descriptors.sol004.security import judge
from descriptors.sol004.signatures import WrongSignatureError, verify
from descriptors.sol004.trust import Trust
from descriptors.sol004.verifying import verify_files
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import DEFAULT_POLICY
from tests.descriptors.building import META, META_PATH
from tests.descriptors.sol004.packaging import packed, probe, with_signed_manifest, wrapped
from tests.descriptors.sol004.signers import pkcs7_signature, root, vendor

MIB = 1 << 20
MOST = 16 * MIB

Change = tuple[int, int, bytes]
CHANGES = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=6)


@cache
def seeds() -> tuple[bytes, ...]:
    """Right packages of each structure, small enough that a change hits what matters."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        small = probe({"Scripts/start.sh": "#!"}, vnfd="tosca_definitions_version: tosca_simple_yaml_1_2\n")
        signed = with_signed_manifest(small, vendor())
        return (
            packed(place, small, ZIP_STORED).read_bytes(),
            packed(place, signed, ZIP_DEFLATED).read_bytes(),
            wrapped(place, small, vendor(), ZIP_STORED).read_bytes(),
            wrapped(place, signed, vendor(), ZIP_DEFLATED).read_bytes(),
        )


def changed(content: bytes, changes: list[Change]) -> bytes:
    """The content with pieces replaced; places count from the end, where a ZIP's table of contents is."""
    for place, length, piece in changes:
        at = len(content) - place % (len(content) + 1)
        content = content[:at] + piece + content[at + length :]
    return content


def examine(content: bytes) -> None:
    """All that is done with a package before its templates are read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "package.csar"
        path.write_bytes(content)
        with suppress(InvalidInputError), open_csar(path) as csar:
            digests = Digests(csar.archive)
            judge(csar, digests, Trust((root().pem,)))
            verify_files(csar, digests, DEFAULT_POLICY)
        with suppress(InvalidInputError), open_contents(path) as contents:
            for name in contents.names:
                with suppress(InvalidInputError):
                    assert sum(map(len, contents.chunks(name, 1))) <= max(0, contents.size(name) - 1)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    examine(content)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(range(4)), CHANGES)
def test_a_package_changed_anywhere_is_read_or_refused_in_words(seed: int, changes: list[Change]) -> None:
    examine(changed(seeds()[seed], changes))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([b"Source:", b"Hash: 0", b" a", b"\n", b":", b"-----BEGIN ", b"\xff", b"non_mano"])))
def test_any_lines_of_metadata_are_read_or_refused_in_words(pieces: list[bytes]) -> None:
    with suppress(InvalidInputError):
        read_metadata("a.mf", b"".join(pieces))


@settings(max_examples=400, deadline=None)
@given(CHANGES)
def test_a_changed_signature_is_wrong_or_harmless(changes: list[Change]) -> None:
    """It never gets better: what it signs is other content."""
    with suppress(WrongSignatureError):
        security = verify(
            changed(pkcs7_signature(b"content", vendor()), changes),
            lambda name: (hashlib.new(name, b"other").digest(),),
            None,
            Trust((root().pem,)),
        )
        assert security.signer is None or security.reason


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The sizes of all pieces that are unpacked."""
    pieces: list[int] = []
    read = zipfile.ZipExtFile.read

    def counting(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        piece = read(self, n)
        pieces.append(len(piece))
        return piece

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipExtFile, "read", counting)
        yield pieces


def zeros(folder: Path) -> Path:
    return packed(folder, {**probe(), "zeros": b"\0" * (64 * MIB)})


def many(folder: Path) -> Path:
    return packed(folder, {**probe(), **{f"Files/{number}": b"\0" * MIB for number in range(40)}})


def compressed_in_a_wrapping(folder: Path) -> Path:
    """Sixty mebibytes that pass for a CSAR."""
    return packed(folder, {"a.csar": b"\0" * (60 * MIB), "a.cms": "x"})


def bomb_in_a_wrapping(folder: Path) -> Path:
    inner = packed(folder, {META_PATH: META, "a": b"\0" * (60 * MIB)}).read_bytes()
    return packed(folder, {"a.csar": inner, "a.cms": "x"}, ZIP_STORED)


def lying_about_its_size(folder: Path) -> Path:
    """The table says ten bytes; what follows unpacks to forty mebibytes."""
    path = packed(folder, {META_PATH: META, "Definitions/vnfd.yaml": b" " * (40 * MIB)})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<L", 10)
    path.write_bytes(bytes(content))
    return path


def sharing_their_bytes(folder: Path) -> Path:
    path = packed(folder, {"f00": b"\0" * (10 * MIB)})
    content = path.read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    table = b"".join(content[start:end].replace(b"f00", f"f{number:02}".encode()) for number in range(90))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 90, 90, len(table), start, 0)
    path.write_bytes(content[:start] + table + tail)
    return path


@pytest.mark.parametrize(
    "bomb",
    [zeros, many, compressed_in_a_wrapping, bomb_in_a_wrapping, lying_about_its_size, sharing_their_bytes],
)
def test_a_bomb_is_refused_with_little_unpacked(
    bomb: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = bomb(tmp_path)
    with counted(monkeypatch) as pieces, pytest.raises(InvalidInputError):
        read_package(path)
    assert sum(pieces) < MOST


def test_the_count_sees_what_is_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = packed(tmp_path, {"a": b"a" * (3 * MIB)}, ZIP_STORED)
    with counted(monkeypatch) as pieces, open_archive(path) as archive:
        archive.digest("a", "sha256")
    assert sum(pieces) == 3 * MIB


def test_a_stream_that_never_ends_is_cut_where_the_table_says(tmp_path: Path) -> None:
    with open_archive(lying_about_its_size(tmp_path)) as archive, pytest.raises(InvalidInputError, match="damaged"):
        archive.read("Definitions/vnfd.yaml", at_most=100)


def test_a_file_shorter_than_the_table_says_is_damaged(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a": b"abc"}, ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    for sign, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", content, content.index(sign) + place, 3000)
    path.write_bytes(bytes(content))
    with open_archive(path) as archive:
        for offset, length in ((0, None), (0, 10), (2000, 10)):
            with pytest.raises(InvalidInputError, match="damaged"):
                list(archive.chunks("a", offset, length))
        assert list(archive.chunks("a", 0, 3)) == [b"abc"]
