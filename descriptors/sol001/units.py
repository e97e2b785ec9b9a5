"""Sizes as TOSCA writes them (``512 MB``, ``2 GiB``), brought to the whole MiB and GiB that clouds count in.

Always rounded up. TOSCA (Simple Profile 1.3, clause 3.3.6.4) makes kB, MB, GB and TB powers of ten, but who writes
512 MB into a VNFD means the flavor that clouds call 512, so both spellings are read as powers of two: never less than
was asked for, and at most a tenth more (docs/decisions/0006). Case does not matter.
"""

import re
from fractions import Fraction
from math import ceil
from typing import Final

from descriptors.fields import Field

MIB: Final = 1 << 20
GIB: Final = 1 << 30
_BYTES: Final = {
    "b": 1,
    "kb": 1 << 10,
    "kib": 1 << 10,
    "mb": MIB,
    "mib": MIB,
    "gb": GIB,
    "gib": GIB,
    "tb": 1 << 40,
    "tib": 1 << 40,
}
_RATE: Final = re.compile(r"^\d{1,15}$")
_SIZE: Final = re.compile(r"^(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]{1,3})$")


def octets(size: Field) -> int:
    """Whole bytes, rounded up; 0 where no size is given."""
    return _rounded_up(size, 1)


def mib(size: Field) -> int:
    """Whole MiB, rounded up; 0 where no size is given."""
    return _rounded_up(size, MIB)


def gib(size: Field) -> int:
    """Whole GiB, rounded up; 0 where no size is given."""
    return _rounded_up(size, GIB)


def bits_per_second(rate: Field) -> int | None:
    """A rate as SOL001 writes it, a whole number of bits per second; None where none is given."""
    if not rate.given:
        return None
    if not _RATE.match(rate.text().strip()):
        raise rate.refusal(f"is {rate.shown()}, not a rate", "write bits per second, such as 1000000")
    return int(rate.text())


def _rounded_up(size: Field, unit: int) -> int:
    if not size.given:
        return 0
    match = _SIZE.match(size.text().strip())
    factor = _BYTES.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise size.refusal(f"is {size.shown()}, not a size", "write a number and a unit, such as 512 MiB or 2 GB")
    return ceil(Fraction(match[1]) * factor / unit)
