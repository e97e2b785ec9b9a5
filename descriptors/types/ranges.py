"""Which versions of SOL001 a key of the types data set holds for, and what of the data set holds for one version.

Any key may end in ranges of versions: ``name 3.3.1..`` (that version and later), ``name ..2.8.1`` (that and earlier),
``name 2.7.1..3.5.1`` or ``name 2.6.1``. There may be several, because SOL001 has two lines of releases: 3.6.1 and
3.7.1 have things that 4.2.1 has not, and 4.3.1 has again. A map may have one name more than once, for versions apart.
"""

from collections.abc import Mapping
from typing import Any

Release = tuple[int, ...]


def release(version: str) -> Release:
    """A version that can be compared: 3.10.1 is later than 3.9.1."""
    return tuple(int(number) for number in version.split("."))


def holds(ranges: str, version: str) -> bool:
    """Whether a version is in one of the ranges; with none, every version is."""
    return not ranges or any(_inside(part, release(version)) for part in ranges.split())


def _inside(part: str, version: Release) -> bool:
    first, dots, last = part.partition("..")
    if not dots:
        return version == release(part)
    return (not first or version >= release(first)) and (not last or version <= release(last))


def of_version(value: Any, version: str) -> Any:  # noqa: ANN401 - any part of the data set
    """A copy with the keys that hold for a version, without their ranges.

    Raises `ValueError` where two keys of one name hold: a mistake in the data set.
    """
    if not isinstance(value, Mapping):
        return value
    kept: dict[str, Any] = {}
    for key, inner in value.items():
        name, _, ranges = key.partition(" ")
        if not holds(ranges, version):
            continue
        if name in kept:
            raise ValueError(f"cannot read the types data set: {name} is given twice for {version}; mend the ranges")
        kept[name] = of_version(inner, version)
    return kept
