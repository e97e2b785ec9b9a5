"""How packages are read under the settings: the policy that they ask for, and the reader bound to it.

Loaded by processes that read packages only: `descriptors` brings the TOSCA parser with it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from descriptors.description import Descriptions
from descriptors.package import read_package
from descriptors.sol004.trust import Trust
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import PackagePolicy
from manoflow.domain.packages import PackageContent
from manoflow.runtime.package_policy import PackageSettings

_KINDS = (".cer", ".cert", ".crt", ".der", ".pem")


def reader(settings: PackageSettings) -> Callable[[Path], PackageContent]:
    """A reader of packages that parses none twice. Raises `InvalidInputError` where the roots cannot be used."""
    return partial(read_package, policy=policy_of(settings), known=Descriptions())


def policy_of(settings: PackageSettings) -> PackagePolicy:
    """What the settings ask for. Raises `InvalidInputError` where the trusted roots cannot be used."""
    return PackagePolicy(
        strict=settings.strict,
        lenient_meta_hashes=settings.lenient_meta_hashes,
        trusted_roots=read_roots(settings.trusted_roots) if settings.trusted_roots else (),
        usable=frozenset(settings.enable_states),
    )


def read_roots(path: Path) -> tuple[bytes, ...]:
    """The files of certificates at a path. Raises `InvalidInputError` where there are none, or one holds none."""
    try:
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in _KINDS) if path.is_dir() else [path]
        roots = tuple(file.read_bytes() for file in files)
    except OSError as error:
        raise InvalidInputError(
            f"cannot use the trusted roots: {path} cannot be read ({error.strerror}); name a file of certificates, "
            "or a folder of such files"
        ) from error
    if not Trust(roots).roots:
        raise InvalidInputError(
            f"cannot use the trusted roots: {path} has no certificates ({', '.join(_KINDS)}); add one"
        )
    return roots
