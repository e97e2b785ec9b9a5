"""Packages that are made to do harm: bombs of `tests.descriptors`, and bytes that are changed anywhere."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from tests.descriptors.building import csar
from tests.descriptors.sol004 import test_fuzzing as fuzzing
from tests.descriptors.sol004.test_bad_packages import BAD_PACKAGES
from tests.descriptors.test_documents import EMPTY_MERGES, LAUGHS, MERGES

Build = Callable[[Path], Path]
OF_THE_TABLE = (
    "a bomb",
    "a bomb in an outer ZIP",
    "too many files",
    "a great table of contents",
    "metadata too large",
)
ARCHIVES: tuple[Build, ...] = (
    fuzzing.zeros,
    fuzzing.many,
    fuzzing.compressed_in_a_wrapping,
    fuzzing.bomb_in_a_wrapping,
    fuzzing.lying_about_its_size,
    fuzzing.sharing_their_bytes,
)
DESCRIPTORS = {
    "aliases": LAUGHS,
    "merge keys": MERGES,
    "merge keys of nothing": EMPTY_MERGES,
    "depth": "a: " + "[" * 1_000_000,
    "many values": "a: [" + "1," * 1_000_000 + "]",
    "a long number": "a: 1" + ":1" * 500_000,
}
SEED = 4
MOST_PIECES, MOST_BYTES, FAR = 6, 8, 1 << 16
"""Of what is changed in a package: pieces, the length of each, and how far from the end."""


@dataclass(frozen=True)
class Fuzzed:
    """Seconds that packages took which are changed anywhere."""

    packages: int
    median: float
    longest: float
    together: float


def bombs() -> dict[str, Build]:
    """How each is built, by name."""
    known = {bad.name: bad.build for bad in BAD_PACKAGES}
    archives = {build.__name__.replace("_", " "): build for build in ARCHIVES}
    descriptors = {f"YAML: {name}": partial(csar, vnfd=text) for name, text in DESCRIPTORS.items()}
    return {**{name: known[name] for name in OF_THE_TABLE}, **archives, **descriptors}


def fuzz(packages: int) -> Fuzzed:
    """Change right packages and do with each what is done before templates are read; the same ones each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same changes each time, no secret
    seconds = []
    for number in range(packages):
        changes = [_change(chance) for _ in range(chance.randint(1, MOST_PIECES))]
        content = fuzzing.changed(fuzzing.seeds()[number % len(fuzzing.seeds())], changes)
        begun = time.perf_counter()
        fuzzing.examine(content)
        seconds.append(time.perf_counter() - begun)
    return Fuzzed(packages, median(seconds), max(seconds), sum(seconds))


def _change(chance: random.Random) -> fuzzing.Change:
    return chance.randint(0, FAR), chance.randint(0, MOST_BYTES), chance.randbytes(chance.randint(0, MOST_BYTES))
