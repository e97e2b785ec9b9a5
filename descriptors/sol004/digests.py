"""Digests of a package's files, each computed once, and the comparison with those that are stated (clause 4.3.5)."""

from descriptors.sol004.archive import Archive
from descriptors.sol004.metadata import FileEntry

ALGORITHMS = {"sha-224": "sha224", "sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
"""SOL004's names (clause 4.3.5) and hashlib's."""
DEFAULT_ALGORITHM = "SHA-256"
"""SOL005's name of the one that we state of ourselves."""


def hash_name(algorithm: str | None) -> str | None:
    """The name for hashlib of an algorithm as packages write it, or None for one that proves nothing."""
    spelled = (algorithm or "").strip().lower().replace("_", "-")
    if spelled.startswith("sha") and not spelled.startswith("sha-"):
        spelled = f"sha-{spelled.removeprefix('sha')}"
    return ALGORITHMS.get(spelled)


class Digests:
    """Computes digests in bounded memory, and remembers them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: dict[tuple[str, str], str] = {}

    def of(self, path: str, name: str = "sha256") -> str:
        """The hex digest of a file by one of hashlib's algorithms."""
        key = (path, name)
        if key not in self._known:
            self._known[key] = self._archive.digest(path, name)
        return self._known[key]

    def difference(self, entry: FileEntry) -> str | None:
        """What is wrong with a stated hash, by an algorithm that is known; None where it is right."""
        name = hash_name(entry.algorithm)
        if name is None or not entry.hash:
            return None
        actual = self.of(entry.path, name)
        if actual == entry.hash.strip().lower():
            return None
        return (
            f"{entry.path} is not the file that was hashed ({entry.algorithm} {actual}, stated {entry.hash[:128]}); "
            "pack the right file or correct the hash"
        )
