"""Bad packages, by what is wrong with the archive."""

import stat
import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile, ZipInfo

from tests.descriptors.building import META, META_PATH
from tests.descriptors.sol004.bad import SCRIPT, Bad, of
from tests.descriptors.sol004.packaging import Files, packed, probe, wrapped
from tests.descriptors.sol004.signers import vendor


def entry(change: Callable[[ZipInfo], None], compression: int = ZIP_STORED) -> Callable[[Path], Path]:
    """The Link Probe and one entry that is changed."""

    def build(folder: Path) -> Path:
        path = packed(folder, probe())
        with ZipFile(path, "a", compression) as archive:
            info = ZipInfo(SCRIPT)
            info.external_attr = 0o100644 << 16
            info.compress_type = compression
            change(info)
            archive.writestr(info, "/etc/passwd")
        return path

    return build


def linked(info: ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def patched(files: Files, old: bytes, new: bytes, compression: int = ZIP_STORED) -> Callable[[Path], Path]:
    """A package with some of its bytes replaced."""

    def build(folder: Path) -> Path:
        path = packed(folder, files, compression)
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))
        return path

    return build


def flagged(flag: int) -> Callable[[Path], Path]:
    """A package whose last entry bears a flag."""

    def build(folder: Path) -> Path:
        path = packed(folder, {**probe(), SCRIPT: "#!"})
        content = bytearray(path.read_bytes())
        content[content.rindex(b"PK\x01\x02") + 8] |= flag
        path.write_bytes(bytes(content))
        return path

    return build


def two_sizes(folder: Path) -> Path:
    """A stored package that is longer than what its signature would be compared with."""
    path = wrapped(folder, probe(), vendor())
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"probe.csar"))
    (size,) = struct.unpack_from("<L", content, place + 24)
    struct.pack_into("<L", content, place + 24, size + 100)
    path.write_bytes(bytes(content))
    return path


def cut(folder: Path) -> Path:
    path = packed(folder, probe())
    path.write_bytes(path.read_bytes()[:-400])
    return path


def great_table(folder: Path) -> Path:
    """An end of the table of contents that promises five megabytes of it."""
    path = folder / "package.csar"
    path.write_bytes(b"\0" * (5 << 20) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 5 << 20, 0, 0))
    return path


def many_entries(folder: Path) -> Path:
    return packed(folder, {f"f{number}": "" for number in range(10_001)})


def wrapped_bomb(folder: Path) -> Path:
    """Compressed twice, each time a little: together beyond measure."""
    inner = packed(folder, {META_PATH: META, "a": b"\0" * (60 << 20)}).read_bytes()
    return packed(folder, {"a.csar": inner, "a.cms": "signature"})


def written(folder: Path, content: bytes) -> Path:
    path = folder / "package.csar"
    path.write_bytes(content)
    return path


ARCHIVES = [
    Bad(
        "a path upwards",
        lambda folder: packed(folder, {**probe(), "../outside": "x"}),
        "'../outside' is not a path inside the archive; pack with relative paths and without '..'",
    ),
    of(
        "an absolute path",
        {**probe(), "/etc/passwd": "x"},
        "'/etc/passwd' is not a path inside the archive; pack with relative paths and without '..'",
    ),
    of(
        "a drive",
        {**probe(), "C:/file": "x"},
        "'C:/file' is not a path inside the archive; pack with relative paths and without '..'",
    ),
    of(
        "a backslash",
        {**probe(), "Files\\a": "x"},
        "'Files\\\\a' has a backslash or a control character in its path; rename it",
    ),
    of(
        "a deep path",
        {**probe(), "/".join("abcdefghijklmnopq"): "x"},
        "'a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q'... is too long or too deep a path; shorten it",
    ),
    Bad("a link", entry(linked), f"'{SCRIPT}' is a link or a special file; pack the file itself"),
    Bad("an encrypted file", flagged(0x1), f"'{SCRIPT}' is encrypted; pack it without a password"),
    Bad("a patch", flagged(0x20), f"'{SCRIPT}' is a patch; pack the file itself"),
    Bad(
        "another compression",
        entry(lambda _: None, ZIP_BZIP2),
        f"'{SCRIPT}' is compressed by method 12; use DEFLATE or none",
    ),
    of(
        "names that differ in case",
        {**probe(), "Files/A": "x", "files/a": "y"},
        "'files/a' and 'Files/A' are the same path, or differ in case only; rename one",
    ),
    of(
        "a file as a folder",
        {**probe(), "Files": "x", "Files/a": "y"},
        "'Files' is a file and a folder (of 'Files/a') at once; rename one",
    ),
    Bad("a package of two sizes", two_sizes, "'probe.csar' is not compressed and has two sizes; pack it anew"),
    Bad("too many files", many_entries, "it has 10001 entries, at most 10000 are read"),
    Bad(
        "a great table of contents",
        great_table,
        "its table of contents has 5242880 bytes, at most 4194304 are read; pack fewer files",
    ),
    of(
        "a bomb",
        {**probe(), "zeros": b"\0" * (20 << 20)},
        "it unpacks to over 200 times its size, as a ZIP bomb; store large images uncompressed",
    ),
    Bad(
        "a bomb in an outer ZIP",
        wrapped_bomb,
        "it unpacks to over 200 times its size, as a ZIP bomb; store large images uncompressed",
    ),
    Bad(
        "no ZIP",
        lambda folder: written(folder, b"text"),
        "it is not a ZIP file (File is not a zip file); upload a CSAR",
    ),
    Bad("a cut file", cut, "it is not a ZIP file (File is not a zip file); upload a CSAR"),
    Bad(
        "a damaged file",
        patched({**probe({SCRIPT: "#!/bin/sh"})}, b"#!/bin/sh", b"#!/bin/zh"),
        f"{SCRIPT} is damaged (Bad CRC-32 for file '{SCRIPT}'); pack it anew",
    ),
]
