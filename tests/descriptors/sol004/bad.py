"""A bad package: how it is built, and the exact words with which it is refused. Tables beside this file hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from manoflow.domain.package_security import DEFAULT_POLICY, PackagePolicy
from tests.descriptors.sol004.packaging import Files, packed, probe

SCRIPT = "Scripts/start.sh"


@dataclass(frozen=True)
class Bad:
    """A package that is refused."""

    name: str
    build: Callable[[Path], Path]
    problem: str
    """Without the beginning that all have, "cannot read the package: "."""
    policy: PackagePolicy = DEFAULT_POLICY


def of(name: str, files: Files, problem: str, policy: PackagePolicy = DEFAULT_POLICY) -> Bad:
    return Bad(name, lambda folder: packed(folder, files), problem, policy)


def listing(said: str, more: Files | None = None) -> Files:
    """The Link Probe with these lines at the manifest's end; they begin at line 10."""
    return probe(said=said) | (more or {})
